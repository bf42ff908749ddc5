"""Append events to their streams inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from forexpro.core.database import Statement
from forexpro.core.events.chain import ChainedEvent, Head, NewEvent, Origin, extend
from forexpro.core.realtime.wakeups import wake

# With each event goes, in the same statement, its place in the outbox of webhooks, where anybody is told of events.
_INSERT_EVENTS = """
    WITH recorded AS (
        INSERT INTO core_event (stream, seq, type, actor, payload, request_id, ip, occurred_at, prev_hash, hash)
        VALUES """
_INTO_OUTBOX = """
        RETURNING id
    )
    INSERT INTO core_webhookoutbox (event_id) SELECT id FROM recorded
    WHERE EXISTS (SELECT 1 FROM core_webhookendpoint WHERE enabled AND event_types <> '[]'::jsonb)
"""
_EVENT = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
# What one statement inserts at most: PostgreSQL takes 65,535 parameters.
_EVENTS_MAX = 1000
ADVANCE_STREAM = """
    INSERT INTO core_eventstream (name, seq, hash) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
"""
_ADVANCE_STREAMS = """
    UPDATE core_eventstream stream SET seq = head.seq, hash = head.hash
    FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS head (name, seq, hash) WHERE stream.name = head.name
"""
_CREATE_STREAMS = """
    INSERT INTO core_eventstream (name, seq, hash) SELECT unnest(%s::text[]), 0, %s ON CONFLICT DO NOTHING
"""
_LOCK_STREAMS = "SELECT name, seq, hash FROM core_eventstream WHERE name = ANY(%s) ORDER BY name FOR UPDATE"


def inserting(events: Sequence[ChainedEvent]) -> Iterator[Statement]:
    """Yield the statements that insert `events`: one, unless there are very many."""
    for start in range(0, len(events), _EVENTS_MAX):
        chunk = events[start : start + _EVENTS_MAX]
        yield _insert(len(chunk)), [value for event in chunk for value in _values(event)]


@cache
def _insert(count: int) -> str:
    return _INSERT_EVENTS + ", ".join([_EVENT] * count) + _INTO_OUTBOX


def _values(event: ChainedEvent) -> tuple[Any, ...]:
    return (
        event.stream,
        event.seq,
        event.type,
        event.actor,
        Jsonb(event.payload, dumps=orjson.dumps),
        event.request_id,
        event.ip,
        event.occurred_at,
        event.prev_hash,
        event.hash,
    )


def record(events: Sequence[NewEvent], *, origin: Origin, occurred_at: datetime | None = None) -> list[ChainedEvent]:
    """Append `events`, of any number of streams, in order; readers are woken after the commit.

    Must run inside a transaction. The stream heads are locked in order of their names, which makes them the last
    locks of the global order.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs inside the transaction of its effect")
    if not events:
        return []
    by_stream: dict[str, list[NewEvent]] = defaultdict(list)
    for event in events:
        by_stream[event.stream].append(event)
    streams = sorted(by_stream)
    occurred_at = occurred_at or datetime.now(UTC)

    chained: list[ChainedEvent] = []
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_STREAMS, [streams, Head().hash])
        cursor.execute(_LOCK_STREAMS, [streams])
        heads = {name: Head(seq, hash) for name, seq, hash in cursor.fetchall()}
        for stream in streams:
            added = extend(heads[stream], by_stream[stream], origin=origin, occurred_at=occurred_at)
            chained += added
            heads[stream] = Head(added[-1].seq, added[-1].hash)
        advanced = [(stream, heads[stream].seq, heads[stream].hash) for stream in streams]
        cursor.execute(_ADVANCE_STREAMS, [list(column) for column in zip(*advanced, strict=True)])
        for statement in inserting(chained):
            cursor.execute(*statement)
    transaction.on_commit(lambda: wake(streams), robust=True)
    return chained
