"""Saving and restoring of what keeps state from bar to bar."""

from collections import deque
from typing import Any, ClassVar


class State:
    """Something with `__slots__` that lasts from bar to bar; slots named in `passing` are others' and not saved.

    What `save()` returns holds no part of the living state: it can be restored any number of times, or be pickled.
    """

    __slots__ = ()
    passing: ClassVar[frozenset[str]] = frozenset({"context"})
    growing: ClassVar[frozenset[str]] = frozenset()
    """Lists to which a call appends one element at most, and from whose beginning it may drop some."""
    kept: ClassVar[tuple[str, ...]] = ()

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
        return tuple(
            len(getattr(self, name)) if name in self.growing else _marked(getattr(self, name)) for name in self.kept
        )

    def rewind(self, marked: Any) -> None:
        """Undo the one call since `mark`."""
        for name, value in zip(self.kept, marked, strict=True):
            held = getattr(self, name)
            if name in self.growing:
                if len(held) != value:
                    held.pop()
            elif isinstance(held, State) and isinstance(value, tuple):
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
