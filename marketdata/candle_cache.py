"""What Redis keeps of candles: the forming bars, and pages of finished ones.

Pages are cut into chunks of a fixed number of bar times. A chunk is kept under the stamps of its series: one stamp for
its history and one for its newest chunk, both replaced after every write that touches them. A reader that was
overtaken by a write therefore stores what it read under a stamp that nobody asks for again.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from forexpro.core.realtime.connections import name, redis_client
from marketdata.feeds import Interval

CHUNK_BARS = 500
CHUNK_SECONDS = 86_400


class Series(NamedTuple):
    """The candles of one symbol and interval."""

    symbol: str
    interval: Interval

    @property
    def field(self) -> str:
        return f"{self.symbol}:{self.interval.value}"

    def chunk(self, time_ms: int) -> int:
        """Return the number of the chunk that a moment belongs to."""
        return self.interval.number(time_ms) // CHUNK_BARS

    def chunk_start(self, chunk: int) -> int:
        """Return when a chunk begins, in milliseconds since the epoch."""
        return self.interval.opening_of(chunk * CHUNK_BARS)


class Head(NamedTuple):
    """The forming bar of a series as a row of JSON, if there is one, and the stamps of the series."""

    live: bytes | None
    history: bytes
    tail: bytes


def read_head(series: Series) -> Head:
    fields = [f"{series.field}:{part}" for part in ("live", "history", "tail")]
    found: Any = redis_client().hmget(name("candles"), fields)
    live, history, tail = found
    return Head(live, history or b"", tail or b"")


def read_live(serieses: Sequence[Series]) -> list[tuple[Series, bytes]]:
    """Return the forming bar, as a row of JSON, of each series that has one."""
    if not serieses:
        return []
    rows: Any = redis_client().hmget(name("candles"), [f"{series.field}:live" for series in serieses])
    return [(series, row) for series, row in zip(serieses, rows, strict=True) if row is not None]


def write_live(rows: dict[Series, bytes]) -> None:
    """Replace the forming bars of some series."""
    if rows:
        fields: dict[Any, Any] = {f"{series.field}:live": row for series, row in rows.items()}
        redis_client().hset(name("candles"), mapping=fields)


def stamp(touched: Iterable[tuple[Series, bool]]) -> None:
    """Make the cached history, or with True only the newest chunk, of some series unfindable; after the commit."""
    fresh = str(time.time_ns())
    fields: dict[Any, Any] = {f"{series.field}:{'tail' if tail else 'history'}": fresh for series, tail in touched}
    if fields:
        redis_client().hset(name("candles"), mapping=fields)


def read_chunks(series: Series, head: Head, chunks: Sequence[int], newest: int) -> list[bytes | None]:
    """Return what is kept of each chunk; `newest` is the one that the newest bar belongs to."""
    keys = [_key(series, head, chunk, newest) for chunk in chunks]
    kept: Any = redis_client().mget(keys)
    return list(kept)


def write_chunks(series: Series, head: Head, contents: dict[int, bytes], newest: int) -> None:
    pipeline = redis_client().pipeline(transaction=False)
    for chunk, content in contents.items():
        pipeline.set(_key(series, head, chunk, newest), content, ex=CHUNK_SECONDS)
    pipeline.execute()


def _key(series: Series, head: Head, chunk: int, newest: int) -> str:
    stamps = head.history + b":" + head.tail if chunk >= newest else head.history
    return name("candle_rows", series.field, str(chunk), stamps.decode())
