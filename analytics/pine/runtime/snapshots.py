"""What mutable values hold at one moment, to go back to it when a bar is computed again.

Values stay the same objects, so that everything that points at them goes on doing so.
"""

from collections.abc import Iterable
from typing import Any


class ScriptObject:
    """A mutable value of scripts whose contents are its slots: drawings, points, matrices, user-defined types."""

    __slots__ = ()


def _slots(value: ScriptObject) -> dict[str, Any]:
    names = (name for kind in type(value).__mro__ for name in kind.__dict__.get("__slots__", ()))
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


class Snapshot:
    """The contents of all mutable values that can be reached from some."""

    __slots__ = ("_held",)

    def __init__(self, values: Iterable[Any]) -> None:
        self._held: dict[int, tuple[Any, Any]] = {}
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if not isinstance(value, (list, dict, ScriptObject)) or id(value) in self._held:
                continue
            if isinstance(value, list):
                contents: Any = value.copy()
                waiting.extend(value)
            else:
                contents = value.copy() if isinstance(value, dict) else _slots(value)
                waiting.extend(contents.values())
            self._held[id(value)] = (value, contents)

    def restore(self) -> None:
        """Give all these values the contents they had."""
        for value, contents in self._held.values():
            if isinstance(value, list):
                value[:] = contents
            elif isinstance(value, dict):
                value.clear()
                value.update(contents)
            else:
                for name, held in contents.items():
                    setattr(value, name, held)
