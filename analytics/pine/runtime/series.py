"""The history of a value: what `[]` reads."""

from typing import Any

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.state import State
from analytics.pine.runtime.values import NA

LONGEST = 10_000
"""How many bars back a script can look at most."""


class Series(State):
    """The values an expression had on the bars (or, in a local scope, the calls) before, newest last.

    `record` is called once for each bar with the value of that bar, before `[]` reads it; a second call on the same bar
    (in a loop) goes through `replace`. `missing` is what lies before the first value: NaN, None or False.
    """

    __slots__ = ("missing", "values")
    passing = frozenset({"missing"})

    def __init__(self, missing: Any = NA) -> None:
        self.values: list[Any] = []
        self.missing = missing

    def record(self, value: Any) -> None:
        """Put the value of a new bar in front of the history."""
        values = self.values
        values.append(value)
        if len(values) > 2 * LONGEST:
            del values[:-LONGEST]

    def replace(self, value: Any) -> None:
        """Change the value of the current bar."""
        self.values[-1] = value

    def __getitem__(self, back: float) -> Any:
        """Return the value `back` bars ago, 0 for the current bar."""
        if type(back) is int and back >= 0:
            values = self.values
            return values[-1 - back] if back < len(values) else self.missing
        return self._odd(back)

    def _odd(self, back: float | None) -> Any:
        if back is None or back != back:
            return self.missing
        if back < 0:
            raise PineRuntimeError(f"A script cannot look at bars to come: the offset {int(back)} in [] is negative.")
        offset = int(back)
        return self.values[-1 - offset] if offset < len(self.values) else self.missing
