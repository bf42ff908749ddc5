"""Arithmetic as scripts know it: a division by zero is no error, and floats within `TOLERANCE` count as equal."""

from math import inf

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.values import NA

TOLERANCE = 1e-10


def divide(dividend: float, divisor: float) -> float:
    """Return the quotient; by zero it is infinite, or na where the dividend is zero or na too."""
    try:
        return dividend / divisor
    except ZeroDivisionError:
        if dividend != dividend or dividend == 0:
            return NA
        return inf if dividend > 0 else -inf


def whole(value: float | None, function: str, argument: str = "length", least: int = 1) -> int:
    """Return an argument as a whole number of at least `least`, or fail with a sentence for the script's author."""
    if value is None or value != value or value in (inf, -inf) or int(value) < least:
        shown = "na" if value is None or value != value else value
        raise PineRuntimeError(
            f'The argument "{argument}" of {function} is {shown}; it must be a whole number of at least {least}.'
        )
    return int(value)
