"""The types of the language and their qualifiers: what may stand where."""

from dataclasses import dataclass
from enum import IntEnum


class Qualifier(IntEnum):
    """When a value is known: at compilation, from the settings, on the first bar, on each bar."""

    CONST = 0
    INPUT = 1
    SIMPLE = 2
    SERIES = 3

    @property
    def word(self) -> str:
        return self.name.lower()


QUALIFIERS = {qualifier.word: qualifier for qualifier in Qualifier}


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `name` is its kind, `arguments` the types in it.

    User types are `user` with their name as `label`, enums `enum` with theirs; a variable of a generic signature is
    `variable` with its letter.
    """

    name: str
    arguments: "tuple[Type, ...]" = ()
    label: str = ""

    def __str__(self) -> str:
        if self.name == "tuple":
            return f"[{', '.join(map(str, self.arguments))}]"
        if self.arguments:
            return f"{self.name}<{', '.join(map(str, self.arguments))}>"
        return self.label or self.name


INT = Type("int")
FLOAT = Type("float")
BOOL = Type("bool")
STRING = Type("string")
COLOR = Type("color")
NA = Type("na")
VOID = Type("void")
ANY = Type("any")
"""What is not known because of an earlier mistake; it fits everywhere, so that one mistake is reported once."""

OBJECTS = ("line", "linefill", "label", "box", "table", "polyline", "chart.point", "plot", "hline")
SPECIAL = (
    "plot_style",
    "plot_display",
    "hline_style",
    "scale_type",
    "barmerge_gaps",
    "barmerge_lookahead",
    "sort_order",
    "strategy_direction",
    "text_format",
)
SIMPLE_TYPES: dict[str, Type] = {
    "int": INT,
    "float": FLOAT,
    "bool": BOOL,
    "string": STRING,
    "color": COLOR,
    "na": NA,
    "void": VOID,
    "any": ANY,
    "enum": Type("enum"),
    **{name: Type(name) for name in (*OBJECTS, *SPECIAL)},
}
WRITABLE = frozenset({"int", "float", "bool", "string", "color", *OBJECTS})
"""Types that a script may write by name."""


def array(item: Type) -> Type:
    return Type("array", (item,))


def matrix(item: Type) -> Type:
    return Type("matrix", (item,))


def mapping(key: Type, value: Type) -> Type:
    return Type("map", (key, value))


def group(items: tuple[Type, ...]) -> Type:
    return Type("tuple", items)


def variable(letter: str) -> Type:
    return Type("variable", (), letter)


def is_number(kind: Type) -> bool:
    return kind is INT or kind is FLOAT or kind in (INT, FLOAT)


def is_reference(kind: Type) -> bool:
    """Return whether values of the type are objects that variables share."""
    return kind.name in ("array", "matrix", "map", "user") or kind.name in OBJECTS


def fits(given: Type, wanted: Type, version: int) -> bool:
    """Return whether a value of one type may stand where another is wanted."""
    if given is wanted or given == wanted or ANY in (given, wanted):
        return True
    if given == NA:
        return wanted != VOID and not (wanted == BOOL and version >= 6)
    if wanted == FLOAT:
        return given == INT
    if wanted == BOOL:
        return version < 6 and given in (INT, FLOAT)
    if given.arguments and given.name == wanted.name and len(given.arguments) == len(wanted.arguments):
        if given.name == "tuple":
            return all(fits(one, other, version) for one, other in zip(given.arguments, wanted.arguments, strict=True))
        return all(
            one == other or ANY in (one, other) or NA in (one, other)
            for one, other in zip(given.arguments, wanted.arguments, strict=True)
        )
    return False


def common(first: Type, second: Type, version: int) -> Type | None:
    """Return the type that holds values of both, None if there is none."""
    if first == second or second == ANY:
        return first
    if fits(first, second, version):
        return second
    if fits(second, first, version):
        return first
    if first.name == "tuple" and second.name == "tuple" and len(first.arguments) == len(second.arguments):
        items = [common(one, other, version) for one, other in zip(first.arguments, second.arguments, strict=True)]
        found = tuple(item for item in items if item is not None)
        return group(found) if len(found) == len(items) else None
    return None
