"""Prove that the event log is what was recorded: every row, every link, every stream head, every anchor."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import groupby
from typing import Any

import orjson
from django.db import connection, transaction

from forexpro.core.events.anchor import fingerprint_line
from forexpro.core.events.chain import Head, event_hash
from forexpro.core.models import Event, EventAnchor, EventVerification

logger = logging.getLogger(__name__)

CHUNK = 5_000
# Enough to act on; the number of faulty streams is counted beyond it.
FAULTS_KEPT = 100

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row of a stream that is not as it was recorded; `seq` is None where an anchor is contradicted."""

    stream: str
    seq: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it stands in the table, with the head of its stream."""

    stream: str
    seq: int
    type: str
    actor: str
    payload: dict[str, Any]
    request_id: str
    ip: str | None
    occurred_at: datetime
    prev_hash: str
    hash: str
    xid: int
    head_seq: int | None
    head_hash: str | None

    @property
    def head(self) -> Head | None:
        return None if self.head_seq is None or self.head_hash is None else Head(self.head_seq, self.head_hash)


def events_verify(*, progress: Progress = lambda events, streams: None) -> EventVerification:
    """Verify the whole log as of now and store the outcome.

    Reads one snapshot through a cursor, so memory does not grow with the log and events recorded meanwhile do not
    disturb. `progress` is called with the events and streams read so far.
    """
    started_at = datetime.now(UTC)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        verifier = _Verifier(list(EventAnchor.objects.order_by("id")), progress)
        verifier.read(_rows())
        verifier.add_empty_streams(_empty_streams())
        faults = verifier.finish()
    for fault in faults:
        logger.error("event log: %s %s: %s", fault.stream, fault.seq, fault.problem)
    return EventVerification.objects.create(
        started_at=started_at,
        streams=verifier.streams,
        events=verifier.events,
        anchors=len(verifier.anchors),
        faults=[asdict(fault) for fault in faults],
        faulty_streams=verifier.faulty_streams,
    )


def stored_hash_is_right(event: Event | Row) -> bool:
    """Return whether an event's content, as it stands in the table, has the hash that stands beside it."""
    recomputed = event_hash(
        stream=event.stream,
        seq=event.seq,
        type=event.type,
        actor=event.actor,
        payload=event.payload,
        request_id=event.request_id,
        ip=None if event.ip is None else str(ip_address(event.ip)),
        occurred_at=event.occurred_at.astimezone(UTC),
        prev_hash=event.prev_hash,
    )
    return recomputed == event.hash


class _Verifier:
    def __init__(self, anchors: list[EventAnchor], progress: Progress):
        self.anchors = anchors
        self.progress = progress
        self.events = self.streams = self.faulty_streams = 0
        self._faults: list[Fault] = []
        self._fingerprints = [hashlib.sha256() for _anchor in anchors]

    def read(self, rows: Iterator[Row]) -> None:
        for stream, stream_rows in groupby(rows, key=lambda row: row.stream):
            self.streams += 1
            self._read_stream(stream, stream_rows)

    def _read_stream(self, stream: str, rows: Iterator[Row]) -> None:
        fault: Fault | None = None
        previous = Head()
        head: Head | None = None
        anchored: list[Head | None] = [None] * len(self.anchors)
        for row in rows:
            self.events += 1
            fault = fault or _row_fault(row, previous)
            previous, head = Head(row.seq, row.hash), row.head
            for index, anchor in enumerate(self.anchors):
                if row.xid < anchor.before_xid:
                    anchored[index] = previous
            if self.events % CHUNK == 0:
                self.progress(self.events, self.streams)
        fault = fault or _head_fault(stream, previous, head)
        if fault is not None:
            self._add(fault)
        for fingerprint, place in zip(self._fingerprints, anchored, strict=True):
            if place is not None:
                fingerprint.update(fingerprint_line(stream, place))

    def add_empty_streams(self, names: Iterator[str]) -> None:
        for name in names:
            self.streams += 1
            self._add(Fault(name, 1, "missing: the stream has lost all its events"))

    def finish(self) -> list[Fault]:
        for anchor, fingerprint in zip(self.anchors, self._fingerprints, strict=True):
            if fingerprint.hexdigest() != anchor.hash:
                problem = f"the log as of {anchor.taken_at:%Y-%m-%d %H:%M} UTC does not match anchor {anchor.pk}"
                self._faults.append(Fault("", None, problem))
        self.progress(self.events, self.streams)
        return self._faults

    def _add(self, fault: Fault) -> None:
        self.faulty_streams += 1
        if len(self._faults) < FAULTS_KEPT:
            self._faults.append(fault)


def _row_fault(row: Row, previous: Head) -> Fault | None:
    if row.seq != previous.seq + 1:
        return Fault(row.stream, previous.seq + 1, f"missing: number {row.seq} follows number {previous.seq}")
    if row.prev_hash != previous.hash:
        return Fault(row.stream, row.seq, "altered: it does not continue the event before it")
    if not stored_hash_is_right(row):
        return Fault(row.stream, row.seq, "altered: its content does not match its hash")
    return None


def _head_fault(stream: str, last: Head, head: Head | None) -> Fault | None:
    if head is None:
        return Fault(stream, last.seq, "the head of the stream is missing")
    if last.seq < head.seq:
        return Fault(stream, last.seq + 1, f"missing: the stream ends at {last.seq}, its head is at {head.seq}")
    if last != head:
        return Fault(stream, last.seq, f"the last event does not match the head, which is at {head.seq}")
    return None


def _rows() -> Iterator[Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT e.stream, e.seq, e.type, e.actor, e.payload::text, e.request_id, host(e.ip), e.occurred_at,
                   e.prev_hash, e.hash, e.xid::text::bigint, s.seq, s.hash
            FROM core_event e LEFT JOIN core_eventstream s ON s.name = e.stream
            ORDER BY e.stream, e.seq
            """
        )
        while chunk := cursor.fetchmany(CHUNK):
            for columns in chunk:
                values = list(columns)
                values[4] = orjson.loads(values[4])
                yield Row(*values)


def _empty_streams() -> Iterator[str]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT s.name FROM core_eventstream s
            WHERE s.seq > 0 AND NOT EXISTS (SELECT FROM core_event e WHERE e.stream = s.name) ORDER BY s.name
            """
        )
        while chunk := cursor.fetchmany(CHUNK):
            for row in chunk:
                yield row[0]
