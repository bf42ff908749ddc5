"""Windows over the last values of a source."""

from itertools import islice
from typing import ClassVar

from analytics.pine.runtime.columns import Column
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.numbers import whole
from analytics.pine.runtime.state import State
from analytics.pine.runtime.values import NA

KEPT = 5000
"""How many values a window of changing length can reach back to."""
SPARE = 32
"""How many values more than its length a window of constant length keeps at least."""


def remember(values: list[float], value: float, reach: int) -> None:
    """Append a value to a history that reaches back as far."""
    values.append(value)
    if len(values) > 2 * reach:
        forget(values, reach)


def forget(values: list[float], reach: int) -> None:
    """Drop the values of a history that are further back; at least two of them, for `rewind` looks at the length."""
    if len(values) > 2 * reach:
        del values[:-reach]


class Calculation(State):
    """What one place in a script that calls a function keeps; `values` is its history of the source.

    Some also have `over(bars, ...)`, which takes columns for the first arguments and returns the values of many bars in
    a row, a column for each where a call returns several: the very ones that as many calls would have returned, and
    leaves the state that these would have left. It is the same computation in the same order, with the state in local
    variables.
    """

    __slots__ = ("context", "reach")
    growing = frozenset({"values"})
    columns: ClassVar[int] = 1
    """How many of the first arguments are values of the bar; the others are lengths and the like."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.reach = KEPT

    def narrow(self, reach: int) -> None:
        """Keep no more values than windows of constant lengths need, which are no longer than `reach` together."""
        self.reach = reach + SPARE
        for name in self.kept:
            part = getattr(self, name, None)
            if isinstance(part, Calculation | RollingSum):
                part.narrow(reach)


class RollingSum(State):
    """The sum over the last `length` values that are not na; na before there are so many.

    Rounding errors are carried along and taken out again (Kahan), and what leaves the window is what had really been
    added for it. Where adding the carry to the new value would round down, the sum starts afresh from the window:
    reference platforms do the same, and crossings of two averages depend on the last bit. It does so, too, where all
    values of the window are equal.
    """

    __slots__ = ("carry", "entries", "length", "reach", "total", "values", "width")
    growing = frozenset({"entries", "values"})

    def __init__(self) -> None:
        self.reach = KEPT
        self.values: list[float] = []
        self.entries: list[float] = []
        self.total = 0.0
        self.carry = 0.0
        self.length = NA
        self.width = 0

    def narrow(self, reach: int) -> None:
        """Keep no more values than a window of a constant length needs, which is no longer than `reach`."""
        self.reach = reach + SPARE

    def add(self, source: float, length: float, function: str = "math.sum") -> float:
        """Return the sum after a new value; an na changes nothing."""
        if length != self.length:
            self._resize(length, function)
        values = self.values
        width = self.width
        count = len(values)
        if source != source:
            return self.total if count >= width else NA
        if count < width:
            return self._fill(source)
        alike = source == values[-1] and source == values[1 - width if width > 1 else -1]
        if alike and values[1 - width or count :].count(source) == width - 1:
            values.append(source)
            return self._afresh(source)
        return self.slide(source)

    def slide(self, source: float) -> float:
        """Return the sum after a new value takes the place of the oldest of a full window, if not all are equal."""
        values = self.values
        values.append(source)
        total = self.total
        carry = self.carry
        entries = self.entries
        if carry:
            size = carry if carry > 0 else -carry
            if size - ((source + size) - source) > 0 and source:
                return self._afresh(source)
        leaving = entries[-self.width] + carry
        lowered = total - leaving
        entry = source - ((lowered - total) + leaving)
        self.total = total = lowered + entry
        self.carry = (total - lowered) - entry
        entries.append(entry)
        if total != total or len(values) > 2 * self.reach:
            self._put_in_order()
            return self.total
        return total

    def over(self, sources: Column, length: float, function: str = "math.sum") -> list[float]:
        """Return the sums after each of several values, as `add` would one by one."""
        sums: list[float] = []
        start = 0
        while start < len(sources) and (length != self.length or len(self.values) < self.width):
            sums.append(self.add(sources[start], length, function))
            start += 1
        rest = sources[start:]
        slid = self._slide_over(rest) if rest else []
        sums += [self.add(source, length, function) for source in rest] if slid is None else slid
        return sums

    def _slide_over(self, sources: Column) -> list[float] | None:
        """Return the sums of a full window after each of several values; None, and nothing done, where one is na."""
        together = sum(sources, self.total)
        if together - together != 0:
            return None
        values, entries, width = self.values, self.entries, self.width
        count, entered = len(values), len(entries)
        total, carry, last = self.total, self.carry, values[-1]
        values += sources
        sums: list[float] = []
        # What leaves was entered `width` values before, perhaps by this very loop.
        for source, leaves in zip(sources, islice(entries, entered - width, None), strict=False):
            size = -carry if carry < 0 else carry
            if source == last or (source + size) - source < size:
                place = count + len(entries) - entered
                lost = (source + size) - source < size and source != 0
                if lost or values[place - width + 1 : place + 1].count(source) == width:
                    carry = 0.0
                    total = sum(values[place : place - width : -1])
                    entries.append(source)
                    sums.append(total)
                    last = source
                    continue
            last = source
            leaving = leaves + carry
            lowered = total - leaving
            entry = source - ((lowered - total) + leaving)
            total = lowered + entry
            carry = (total - lowered) - entry
            entries.append(entry)
            sums.append(total)
        if total - total != 0:
            del values[count:], entries[entered:]
            return None
        self.total, self.carry = total, carry
        if len(values) > 2 * self.reach:
            forget(values, max(self.reach, width))
            forget(entries, max(self.reach, width))
        return sums

    def _fill(self, source: float) -> float:
        """Take in a value of which none has to leave."""
        self.values.append(source)
        count = len(self.values)
        size = abs(self.carry)
        if size and source and size - ((source + size) - source) > 0:
            self._afresh(source)
        else:
            entry = source - self.carry
            raised = self.total + entry
            self.carry = (raised - self.total) - entry
            self.total = raised
            self.entries.append(entry)
        if self.values[-self.width :].count(source) == self.width:
            self.entries.pop()
            self._afresh(source)
        return self.total if count >= self.width else NA

    def _put_in_order(self) -> None:
        """Forget an infinite value that has left the window, and values that no length reaches back to."""
        if self.total != self.total:
            self.total = sum(self.values[: -self.width - 1 : -1])
            self.carry = 0.0
            self.entries[-1] = self.values[-1]
        forget(self.values, max(self.reach, self.width))
        forget(self.entries, max(self.reach, self.width))

    def _afresh(self, source: float) -> float:
        """Sum the window up, its newest value first, and forget the carry."""
        self.entries.append(source)
        self.carry = 0.0
        self.total = sum(self.values[: -self.width - 1 : -1])
        return self.total

    def _resize(self, length: float, function: str) -> None:
        self.width = whole(length, function)
        self.length = length
        self.total = sum(self.values[: -self.width - 1 : -1])
        self.carry = 0.0


class BarWindow(Calculation):
    """The values of a source by bar, also over bars on which the place was not reached.

    While the length stays the same, such a bar has what was written `length + 1` bars before it, and 0 if nothing was;
    once the length has changed, it has the value of the bar before. (Reference platforms use a ring for constant
    lengths.) `values` ends with the current bar; a second call on a bar takes the place of the first.
    """

    __slots__ = ("bar", "length", "values", "varies", "width")
    growing = frozenset()  # a call fills in the bars before it, too

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: list[float] = []
        self.bar = -1
        self.length = NA
        self.width = 0
        self.varies = False

    def place(self, source: float, length: float, function: str) -> bool:
        """Write the current bar's value; return whether only this bar is new and the length is what it was."""
        bar = self.context.bar_index
        steady = bar == self.bar + 1 and length == self.length
        if steady:
            remember(self.values, source, max(self.reach, self.width))
        else:
            self._catch_up(bar, source, length, function)
        self.bar = bar
        return steady

    def _catch_up(self, bar: int, source: float, length: float, function: str) -> None:
        if length != self.length:
            width = whole(length, function)
            self.varies = self.varies or self.width != 0
            self.length = length
            self.width = width
        values = self.values
        if values and bar == self.bar:
            values[-1] = source
            return
        if values:
            for _ in range(min(bar - self.bar - 1, KEPT)):
                if self.varies:
                    values.append(values[-1])
                else:
                    values.append(values[-self.width - 1] if len(values) > self.width else 0.0)
        remember(values, source, max(self.reach, self.width))


def enough(values: list[float], count: int) -> bool:
    """Return whether there are `count` values, none of the last `count` na."""
    if len(values) < count:
        return False
    total = sum(values[-count:])
    return total == total or not any(value != value for value in values[-count:])
