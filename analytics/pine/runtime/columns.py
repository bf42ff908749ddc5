"""Bars in a row, price by price, for what is computed over many of them at once."""

from collections.abc import Sequence

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.values import NA

Column = Sequence[float]


class Columns:
    """The prices of the bars from `first` on; `before` are the closes of the bars before each of them."""

    __slots__ = ("before", "close", "first", "high", "low", "open", "volume")

    def __init__(self, bars: Sequence[Bar], first: int, stop: int) -> None:
        self.first = first
        self.open: Column
        self.high: Column
        self.low: Column
        self.close: Column
        self.volume: Column
        _, self.open, self.high, self.low, self.close, self.volume = zip(*bars[first:stop], strict=True)
        self.before: Column = (bars[first - 1].close if first else NA, *self.close[:-1])

    def source(self, name: str) -> Column:
        """Return the column of the series that an input names."""
        match name:
            case "hl2":
                return [(high + low) / 2 for high, low in zip(self.high, self.low, strict=True)]
            case "hlc3":
                prices = zip(self.high, self.low, self.close, strict=True)
                return [(high + low + close) / 3 for high, low, close in prices]
            case "hlcc4":
                prices = zip(self.high, self.low, self.close, strict=True)
                return [(high + low + close + close) / 4 for high, low, close in prices]
            case "ohlc4":
                prices4 = zip(self.open, self.high, self.low, self.close, strict=True)
                return [(open_ + high + low + close) / 4 for open_, high, low, close in prices4]
        column: Column = getattr(self, name)
        return column
