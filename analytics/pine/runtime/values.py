"""The values that scripts compute with.

int and float are Python's, a missing number is NaN; bool is Python's, a missing one (version 5) None; a colour is an
int `0xRRGGBBTT` whose last byte is its transparency from 0 (opaque) to 255; every other missing value is None.
"""

from typing import Any

NA = float("nan")


def is_na(value: Any) -> bool:
    """Return whether a value is missing."""
    return value is None or value != value
