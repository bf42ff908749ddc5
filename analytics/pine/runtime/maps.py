"""`map.*`: pairs of keys and values in the order in which the keys came."""

from collections.abc import Callable
from typing import Any

from analytics.pine.runtime.arrays import Array
from analytics.pine.runtime.bindings import Binding, Pure
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.values import NA

LARGEST = 50_000
"""How many pairs a map may have."""

Map = dict[Any, Any]


def _named(pairs: Map | None) -> Map:
    if not isinstance(pairs, dict):
        raise PineRuntimeError("The map is na: make it with map.new first.")
    return pairs


def _missing(pairs: Map) -> Any:
    """Return the na of the values' kind."""
    value = next(iter(pairs.values()), NA)
    return NA if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def new() -> Map:
    """Return a new map without pairs."""
    return {}


def put(pairs: Map, key: Any, value: Any) -> Any:
    """Set the value of a key and return the one it had."""
    held = _named(pairs)
    before = held.get(key, _missing(held) if held else NA)
    if key not in held and len(held) >= LARGEST:
        raise LimitReached("collection-size", f"A map may have {LARGEST} pairs at most.")
    held[key] = value
    return before


def put_all(pairs: Map, others: Map) -> None:
    """Set the values of all keys of another map."""
    for key, value in _named(others).items():
        put(pairs, key, value)


def get(pairs: Map, key: Any) -> Any:
    """Return the value of a key, na if there is none."""
    held = _named(pairs)
    return held[key] if key in held else _missing(held)


def remove(pairs: Map, key: Any) -> Any:
    """Take a pair away and return its value."""
    held = _named(pairs)
    return held.pop(key, _missing(held))


def contains(pairs: Map, key: Any) -> bool:
    """Return whether there is a key."""
    return key in _named(pairs)


def keys(pairs: Map) -> Array:
    """Return the keys."""
    return list(_named(pairs))


def values(pairs: Map) -> Array:
    """Return the values."""
    return list(_named(pairs).values())


def size(pairs: Map) -> int:
    """Return the number of pairs."""
    return len(_named(pairs))


def clear(pairs: Map) -> None:
    """Take all pairs away."""
    _named(pairs).clear()


def copy(pairs: Map) -> Map:
    """Return a new map with the same pairs."""
    return dict(_named(pairs))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "new": new,
    "put": put,
    "put_all": put_all,
    "get": get,
    "remove": remove,
    "contains": contains,
    "keys": keys,
    "values": values,
    "size": size,
    "clear": clear,
    "copy": copy,
}
BINDINGS: dict[str, Binding] = {f"map.{name}": Pure(function) for name, function in _FUNCTIONS.items()}
