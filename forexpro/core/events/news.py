"""Whether something has happened in some streams, for pages that stay open: cheap to ask every few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

_PLACE = "pg_snapshot_xmin(pg_current_snapshot())::text"
_NEWS = f"""
    SELECT {_PLACE}, EXISTS (
        SELECT 1 FROM core_event
        WHERE xid >= %s::text::xid8 AND (
            stream = ANY(%s)
            OR EXISTS (SELECT 1 FROM unnest(%s::text[]) AS beginning WHERE starts_with(stream, beginning))
        )
    )
"""  # noqa: S608  # put together from constants
_PLACE_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class News:
    """Whether something has happened, and the place in the log from which to ask the next time."""

    place: int
    changed: bool


def newest_place() -> int:
    """Return the place in the log before every transaction that has not committed yet."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_PLACE}")
        return int(cursor.fetchone()[0])


def news_since(place: int, *, streams: Sequence[str] = (), beginnings: Sequence[str] = ()) -> News:
    """Return whether any of `streams`, or one whose name begins with one of `beginnings`, has grown since `place`.

    An event may be told of twice, while another transaction goes on, but never not at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, [str(min(place, _PLACE_MAX)), list(streams), list(beginnings)])
        newest, changed = cursor.fetchone()
        return News(int(newest), changed)
