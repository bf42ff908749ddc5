"""Saving and restoring of what keeps state from bar to bar."""

from collections import deque
from typing import Any, ClassVar

_PLAIN = frozenset({float, int, bool, str, type(None)})
"""What holds nothing that could change."""


class State:
    """Something with `__slots__` that lasts from bar to bar; slots named in `passing` are others' and not saved.

    What `save()` returns holds no part of the living state: it can be restored any number of times, or be pickled.
    """

    __slots__ = ()
    passing: ClassVar[frozenset[str]] = frozenset({"context"})
    growing: ClassVar[frozenset[str]] = frozenset()
    """Lists to which a call appends one element at most, and from whose beginning it may drop some."""
    kept: ClassVar[tuple[str, ...]] = ()
    outlasts_fills: ClassVar[bool] = False
    """Whether it stays as it is when a bar is computed again because an order has filled."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        slots = [name for base in reversed(cls.__mro__) for name in base.__dict__.get("__slots__", ())]
        cls.kept = tuple(name for name in slots if name not in cls.passing)

    def save(self) -> Any:
        """Return a copy of the state."""
        return tuple(_saved(getattr(self, name)) for name in self.kept)

    def restore(self, saved: Any) -> None:
        """Go back to a state that `save()` returned."""
        for name, value in zip(self.kept, saved, strict=True):
            held = getattr(self, name)
            if isinstance(held, State):
                held.restore(value)
            else:
                setattr(self, name, _saved(value))

    def mark(self) -> Any:
        """Return what `rewind` needs after a single call: less than a copy, for long histories are not copied."""
        marked = []
        for name in self.kept:
            value = getattr(self, name)
            if value.__class__ not in _PLAIN:
                value = len(value) if name in self.growing else _marked(value)
            marked.append(value)
        return tuple(marked)

    def rewind(self, marked: Any) -> None:
        """Undo the one call since `mark`."""
        growing = self.growing
        for name, value in zip(self.kept, marked, strict=True):
            if name in growing:
                held = getattr(self, name)
                if len(held) != value:
                    held.pop()
            elif value.__class__ in _PLAIN:
                setattr(self, name, value)
            else:
                held = getattr(self, name)
                if isinstance(held, State) and isinstance(value, tuple):
                    held.rewind(value)
                else:
                    setattr(self, name, _saved(value))


def _marked(value: Any) -> Any:
    return value.mark() if isinstance(value, State) else _saved(value)


def _saved(value: Any) -> Any:
    if isinstance(value, State):
        return value.save()
    if isinstance(value, (list, deque, dict)):
        return value.copy()
    return value
