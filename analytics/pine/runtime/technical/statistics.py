"""Deviations, ranks and percentiles of windows."""

from bisect import bisect_left, insort
from collections import Counter
from math import ceil, floor, sqrt

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.columns import Column, Columns
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.numbers import TOLERANCE, divide, whole
from analytics.pine.runtime.technical.averages import Sma
from analytics.pine.runtime.technical.windows import Calculation, RollingSum, enough, remember
from analytics.pine.runtime.values import NA


class Variance(Calculation):
    """The mean of squares less the square of the mean, never below zero; unbiased over one less than `length`."""

    __slots__ = ("squares", "sums")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.sums = RollingSum()
        self.squares = RollingSum()

    def variance(self, source: float, length: float, biased: bool = True) -> float:
        """Return the variance with a new value."""
        sums, squared = self.sums, self.squares
        width, values, square = sums.width, sums.values, source * source
        steady = length == sums.length and source == source and len(values) >= width
        if steady and source != values[-1] and square != squared.values[-1]:
            total = sums.slide(source)
            squares = squared.slide(square)
        else:
            total = sums.add(source, length, "ta.variance")
            squares = squared.add(square, length, "ta.variance")
            width = sums.width
        mean = total / width
        if biased:
            variance = squares / width - mean * mean
        elif width == 1:
            return NA
        else:
            variance = squares / (width - 1) - total * mean / (width - 1)
        return 0.0 if variance < 0 else variance

    __call__ = variance

    def over(self, bars: Columns, sources: Column, length: float, biased: bool = True) -> list[float]:
        """Return the variances on many bars."""
        totals = self.sums.over(sources, length, "ta.variance")
        squares = self.squares.over([source * source for source in sources], length, "ta.variance")
        width = self.sums.width
        means = [total / width for total in totals]
        if biased:
            found = [square / width - mean * mean for square, mean in zip(squares, means, strict=True)]
        elif width == 1:
            return [NA] * len(sources)
        else:
            triples = zip(totals, squares, means, strict=True)
            found = [square / (width - 1) - total * mean / (width - 1) for total, square, mean in triples]
        return [0.0 if variance < 0 else variance for variance in found]


class Stdev(Variance):
    """The square root of the variance."""

    __slots__ = ()

    def __call__(self, source: float, length: float, biased: bool = True) -> float:
        return sqrt(self.variance(source, length, biased))

    def over(self, bars: Columns, sources: Column, length: float, biased: bool = True) -> list[float]:
        """Return the deviations on many bars."""
        return [sqrt(variance) for variance in super().over(bars, sources, length, biased)]


class Dev(Calculation):
    """The mean distance of the last values from their mean."""

    __slots__ = ("mean", "values")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.mean = Sma(context)
        self.values: list[float] = []

    def __call__(self, source: float, length: float) -> float:
        mean = self.mean(source, length)
        return self.around(source, mean, self.mean.window.width)

    def around(self, source: float, mean: float, width: int) -> float:
        """Return the mean distance of the last values, `source` the newest, from `mean`."""
        values = self.values
        remember(values, source, self.reach)
        if mean != mean or len(values) < width:
            return NA
        return sum([abs(value - mean) for value in values[: -width - 1 : -1]]) / width


class Correlation(Calculation):
    """Pearson's correlation of the last values of two sources; 0 where their covariance is within the tolerance."""

    __slots__ = ("products", "squares1", "squares2", "sums1", "sums2")
    columns = 2

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.sums1 = RollingSum()
        self.sums2 = RollingSum()
        self.products = RollingSum()
        self.squares1 = RollingSum()
        self.squares2 = RollingSum()

    def __call__(self, source1: float, source2: float, length: float) -> float:
        function = "ta.correlation"
        sum1 = self.sums1.add(source1, length, function)
        sum2 = self.sums2.add(source2, length, function)
        products = self.products.add(source1 * source2, length, function)
        squares1 = self.squares1.add(source1 * source1, length, function)
        squares2 = self.squares2.add(source2 * source2, length, function)
        width = self.sums1.width
        mean1 = sum1 / width
        mean2 = sum2 / width
        covariance = products / width - mean1 * mean2
        if -TOLERANCE <= covariance <= TOLERANCE:
            return 0.0
        variances = max(0.0, squares1 / width - mean1 * mean1) * max(0.0, squares2 / width - mean2 * mean2)
        return covariance / sqrt(variances) if variances > 0 else NA


class Median(Calculation):
    """The middle of the last values that are not na; of an even number the mean of both middle ones."""

    __slots__ = ("length", "ordered", "values", "width")
    function = "ta.median"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []
        self.ordered: list[float] = []
        self.length = NA
        self.width = 0

    def keep(self, source: float, length: float) -> bool:
        """Take in a value; return whether there are `length` of them."""
        values = self.values
        ordered = self.ordered
        if length != self.length:
            if length is None or length != length:
                if source == source:
                    remember(values, source, self.reach)
                    self.length = NA
                return False
            self.width = whole(length, self.function)
            self.length = length
            ordered[:] = sorted(values[-self.width :])
        if source == source:
            remember(values, source, self.reach)
            insort(ordered, source)
            if len(ordered) > self.width:
                del ordered[bisect_left(ordered, values[-self.width - 1])]
        return len(ordered) == self.width

    def __call__(self, source: float, length: float) -> float:
        if not self.keep(source, length):
            return NA
        ordered = self.ordered
        middle = self.width // 2
        return ordered[middle] if self.width % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class Mode(Median):
    """The most frequent of the last values that are not na, the smallest of several."""

    __slots__ = ()
    function = "ta.mode"

    def __call__(self, source: float, length: float) -> float:
        if not self.keep(source, length):
            return NA
        counts = Counter(self.ordered)
        return max(counts, key=counts.__getitem__)  # insertion follows the order, so the smallest comes first


class PercentileNearestRank(Calculation):
    """The value at the rank nearest to a percentage of the window.

    Missing values have ranks of their own: those that came before the window was full the first, later ones the last.
    """

    __slots__ = ("early", "late", "length", "ordered", "values", "width")
    function = "ta.percentile_nearest_rank"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []
        self.ordered: list[float] = []
        self.early = 0
        self.late = 0
        self.length = NA
        self.width = 0

    def keep(self, source: float, length: float) -> bool:
        """Take in a value; return whether the window is full."""
        values = self.values
        if length != self.length:
            if length is None or length != length:
                remember(values, source, self.reach)
                self.length = NA
                return False
            self.width = whole(length, self.function)
            self.length = length
            window = values[-self.width :]
            self.ordered = sorted(value for value in window if value == value)
            missing = len(window) - len(self.ordered)
            self.early, self.late = (missing, 0) if len(values) <= self.width else (0, missing)
        full = len(values) >= self.width
        remember(values, source, self.reach)
        if source == source:
            insort(self.ordered, source)
        elif full:
            self.late += 1
        else:
            self.early += 1
        if full:
            leaving = values[-self.width - 1]
            if leaving == leaving:
                del self.ordered[bisect_left(self.ordered, leaving)]
            elif self.early:
                self.early -= 1
            else:
                self.late -= 1
        return len(values) >= self.width

    def ranked(self, rank: int) -> float:
        """Return the value of a rank, counted from 1."""
        place = rank - 1 - self.early
        return self.ordered[place] if 0 <= place < len(self.ordered) else NA

    def __call__(self, source: float, length: float, percentage: float) -> float:
        if not self.keep(source, length):
            return NA
        if percentage is None or percentage != percentage:
            percentage = 0
        return self.ranked(min(max(ceil(percentage * self.width / 100), 1), self.width))


class PercentileLinearInterpolation(PercentileNearestRank):
    """The value at a percentage of the window, between the two nearest ranks."""

    __slots__ = ()
    function = "ta.percentile_linear_interpolation"

    def __call__(self, source: float, length: float, percentage: float) -> float:
        if not self.keep(source, length) or percentage is None or percentage != percentage:
            return NA
        position = self.width * percentage / 100 + 0.5
        if position <= 1:
            return self.ranked(1)
        if position >= self.width:
            return self.ranked(self.width)
        rank = floor(position)
        lower = self.ranked(rank)
        return lower + (position - rank) * (self.ranked(rank + 1) - lower)


class PercentRank(Calculation):
    """How many per cent of the `length` values before are below or equal to the value."""

    __slots__ = ("values",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []

    def __call__(self, source: float, length: float) -> float:
        width = whole(length, "ta.percentrank")
        values = self.values
        remember(values, source, self.reach)
        if source != source or len(values) <= width:
            return NA
        bound = source + TOLERANCE
        return 100 * sum([value <= bound for value in values[-width - 1 : -1]]) / width


class Rci(Calculation):
    """Spearman's correlation of the last values with their order in time, in per cent."""

    __slots__ = ("values",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []

    def __call__(self, source: float, length: float) -> float:
        width = whole(length, "ta.rci")
        values = self.values
        remember(values, source, self.reach)
        if self.context.bar_index < width or not enough(values, width):
            return NA
        ranks = _ranks(values[-width:])
        mean = (width - 1) / 2
        covariance = sum([(place - mean) * (rank - mean) for place, rank in enumerate(ranks)])
        times = sum([(place - mean) ** 2 for place in range(width)])
        ranked = sum([(rank - mean) ** 2 for rank in ranks])
        return 100 * covariance / (sqrt(times) * sqrt(ranked)) if times > 0 and ranked > 0 else NA


def _ranks(window: list[float]) -> list[float]:
    """Return the ranks of values from 0; those within the tolerance of the least of them share their mean rank."""
    order = sorted(range(len(window)), key=window.__getitem__)
    ranks = [0.0] * len(window)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and window[order[end]] - window[order[start]] < TOLERANCE:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end - 1) / 2
        start = end
    return ranks


class Cum(Calculation):
    """The sum of all values so far; na while the source is na."""

    __slots__ = ("total",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.total: float = 0

    def __call__(self, source: float) -> float:
        if source != source:
            return NA
        self.total += source
        return self.total


class Cog(Calculation):
    """The centre of gravity of the last values that are not na, as bars back, negative."""

    __slots__ = ("values",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []

    def __call__(self, source: float, length: float) -> float:
        width = whole(length, "ta.cog")
        values = self.values
        if source == source:
            remember(values, source, self.reach)
        if len(values) < width:
            return NA
        window = values[: -width - 1 : -1]
        return divide(-sum([value * weight for weight, value in enumerate(window, start=1)]), sum(window))


BINDINGS: dict[str, Binding] = {
    "ta.variance": PerCall(Variance),
    "ta.stdev": PerCall(Stdev),
    "ta.dev": PerCall(Dev),
    "ta.correlation": PerCall(Correlation),
    "ta.median": PerCall(Median),
    "ta.mode": PerCall(Mode),
    "ta.percentile_nearest_rank": PerCall(PercentileNearestRank),
    "ta.percentile_linear_interpolation": PerCall(PercentileLinearInterpolation),
    "ta.percentrank": PerCall(PercentRank),
    "ta.rci": PerCall(Rci),
    "ta.cum": PerCall(Cum),
    "ta.cog": PerCall(Cog),
}
