"""Which constants an argument may be."""

from collections.abc import Iterable
from functools import cache

from analytics.pine.editor.callees import Callee
from analytics.pine.reference import functions, values
from analytics.pine.reference.notation import Parameter, Value
from analytics.pine.types import COLOR, SPECIAL, STRING


def choices(callee: Callee, parameter: Parameter) -> list[Value]:
    """Return the constants of the language that a parameter is meant for, none if any value will do."""
    kind = parameter.type
    if kind.name in SPECIAL:
        return [value for value in _constants() if value.type == kind]
    if kind == COLOR:
        return [value for value in _constants() if value.type == COLOR]
    if kind != STRING:
        return []
    for prefix in _prefixes(callee.full_name, parameter):
        found = [value for value in _constants() if value.type == STRING and value.name.startswith(prefix)]
        if found:
            return found
    return []


def _prefixes(function: str, parameter: Parameter) -> Iterable[str]:
    """Return how the constants may begin that a text is meant to be, the surest way first."""
    if parameter.default:
        yield from _family(parameter.default)
        return
    yield f"{function}.{parameter.name}_"
    space, _, last = function.rpartition(".")
    changed = last.rpartition("set_")[2] if "set_" in last else ""
    if changed:
        # `label.set_style(style)` takes what `label.new(style)` takes.
        for maker in (f"{space}.new", f"{space}.cell"):
            yield from _family(_defaults(maker).get(changed, ""))
    yield from _family(_usual().get(parameter.name, ""))
    yield f"{parameter.name}."


def _family(name: str) -> Iterable[str]:
    """Return the beginning that a constant shares with its kin: of `line.style_solid`, `line.style_`."""
    entry = values().get(name)
    if entry is None or not entry.value:
        return
    space, _, last = name.rpartition(".")
    stem, underscore, _ = last.partition("_")
    yield f"{space}.{stem}_" if underscore else f"{space}."


@cache
def _constants() -> tuple[Value, ...]:
    return tuple(value for value in values().values() if value.value and "." in value.name)


@cache
def _defaults(function: str) -> dict[str, str]:
    """Return the defaults of a function's parameters by their names."""
    entry = functions().get(function)
    if entry is None:
        return {}
    return {one.name: one.default for signature in entry.overloads for one in signature.parameters if one.default}


@cache
def _usual() -> dict[str, str]:
    """Return the defaults that parameters of a name have wherever they have one, if that is one and the same family."""
    found: dict[str, set[str]] = {}
    for function in functions():
        for name, default in _defaults(function).items():
            for prefix in _family(default):
                found.setdefault(name, set()).add(prefix)
    defaults = {name: default for function in functions() for name, default in _defaults(function).items()}
    return {name: defaults[name] for name, prefixes in found.items() if len(prefixes) == 1}
