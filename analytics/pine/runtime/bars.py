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


def last_bars(bars: Iterable[Bar], count: int) -> list[Bar]:
    """Return the last bars of a history, all of them for a count of 0."""
    found = list(bars)
    return found[-count:] if count > 0 else found
