"""The reference: every function, variable and constant of the language that scripts may use.

The one source for what the compiler accepts and for what editors complete and explain.
"""

from functools import cache

from analytics.pine.reference import (
    collections,
    colours,
    drawings,
    information,
    inputs,
    mathematics,
    plots,
    requests,
    strategies,
    strings,
    technical,
    times,
)
from analytics.pine.reference.notation import Entry, Function, Value, table

_MODULES = (
    technical,
    mathematics,
    strings,
    colours,
    times,
    information,
    collections,
    drawings,
    plots,
    inputs,
    strategies,
    requests,
)


@cache
def entries() -> dict[str, Entry]:
    """Return all entries by name, functions with `()` behind theirs."""
    return table(module.ENTRIES for module in _MODULES)


@cache
def functions() -> dict[str, Function]:
    return {entry.name: entry for entry in entries().values() if isinstance(entry, Function)}


@cache
def values() -> dict[str, Value]:
    return {entry.name: entry for entry in entries().values() if isinstance(entry, Value)}


@cache
def namespaces() -> frozenset[str]:
    """Return every name that others stand behind: `ta`, `strategy.closedtrades`."""
    names = (entry.name for entry in entries().values())
    return frozenset(name[:position] for name in names for position, letter in enumerate(name) if letter == ".")


@cache
def methods() -> dict[str, tuple[str, ...]]:
    """Return the functions that can be called as methods, by the name behind the dot."""
    found: dict[str, list[str]] = {}
    for name, function in functions().items():
        first = function.overloads[0].parameters[:1]
        space, _, last = name.rpartition(".")
        if first and first[0].type.name == space:
            found.setdefault(last, []).append(name)
    return {name: tuple(names) for name, names in found.items()}
