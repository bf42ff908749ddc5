"""The day of each symbol, for watchlists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import orjson
from django.core.cache import cache
from django.db import connection

from marketdata.candle_cache import Series, read_live
from marketdata.feeds import Interval

PREVIOUS_CLOSE_SECONDS = 60

_PREVIOUS_CLOSES = """
    SELECT symbol, close, digits FROM unnest(%s::text[], %s::timestamptz[]) AS day (symbol, time)
    JOIN marketdata_symbol ON code = symbol
    JOIN LATERAL (
        SELECT close FROM marketdata_candle
        WHERE symbol = day.symbol AND interval = %s AND time < day.time ORDER BY time DESC LIMIT 1
    ) AS before ON true
"""


@dataclass(frozen=True, slots=True)
class Day:
    """A symbol's running day (UTC) in bid prices; the change counts from the close of the day before, where known."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    previous_close: Decimal | None

    @property
    def reference(self) -> Decimal:
        """Return the price from which the day's change counts."""
        return self.open if self.previous_close is None else self.previous_close

    @property
    def change_percent(self) -> Decimal:
        return ((self.close - self.reference) / self.reference * 100).quantize(Decimal("0.01"))


def day_summaries(symbols: Sequence[str]) -> dict[str, Day]:
    """Return the running day of each of `symbols` that has one: one read of Redis, rarely one query."""
    bars = {
        series.symbol: orjson.loads(row)
        for series, row in read_live([Series(symbol, Interval.D1) for symbol in symbols])
    }
    closes = _previous_closes({symbol: bar["time"] for symbol, bar in bars.items()})
    return {
        symbol: Day(
            open=Decimal(bar["open"]),
            high=Decimal(bar["high"]),
            low=Decimal(bar["low"]),
            close=Decimal(bar["close"]),
            previous_close=closes[symbol],
        )
        for symbol, bar in bars.items()
    }


def _previous_closes(days: dict[str, str]) -> dict[str, Decimal | None]:
    """Return the close of the day before each symbol's day (an ISO time)."""
    keys = {symbol: f"previous_close:{symbol}:{day}" for symbol, day in days.items()}
    kept = cache.get_many(keys.values())
    missing = [symbol for symbol, key in keys.items() if key not in kept]
    if missing:
        with connection.cursor() as cursor:
            moments = [datetime.fromisoformat(days[symbol]) for symbol in missing]
            cursor.execute(_PREVIOUS_CLOSES, [missing, moments, Interval.D1.minutes])
            found = {symbol: f"{close:.{digits}f}" for symbol, close, digits in cursor.fetchall()}
        read = {keys[symbol]: found.get(symbol, "") for symbol in missing}
        cache.set_many(read, PREVIOUS_CLOSE_SECONDS)
        kept |= read
    return {symbol: Decimal(kept[key]) if kept[key] else None for symbol, key in keys.items()}
