"""Calls that a script reaches more than once on the same bar."""

from typing import Any

from analytics.pine.runtime.context import Context


class Repeated:
    """A state object whose place lies in a loop: every call on a bar starts from the state before that bar.

    So the last call of a bar is the one that counts for the next, as if the bar had called it once.
    """

    __slots__ = ("bar", "before", "context", "inner")

    def __init__(self, context: Context, inner: Any) -> None:
        self.context = context
        self.inner = inner
        self.bar = -1
        self.before: Any = None

    def __call__(self, *arguments: Any) -> Any:
        if self.bar == self.context.bar_index:
            self.inner.rewind(self.before)
        self.bar = self.context.bar_index
        self.before = self.inner.mark()  # again after a rewind, for histories may have been cut off
        return self.inner(*arguments)

    def narrow(self, reach: int) -> None:
        """Keep no more than calls with constant lengths need."""
        self.inner.narrow(reach)

    def mark(self) -> Any:
        """Return what `rewind` needs; the calls of a bar count as one."""
        return self.inner.mark()

    def rewind(self, marked: Any) -> None:
        """Undo the calls of the bar since `mark`."""
        self.inner.rewind(marked)
        self.bar = -1

    def save(self) -> Any:
        """Return a copy of the state at the beginning of a bar."""
        return self.inner.save()

    def restore(self, saved: Any) -> None:
        """Go back to a state that `save()` returned."""
        self.inner.restore(saved)
        self.bar = -1
