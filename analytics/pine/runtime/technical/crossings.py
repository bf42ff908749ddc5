"""Crossings, directions and memories of conditions."""

from typing import Any

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.columns import Column, Columns
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.numbers import TOLERANCE, whole
from analytics.pine.runtime.technical.windows import Calculation, remember
from analytics.pine.runtime.values import NA, is_na


class Crossover(Calculation):
    """Whether the first source is above the second now and was not at the last bar that had both; exact."""

    __slots__ = ("armed", "missing")
    columns = 2
    passing = frozenset({"context", "missing"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.armed = False
        self.missing = False if context.declaration.version >= 6 else None

    def __call__(self, source1: float, source2: float) -> bool | None:
        if source1 > source2:
            crossed = self.armed
            self.armed = False
            return crossed
        if source1 <= source2:
            self.armed = True
            return False
        return self.missing

    def over(self, bars: Columns, sources1: Column, sources2: Column) -> list[bool | None]:
        """Return the answers on many bars."""
        armed = self.armed
        answers: list[bool | None] = []
        for source1, source2 in zip(sources1, sources2, strict=True):
            if source1 > source2:
                answers.append(armed)
                armed = False
            elif source1 <= source2:
                armed = True
                answers.append(False)
            else:
                answers.append(self.missing)
        self.armed = armed
        return answers


class Crossunder(Crossover):
    """Whether the first source is below the second now and was not at the last bar that had both; exact."""

    __slots__ = ()

    def __call__(self, source1: float, source2: float) -> bool | None:
        if source1 < source2:
            crossed = self.armed
            self.armed = False
            return crossed
        if source1 >= source2:
            self.armed = True
            return False
        return self.missing

    def over(self, bars: Columns, sources1: Column, sources2: Column) -> list[bool | None]:
        """Return the answers on many bars."""
        return super().over(bars, sources2, sources1)


class Cross(Calculation):
    """Whether the sources have changed sides since they last differed by more than the tolerance."""

    __slots__ = ("missing", "side")
    columns = 2
    passing = frozenset({"context", "missing"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.side = 0
        self.missing = False if context.declaration.version >= 6 else None

    def __call__(self, source1: float, source2: float) -> bool | None:
        difference = source1 - source2
        if difference > TOLERANCE:
            crossed = self.side < 0
            self.side = 1
            return crossed
        if difference < -TOLERANCE:
            crossed = self.side > 0
            self.side = -1
            return crossed
        return False if difference == difference else self.missing


class Rising(Calculation):
    """Whether the value is above each of the `length` values before, na ones left out, by more than the tolerance."""

    __slots__ = ("values",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []

    def __call__(self, source: float, length: float) -> bool:
        width = whole(length, "ta.rising")
        if source != source:
            return False
        values = self.values
        risen = len(values) >= width and source - max(values[-width:]) > TOLERANCE
        remember(values, source, self.reach)
        return risen


class Falling(Calculation):
    """Whether the value is below each of the `length` values before, na ones left out, by more than the tolerance."""

    __slots__ = ("values",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []

    def __call__(self, source: float, length: float) -> bool:
        width = whole(length, "ta.falling")
        if source != source:
            return False
        values = self.values
        fallen = len(values) >= width and min(values[-width:]) - source > TOLERANCE
        remember(values, source, self.reach)
        return fallen


class BarsSince(Calculation):
    """How many bars ago a condition was true, na before it ever was."""

    __slots__ = ("count",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.count: float = NA

    def __call__(self, condition: bool | None) -> float:
        self.count = 0 if condition else self.count + 1
        return self.count


class ValueWhen(Calculation):
    """The value a source had when a condition was true for the last time but `occurrence`.

    Each time that a bar is computed because an order fills counts as an occurrence, and is not taken back.
    """

    __slots__ = ("values",)
    columns = 2
    growing = frozenset()
    outlasts_fills = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[Any] = []

    def __call__(self, condition: bool | None, source: Any, occurrence: float) -> Any:
        back = whole(occurrence, "ta.valuewhen", "occurrence", least=0)
        values = self.values
        if condition:
            remember(values, source, self.reach)
        if back < len(values):
            return values[-1 - back]
        if isinstance(source, bool):
            return False if self.context.declaration.version >= 6 else None
        return NA if isinstance(source, (int, float)) else None


class Change(Calculation):
    """The difference from the value `length` bars ago; of conditions, whether they differ."""

    __slots__ = ("values",)
    function = "ta.change"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[Any] = []

    def __call__(self, source: Any, length: float = 1) -> Any:
        values = self.values
        remember(values, source, self.reach)
        back = length if type(length) is int and length > 0 else whole(length, self.function)
        before = values[-1 - back] if back < len(values) else None
        if source is None or isinstance(source, bool):
            if before is None or source is None:
                return False if self.context.declaration.version >= 6 else None
            return source != before
        return NA if before is None or is_na(source) else source - before


class Momentum(Change):
    """The difference from the value `length` bars ago."""

    __slots__ = ()
    function = "ta.mom"


BINDINGS: dict[str, Binding] = {
    "ta.crossover": PerCall(Crossover),
    "ta.crossunder": PerCall(Crossunder),
    "ta.cross": PerCall(Cross),
    "ta.rising": PerCall(Rising),
    "ta.falling": PerCall(Falling),
    "ta.barssince": PerCall(BarsSince),
    "ta.valuewhen": PerCall(ValueWhen),
    "ta.change": PerCall(Change),
    "ta.mom": PerCall(Momentum),
}
