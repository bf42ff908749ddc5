"""`math.*`, missing values and casts."""

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, PerCall, Pure
from analytics.pine.runtime.columns import Column, Columns
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.state import State
from analytics.pine.runtime.technical.windows import Calculation, RollingSum
from analytics.pine.runtime.values import NA, is_na

_EXACT = 2.0**53
_MOST_PLACES = 16
_HALF = Fraction(1, 2)
_ROOM = Fraction(1, 10**10)


def missing(value: Any) -> bool:
    """Return whether scripts see a value as na, as which infinite numbers count too."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def nz(value: Any, replacement: Any = 0) -> Any:
    """Return a value, or the replacement if it is na."""
    return replacement if missing(value) else value


class FixNan(Calculation):
    """The value, or the last one that was not na."""

    __slots__ = ("value",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.value: Any = NA

    def __call__(self, source: Any) -> Any:
        if missing(source):
            return source if missing(self.value) else self.value
        self.value = source
        return source


def _defined(function: Callable[[float], float]) -> Pure:
    """Wrap a function of one number: outside its domain it is na, too large it is infinite."""

    def of(number: float) -> float:
        if number != number:
            return NA
        try:
            return function(number)
        except ValueError:
            return NA
        except OverflowError:
            return math.inf

    return Pure(of)


def logarithm(function: Callable[[float], float]) -> Pure:
    """Wrap a logarithm, which is minus infinity at zero."""

    def of(number: float) -> float:
        if number > 0:
            return function(number)
        return -math.inf if number == 0 else NA

    return Pure(of)


def absolute(number: float) -> float:
    """Return the size of a number."""
    return -number if number < 0 else number


def floor(number: float) -> float:
    """Return the largest whole number that is not larger."""
    return math.floor(number) if math.isfinite(number) else number


def ceil(number: float) -> float:
    """Return the smallest whole number that is not smaller."""
    return math.ceil(number) if math.isfinite(number) else number


def sign(number: float) -> float:
    """Return 1, 0 or -1."""
    return NA if number != number else (number > 0) - (number < 0)


def maximum(*numbers: float) -> float:
    """Return the largest number, na if one of them is."""
    total = sum(numbers)
    return max(numbers) if total == total or not any(number != number for number in numbers) else NA


def minimum(*numbers: float) -> float:
    """Return the smallest number, na if one of them is."""
    total = sum(numbers)
    return min(numbers) if total == total or not any(number != number for number in numbers) else NA


def average(*numbers: float) -> float:
    """Return the mean, na if one of the numbers is."""
    return sum(numbers) / len(numbers)


def power(base: float, exponent: float) -> float:
    """Return a power; na where it is no real number."""
    try:
        return math.pow(base, exponent)
    except ValueError:
        return math.inf if base == 0 else NA
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


def rounded(number: float, precision: float | None = None) -> float:
    """Round to a whole number or to decimals, ties away from zero.

    Of decimals only the part behind the point is rounded, what is within 1e-10 of a tie as one; fewer than one decimal
    are none, and more than 16 are 16.
    """
    if not math.isfinite(number):
        return NA if number != number else number
    size = abs(number)
    if precision is None or precision != precision or precision <= 0:
        whole = math.floor(size)
        whole += size - whole >= 0.5
        result = -whole if number < 0 else whole
        return result if precision is None or precision != precision else float(result)
    scale: float = 1.0 / 10.0 ** -min(precision, _MOST_PLACES)
    rest = math.fmod(size, 1.0)
    position = rest * scale
    if abs(position - math.floor(position) - 0.5) > 1e-6:
        steps = math.floor(position + 0.5)
    else:
        steps = _nearest(Fraction(rest) * Fraction(scale))
    value = size - rest + steps / scale
    return 0.0 - value if number < 0 else value


def _nearest(steps: Fraction) -> int:
    whole = math.floor(steps)
    return whole + (steps - whole >= _HALF - _ROOM)


def rounded_to_mintick(context: Context, number: float) -> float:
    """Round to the symbol's tick, ties away from zero."""
    if number != number:
        return NA
    symbol = context.symbol
    position = abs(number) * symbol.pricescale / symbol.minmove
    if position >= _EXACT:
        return number
    if abs(position - math.floor(position) - 0.5) > 1e-6:
        steps = math.floor(position + 0.5)
    else:
        steps = _nearest(Fraction(abs(number)) * symbol.pricescale / symbol.minmove)
    value = steps * symbol.minmove / symbol.pricescale
    return -value if number < 0 else value


class Sum(Calculation):
    """The sum of the last values that are not na."""

    __slots__ = ("window",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.window = RollingSum()

    def __call__(self, source: float, length: float) -> float:
        return self.window.add(source, length)

    def over(self, bars: Columns, sources: Column, length: float) -> list[float]:
        """Return the sums on many bars."""
        return self.window.over(sources, length)


class RandomNumber(State):
    """A random number between two, the same ones in every run; without a seed each place has others."""

    __slots__ = ("generator", "place")

    def __init__(self, context: Context) -> None:
        context.random_places += 1
        self.place = context.random_places
        self.generator: Random | None = None

    def __call__(self, least: float = 0, most: float = 1, seed: float | None = None) -> float:
        if self.generator is None:
            self.generator = Random(f"place {self.place}" if is_na(seed) else seed)  # noqa: S311  # no secret
        return least + (most - least) * self.generator.random()

    def save(self) -> Any:
        """Return a copy of the state."""
        return None if self.generator is None else self.generator.getstate()

    def restore(self, saved: Any) -> None:
        """Go back to a state that `save()` returned."""
        if saved is None:
            self.generator = None
        else:
            self.generator = Random()  # noqa: S311  # no secret
            self.generator.setstate(saved)

    def mark(self) -> Any:
        """Return a copy of the state."""
        return self.save()

    def rewind(self, marked: Any) -> None:
        """Go back to a state that `mark()` returned."""
        self.restore(marked)


def to_int(value: float | None) -> float:
    """Cut the decimals off."""
    return NA if value is None or not math.isfinite(value) else int(value)


def to_float(value: float | None) -> float:
    """Return a number as a float."""
    return NA if value is None else value


def to_bool(context: Context, value: Any) -> bool | None:
    """Return whether a value is true: zero is not, na only in version 5 something else."""
    if missing(value):
        return False if context.declaration.version >= 6 else None
    return bool(value)


def same(value: Any) -> Any:
    """Return a value as it is; an na of any kind as None."""
    return None if is_na(value) else value


BINDINGS: dict[str, Binding] = {
    "na": Pure(missing),
    "nz": Pure(nz),
    "fixnan": PerCall(FixNan),
    "int": Pure(to_int),
    "float": Pure(to_float),
    "bool": OfContext(to_bool),
    **{name: Pure(same) for name in ("string", "color", "line", "label", "box", "table", "linefill", "polyline")},
    "math.abs": Pure(absolute),
    "math.acos": _defined(math.acos),
    "math.asin": _defined(math.asin),
    "math.atan": _defined(math.atan),
    "math.cos": _defined(math.cos),
    "math.sin": _defined(math.sin),
    "math.tan": _defined(math.tan),
    "math.exp": _defined(math.exp),
    "math.sqrt": _defined(math.sqrt),
    "math.log": logarithm(math.log),
    "math.log10": logarithm(math.log10),
    "math.todegrees": _defined(math.degrees),
    "math.toradians": _defined(math.radians),
    "math.floor": Pure(floor),
    "math.ceil": Pure(ceil),
    "math.sign": Pure(sign),
    "math.max": Pure(maximum),
    "math.min": Pure(minimum),
    "math.avg": Pure(average),
    "math.pow": Pure(power),
    "math.round": Pure(rounded),
    "math.round_to_mintick": OfContext(rounded_to_mintick),
    "math.sum": PerCall(Sum),
    "math.random": PerCall(RandomNumber),
}
