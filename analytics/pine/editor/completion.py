"""What may be written at a place."""

from collections.abc import Iterable, Iterator
from functools import cache

from analytics.pine.editor import keywords
from analytics.pine.editor.callees import (
    active_overload,
    active_parameter,
    callee_at,
    callee_of,
    signatures_of,
    user_signature,
    written_name,
)
from analytics.pine.editor.choices import choices
from analytics.pine.editor.comments import remarks_above
from analytics.pine.editor.places import Place, place_at
from analytics.pine.editor.protocol import Completion, ItemKind
from analytics.pine.editor.reading import Reading
from analytics.pine.reference import functions, methods, namespaces, values
from analytics.pine.reference.notation import Entry, Function, Signature, Value
from analytics.pine.reference.wording import written, written_parameter
from analytics.pine.semantics.expressions import POINT_FIELDS
from analytics.pine.syntax.tokens import CONTROL
from analytics.pine.types import ANY, NA, Type

EXPECTED, NAMED, OWN, LANGUAGE, WORD = range(5)
"""Ranks: what the argument expects, names of arguments, what the script declares, the reference, words."""
MOST = 500
"""Items that are offered at once; writing on narrows them down."""


def completions(reading: Reading, line: int, column: int) -> tuple[Completion, ...]:
    """Return what may be written at a place, the likeliest first."""
    place = place_at(reading, line, column)
    offer = Offer(reading, place)
    if place.annotation is not None:
        for name, summary in keywords.ANNOTATIONS.items():
            offer.add(name, ItemKind.KEYWORD, summary=summary)
    elif not place.silent and place.receiver is not None:
        offer.members()
    elif not place.silent:
        offer.names()
    return offer.sorted()


class Offer:
    """Collects what fits the beginning that is written, each name once; the first that comes stays."""

    def __init__(self, reading: Reading, place: Place) -> None:
        self._reading = reading
        self._place = place
        self._beginning = place.word.lower()
        self._range = reading.document.range(place.line, place.word_column, place.column)
        self._items: dict[str, Completion] = {}
        self._visible = reading.visible(place.line, place.column, own_row=False)

    def sorted(self) -> tuple[Completion, ...]:
        return tuple(sorted(self._items.values(), key=lambda item: (item.rank, item.label)))[:MOST]

    def fits(self, label: str) -> bool:
        return label not in self._items and label.lower().startswith(self._beginning)

    def add(
        self, label: str, kind: ItemKind, *, detail: str = "", summary: str = "", rank: int = WORD, text: str = ""
    ) -> None:
        """Offer something if it begins as what is written."""
        if self.fits(label):
            self._items[label] = Completion(label, kind, self._range, detail, summary, text, rank)

    # Names ---------------------------------------------------------------------------------------------------------

    def names(self) -> None:
        """Offer what may stand where no dot is in front."""
        self._arguments()
        self._own()
        for label, kind, detail, summary in _global_items(self._reading.version):
            self.add(label, kind, detail=detail, summary=summary, rank=LANGUAGE)
        for name, summary in (*keywords.TYPES.items(), *keywords.KEYWORDS.items()):
            self.add(name, ItemKind.CLASS if name in keywords.TYPES else ItemKind.KEYWORD, summary=summary)

    def _arguments(self) -> None:
        """Offer the names of arguments that are not given yet, and the constants that are expected."""
        call = self._place.around
        if call is None:
            return
        reading, place = self._reading, self._place
        callee = callee_at(reading, call.callee, place.line, place.column, self._visible)
        if callee is None:
            return
        signature = callee.signatures[active_overload(reading, callee, call, self._visible)]
        number = active_parameter(callee, signature, call)
        parameters = callee.parameters(signature)
        if number is not None:
            parameter = parameters[number]
            for value in choices(callee, parameter):
                self._value(value, value.name, EXPECTED)
            if parameter.type.name == "enum" and parameter.type.label:
                self._members_of_enum(parameter.type.label, f"{parameter.type.label}.", EXPECTED)
        if call.name or not self._begins_argument():
            return
        given = {name for name, _ in call.given}
        for position, parameter in enumerate(parameters):
            if parameter.name not in given and not parameter.variadic and position >= _unnamed(call.given):
                detail = written_parameter(parameter)
                summary = callee.remarks.parts.get(parameter.name, "")
                label = f"{parameter.name} ="
                self.add(label, ItemKind.PROPERTY, detail=detail, summary=summary, rank=NAMED, text=f"{label} ")

    def _begins_argument(self) -> bool:
        before = self._place.before
        return before > 0 and any(self._reading.is_operator(before - 1, text) for text in ("(", ","))

    def _own(self) -> None:
        """Offer what the script declares and what is seen here."""
        reading, place = self._reading, self._place
        for symbol in self._visible.values():
            detail = f"{symbol.qualifier.word} {symbol.type}"
            if self.fits(symbol.name):
                summary = "" if symbol.is_parameter else remarks_above(reading, symbol.span.line).text
                self.add(symbol.name, ItemKind.VARIABLE, detail=detail, summary=summary, rank=OWN)
        for declared in reading.functions(place.line, place.column):
            if self.fits(declared.name):
                callee = callee_of(reading, declared.name, (declared,))
                detail = written(declared.name, callee.signatures[0])
                kind = ItemKind.METHOD if declared.is_method else ItemKind.FUNCTION
                self.add(declared.name, kind, detail=detail, summary=callee.remarks.text, rank=OWN)
        for kind, types in (
            (ItemKind.CLASS, reading.observer.declared_types),
            (ItemKind.ENUM, reading.observer.declared_enums),
        ):
            for name, node in types.items():
                if self.fits(name):
                    self.add(name, kind, summary=remarks_above(reading, node.span.line).text, rank=OWN)

    # Behind a dot --------------------------------------------------------------------------------------------------

    def members(self) -> None:
        """Offer what may stand behind the dot."""
        reading, stretch = self._reading, self._place.receiver
        if stretch is None or stretch.begin >= stretch.end:
            return
        name = written_name(reading, stretch)
        known = name.partition(".")[0] in self._visible
        if name and not known:
            if name in reading.observer.declared_enums:
                self._members_of_enum(name, "", OWN)
                return
            if name in reading.observer.declared_types:
                self._of_type(name)
                return
        words = reading.tokens[stretch.begin : stretch.end]
        is_namespace = name in namespaces() and not known
        if not is_namespace or name in values():
            value = reading.meaning(words, self._visible)
            if value is not None:
                self._of_value(value.type)
        if name in namespaces():
            for label, kind, detail, summary in _members(name, reading.version):
                self.add(label, kind, detail=detail, summary=summary, rank=LANGUAGE)

    def _members_of_enum(self, enum: str, prefix: str, rank: int) -> None:
        node = self._reading.observer.declared_enums.get(enum)
        for member in node.members if node is not None else ():
            self.add(f"{prefix}{member.name}", ItemKind.ENUM_MEMBER, detail=enum, summary=member.title, rank=rank)

    def _of_type(self, name: str) -> None:
        self.add("new", ItemKind.FUNCTION, detail=f"{name}.new(…) → {name}", summary="Make an object.", rank=OWN)
        self.add("copy", ItemKind.FUNCTION, detail=f"{name}.copy(id) → {name}", summary="Copy an object.", rank=OWN)
        self._own_methods(Type("user", (), name))

    def _own_methods(self, kind: Type) -> None:
        """Offer the methods of the script that values of a type have."""
        aside = self._reading.observer.aside({})
        for declared in self._reading.functions(self._place.line, self._place.column):
            if declared.is_method and self.fits(declared.name) and aside.takes(declared, kind):
                self._method(declared.name, user_signature(self._reading, declared), NAMED)

    def _of_value(self, kind: Type) -> None:
        """Offer the fields and methods of a value."""
        reading = self._reading
        if kind in (ANY, NA):
            return
        if kind.name == "user":
            node = reading.observer.declared_types.get(kind.label)
            remarks = remarks_above(reading, node.span.line) if node is not None else None
            aside = reading.observer.aside({})
            for one in node.fields if node is not None else ():
                detail = str(aside.written_type(one.type))
                summary = remarks.parts.get(one.name, "") if remarks is not None else ""
                self.add(one.name, ItemKind.FIELD, detail=detail, summary=summary, rank=EXPECTED)
            self.add("copy", ItemKind.METHOD, detail=f"copy() → {kind}", summary="Copy the object.", rank=NAMED)
        if kind.name == "chart.point":
            for name, field_kind in POINT_FIELDS.items():
                self.add(name, ItemKind.FIELD, detail=str(field_kind), rank=EXPECTED)
        self._own_methods(kind)
        for name, full_names in methods().items():
            for full_name in full_names if self.fits(name) else ():
                entry = functions()[full_name]
                if full_name.rpartition(".")[0] == kind.name and signatures_of(entry, reading.version):
                    self._method(name, signatures_of(entry, reading.version)[0], OWN, entry.summary)

    def _method(self, name: str, signature: Signature, rank: int, summary: str = "") -> None:
        bare = Signature(signature.parameters[1:], signature.result, signature.result_qualifier)
        self.add(name, ItemKind.METHOD, detail=written(name, bare), summary=summary, rank=rank)

    def _value(self, value: Value, label: str, rank: int) -> None:
        if self._reading.version in value.versions:
            self.add(label, ItemKind.CONSTANT, detail=_described(value), summary=value.summary, rank=rank)


def _unnamed(given: Iterable[tuple[str, object]]) -> int:
    return sum(not name for name, _ in given)


def _described(value: Value) -> str:
    return f"{value.qualifier.word} {value.type}"


_Item = tuple[str, ItemKind, str, str]


@cache
def _global_items(version: int) -> tuple[_Item, ...]:
    """Return functions, variables and namespaces of the language without a dot in their names."""
    return (*_entries("", version), *_spaces("", version))


@cache
def _members(space: str, version: int) -> tuple[_Item, ...]:
    """Return what stands behind the dot of a namespace."""
    return (*_entries(f"{space}.", version), *_spaces(f"{space}.", version))


def _entries(prefix: str, version: int) -> Iterator[_Item]:
    known: tuple[Entry, ...] = (*functions().values(), *values().values())
    for entry in known:
        label = entry.name.removeprefix(prefix)
        if not entry.name.startswith(prefix) or "." in label or label in CONTROL:
            continue
        if isinstance(entry, Function):
            signatures = signatures_of(entry, version)
            if signatures:
                yield label, ItemKind.FUNCTION, written(entry.name, signatures[0]), entry.summary
        elif version in entry.versions:
            yield label, ItemKind.CONSTANT if entry.value else ItemKind.VARIABLE, _described(entry), entry.summary


def _spaces(prefix: str, version: int) -> Iterator[_Item]:
    for space in sorted(namespaces()):
        label = space.removeprefix(prefix)
        if space.startswith(prefix) and "." not in label:
            yield label, ItemKind.MODULE, f"{space}.*", ""
