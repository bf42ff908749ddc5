"""The bars that scripts run over."""

from typing import NamedTuple


class Bar(NamedTuple):
    """One candle: `time` is its opening in milliseconds UTC, a volume that nobody knows is NaN."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
