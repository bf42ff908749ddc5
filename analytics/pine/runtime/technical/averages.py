"""Moving averages and the line of regression."""

from math import exp, floor
from operator import mul
from typing import Any

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.columns import Column, Columns
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.numbers import divide, whole
from analytics.pine.runtime.technical.windows import BarWindow, Calculation, RollingSum, remember
from analytics.pine.runtime.values import NA


class Sma(Calculation):
    """The mean of the last values that are not na."""

    __slots__ = ("window",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.window = RollingSum()

    def __call__(self, source: float, length: float) -> float:
        return self.window.add(source, length, "ta.sma") / self.window.width

    def over(self, bars: Columns, sources: Column, length: float) -> list[float]:
        """Return the means on many bars."""
        sums = self.window.over(sources, length, "ta.sma")
        width = self.window.width
        return [total / width for total in sums]


class Ema(Calculation):
    """The exponential average with the weight 2 / (length + 1), from the mean of the first values on."""

    __slots__ = ("length", "value", "warming", "weight", "width")
    function = "ta.ema"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.value = NA
        self.length = NA
        self.width = 0
        self.weight = 0.0
        self.warming: RollingSum | None = RollingSum()

    def __call__(self, source: float, length: float) -> float:
        if length != self.length:
            self.width = whole(length, self.function)
            self.length = length
            self.weight = 2 / (self.width + 1)
        if source != source:
            return NA
        value = self.value
        if value == value:
            self.value = value = value + self.weight * (source - value)
            return value
        return self._begin(source)

    def over(self, bars: Columns, sources: Column, length: float) -> list[float]:
        """Return the averages on many bars."""
        averages, rest = self._until_begun(sources, length)
        value, weight = self.value, self.weight
        found = [value := value + weight * (source - value) for source in rest]
        if value != value and rest:  # a source is na, or the average itself has become na
            return averages + [self(source, length) for source in rest]
        self.value = value
        return averages + found

    def is_begun(self, length: float) -> bool:
        """Return whether the average has a value, and of this length."""
        return length == self.length and self.value == self.value

    def _until_begun(self, sources: Column, length: float) -> tuple[list[float], Column]:
        """Return the averages up to where the average has its first value, and the values that are left."""
        averages: list[float] = []
        while len(averages) < len(sources) and not self.is_begun(length):
            averages.append(self(sources[len(averages)], length))
        return averages, sources[len(averages) :]

    def _begin(self, source: float) -> float:
        if self.warming is None:  # the average itself has become na: it starts again
            self.warming = RollingSum()
        self.value = self.warming.add(source, self.width) / self.width
        if self.value == self.value:
            self.warming = None
        return self.value

    def mark(self) -> object:
        """Return what `rewind` needs, with the sum that the call may drop."""
        return super().mark(), self.warming

    def rewind(self, marked: Any) -> None:
        """Undo the one call since `mark`."""
        self.warming = marked[1]
        super().rewind(marked[0])

    def restore(self, saved: Any) -> None:
        """Go back to a state that `save()` returned."""
        self.warming = None if saved[self.kept.index("warming")] is None else RollingSum()
        super().restore(saved)


class Rma(Ema):
    """Wilder's average, each value with the weight 1 / length, from the mean of the first values on."""

    __slots__ = ()
    function = "ta.rma"

    def __call__(self, source: float, length: float) -> float:
        if length != self.length:
            self.width = whole(length, self.function)
            self.length = length
        return NA if source != source else self.advance(source)

    def over(self, bars: Columns, sources: Column, length: float) -> list[float]:
        """Return the averages on many bars."""
        averages, rest = self._until_begun(sources, length)
        value, width = self.value, self.width
        others = width - 1
        found = [value := (value * others + source) / width for source in rest]
        if value != value and rest:
            return averages + [self(source, length) for source in rest]
        self.value = value
        return averages + found

    def advance(self, source: float) -> float:
        """Take in a value that is not na, with the length of the bar before."""
        value = self.value
        if value == value:
            width = self.width
            self.value = value = (value * (width - 1) + source) / width
            return value
        return self._begin(source)


class Wma(Calculation):
    """The average in which the newest value weighs `length`, the oldest 1; a missing one repeats the one before."""

    __slots__ = ("length", "present", "values", "weights", "width")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []
        self.present = 0
        self.weights: list[float] = []
        self.length = NA
        self.width = 0

    def __call__(self, source: float, length: float) -> float:
        if length != self.length:
            self.width = whole(length, "ta.wma")
            self.length = length
            self.weights = [float(weight) for weight in range(1, self.width + 1)]
        values = self.values
        if source != source:
            if values:
                remember(values, values[-1], self.reach)
            return NA
        remember(values, source, self.reach)
        self.present += 1
        width = self.width
        if self.present < width:
            return NA
        total: float = sum(map(mul, values[-width:], self.weights))
        return total / (width * (width + 1) / 2)


class Vwma(Calculation):
    """The mean of the last values weighted with the volumes of their bars."""

    __slots__ = ("volumes", "weighted")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.weighted = RollingSum()
        self.volumes = RollingSum()

    def __call__(self, source: float, length: float) -> float:
        volume = self.context.volume
        weighted = self.weighted.add(source * volume, length, "ta.vwma") / self.weighted.width
        return divide(weighted, self.volumes.add(volume, length, "ta.vwma") / self.volumes.width)


class Swma(Calculation):
    """The average of four values with the weights 1, 2, 2, 1."""

    __slots__ = ("values",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.narrow(4)
        self.values: list[float] = []

    def __call__(self, source: float) -> float:
        values = self.values
        remember(values, source, self.reach)
        if len(values) < 4:
            return NA
        oldest, older, old, new = values[-4:]
        return (new + 2 * old + 2 * older + oldest) / 6


class Hma(Calculation):
    """Hull's average: a weighted one over the difference of two weighted ones."""

    __slots__ = ("half", "outer", "whole")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.half = Wma(context)
        self.whole = Wma(context)
        self.outer = Wma(context)

    def __call__(self, source: float, length: float) -> float:
        width = whole(length, "ta.hma")
        half = self.half(source, max(width // 2, 1))
        full = self.whole(source, width)
        inner = 2 * half - full
        return self.outer(inner, max(floor(width**0.5), 1)) if inner == inner else NA


class Alma(Calculation):
    """Arnaud Legoux' average: weights of a bell curve whose top is at `offset` of the window."""

    __slots__ = ("norm", "shape", "values", "weights")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []
        self.shape: tuple[float, ...] = ()
        self.weights: list[float] = []
        self.norm = 1.0

    def __call__(self, source: float, length: float, offset: float, sigma: float, floored: bool = False) -> float:
        shape = (length, offset, sigma, floored)
        if shape != self.shape:
            width = whole(length, "ta.alma")
            if not sigma:
                raise PineRuntimeError('The argument "sigma" of ta.alma is 0.')
            top = floor(offset * (width - 1)) if floored else offset * (width - 1)
            spread = width / sigma
            self.weights = [exp(-((index - top) ** 2) / (2 * spread * spread)) for index in range(width)]
            self.norm = sum(self.weights)
            self.shape = shape
        remember(self.values, source, self.reach)
        width = len(self.weights)
        if len(self.values) < width:
            return NA
        return divide(sum(map(mul, self.values[-width:], self.weights)), self.norm)


class Linreg(BarWindow):
    """The end of the line of least squares through the last values, `offset` bars before the newest."""

    __slots__ = ("positions",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.positions: list[float] = []

    def __call__(self, source: float, length: float, offset: float) -> float:
        self.place(source, length, "ta.linreg")
        width = self.width
        if width == 1:
            return source
        if self.bar < width - 1:
            return NA
        values = self.values[-width:]
        if len(values) < width:
            if self.varies:
                return NA
            values = [0.0] * (width - len(values)) + values
        if len(self.positions) != width:
            self.positions = [float(position) for position in range(1, width + 1)]
        sum_x = width * (width + 1) / 2
        sum_xx = width * (width + 1) * (2 * width + 1) / 6
        sum_y = sum(values)
        sum_xy: float = sum(map(mul, values, self.positions))
        slope = (width * sum_xy - sum_x * sum_y) / (width * sum_xx - sum_x * sum_x)
        intercept = sum_y / width - slope * sum_x / width + slope
        return intercept + slope * (width - 1 - int(offset))


BINDINGS: dict[str, Binding] = {
    "ta.sma": PerCall(Sma),
    "ta.ema": PerCall(Ema),
    "ta.rma": PerCall(Rma),
    "ta.wma": PerCall(Wma),
    "ta.vwma": PerCall(Vwma),
    "ta.swma": PerCall(Swma),
    "ta.hma": PerCall(Hma),
    "ta.alma": PerCall(Alma),
    "ta.linreg": PerCall(Linreg),
}
