"""Files with scripts: found, read, compiled and run, with what came of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analytics.pine.diagnostics import CompilationFailed, Diagnostic, ScriptFailed, Severity, Span
from analytics.pine.editor.formatting import formatted
from analytics.pine.histories import History
from analytics.pine.inputs import values_from_text
from analytics.pine.other_candles import OtherCandles
from analytics.pine.program import Program, Result, compile, run
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

SUFFIX = ".pine"


@dataclass(frozen=True, slots=True)
class Market:
    """What scripts run over, and `others` that they may request."""

    history: History
    symbol: Symbol
    timeframe: Timeframe
    others: OtherCandles | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: `program` if it compiles, `result` if it was run to the end."""

    path: Path
    source: str
    diagnostics: tuple[Diagnostic, ...]
    program: Program | None = None
    result: Result | None = None

    @property
    def failed(self) -> bool:
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    def count(self, severity: Severity) -> int:
        """Return how many diagnostics of a severity there are."""
        return sum(found.severity is severity for found in self.diagnostics)


def find_scripts(paths: Iterable[Path]) -> list[Path]:
    """Return the files that are named and all scripts in the folders that are; none of them is refused."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(inside for inside in path.rglob(f"*{SUFFIX}") if inside.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise PineRuntimeError(f"There is no {path}. Name a file or a folder with scripts.")
    if not found:
        raise PineRuntimeError(f"There is no script there. Scripts are files that end with {SUFFIX}.")
    return list(dict.fromkeys(found))


def format_script(path: Path, *, write: bool) -> bool:
    """Return whether a file was not in tidy form; `write` gives it that form. PineRuntimeError if it cannot be done."""
    try:
        # Line ends stay what they are: nothing is translated on the way in or out.
        source = path.read_bytes().decode("utf-8-sig")
        tidy = formatted(source).text
        if write and tidy != source:
            path.write_bytes(tidy.encode())
    except (OSError, UnicodeError) as error:
        raise PineRuntimeError(f"{path} cannot be formatted: {error}.") from error
    return tidy != source


def check_script(path: Path) -> Outcome:
    """Compile a file."""
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return Outcome(path, "", (_error("unreadable", 1, f"The file cannot be read: {error}.", "Save it as UTF-8."),))
    try:
        program = compile(source)
    except CompilationFailed as failed:
        return Outcome(path, source, failed.diagnostics)
    return Outcome(path, source, program.warnings, program)


def run_script(path: Path, market: Market, inputs: Mapping[str, str]) -> Outcome:
    """Compile a file and run it; where it stops becomes a diagnostic, too."""
    checked = check_script(path)
    if checked.program is None:
        return checked
    program = checked.program
    try:
        result = run(
            program,
            market.history.bars,
            symbol=market.symbol,
            timeframe=market.timeframe,
            inputs=values_from_text(program.inputs, inputs),
            market=market.others,
        )
    except ScriptFailed as stopped:
        hint = f"It stopped on bar {stopped.bar_index}."
        found = _error("stopped", stopped.line, stopped.message, hint, checked.source)
    except PineRuntimeError as refused:
        found = _error("refused", 1, str(refused))
    else:
        return Outcome(path, checked.source, checked.diagnostics, program, result)
    return Outcome(path, checked.source, (*checked.diagnostics, found), program)


def _error(code: str, line: int, message: str, hint: str = "", source: str = "") -> Diagnostic:
    lines = source.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    start = len(text) - len(text.lstrip()) + 1
    span = Span(max(line, 1), start, max(len(text.rstrip()) + 1, start + 1))
    return Diagnostic(code, Severity.ERROR, span.line, span.column, span.end, message, hint)
