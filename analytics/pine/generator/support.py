"""What generated code calls besides the built-ins: the rest of the language itself."""

from collections.abc import Callable
from math import fmod
from typing import Any

from analytics.pine.runtime.columns import Columns
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.numbers import LONGEST_HISTORY, TOLERANCE, divide
from analytics.pine.runtime.repeated import Repeated
from analytics.pine.runtime.snapshots import ScriptObject
from analytics.pine.runtime.state import State
from analytics.pine.runtime.strings import limited
from analytics.pine.runtime.values import NA

LARGEST_INT = 2**63 - 1


class Unset:
    """What a `var` holds before it is first reached."""


UNSET = Unset()


class EnumValue:
    """A member of an enum; as text it is its title."""

    __slots__ = ("enum", "name", "title")

    def __init__(self, enum: str, name: str, title: str) -> None:
        self.enum = enum
        self.name = name
        self.title = title

    def __str__(self) -> str:
        return self.title

    def __repr__(self) -> str:
        return f"{self.enum}.{self.name}"


class Kept:
    """Fields that stay as they are when a bar is computed again."""


def object_type(name: str, fields: tuple[str, ...], varip: tuple[str, ...]) -> type[ScriptObject]:
    """Return the class of a user type; its attributes are the fields with `f_` before their names."""
    ordinary = tuple(f"f_{field}" for field in fields if field not in varip)
    body: dict[str, Any] = {"__slots__": (*ordinary, "kept") if varip else ordinary}
    for field in varip:
        body[f"f_{field}"] = _kept(f"f_{field}")
    names = tuple(f"f_{field}" for field in fields)

    def begin(self: Any, *values: Any) -> None:
        if varip:
            self.kept = Kept()
        for attribute, value in zip(names, values, strict=True):
            setattr(self, attribute, value)

    def copy(self: Any) -> Any:
        return type(self)(*(getattr(self, attribute) for attribute in names))

    body["__init__"] = begin
    body["copy"] = copy
    return type(f"User{name}", (ScriptObject,), body)


def _kept(attribute: str) -> property:
    def read(self: Any) -> Any:
        return getattr(self.kept, attribute)

    def write(self: Any, value: Any) -> None:
        setattr(self.kept, attribute, value)

    return property(read, write)


def copied(value: Any) -> Any:
    """Return a new object with the same fields, na of none."""
    return None if value is None else value.copy()


class Recorded:
    """The history of a value in a local scope: what it was when its place was reached on earlier bars."""

    __slots__ = ("_context", "_missing", "bar", "reach", "values")

    def __init__(self, context: Any, missing: Any, reach: int = LONGEST_HISTORY) -> None:
        self._context = context
        self.reach = reach
        self._missing = missing
        self.values: list[Any] = []
        self.bar = -1

    def record(self, value: Any) -> Any:
        """Set the value of this bar, whichever it is."""
        bar = self._context.bar_index
        if bar == self.bar:
            self.values[-1] = value
        else:
            self.bar = bar
            self.values.append(value)
        return value

    def back(self, offset: float) -> Any:
        """Return the value some bars before the one recorded last."""
        if offset != offset:
            return self._missing
        place = -1 - int(offset)
        if place > -1:
            raise PineRuntimeError("[] cannot look at bars that are still to come: the offset is negative.")
        return self.values[place] if -place <= min(len(self.values), LONGEST_HISTORY) else self._missing

    def past(self, value: Any, offset: float) -> Any:
        """Record a value and return the one some bars before it."""
        self.record(value)
        return self.back(offset)

    def save(self) -> Any:
        """Return what the history is at the beginning of a bar."""
        return len(self.values), self.bar, self.values[-1] if self.values else None

    def restore(self, saved: Any) -> None:
        """Forget what was recorded since."""
        length, self.bar, last = saved
        del self.values[length:]
        if self.values:
            self.values[-1] = last

    def trim(self) -> None:
        """Forget what no script can look at any more."""
        kept = self.reach + 1
        if len(self.values) > kept:
            del self.values[:-kept]


_MARKING = (State, Repeated)


class Keeping:
    """All that one instance of a script keeps from bar to bar."""

    def __init__(self, market: Any = None, asked: list[Any] | None = None) -> None:
        self.market = market
        self.asked: list[Any] = [] if asked is None else asked
        """What has been asked for, by this instance and all that ask for its sake."""
        self.parts: list[Any] = []
        self.lists: list[list[Any]] = []
        self.reaches: list[int] = []
        """How far back each of the lists is asked."""
        self.cells: list[tuple[Callable[[], tuple[Any, ...]], Callable[[tuple[Any, ...]], None]]] = []
        self.lasting: list[tuple[Callable[[], tuple[Any, ...]], Callable[[tuple[Any, ...]], None]]] = []
        """Variables that stay as they are when a bar is computed again: `varip`."""
        self.ahead: Callable[[Columns | None], None] | None = None

    def part(self, part: Any) -> Any:
        """Keep an object that can save and restore itself."""
        self.parts.append(part)
        return part

    def call(self, part: Any, *lengths: float) -> Any:
        """Keep an object and return what calls it, which is quicker than to call the object.

        `lengths` are what it is called with on every bar.
        """
        self.parts.append(part)
        reach = sum([max(length, 0) for length in lengths])
        if lengths and 0 <= reach <= LONGEST_HISTORY:
            part.narrow(int(reach))
        return part.__call__

    def calls(self, part: Any, *lengths: float) -> tuple[Any, Any]:
        """Keep an object and return what calls it for one bar and for many."""
        return self.call(part, *lengths), part.over

    def looks_ahead(self, ahead: Callable[[Columns | None], None]) -> None:
        """Take what prepares many bars of the history, so that each need not be computed by itself."""
        self.ahead = ahead

    def history(self, values: list[Any], reach: int = LONGEST_HISTORY) -> list[Any]:
        """Keep a history that grows by one value for each bar, and is asked no further back than `reach`."""
        self.lists.append(values)
        self.reaches.append(reach)
        return values

    def variables(self, read: Callable[[], tuple[Any, ...]], write: Callable[[tuple[Any, ...]], None]) -> None:
        """Keep variables of a function."""
        self.cells.append((read, write))

    def varips(self, read: Callable[[], tuple[Any, ...]], write: Callable[[tuple[Any, ...]], None]) -> None:
        """Keep variables that no bar takes back."""
        self.lasting.append((read, write))

    def values(self) -> list[tuple[Any, ...]]:
        return [read() for read, _ in self.cells]

    def save(self) -> Any:
        return [part.save() for part in self.parts], [len(values) for values in self.lists], self.values()

    def restore(self, saved: Any, *, on_fill: bool = False) -> None:
        parts, lengths, cells = saved
        for part, state in zip(self.parts, parts, strict=True):
            if not (on_fill and isinstance(part, State) and part.outlasts_fills):
                part.restore(state)
        self._restore(lengths, cells)

    def _restore(self, lengths: list[int], cells: list[tuple[Any, ...]]) -> None:
        for values, length in zip(self.lists, lengths, strict=True):
            del values[length:]
        for (_, write), state in zip(self.cells, cells, strict=True):
            write(state)

    def mark(self) -> Any:
        """Return what `rewind` needs after a single computation: less than `save` returns, which copies histories."""
        parts = [part.mark() if isinstance(part, _MARKING) else part.save() for part in self.parts]
        return parts, [len(values) for values in self.lists], self.values()

    def rewind(self, marked: Any) -> None:
        """Undo the one computation since `mark`."""
        parts, lengths, cells = marked
        for part, state in zip(self.parts, parts, strict=True):
            if isinstance(part, _MARKING):
                part.rewind(state)
            else:
                part.restore(state)
        self._restore(lengths, cells)

    def trim(self) -> None:
        """Forget what no script can look at any more; not between a mark and its rewind, which compare lengths."""
        for values, reach in zip(self.lists, self.reaches, strict=True):
            if len(values) > reach:
                del values[:-reach]
        for part in self.parts:
            if isinstance(part, Recorded):
                part.trim()


def past(values: list[Any], value: Any, offset: float, missing: Any) -> Any:
    """Return what a value was some bars ago."""
    if offset != offset:
        return missing
    back = int(offset)
    if back <= 0:
        if back == 0:
            return value
        raise PineRuntimeError(f"[] cannot look at bars that are still to come: the offset is {back}.")
    return values[-back] if back <= len(values) and back <= LONGEST_HISTORY else missing


def apart(rows: list[Any], count: int) -> tuple[list[Any], ...]:
    """Return rows of several values as one array for each of them."""
    return tuple([row[place] for row in rows] for place in range(count))


def joined(left: str | None, right: str | None) -> str | None:
    """Return two texts as one; a missing one adds nothing."""
    if left is None:
        return right
    return left if right is None else limited(left + right)


def larger(one: float, other: float) -> float:
    """Return the larger of two numbers, na if one of them is."""
    return one if one >= other else other if other > one else NA


def smaller(one: float, other: float) -> float:
    """Return the smaller of two numbers, na if one of them is."""
    return one if one <= other else other if other < one else NA


def clamped(value: Any) -> Any:
    """Return a whole number that fits into 64 bits."""
    if -LARGEST_INT <= value <= LARGEST_INT or value != value:
        return value
    return LARGEST_INT if value > 0 else -LARGEST_INT


def remainder(dividend: float, divisor: float) -> float:
    """Return the remainder with the sign of the dividend; by zero it is missing."""
    if dividend.__class__ is int and divisor.__class__ is int and divisor:
        rest = abs(dividend) % abs(divisor)
        return -rest if dividend < 0 else rest
    try:
        return fmod(dividend, divisor)
    except ValueError:
        return NA


def whole_quotient(dividend: float, divisor: float) -> float:
    """Return the quotient without what follows the point."""
    quotient = divide(dividend, divisor)
    return int(quotient) if abs(quotient) < LARGEST_INT else quotient


def truth(value: Any) -> bool:
    """Return whether a number is there and not as good as zero."""
    return value is not None and value == value and not -TOLERANCE <= value <= TOLERANCE


def both(left: Any, right: Any) -> bool:
    return bool(left and right)


def either(left: Any, right: Any) -> bool:
    return bool(left or right)


def source(context: Any, name: str) -> float:
    """Return the series that an input names."""
    open_, high, low, close = context.open, context.high, context.low, context.close
    value: float = {
        "open": open_,
        "high": high,
        "low": low,
        "close": close,
        "hl2": (high + low) / 2,
        "hlc3": (high + low + close) / 3,
        "hlcc4": (high + low + close + close) / 4,
        "ohlc4": (open_ + high + low + close) / 4,
        "volume": context.volume,
    }[name]
    return value


SOURCES = frozenset({"open", "high", "low", "close", "hl2", "hlc3", "hlcc4", "ohlc4", "volume"})

NAMES: dict[str, Any] = {
    "NA": NA,
    "UNSET": UNSET,
    "Recorded": Recorded,
    "Repeated": Repeated,
    "past": past,
    "apart": apart,
    "joined": joined,
    "clamped": clamped,
    "larger": larger,
    "smaller": smaller,
    "remainder": remainder,
    "whole_quotient": whole_quotient,
    "divide": divide,
    "truth": truth,
    "both": both,
    "either": either,
    "source": source,
    "copied": copied,
    "absolute": abs,
    "together": zip,
    "following": next,
    "text": str,
}
"""Everything that generated code may call by these names."""
