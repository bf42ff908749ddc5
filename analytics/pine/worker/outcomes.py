"""How a contained run ends, besides with a result."""

from dataclasses import dataclass
from typing import Any

from analytics.pine.diagnostics import Diagnostic, Severity, span_of_line
from analytics.pine.fingerprint import fingerprint

GOES_ON = frozenset({"bar-forming", "bar-past"})
"""Codes of failures that are the caller's: the script that runs along stays as it was."""
LONGEST_SYMBOL = 1_000
"""How many characters of a symbol are asked for."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A run without a result: why, in sentences for the author of the script, and on which bar if on one."""

    diagnostics: tuple[Diagnostic, ...]
    bar_index: int | None = None

    @property
    def code(self) -> str:
        """Return the code of the first error."""
        return next(found.code for found in self.diagnostics if found.severity is Severity.ERROR)

    @property
    def message(self) -> str:
        """Return the sentence of the first error."""
        return next(found.message for found in self.diagnostics if found.severity is Severity.ERROR)

    def result_hash(self) -> str:
        """Return the same for the same failure."""
        return fingerprint(self)


@dataclass(frozen=True, slots=True)
class Question:
    """Bars that a script asks for: of which symbol, in which timeframe."""

    symbol: str
    timeframe: str


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run, on what."""

    text: str
    bars: list[Any]
    symbol: Any
    timeframe: Any
    inputs: dict[str, Any]
    now: int
    asks: bool
    limits: Any


@dataclass(frozen=True, slots=True)
class LiveJob:
    """A script that is to stay, and the state it goes on from, if from one."""

    job: Job
    state: bytes | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a script that runs along said while it computed a bar: alerts and lines of its log."""

    alerts: tuple[Any, ...]
    logs: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """The state of a script that runs along."""

    state: bytes


def failure(
    code: str, message: str, hint: str = "", *, source: str = "", line: int = 1, bar_index: int | None = None
) -> Failure:
    """Return a failure with one error on a line of a source."""
    span = span_of_line(source, line)
    return Failure((Diagnostic(code, Severity.ERROR, *span, message, hint),), bar_index)
