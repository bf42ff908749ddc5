"""The loops of a script: what they count through, and how many turns they may still make."""

from collections.abc import Iterable, Iterator
from itertools import chain
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
        self.left = MOST_STEPS

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
            self.take(0)
        return True

    def count(self, start: float, stop: float, step: float) -> Iterable[Any]:
        """Return the numbers a loop counts through; it counts down if it ends below its start."""
        if start.__class__ is int and stop.__class__ is int and step.__class__ is int and step != 0:
            whole = _whole_numbers(int(start), int(stop), int(step))
            self.left -= len(whole)
            if self.left < 0:
                self.take(0)
            return whole
        turns, numbers = _numbers(start, stop, step)
        self.take(turns)
        return numbers

    def some(self, start: float, stop: float, step: float) -> Iterable[Any]:
        """Return the numbers of a loop that a `break` may end: only turns that it comes near to are charged."""
        if start.__class__ is int and stop.__class__ is int and step.__class__ is int and step != 0:
            whole = _whole_numbers(int(start), int(stop), int(step))
            if len(whole) > SLICE:
                return chain.from_iterable(self._slices(whole))
            self.left -= len(whole)
            if self.left < 0:
                self.take(0)
            return whole
        _, numbers = _numbers(start, stop, step)
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


def _whole_numbers(start: int, stop: int, step: int) -> range:
    if stop >= start:
        return range(start, stop + 1, abs(step))
    return range(start, stop - 1, -abs(step))


def _numbers(start: float, stop: float, step: float) -> tuple[int, Iterable[float]]:
    """Return how many numbers a loop counts through, none if any of its bounds is na, and the numbers."""
    if start != start or stop != stop or step != step:
        return 0, ()
    if step == 0:
        raise PineRuntimeError("A loop cannot count in steps of 0.")
    turns = int(abs(stop - start) / abs(step) + TOLERANCE) + 1
    signed = abs(step) if stop >= start else -abs(step)
    return turns, (start + turn * signed for turn in range(turns))
