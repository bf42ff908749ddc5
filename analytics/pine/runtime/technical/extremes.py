"""Highest and lowest values of windows, and pivots."""

from abc import ABC, abstractmethod
from math import inf
from operator import ge, gt, le, lt
from typing import Any, ClassVar

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.columns import Column, Columns
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.numbers import whole
from analytics.pine.runtime.technical.windows import BarWindow, Calculation, forget, remember
from analytics.pine.runtime.values import NA


class Extreme(BarWindow, ABC):
    """The highest or lowest of the last values; of equal ones the oldest counts, and an na begins the window anew.

    Each of the two compares for itself: to call a comparison would cost nearly as much as all the rest.
    """

    __slots__ = ("at", "best")
    function: ClassVar[str]
    worst: ClassVar[float]
    best_of: ClassVar[Any]

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.best = self.worst
        self.at = -1

    def scan(self) -> None:
        """Look through the window, and forget what no window reaches back to."""
        forget(self.values, max(self.reach, self.width))
        window = self.values[-self.width :]
        total = sum(window)
        if total != total:
            # Infinities of both signs have no sum either.
            since = next((place for place, value in enumerate(reversed(window)) if value != value), len(window))
            window = window[len(window) - since :]
        self.best = self.best_of(window, default=self.worst)
        self.at = self.bar - len(window) + 1 + (window.index(self.best) if window else -1)

    def begin_anew(self) -> None:
        """Forget the values before one that is na."""
        self.best = self.worst
        self.at = self.bar

    def one_by_one(self, first: int, sources: Column, length: float) -> list[float]:
        """Return the values on many bars where some are no numbers, or the window is not full."""
        context, found = self.context, []
        begun = context.bar_index
        for bar, source in enumerate(sources, start=first):
            context.bar_index = bar
            found.append(self(source, length))
        context.bar_index = begun
        return found

    @abstractmethod
    def __call__(self, source: float, length: float) -> float:
        """Return the extreme of one more bar; each of the two compares in its own direction."""


class Highest(Extreme):
    """The highest of the last values."""

    __slots__ = ()
    function, worst, best_of = "ta.highest", -inf, max

    def __call__(self, source: float, length: float) -> float:
        bar = self.context.bar_index
        if bar == self.bar + 1 and length == self.length:
            self.bar = bar
            self.values.append(source)
            if source > self.best:
                self.best = source
                self.at = bar
            elif source != source:
                self.begin_anew()
            elif self.at <= bar - self.width:
                self.scan()
        else:
            self.place(source, length, self.function)
            self.scan()
        return self.best if bar >= self.width - 1 and self.best != -inf else NA

    def over(self, bars: Columns, sources: Column, length: float) -> list[float]:
        """Return the highest values on many bars."""
        found = [self(sources[0], length)]
        values, width, best, at = self.values, self.width, self.best, self.at
        rest = sources[1:]
        total = sum(rest, sum(values[-width:]))
        if total - total != 0 or self.bar < width - 1:
            return found + self.one_by_one(bars.first + 1, rest, length)
        shift = self.bar + 1 - len(values)
        at -= shift
        values += rest
        for place, source in enumerate(rest, start=len(values) - len(rest)):
            if source > best:
                best, at = source, place
            elif at <= place - width:
                window = values[place - width + 1 : place + 1]
                best = max(window)
                at = place - width + 1 + window.index(best)
            found.append(best)
        self.bar, self.best, self.at = bars.first + len(rest), best, at + shift
        forget(values, max(self.reach, width))
        return found


class Lowest(Extreme):
    """The lowest of the last values."""

    __slots__ = ()
    function, worst, best_of = "ta.lowest", inf, min

    def __call__(self, source: float, length: float) -> float:
        bar = self.context.bar_index
        if bar == self.bar + 1 and length == self.length:
            self.bar = bar
            self.values.append(source)
            if source < self.best:
                self.best = source
                self.at = bar
            elif source != source:
                self.begin_anew()
            elif self.at <= bar - self.width:
                self.scan()
        else:
            self.place(source, length, self.function)
            self.scan()
        return self.best if bar >= self.width - 1 and self.best != inf else NA

    def over(self, bars: Columns, sources: Column, length: float) -> list[float]:
        """Return the lowest values on many bars."""
        found = [self(sources[0], length)]
        values, width, best, at = self.values, self.width, self.best, self.at
        rest = sources[1:]
        total = sum(rest, sum(values[-width:]))
        if total - total != 0 or self.bar < width - 1:
            return found + self.one_by_one(bars.first + 1, rest, length)
        shift = self.bar + 1 - len(values)
        at -= shift
        values += rest
        for place, source in enumerate(rest, start=len(values) - len(rest)):
            if source < best:
                best, at = source, place
            elif at <= place - width:
                window = values[place - width + 1 : place + 1]
                best = min(window)
                at = place - width + 1 + window.index(best)
            found.append(best)
        self.bar, self.best, self.at = bars.first + len(rest), best, at + shift
        forget(values, max(self.reach, width))
        return found


class HighestBars(Highest):
    """How far back the highest of the last values lies, as 0 or a negative number."""

    __slots__ = ()
    function = "ta.highestbars"

    def __call__(self, source: float, length: float) -> float:
        best = super().__call__(source, length)
        if source != source and self.bar >= self.width - 1:
            return 0
        return self.at - self.bar if best == best else NA


class LowestBars(Lowest):
    """How far back the lowest of the last values lies, as 0 or a negative number."""

    __slots__ = ()
    function = "ta.lowestbars"

    def __call__(self, source: float, length: float) -> float:
        best = super().__call__(source, length)
        if source != source and self.bar >= self.width - 1:
            return 0
        return self.at - self.bar if best == best else NA


class Range(Calculation):
    """The distance of the highest of the last values from the lowest."""

    __slots__ = ("highest", "lowest")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.highest = Highest(context)
        self.lowest = Lowest(context)

    def __call__(self, source: float, length: float) -> float:
        return self.highest(source, length) - self.lowest(source, length)


class Max(Calculation):
    """The highest value so far."""

    __slots__ = ("best",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.best = NA

    def __call__(self, source: float) -> float:
        if not source <= self.best and source == source:
            self.best = source
        return self.best


class Min(Calculation):
    """The lowest value so far."""

    __slots__ = ("best",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.best = NA

    def __call__(self, source: float) -> float:
        if not source >= self.best and source == source:
            self.best = source
        return self.best


class Pivot(Calculation):
    """The value `right` bars ago if no earlier one in the window beats it and no later one reaches it, else na."""

    __slots__ = ("values",)
    function: ClassVar[str]
    beats: ClassVar[Any]
    reaches: ClassVar[Any]

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []

    def __call__(self, source: float, left: float, right: float) -> float:
        before = whole(left, self.function, "leftbars", least=0)
        after = whole(right, self.function, "rightbars", least=0)
        values = self.values
        remember(values, source, self.reach)
        if len(values) <= before + after or source != source:
            return NA
        pivot = values[-1 - after]
        if after and self.reaches(values[-after], pivot):
            return NA
        if any(self.reaches(value, pivot) for value in values[len(values) - after :]):
            return NA
        if any(self.beats(value, pivot) for value in values[-1 - after - before : len(values) - 1 - after]):
            return NA
        return pivot


class PivotHigh(Pivot):
    """A value that stands out above those around it."""

    __slots__ = ()
    function, beats, reaches = "ta.pivothigh", gt, ge


class PivotLow(Pivot):
    """A value that stands out below those around it."""

    __slots__ = ()
    function, beats, reaches = "ta.pivotlow", lt, le


BINDINGS: dict[str, Binding] = {
    "ta.highest": PerCall(Highest),
    "ta.highestbars": PerCall(HighestBars),
    "ta.lowest": PerCall(Lowest),
    "ta.lowestbars": PerCall(LowestBars),
    "ta.range": PerCall(Range),
    "ta.max": PerCall(Max),
    "ta.min": PerCall(Min),
    "ta.pivothigh": PerCall(PivotHigh),
    "ta.pivotlow": PerCall(PivotLow),
}
