"""A hash of what a run brought forth: equal for equal results, on every machine."""

import hashlib
from array import array
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

_SIMPLE = (bool, int, float, str)


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of a value and of everything in it, as hexadecimal digits."""
    digest = hashlib.sha256()
    seen: dict[int, int] = {}
    waiting: list[Any] = [value]
    while waiting:
        digest.update(_opened(waiting.pop(), waiting, seen))
    return digest.hexdigest()


def _opened(value: Any, waiting: list[Any], seen: dict[int, int]) -> bytes:
    """Return what a value is, and let what it holds be looked at next; an object seen before is just its number."""
    if value is None or isinstance(value, _SIMPLE):
        shown = str(value.value) if isinstance(value, Enum) else repr(value)
        return f"{type(value).__name__}:{len(shown)}:{shown};".encode("utf-8", "surrogatepass")
    if isinstance(value, tuple):
        # Tuples are values: whether two of them are one object in memory says nothing about the result.
        waiting.extend(reversed(value))
        return f"{type(value).__name__}:{len(value)};".encode()
    if id(value) in seen:
        return f"again:{seen[id(value)]};".encode()
    seen[id(value)] = len(seen)
    if isinstance(value, dict):
        for key, held in reversed(value.items()):
            waiting.extend((held, key))
        return f"dict:{len(value)};".encode()
    if isinstance(value, (list, array)):
        waiting.extend(reversed(value))
        return f"list:{len(value)};".encode()
    names = _names(value)
    waiting.extend(getattr(value, name) for name in reversed(names) if hasattr(value, name))
    held = ",".join(name for name in names if hasattr(value, name))
    return f"{type(value).__name__}:{held};".encode()


def _names(value: Any) -> list[str]:
    if is_dataclass(value):
        return [field.name for field in fields(value)]
    return sorted(name for kind in type(value).__mro__ for name in kind.__dict__.get("__slots__", ()))
