"""The loops of a script: what they count through, and how many turns they may still make."""

from collections.abc import Iterable, Iterator
from itertools import chain
from math import inf
from typing import Any

from analytics.pine.runtime.errors import LimitReached, PineRuntimeError

MOST_STEPS = 2_000_000
"""How many turns all loops of a script may make on one bar."""
SLICE = 64
"""How many turns are paid for at a time in a loop that a `break` may end."""
TOLERANCE = 1e-10
"""Floats that differ by no more are equal, at every magnitude."""


class Budget:
    """The turns that loops may still make on this bar."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left: float = MOST_STEPS

    def renew(self) -> None:
        """Begin a bar."""
        self.left = MOST_STEPS

    def take(self, turns: int) -> None:
        """Charge a loop for its turns."""
        self.left -= turns
        if self.left < 0:
            raise LimitReached(
                "loop-turns", f"The loops make more than {MOST_STEPS} turns on one bar. Make them shorter."
            )

    def turn(self) -> bool:
        """Charge one turn; always true, so that it can stand in a condition."""
        self.left -= 1
        if self.left < 0:
            raise LimitReached(
                "loop-turns", f"The loops make more than {MOST_STEPS} turns on one bar. Make them shorter."
            )
        return True

    def count(self, start: float, stop: float, step: float) -> Iterable[Any]:
        """Return the numbers a loop counts through; it counts down if it ends below its start."""
        if start != start or stop != stop or step != step:
            return ()
        step = abs(step)
        if step == 0:
            raise PineRuntimeError("A loop cannot count in steps of 0.")
        if start.__class__ is int and stop.__class__ is int and step.__class__ is int:
            whole = range(int(start), int(stop) + 1, int(step))
            if stop < start:
                whole = range(int(start), int(stop) - 1, -int(step))
            self.take(len(whole))
            return whole
        turns = int(abs(stop - start) / step + TOLERANCE) + 1
        self.take(turns)
        signed = step if stop >= start else -step
        return (start + turn * signed for turn in range(turns))

    def some(self, start: float, stop: float, step: float) -> Iterable[Any]:
        """Return the numbers of a loop that a `break` may end: only turns that it comes near to are charged."""
        if start.__class__ is int and stop.__class__ is int and step.__class__ is int and step != 0:
            stride = abs(int(step)) if stop >= start else -abs(int(step))
            whole = range(int(start), int(stop) + (1 if stride > 0 else -1), stride)
            if len(whole) > SLICE:
                return chain.from_iterable(self._slices(whole))
            self.left -= len(whole)
            if self.left < 0:
                self.take(0)
            return whole
        left, self.left = self.left, inf
        try:
            numbers = iter(self.count(start, stop, step))
        finally:
            self.left = left
        return (number for number in numbers if self.turn())

    def _slices(self, whole: range) -> Iterator[range]:
        for place in range(0, len(whole), SLICE):
            some = whole[place : place + SLICE]
            self.take(len(some))
            yield some

    def items(self, collection: Any) -> Iterator[Any]:
        """Return the items of a collection, also those that come while the loop runs."""
        if collection is None:
            raise PineRuntimeError("A loop cannot go through a collection that is na.")
        if not isinstance(collection, list):
            for item in collection:
                self.turn()
                yield item
            return
        place = 0
        while place < len(collection):
            self.left -= 1
            if self.left < 0:
                self.take(0)
            yield collection[place]
            place += 1

    def pairs(self, collection: Any) -> Iterator[tuple[Any, Any]]:
        """Return the items of a collection with their keys or places."""
        if isinstance(collection, dict):
            self.take(len(collection))
            return iter(list(collection.items()))
        return enumerate(self.items(collection))
