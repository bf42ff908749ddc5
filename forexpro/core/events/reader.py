"""Read the log in an order in which no event can appear behind the reader's back.

Ids are taken before transactions commit, so `id > last` would skip the rows of slower transactions. Reading by
(transaction, id) and only below the oldest running transaction skips none.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the reading order."""

    xid: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    position: Position
    stream: str
    seq: int
    type: str
    actor: str
    occurred_at: datetime
    payload: dict[str, Any]


def current_position() -> Position:
    """Return the place from which every event of a transaction that is not finished now will still be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return Position(xid=int(cursor.fetchone()[0]) - 1, id=2**63 - 1)


def read_after(
    position: Position, *, stream_prefix: str = "", limit: int = 1000, unsettled: bool = False
) -> list[RecordedEvent]:
    """Return at most `limit` events after `position`, of streams that start with `stream_prefix`.

    With `unsettled` also those that others may yet appear before: to look at, not to go on behind.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT xid::text, id, stream, seq, type, actor, occurred_at, payload::text FROM core_event
            WHERE (xid, id) > (%s::text::xid8, %s) AND (%s OR xid < pg_snapshot_xmin(pg_current_snapshot()))
              AND starts_with(stream, %s)
            ORDER BY xid, id LIMIT %s
            """,
            [str(position.xid), position.id, unsettled, stream_prefix, limit],
        )
        return [
            RecordedEvent(Position(int(xid), id), stream, seq, type, actor, occurred_at, orjson.loads(payload))
            for xid, id, stream, seq, type, actor, occurred_at, payload in cursor.fetchall()
        ]
