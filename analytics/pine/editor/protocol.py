"""What the editor is told, as the Language Server Protocol names it.

Lines and characters count from 0, characters in UTF-16 units, as that protocol and editors in browsers count them.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

JSON = dict[str, Any]


class ItemKind(IntEnum):
    """What a completion stands for; the protocol's numbers."""

    METHOD = 2
    FUNCTION = 3
    FIELD = 5
    VARIABLE = 6
    CLASS = 7
    MODULE = 9
    PROPERTY = 10
    ENUM = 13
    KEYWORD = 14
    ENUM_MEMBER = 20
    CONSTANT = 21


class ProblemSeverity(IntEnum):
    """The protocol's numbers."""

    ERROR = 1
    WARNING = 2


@dataclass(frozen=True, slots=True)
class Position:
    line: int
    character: int

    def as_json(self) -> JSON:
        return {"line": self.line, "character": self.character}


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to before `end`."""

    start: Position
    end: Position

    def as_json(self) -> JSON:
        return {"start": self.start.as_json(), "end": self.end.as_json()}


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic; the hint stands behind the message."""

    range: Range
    severity: ProblemSeverity
    code: str
    message: str

    def as_json(self) -> JSON:
        return {
            "range": self.range.as_json(),
            "severity": self.severity.value,
            "code": self.code,
            "source": "pine",
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class TextEdit:
    range: Range
    new_text: str

    def as_json(self) -> JSON:
        return {"range": self.range.as_json(), "newText": self.new_text}


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand at a place; `range` is what it replaces, `rank` orders it before others, lower ones first."""

    label: str
    kind: ItemKind
    range: Range
    detail: str = ""
    documentation: str = ""
    new_text: str = ""
    rank: int = 0

    def as_json(self) -> JSON:
        text = self.new_text or self.label
        return {
            "label": self.label,
            "kind": self.kind.value,
            "detail": self.detail,
            "documentation": self.documentation,
            "sortText": f"{self.rank}{self.label}",
            "textEdit": TextEdit(self.range, text).as_json(),
        }


@dataclass(frozen=True, slots=True)
class Hover:
    """An explanation as Markdown."""

    contents: str
    range: Range

    def as_json(self) -> JSON:
        return {"contents": {"kind": "markdown", "value": self.contents}, "range": self.range.as_json()}


@dataclass(frozen=True, slots=True)
class ParameterHelp:
    """`start` and `end` are where it stands in the label of its signature."""

    start: int
    end: int
    documentation: str = ""

    def as_json(self) -> JSON:
        return {"label": [self.start, self.end], "documentation": self.documentation}


@dataclass(frozen=True, slots=True)
class SignatureForm:
    """One overload."""

    label: str
    documentation: str
    parameters: tuple[ParameterHelp, ...]

    def as_json(self) -> JSON:
        return {
            "label": self.label,
            "documentation": self.documentation,
            "parameters": [parameter.as_json() for parameter in self.parameters],
        }


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """The overloads of a call; `active_parameter` is None where the argument is one too many."""

    signatures: tuple[SignatureForm, ...]
    active_signature: int
    active_parameter: int | None

    def as_json(self) -> JSON:
        return {
            "signatures": [signature.as_json() for signature in self.signatures],
            "activeSignature": self.active_signature,
            "activeParameter": self.active_parameter,
        }


@dataclass(frozen=True, slots=True)
class Formatting:
    """A formatted text; `edits` lead to it from the text that was given, none if nothing changes."""

    text: str
    edits: tuple[TextEdit, ...]

    def as_json(self) -> list[JSON]:
        return [edit.as_json() for edit in self.edits]
