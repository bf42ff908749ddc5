"""The event stream of an account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

_BETWEEN = """
    SELECT seq, type, payload::text, occurred_at FROM core_event
    WHERE stream = %s AND seq >= %s AND seq <= %s ORDER BY seq LIMIT %s
"""
_BEFORE = """
    SELECT seq, type, payload::text, occurred_at FROM core_event
    WHERE stream = %s AND seq < %s ORDER BY seq DESC LIMIT %s
"""
NEWEST = 2**63 - 1
# In the payload of a decision's first event: what it was decided on.
DECIDED_ON = "decided_on"


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One event of an account's stream."""

    seq: int
    type: str
    payload: Mapping[str, Any]
    occurred_at: datetime

    @property
    def facts(self) -> dict[str, Any]:
        """What happened, without what it was decided on."""
        return {name: value for name, value in self.payload.items() if name != DECIDED_ON}


def account_stream(account_id: int) -> str:
    """Return the name of an account's event stream."""
    return f"account:{account_id}"


def events_between(account_id: int, first_seq: int, last_seq: int, *, limit: int = 10_000) -> list[AccountEvent]:
    """Return an account's events numbered `first_seq` to `last_seq`, at most `limit` of them, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, [account_stream(account_id), first_seq, last_seq, limit])
        return _events(cursor.fetchall())


def events_since(account_id: int, seq: int, *, limit: int = 1000) -> list[AccountEvent]:
    """Return an account's events after number `seq`, at most `limit` of them, oldest first."""
    return events_between(account_id, seq + 1, NEWEST, limit=limit)


def newest_events(account_id: int, *, before_seq: int = NEWEST, limit: int = 100) -> list[AccountEvent]:
    """Return an account's events below number `before_seq`, at most `limit` of them, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [account_stream(account_id), before_seq, limit])
        return _events(cursor.fetchall())


def newest_seqs(account_ids: Iterable[int]) -> dict[int, int]:
    """Return the number of the newest event of each account that has one."""
    streams = {account_stream(account_id): account_id for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, seq FROM core_eventstream WHERE name = ANY(%s)", [list(streams)])
        return {streams[name]: seq for name, seq in cursor.fetchall()}


def newest_seq(account_id: int) -> int:
    """Return the number of an account's newest event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM core_eventstream WHERE name = %s", [account_stream(account_id)])
        row = cursor.fetchone()
        return row[0] if row else 0


def _events(rows: Iterable[tuple[Any, ...]]) -> list[AccountEvent]:
    return [AccountEvent(seq, type, orjson.loads(payload), occurred_at) for seq, type, payload, occurred_at in rows]
