"""One instance of a compiled script: its function for a bar, what it keeps, its errors in the script's own lines."""

from collections.abc import Callable, Sequence
from types import CodeType, TracebackType
from typing import Any, Protocol

from analytics.pine.diagnostics import ScriptFailed
from analytics.pine.generator.loops import Budget
from analytics.pine.generator.support import Keeping
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.messages import tell
from analytics.pine.runtime.snapshots import Snapshot

FILE = "<pine>"


class Compiled(Protocol):
    """What an instance is made from."""

    @property
    def code(self) -> CodeType: ...
    @property
    def names(self) -> dict[str, Any]: ...
    @property
    def origins(self) -> list[int]: ...


class Instance:
    """A script that runs on the bars of a context."""

    def __init__(self, compiled: Compiled, context: Context, inputs: Sequence[Any], market: Any = None) -> None:
        self.context = context
        self.keep = Keeping(market)
        self._budget = Budget()
        self._origins = compiled.origins
        names = {"__builtins__": {}, **compiled.names}
        exec(compiled.code, names)  # noqa: S102 - the source is made of a closed set of forms, without Python's built-ins
        try:
            self.bar: Callable[[], None] = names["make"](context, self.keep, self._budget, *inputs)
        except Exception as error:
            raise self.failed(error) from None

    def compute(self) -> None:
        """Compute the current bar of the context; ScriptFailed names the line where that goes wrong."""
        try:
            self.bar()
        except Exception as error:
            raise self.failed(error) from None
        if self.context.waiting:
            tell(self.context)

    def save(self) -> Any:
        """Return what a computation of the current bar may change."""
        kept = self.keep.save()
        snapshot = Snapshot(value for values in self.keep.values() for value in values)
        return kept, snapshot, self.context.save()

    def restore(self, saved: Any, *, on_fill: bool = False) -> None:
        """Go back to a state that `save()` returned; `on_fill` says that the bar is computed again for a fill."""
        kept, snapshot, context = saved
        self.keep.restore(kept, on_fill=on_fill)
        snapshot.restore()
        self.context.restore(context)

    def mark(self) -> Any:
        """Return what `rewind` needs to undo a single computation."""
        kept = self.keep.mark()
        return kept, Snapshot(value for values in kept[2] for value in values), self.context.save()

    def rewind(self, marked: Any) -> None:
        """Undo the one computation since `mark`, which has to be called again before the next."""
        kept, snapshot, context = marked
        self.keep.rewind(kept)
        snapshot.restore()
        self.context.restore(context)

    def failed(self, error: Exception) -> ScriptFailed:
        """Return an error of the function for a bar as one of the script."""
        line = line_of(error.__traceback__, self._origins)
        return ScriptFailed(_sentence(error), line=line, bar_index=self.context.bar_index, code=_code(error))


def line_of(traceback: TracebackType | None, origins: list[int]) -> int:
    """Return the line of the script in which an error arose: the innermost one that is known."""
    found = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILE and traceback.tb_lineno <= len(origins):
            found = origins[traceback.tb_lineno - 1] or found
        traceback = traceback.tb_next
    return found


def _sentence(error: Exception) -> str:
    if isinstance(error, PineRuntimeError):
        return error.message
    if isinstance(error, AttributeError):
        return "The object is na: it has no fields. Make it with `new()` first."
    if isinstance(error, OverflowError):
        return "A number has become too large."
    if isinstance(error, RecursionError):
        return "Something goes into itself too deeply here: calls of functions, or slices of slices."
    if isinstance(error, MemoryError):
        return "The script needs too much memory."
    if isinstance(error, IndexError):
        return "An index lies outside of its collection."
    return "A value is na or of another kind where that cannot be."


def _code(error: Exception) -> str:
    if isinstance(error, PineRuntimeError):
        return error.code
    return "memory" if isinstance(error, MemoryError) else "script-failed"
