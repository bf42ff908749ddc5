"""What is wrong with a script, where, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from analytics.pine.runtime.errors import PineRuntimeError

SHOWN = 160
"""How many characters of a line are shown with what is wrong on it."""
MOST = 50  # more are not read by anybody, and a garbled file would have thousands


class Span(NamedTuple):
    """A stretch of one line of the source; line and columns count from 1, `end` is the column after the last."""

    line: int
    column: int
    end: int


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    code: str
    severity: Severity
    line: int
    column: int
    end: int
    message: str
    hint: str = ""

    def as_text(self, source: str) -> str:
        """Return the message with the line of the source and a caret under the place."""
        text, column = _shortened(_line(source, self.line), self.column)
        end = column + self.end - self.column
        margin = f"{self.line:>5} | "
        indent = "".join("\t" if character == "\t" else " " for character in text[: column - 1])
        rows = [
            f"{self.severity.value}[{self.code}] line {self.line}, column {self.column}: {self.message}",
            f"{margin}{text}",
            f"{' ' * (len(margin) - 2)}| {indent}{'^' * max(1, min(end, len(text) + 1) - column)}",
        ]
        if self.hint:
            rows.append(f"{' ' * (len(margin) - 2)}= {self.hint}")
        return "\n".join(rows)

    def as_json(self, source: str) -> dict[str, str | int]:
        """Return the diagnostic as a JSON object, with the line of the source."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "line": self.line,
            "column": self.column,
            "end": self.end,
            "message": self.message,
            "hint": self.hint,
            "source": _line(source, self.line),
        }


def _shortened(text: str, column: int) -> tuple[str, int]:
    """Return what is shown of a line around a column, and which column of that it is."""
    if len(text) <= SHOWN:
        return text, column
    start = max(0, min(column - 1 - SHOWN // 2, len(text) - SHOWN))
    shown = text[start : start + SHOWN]
    if start + SHOWN < len(text):
        shown = f"{shown}…"
    return (f"…{shown}", column - start + 1) if start else (shown, column)


def _line(source: str, number: int) -> str:
    lines = source.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""


def span_of_line(source: str, number: int) -> Span:
    """Return the stretch of what is written on a line; of the first where the number is none of a line."""
    text = _line(source, number)
    start = len(text) - len(text.lstrip()) + 1
    return Span(max(number, 1), start, max(len(text.rstrip()) + 1, start + 1))


class Diagnostics:
    """The diagnostics of one compilation, in the order of the source, none twice."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int], Diagnostic] = {}
        self._ended = False

    def error(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self._add(code, Severity.ERROR, span, message, hint)

    def warning(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self._add(code, Severity.WARNING, span, message, hint)

    def _add(self, code: str, severity: Severity, span: Span, message: str, hint: str) -> None:
        key = (code, span.line, span.column)
        if key not in self._found and len(self._found) < MOST and not self._ended:
            self._found[key] = Diagnostic(code, severity, span.line, span.column, span.end, message, hint)

    def end(self) -> None:
        """Take no more: what else would be found follows from what was."""
        self._ended = True

    @property
    def failed(self) -> bool:
        return any(found.severity is Severity.ERROR for found in self._found.values())

    def sorted(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(self._found.values(), key=lambda found: (found.line, found.column)))


class CompilationFailed(Exception):
    """A script does not compile; `diagnostics` says why, all that was found at once."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], source: str) -> None:
        self.diagnostics = diagnostics
        self.source = source
        super().__init__("\n".join(diagnostic.as_text(source) for diagnostic in diagnostics))


class ScriptFailed(PineRuntimeError):
    """A script stopped on a bar; `line` is the line of the source, 0 where it is not known."""

    def __init__(self, message: str, *, line: int, bar_index: int, code: str = PineRuntimeError.code) -> None:
        super().__init__(f"Line {line}, bar {bar_index}: {message}")
        self.message = message
        self.code = code
        self.line = line
        self.bar_index = bar_index
