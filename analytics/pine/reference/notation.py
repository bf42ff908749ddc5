"""The notation in which the reference is kept, and its reader.

An entry begins in the first column with what it describes, one line for each overload, and goes on with one indented line
that says what it does:

    ta.highest(source float, length int) -> series float
    ta.highest(length int) -> series float := high, length
        The greatest value of the last bars.

A parameter is its name, a qualifier (`series` where none is written), a type, and for optional ones ` = default`; `type?`
is optional and missing if it is not given, `type...` is any number of values. A result without a qualifier is as strong
as the strongest argument. T, K, V stand for any type, N for int or float. What follows `:=` are the arguments that the
first overload would have been given for the same. `@6` ends a line that is true from version 6 only, `@5` one that was
true until version 5. Variables are `name qualifier type`, constants `name const type = value`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analytics.pine import types
from analytics.pine.types import QUALIFIERS, Qualifier, Type

VERSIONS = (5, 6)


@dataclass(frozen=True, slots=True)
class Parameter:
    """`default` is an expression of the language, empty where there is none."""

    name: str
    qualifier: Qualifier
    type: Type
    optional: bool = False
    default: str = ""
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One overload; `result_qualifier` None means: the strongest of the arguments.

    `call_as` are names of parameters or expressions: the arguments in the order of the first overload.
    """

    parameters: tuple[Parameter, ...]
    result: Type
    result_qualifier: Qualifier | None
    call_as: tuple[str, ...] = ()
    versions: tuple[int, ...] = VERSIONS

    @property
    def variadic(self) -> bool:
        return bool(self.parameters) and self.parameters[-1].variadic


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    overloads: tuple[Signature, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Value:
    """A variable, or with a `value` (an expression of the language) a constant."""

    name: str
    qualifier: Qualifier
    type: Type
    summary: str
    value: str = ""
    versions: tuple[int, ...] = VERSIONS


Entry = Function | Value

_FUNCTION = re.compile(r"([\w.]+)\((.*)\) -> (.+?)(?: := (.+?))?(?: @(\d))?")
_VALUE = re.compile(r"([\w.]+) (const|input|simple|series) ([\w.<>, ]+?)(?: = (.+?))?(?: @(\d))?")
_PARAMETER = re.compile(
    r"(\w+) (?:(const|input|simple|series) )?(\w+(?:\.\w+)*(?:<[\w.<>, ]+>)?)(\?|\.\.\.)?(?: = (.+))?"
)
_VARIABLES = frozenset("TKVN")


def read(text: str) -> Iterator[Entry]:
    """Return the entries of a text in the notation."""
    heads: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if line.startswith("    "):
            yield _entry(heads, line.strip())
            heads = []
        else:
            heads.append(line.rstrip())
    if heads:
        raise ValueError(f"{heads[-1]!r} says not what it does.")


def _entry(heads: list[str], summary: str) -> Entry:
    functions = [_FUNCTION.fullmatch(head) for head in heads]
    if functions and all(functions):
        overloads = tuple(_signature(found) for found in functions if found)
        return Function(functions[0][1] if functions[0] else "", overloads, summary)
    found = _VALUE.fullmatch(heads[0]) if len(heads) == 1 else None
    if found is None:
        raise ValueError(f"{heads!r} is no entry of the reference.")
    return Value(found[1], QUALIFIERS[found[2]], read_type(found[3]), summary, found[4] or "", _versions(found[5]))


def _versions(mark: str | None) -> tuple[int, ...]:
    return (int(mark),) if mark else VERSIONS


def _signature(found: re.Match[str]) -> Signature:
    qualifier, result = _result(found[3])
    parameters = tuple(_parameter(text) for text in split(found[2]))
    return Signature(parameters, result, qualifier, tuple(split(found[4] or "")), _versions(found[5]))


def _result(text: str) -> tuple[Qualifier | None, Type]:
    word, _, rest = text.partition(" ")
    if word in QUALIFIERS:
        return QUALIFIERS[word], read_type(rest)
    return None, read_type(text)


def _parameter(text: str) -> Parameter:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no parameter.")
    optional = found[4] == "?" or found[5] is not None
    qualifier = QUALIFIERS[found[2] or "series"]
    return Parameter(found[1], qualifier, read_type(found[3]), optional, found[5] or "", found[4] == "...")


def read_type(text: str) -> Type:
    """Return the type that is written as `array<float>`, `[float, float]`, `T`."""
    text = text.strip()
    if text.startswith("["):
        return types.group(tuple(read_type(item) for item in split(text[1:-1])))
    if text in _VARIABLES:
        return types.variable(text)
    name, bracket, rest = text.partition("<")
    if bracket:
        return Type(name, tuple(read_type(item) for item in split(rest[:-1])))
    return types.SIMPLE_TYPES[text]


def split(text: str) -> list[str]:
    """Split at commas that stand in no bracket."""
    items: list[str] = []
    depth, begin = 0, 0
    for position, character in enumerate(text):
        if character in "<[(":
            depth += 1
        elif character in ">])":
            depth -= 1
        elif character == "," and depth == 0:
            items.append(text[begin:position].strip())
            begin = position + 1
    last = text[begin:].strip()
    return [*items, last] if last else items


def table(texts: Iterable[str]) -> dict[str, Entry]:
    """Return the entries of several texts by name; a name that is variable and function is in both forms."""
    entries: dict[str, Entry] = {}
    for text in texts:
        for entry in read(text):
            key = f"{entry.name}()" if isinstance(entry, Function) else entry.name
            if key in entries:
                raise ValueError(f"{key} is in the reference twice.")
            entries[key] = entry
    return entries
