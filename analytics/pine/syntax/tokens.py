"""The words of the language."""

from typing import NamedTuple

from analytics.pine.diagnostics import Span

NAME = "name"
INT = "int"
FLOAT = "float"
STRING = "string"
COLOR = "color"
OPERATOR = "operator"
NEWLINE = "newline"
INDENT = "indent"
DEDENT = "dedent"
END = "end"
COMMENT = "comment"

INDENT_WIDTH = 4

CONTROL = frozenset({"if", "else", "for", "while", "switch", "break", "continue"})
"""Words that begin or steer a structure; no variable has such a name."""
RESERVED = CONTROL | frozenset({"and", "or", "not", "true", "false", "var", "varip", "import", "export", "in"})
"""Words that no expression may use as a name; `to`, `by`, `series`, `method` are names where they fit as names."""
QUALIFIERS = frozenset({"series", "simple", "const", "input"})


class Token(NamedTuple):
    kind: str
    text: str
    line: int
    column: int
    end: int

    @property
    def span(self) -> Span:
        return tuple.__new__(Span, self[2:])  # a third of the time that naming the three takes


class Annotation(NamedTuple):
    """A comment that speaks to the compiler or to readers: `//@version=6`, `//@variable …`."""

    name: str
    text: str
    line: int
