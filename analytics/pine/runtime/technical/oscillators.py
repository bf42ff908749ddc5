"""Oscillators and bands."""

from math import sqrt
from operator import add, mul, sub

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.columns import Column, Columns
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.numbers import TOLERANCE, divide, whole
from analytics.pine.runtime.technical.averages import Ema, Rma, Sma
from analytics.pine.runtime.technical.extremes import Highest, Lowest
from analytics.pine.runtime.technical.statistics import Dev, Variance
from analytics.pine.runtime.technical.trends import TrueRange
from analytics.pine.runtime.technical.windows import Calculation, RollingSum, remember
from analytics.pine.runtime.values import NA


class Rsi(Calculation):
    """The relative strength index: Wilder's averages of rises against those of falls."""

    __slots__ = ("before", "falls", "rises")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.before = NA
        self.rises = Rma(context)
        self.falls = Rma(context)

    def __call__(self, source: float, length: float) -> float:
        if source != source:
            return NA
        move = source - self.before
        self.before = source
        if move != move:
            whole(length, "ta.rsi")
            return NA
        up, down = (move, 0.0) if move > 0 else (0.0, -move)
        if length == self.rises.length:
            rises = self.rises.advance(up)
            falls = self.falls.advance(down)
        else:
            rises = self.rises(up, length)
            falls = self.falls(down, length)
        if falls <= TOLERANCE:
            return 100.0
        return 0.0 if rises <= TOLERANCE else 100 - 100 / (1 + rises / falls)

    def over(self, bars: Columns, sources: Column, length: float) -> list[float]:
        """Return the index on many bars."""
        indexes: list[float] = []
        rises, falls = self.rises, self.falls
        while len(indexes) < len(sources) and not (rises.is_begun(length) and falls.is_begun(length)):
            indexes.append(self(sources[len(indexes)], length))
        rest, begun = sources[len(indexes) :], len(indexes)
        before, width, rise, fall = self.before, rises.width, rises.value, falls.value
        others = width - 1
        for source in rest:
            move = source - before
            before = source
            if move > 0:
                rise = (rise * others + move) / width
                fall = fall * others / width
            else:
                rise = rise * others / width
                fall = (fall * others - move) / width
            indexes.append(100.0 if fall <= TOLERANCE else 0.0 if rise <= TOLERANCE else 100 - 100 / (1 + rise / fall))
        if rise + fall != rise + fall and rest:  # a source is na, or an average has become na
            return indexes[:begun] + [self(source, length) for source in rest]
        self.before, rises.value, falls.value = before, rise, fall
        return indexes


class Macd(Calculation):
    """The difference of a fast and a slow average, its own average, and how far it is from that."""

    __slots__ = ("fast", "signal", "slow")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.fast = Ema(context)
        self.slow = Ema(context)
        self.signal = Ema(context)

    def __call__(self, source: float, fast: float, slow: float, signal: float) -> tuple[float, float, float]:
        line = self.fast(source, fast) - self.slow(source, slow)
        average = self.signal(line, signal)
        return line, average, line - average

    def over(
        self, bars: Columns, sources: Column, fast: float, slow: float, signal: float
    ) -> tuple[list[float], list[float], list[float]]:
        """Return each of the three values on many bars."""
        pairs = zip(self.fast.over(bars, sources, fast), self.slow.over(bars, sources, slow), strict=True)
        lines = [one - other for one, other in pairs]
        averages = self.signal.over(bars, lines, signal)
        return lines, averages, [line - average for line, average in zip(lines, averages, strict=True)]


class Stoch(Calculation):
    """Where the source is between the lowest low (0) and the highest high (100) of the window."""

    __slots__ = ("highest", "lowest")
    columns = 3

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.highest = Highest(context)
        self.lowest = Lowest(context)

    def __call__(self, source: float, high: float, low: float, length: float) -> float:
        highest = self.highest(high, length)
        lowest = self.lowest(low, length)
        return divide(100 * (source - lowest), highest - lowest)

    def over(self, bars: Columns, sources: Column, high: Column, low: Column, length: float) -> list[float]:
        """Return the places on many bars."""
        tops, bottoms = self.highest.over(bars, high, length), self.lowest.over(bars, low, length)
        triples = zip(sources, tops, bottoms, strict=True)
        return [divide(100 * (source - lowest), highest - lowest) for source, highest, lowest in triples]


class Wpr(Stoch):
    """Where the close is below the highest high (0) on the way to the lowest low (-100) of the window."""

    __slots__ = ()
    columns = 0

    def __call__(self, length: float) -> float:  # type: ignore[override]  # other arguments, never called as the base
        context = self.context
        highest = self.highest(context.high, length)
        lowest = self.lowest(context.low, length)
        return divide(100 * (context.close - highest), highest - lowest)


class Cci(Calculation):
    """The distance from the mean in mean deviations, so scaled that most values are within 100."""

    __slots__ = ("deviation", "mean")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.mean = Sma(context)
        self.deviation = Dev(context)

    def __call__(self, source: float, length: float) -> float:
        mean = self.mean(source, length)
        deviation = self.deviation.around(source, mean, self.mean.window.width)
        return divide(source - mean, 0.015 * deviation)


class Cmo(Calculation):
    """Chande's oscillator: rises less falls over their sum; moves within the tolerance count as rises."""

    __slots__ = ("before", "falls", "rises")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.before = NA
        self.rises = RollingSum()
        self.falls = RollingSum()

    def __call__(self, source: float, length: float) -> float:
        move = source - self.before
        self.before = source
        if move != move:
            whole(length, "ta.cmo")
            return NA
        up = move >= -TOLERANCE
        rises = self.rises.add(move if up else 0.0, length, "ta.cmo")
        falls = self.falls.add(0.0 if up else -move, length, "ta.cmo")
        return divide(100 * (rises - falls), rises + falls)


class Mfi(Calculation):
    """The money flow index: volume times price of rising bars against that of falling ones."""

    __slots__ = ("before", "falls", "rises")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.before = NA
        self.rises = RollingSum()
        self.falls = RollingSum()

    def __call__(self, source: float, length: float) -> float:
        move = source - self.before
        self.before = source
        if source != source:
            whole(length, "ta.mfi")
            return NA
        flow = self.context.volume * source
        rises = self.rises.add(0.0 if move <= TOLERANCE else flow, length, "ta.mfi")
        falls = self.falls.add(0.0 if move >= -TOLERANCE else flow, length, "ta.mfi")
        if rises != rises or falls != falls:
            return NA
        if -TOLERANCE <= falls <= TOLERANCE:
            return 100.0
        if -TOLERANCE <= rises <= TOLERANCE:
            return 0.0
        return 100 - 100 / (1 + rises / falls)


class Tsi(Calculation):
    """The true strength index: momentum averaged twice over its size averaged twice."""

    __slots__ = ("before", "long", "long_size", "short", "short_size")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.before = NA
        self.long = Ema(context)
        self.long_size = Ema(context)
        self.short = Ema(context)
        self.short_size = Ema(context)

    def __call__(self, source: float, short_length: float, long_length: float) -> float:
        if source != source:
            return NA
        move = source - self.before
        self.before = source
        strength = self.short(self.long(move, long_length), short_length)
        size = self.short_size(self.long_size(abs(move), long_length), short_length)
        return divide(strength, size)


class Roc(Calculation):
    """The change from `length` bars ago in per cent of the value then."""

    __slots__ = ("values",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []

    def __call__(self, source: float, length: float) -> float:
        width = whole(length, "ta.roc")
        values = self.values
        remember(values, source, self.reach)
        if len(values) <= width:
            return NA
        before = values[-1 - width]
        return divide(100 * (source - before), before)


class Bb(Calculation):
    """Bollinger's bands: the mean, and `multiplier` standard deviations above and below it."""

    __slots__ = ("deviation",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.deviation = Variance(context)

    def __call__(self, source: float, length: float, multiplier: float) -> tuple[float, float, float]:
        deviation = self.deviation
        reach = multiplier * sqrt(deviation.variance(source, length))
        sums = deviation.sums
        mean = sums.total / sums.width if reach == reach else NA
        return mean, mean + reach, mean - reach

    def over(
        self, bars: Columns, sources: Column, length: float, multiplier: float
    ) -> tuple[list[float], list[float], list[float]]:
        """Return each of the bands on many bars."""
        sums, squares = self.deviation.sums, self.deviation.squares
        totals = sums.over(sources, length, "ta.variance")
        squared = squares.over(list(map(mul, sources, sources)), length, "ta.variance")
        width = sums.width
        means = [total / width for total in totals]
        reaches = [
            multiplier * sqrt(0.0 if (variance := square / width - mean * mean) < 0 else variance)
            for square, mean in zip(squared, means, strict=True)
        ]
        upper, lower = list(map(add, means, reaches)), list(map(sub, means, reaches))
        together = sum(reaches)
        if together != together:
            means = [mean if reach == reach else NA for mean, reach in zip(means, reaches, strict=True)]
        return means, upper, lower


class Bbw(Bb):
    """The width of Bollinger's bands in per cent of the mean."""

    __slots__ = ()

    def __call__(self, source: float, length: float, multiplier: float) -> float:  # type: ignore[override]  # other arguments, never called as the base
        mean, upper, lower = super().__call__(source, length, multiplier)
        return divide(upper - lower, mean) * 100


class Kc(Calculation):
    """Keltner's channel: an average, and `multiplier` averages of the bars' range above and below it."""

    __slots__ = ("middle", "span", "true_range")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.middle = Ema(context)
        self.span = Ema(context)
        self.true_range = TrueRange(context)

    def __call__(
        self, source: float, length: float, multiplier: float, use_true_range: bool = True
    ) -> tuple[float, float, float]:
        context = self.context
        middle = self.middle(source, length)
        span = self.true_range(False) if use_true_range else context.high - context.low
        reach = multiplier * self.span(span, length)
        return middle, middle + reach, middle - reach


class Kcw(Kc):
    """The width of Keltner's channel as a fraction of its middle."""

    __slots__ = ()

    def __call__(  # type: ignore[override]  # other arguments, never called as the base
        self, source: float, length: float, multiplier: float, use_true_range: bool = True
    ) -> float:
        middle, upper, lower = super().__call__(source, length, multiplier, use_true_range)
        return divide(upper - lower, middle)


BINDINGS: dict[str, Binding] = {
    "ta.rsi": PerCall(Rsi),
    "ta.macd": PerCall(Macd),
    "ta.stoch": PerCall(Stoch),
    "ta.wpr": PerCall(Wpr),
    "ta.cci": PerCall(Cci),
    "ta.cmo": PerCall(Cmo),
    "ta.mfi": PerCall(Mfi),
    "ta.tsi": PerCall(Tsi),
    "ta.roc": PerCall(Roc),
    "ta.bb": PerCall(Bb),
    "ta.bbw": PerCall(Bbw),
    "ta.kc": PerCall(Kc),
    "ta.kcw": PerCall(Kcw),
}
