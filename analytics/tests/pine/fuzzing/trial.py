"""One trial of a program: it compiles or is refused with lines, it runs or stops with a sentence; anything else is a fault."""

import re
import signal
from types import FrameType

from analytics.pine.diagnostics import CompilationFailed, ScriptFailed
from analytics.pine.program import compile, run
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

LONGEST_SECONDS = 120
"""Far more than the steps that a script may take need, also on a busy machine."""
EURUSD = Symbol("EURUSD")
HALF_HOURS = Timeframe.parse("30")
BARS = [
    Bar(1_704_150_000_000 + index * 1_800_000, close - 0.5, close + 1.0, close - 1.25, close, 10.0 + index)
    for index, close in enumerate([10.0, 11.0, 10.5, 12.0, 12.0, 9.0, 9.5, 11.25, 13.0, 12.5, 8.0, 8.0])
]
EXPECTED = (PineRuntimeError, MemoryError, RecursionError, OverflowError)
"""What a script may run into; errors of Python's own are faults of the platform."""
_FIELD_OF_NOTHING = re.compile(r"'NoneType' object has no attribute '(f_\w+|price|index|time|kept)'")
"""What a script is told as: the object is na."""


class Hangs(BaseException):
    """A trial takes longer than any may."""


def fault(text: str) -> str:
    """Return what is wrong with how the platform takes a text, empty if nothing is."""
    previous = signal.signal(signal.SIGALRM, _late)
    signal.alarm(LONGEST_SECONDS)
    try:
        return _fault(text)
    except Hangs:
        return "it hangs"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def _late(number: int, frame: FrameType | None) -> None:
    raise Hangs


def _fault(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    try:
        program = compile(text)
    except CompilationFailed as failed:
        outside = [found for found in failed.diagnostics if not 1 <= found.line <= lines or not found.message]
        return f"a diagnostic outside of the text: {outside[0]}" if outside else ""
    try:
        run(program, BARS, symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: BARS[-1].time)
    except ScriptFailed as failed:
        cause = failed.__context__
        if cause is not None and not isinstance(cause, EXPECTED) and not _FIELD_OF_NOTHING.match(str(cause)):
            return f"line {failed.line}: {type(cause).__name__}: {cause}"
        return "" if 1 <= failed.line <= lines else f"an error outside of the text: {failed.line}"
    except PineRuntimeError:
        return ""
    return ""
