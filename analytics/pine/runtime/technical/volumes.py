"""Indicators of volume: variables that run over every bar of the chart, and the volume-weighted average price."""

from abc import ABC, abstractmethod
from math import sqrt
from typing import Any

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.bindings import Binding, PerCall, Variable
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.numbers import divide
from analytics.pine.runtime.state import State
from analytics.pine.runtime.technical.trends import TrueRange
from analytics.pine.runtime.technical.windows import Calculation
from analytics.pine.runtime.times import is_first_bar_of_session
from analytics.pine.runtime.values import NA


class RunningVariable(State, ABC):
    """A value that runs over all bars whether a script reads it or not."""

    __slots__ = ("at", "value")
    first: float = NA

    def __init__(self) -> None:
        self.at = -1
        self.value = self.first

    @abstractmethod
    def read(self, context: Context) -> float:
        """Return the value on the current bar."""


class Accumulator(RunningVariable):
    """A value that each bar and the one before change."""

    __slots__ = ()

    @abstractmethod
    def advance(self, bar: Bar, before: Bar | None) -> None:
        """Take in a bar."""

    def read(self, context: Context) -> float:
        """Return the value on the current bar."""
        bars = context.bars
        while self.at < context.bar_index:
            self.at += 1
            self.advance(bars[self.at], bars[self.at - 1] if self.at else None)
        return self.value


class AccumulationDistribution(Accumulator):
    """Accumulation and distribution: where in its range each bar closed, times its volume, summed."""

    __slots__ = ()
    first = 0.0

    def advance(self, bar: Bar, before: Bar | None) -> None:
        """Take in a bar; one without a range or a volume adds nothing."""
        share = divide((bar.close - bar.low) - (bar.high - bar.close), bar.high - bar.low)
        flow = share * bar.volume
        if flow - flow == 0:
            self.value += flow


class OnBalanceVolume(Accumulator):
    """The volume of rising bars less that of falling ones, summed."""

    __slots__ = ()

    def advance(self, bar: Bar, before: Bar | None) -> None:
        """Take in a bar; the first has no direction."""
        if before is None or bar.volume != bar.volume:
            return
        self.value = 0.0 if self.value != self.value else self.value
        if bar.close > before.close:
            self.value += bar.volume
        elif bar.close < before.close:
            self.value -= bar.volume


class PriceVolumeTrend(Accumulator):
    """The relative change of the close times volume, summed."""

    __slots__ = ()

    def advance(self, bar: Bar, before: Bar | None) -> None:
        """Take in a bar; the first has no change."""
        if before is None:
            return
        step = divide(bar.close - before.close, before.close) * bar.volume
        if step - step == 0:
            self.value = step if self.value != self.value else self.value + step


class NegativeVolumeIndex(Accumulator):
    """An index that follows the close on bars with less volume than the one before."""

    __slots__ = ()
    first = 1.0

    def advance(self, bar: Bar, before: Bar | None) -> None:
        """Take in a bar."""
        if before is not None and before.close and bar.close and bar.volume < before.volume:
            self.value += (bar.close - before.close) / before.close * self.value


class PositiveVolumeIndex(Accumulator):
    """An index that follows the close on bars with more volume than the one before."""

    __slots__ = ()
    first = 1.0

    def advance(self, bar: Bar, before: Bar | None) -> None:
        """Take in a bar."""
        if before is not None and before.close and bar.close and bar.volume > before.volume:
            self.value += (bar.close - before.close) / before.close * self.value


class WilliamsAccumulation(Accumulator):
    """Williams' accumulation: how far rising bars come from the true low and falling ones from the true high."""

    __slots__ = ()

    def advance(self, bar: Bar, before: Bar | None) -> None:
        """Take in a bar; the first has no direction."""
        if before is None:
            return
        self.value = 0.0 if self.value != self.value else self.value
        if bar.close > before.close:
            self.value += bar.close - min(bar.low, before.close)
        elif bar.close < before.close:
            self.value += bar.close - max(bar.high, before.close)


def _running(name: str, kind: type[RunningVariable]) -> Variable:
    def read(context: Context) -> float:
        accumulator = context.accumulators.get(name)
        if not isinstance(accumulator, RunningVariable):
            accumulator = context.accumulators[name] = kind()
        return accumulator.read(context)

    return Variable(read)


class VolumeWeightedPrice(State):
    """Prices weighted with volume since a bar that began anew."""

    __slots__ = ("begun", "squares", "total", "volume")

    def __init__(self) -> None:
        self.begun = False
        self.volume = 0.0
        self.total = 0.0
        self.squares = 0.0

    def add(self, source: float, volume: float, anew: bool) -> float:
        """Return the price after a bar; na before the first that began anew."""
        if anew:
            self.begun = True
            self.volume = self.total = self.squares = 0.0
        if not self.begun:
            return NA
        self.volume += volume
        self.total += source * volume
        self.squares += source * source * volume
        return divide(self.total, self.volume)

    def deviation(self, price: float) -> float:
        """Return the standard deviation of the prices around their weighted mean."""
        variance = divide(self.squares, self.volume) - price * price
        return sqrt(variance) if variance > 0 else variance * 0


class Vwap(Calculation):
    """The volume-weighted average price since `anchor` was true, of itself the first bar of a trading day.

    With a multiplier also the bands of so many standard deviations above and below.
    """

    __slots__ = ("price",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.price = VolumeWeightedPrice()

    def __call__(self, source: float, anchor: bool | None = None, multiplier: float | None = None) -> Any:
        context = self.context
        anew = is_first_bar_of_session(context, context.bar_index) if anchor is None else anchor
        price = NA if source != source else self.price.add(source, context.volume, anew)
        if multiplier is None:
            return price
        reach = multiplier * self.price.deviation(price)
        return price, price + reach, price - reach


class SessionPrice(RunningVariable):
    """The volume-weighted average of (high + low + close) / 3 since the trading day began."""

    __slots__ = ("price",)

    def __init__(self) -> None:
        super().__init__()
        self.price = VolumeWeightedPrice()

    def read(self, context: Context) -> float:
        """Return the value on the current bar."""
        while self.at < context.bar_index:
            self.at += 1
            bar = context.bars[self.at]
            source = (bar.high + bar.low + bar.close) / 3
            self.value = self.price.add(source, bar.volume, is_first_bar_of_session(context, self.at))
        return self.value


def _intraday_intensity(context: Context) -> float:
    return divide(2 * context.close - context.high - context.low, (context.high - context.low) * context.volume)


def _accumulation_of_bar(context: Context) -> float:
    return divide(context.close - context.open, context.high - context.low) * context.volume


BINDINGS: dict[str, Binding] = {
    "ta.accdist": _running("ta.accdist", AccumulationDistribution),
    "ta.obv": _running("ta.obv", OnBalanceVolume),
    "ta.pvt": _running("ta.pvt", PriceVolumeTrend),
    "ta.nvi": _running("ta.nvi", NegativeVolumeIndex),
    "ta.pvi": _running("ta.pvi", PositiveVolumeIndex),
    "ta.wad": _running("ta.wad", WilliamsAccumulation),
    "ta.vwap": _running("ta.vwap", SessionPrice),
    "ta.vwap()": PerCall(Vwap),
    "ta.iii": Variable(_intraday_intensity),
    "ta.wvad": Variable(_accumulation_of_bar),
    "ta.tr": Variable(lambda context: TrueRange(context)()),
}
