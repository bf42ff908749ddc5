"""Arithmetic as scripts know it: a division by zero is no error, and floats within `TOLERANCE` count as equal."""

from math import inf

from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.values import NA

TOLERANCE = 1e-10
LONGEST_HISTORY = 10_000
"""How many bars a script can look back with `[]`."""
LONGEST_WINDOW = 100_000
"""How many bars a function may look at together."""


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
    if value > LONGEST_WINDOW:
        message = f'The argument "{argument}" of {function} is {value}; {LONGEST_WINDOW} is the most.'
        raise LimitReached("window-length", message)
    return int(value)
