"""Bars in a row, price by price, for what is computed over many of them at once."""

from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.values import NA

Column = Sequence[float]
_OPEN, _HIGH, _LOW, _CLOSE, _VOLUME = (
    itemgetter(Bar._fields.index(name)) for name in ("open", "high", "low", "close", "volume")
)


class Columns:
    """The prices of the bars from `first` on; a column is made when it is first asked for."""

    def __init__(self, bars: Sequence[Bar], first: int, stop: int) -> None:
        self.first = first
        self._bars = bars[first:stop]
        self._close_before = bars[first - 1].close if first else NA

    @cached_property
    def open(self) -> Column:
        return list(map(_OPEN, self._bars))

    @cached_property
    def high(self) -> Column:
        return list(map(_HIGH, self._bars))

    @cached_property
    def low(self) -> Column:
        return list(map(_LOW, self._bars))

    @cached_property
    def close(self) -> Column:
        return list(map(_CLOSE, self._bars))

    @cached_property
    def volume(self) -> Column:
        return list(map(_VOLUME, self._bars))

    @property
    def before(self) -> Column:
        """Return the closes of the bars before each of them, na before the first of all."""
        return [self._close_before, *self.close[:-1]]

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
