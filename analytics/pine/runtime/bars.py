"""The bars that scripts run over."""

from collections.abc import Iterable
from typing import NamedTuple, Self


class Bar(NamedTuple):
    """One candle: `time` is its opening in milliseconds UTC, a volume that nobody knows is NaN."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    def and_then(self, later: "Bar") -> Self:
        """Return the candle that this one and a later one make up."""
        high, low = max(self.high, later.high), min(self.low, later.low)
        return self._replace(high=high, low=low, close=later.close, volume=self.volume + later.volume)


def heikin_ashi(bar: Bar, before: Bar | None) -> Bar:
    """Return a candle as Heikin Ashi; `before` is the Heikin Ashi candle before it."""
    close = (bar.open + bar.high + bar.low + bar.close) / 4
    start = (bar.open + bar.close) / 2 if before is None else (before.open + before.close) / 2
    return bar._replace(open=start, high=max(bar.high, start, close), low=min(bar.low, start, close), close=close)


def all_heikin_ashi(bars: Iterable[Bar]) -> list[Bar]:
    """Return candles as Heikin Ashi."""
    found: list[Bar] = []
    for bar in bars:
        found.append(heikin_ashi(bar, found[-1] if found else None))
    return found


def last_bars(bars: Iterable[Bar], count: int) -> list[Bar]:
    """Return the last bars of a history, all of them for a count of 0."""
    found = list(bars)
    return found[-count:] if count > 0 else found
