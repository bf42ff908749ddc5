"""Files with scripts: found, read, compiled and run, with what came of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analytics.pine.diagnostics import CompilationFailed, Diagnostic, Severity
from analytics.pine.editor.formatting import formatted
from analytics.pine.histories import History
from analytics.pine.inputs import values_from_text
from analytics.pine.other_candles import OtherCandles
from analytics.pine.program import Program, Result, compile
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.worker.contained import run_contained
from analytics.pine.worker.limits import Limits
from analytics.pine.worker.outcomes import Failure, failure

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
        unreadable = failure("unreadable", f"The file cannot be read: {error}.", "Save it as UTF-8.")
        return Outcome(path, "", unreadable.diagnostics)
    try:
        program = compile(source)
    except CompilationFailed as failed:
        return Outcome(path, source, failed.diagnostics)
    return Outcome(path, source, program.warnings, program)


def run_script(path: Path, market: Market, inputs: Mapping[str, str], limits: Limits) -> Outcome:
    """Compile a file and run it in a process with limits; where it stops becomes a diagnostic, too."""
    checked = check_script(path)
    if checked.program is None:
        return checked
    program = checked.program
    try:
        values = values_from_text(program.inputs, inputs)
    except PineRuntimeError as refused:
        found = failure("refused", str(refused), source=checked.source).diagnostics
        return replace(checked, diagnostics=(*checked.diagnostics, *found))
    outcome = run_contained(
        program,
        market.history.bars,
        symbol=market.symbol,
        timeframe=market.timeframe,
        inputs=values,
        market=market.others,
        limits=limits,
    )
    if isinstance(outcome, Result):
        return replace(checked, result=outcome)
    return replace(checked, diagnostics=(*checked.diagnostics, *_with_bar(outcome)))


def _with_bar(failed: Failure) -> list[Diagnostic]:
    if failed.bar_index is None:
        return list(failed.diagnostics)
    where = f"It stopped on bar {failed.bar_index}."
    return [replace(found, hint=f"{where} {found.hint}".strip()) for found in failed.diagnostics]
