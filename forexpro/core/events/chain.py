"""The hash chain of a stream: pure functions, shared by writers and by the verifier."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Origin:
    """Who caused an event, and from where.

    `actor` is `user:<id>`, `staff:<id>`, `visitor` (nobody signed in), `system:<process>` or `crm:<key name>`.
    `user_agent` is the program as it calls itself; who wants it in an event puts it into the payload.
    """

    actor: str
    request_id: str = ""
    ip: str | None = None
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact about to be recorded. `payload` is JSON without floats: money, prices and volumes are strings."""

    stream: str
    type: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest number and hash of a stream; a stream that has no event yet is at number 0."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """A new event with its place in the chain of its stream."""

    stream: str
    seq: int
    type: str
    actor: str
    payload: Mapping[str, Any]
    request_id: str
    ip: str | None
    occurred_at: datetime
    prev_hash: str
    hash: str


def event_hash(
    *,
    stream: str,
    seq: int,
    type: str,
    actor: str,
    payload: Mapping[str, Any],
    request_id: str,
    ip: str | None,
    occurred_at: datetime,
    prev_hash: str,
) -> str:
    """Return hex SHA-256 of the previous hash and the canonical JSON (sorted keys, no spaces) of the event."""
    canonical = orjson.dumps(
        {
            "stream": stream,
            "seq": seq,
            "type": type,
            "actor": actor,
            "payload": payload,
            "request_id": request_id,
            "ip": ip,
            "occurred_at": occurred_at,
        },
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
    )
    return hashlib.sha256(prev_hash.encode() + canonical).hexdigest()


def extend(head: Head, events: Iterable[NewEvent], *, origin: Origin, occurred_at: datetime) -> list[ChainedEvent]:
    """Number and hash `events`, all of one stream, after its `head`; `occurred_at` is aware and in UTC."""
    chained = []
    seq, prev_hash = head.seq, head.hash
    for event in events:
        seq += 1
        fields: dict[str, Any] = {
            "stream": event.stream,
            "seq": seq,
            "type": event.type,
            "actor": origin.actor,
            "payload": event.payload,
            "request_id": origin.request_id,
            "ip": origin.ip,
            "occurred_at": occurred_at,
            "prev_hash": prev_hash,
        }
        prev_hash = event_hash(**fields)
        chained.append(ChainedEvent(**fields, hash=prev_hash))
    return chained
