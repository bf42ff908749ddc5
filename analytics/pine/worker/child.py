"""The process of one run: `python -m analytics.pine.worker.child`, a job on its input, an outcome on its output."""

import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

from analytics.pine.diagnostics import CompilationFailed, ScriptFailed
from analytics.pine.instance import line_of
from analytics.pine.program import Program, Result, compile, run
from analytics.pine.requested import Market
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.worker.limits import Limits
from analytics.pine.worker.outcomes import LONGEST_SYMBOL, Failure, Job, Question, failure
from analytics.pine.worker.wire import TooLarge, receive_trusted, send

_FILES = 16
"""How many files may be open at once: pipes, and those with the rules of time zones."""
_HARMLESS_OF_OS = frozenset({"os.listdir", "os.scandir"})
_REFUSED = ("socket.", "subprocess.", "ctypes.", "shutil.", "os.", "mmap.", "signal.", "fcntl.", "syslog.", "pty.")


class OutOfTime(BaseException):
    """The time of the processor or on the clock is used up; nothing on the way may take it for an error of its own."""


class NotAllowed(BaseException):
    """Something was tried that no script does: a file written, a connection, another process."""


def main() -> None:
    """Run the job on the input and write its outcome."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    job: Job = receive_trusted(source)
    if "matrix" in job.text:
        import numpy  # noqa: F401 - its libraries cannot be loaded any more once the process is closed
    confine(job.limits, seconds=job.limits.compile_seconds + job.limits.run_seconds + 2)
    try:
        outcome = _outcome(job, source, target)
    except MemoryError:
        outcome = no_memory()
    except OutOfTime:
        outcome = too_slow(job)
    except NotAllowed as tried:
        outcome = failure("not-allowed", f"The script tried what scripts may not do ({tried}).", "Leave it out.")
    except Exception as error:
        outcome = fault(error)
    hand_over(target, outcome, job.limits)


def confine(limits: Limits, *, seconds: int | None) -> None:
    """Give up what a run does not need, for good; `seconds` of the processor in all, None for a script that stays."""
    os.nice(10)  # trading comes first
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        _limit(kind, most)
    if seconds is not None:
        _limit(resource.RLIMIT_CPU, seconds)
    signal.signal(signal.SIGPROF, _out_of_time)
    sys.addaudithook(_watch)


def _limit(kind: int, most: int) -> None:
    """Set a limit for good, no higher than it is already."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what reaches out of the process."""
    if event == "open":
        if arguments[1] not in (None, "r", "rb") or (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise NotAllowed(event)
    elif event.startswith(_REFUSED) and event not in _HARMLESS_OF_OS:
        raise NotAllowed(event)


def _out_of_time(number: int, frame: FrameType | None) -> None:
    raise OutOfTime


def allow(seconds: float) -> None:
    """Let a signal come when the process has worked this long from now on, never with 0.

    It comes again each second: an error that arises in a finaliser is lost.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)


def _outcome(job: Job, source: IO[bytes], target: IO[bytes]) -> Result | Failure:
    limits: Limits = job.limits
    deadline = time.monotonic() + limits.wall_seconds
    try:
        allow(limits.compile_seconds)
        program = compile(job.text)
    except CompilationFailed as failed:
        return Failure(failed.diagnostics)
    except OutOfTime:
        allow(0)
        return failure(
            "compile-time",
            f"Compiling the script takes more than {limits.compile_seconds} seconds.",
            "Make it shorter, and let fewer functions call each other.",
        )
    return _run(job, program, deadline, AskedMarket(source, target, limits.requests) if job.asks else None)


def _run(job: Job, program: Program, deadline: float, market: Market | None) -> Result | Failure:
    def proceed() -> None:
        if time.monotonic() > deadline:
            raise OutOfTime

    try:
        allow(job.limits.run_seconds)
        return run(
            program,
            [Bar(*bar) for bar in job.bars],
            symbol=job.symbol,
            timeframe=job.timeframe,
            inputs=job.inputs,
            now=lambda: job.now,
            proceed=proceed,
            market=market,
        )
    except ScriptFailed as failed:
        return failure(failed.code, failed.message, source=job.text, line=failed.line, bar_index=failed.bar_index)
    except PineRuntimeError as failed:
        return failure(failed.code, failed.message)
    except OutOfTime as late:
        return too_slow(job, line_of(late.__traceback__, program.origins))


def too_slow(job: Job, line: int = 1) -> Failure:
    allow(0)
    message = f"The script takes more than {job.limits.run_seconds} seconds."
    return failure("run-time", message, "Make its loops shorter, or run it on fewer bars.", source=job.text, line=line)


class AskedMarket:
    """Asks whoever started the run for bars."""

    def __init__(self, source: IO[bytes], target: IO[bytes], most: int) -> None:
        self._source = source
        self._target = target
        self._most = most
        self._known: dict[tuple[str, str], tuple[Symbol, Sequence[Bar]] | None] = {}

    def __call__(self, symbol: str, timeframe: Timeframe) -> tuple[Symbol, Sequence[Bar]] | None:
        key = (symbol, timeframe.period)
        if key not in self._known:
            if len(symbol) > LONGEST_SYMBOL:
                raise PineRuntimeError(f"The name of a symbol has {LONGEST_SYMBOL} characters at most.")
            if len(self._known) >= self._most:
                message = f"A script may ask for {self._most} symbols and timeframes at most."
                raise LimitReached("too-many-requests", message)
            send(self._target, Question(*key))
            self._known[key] = receive_trusted(self._source)
        return self._known[key]


def fault(error: Exception) -> Failure:
    """Return what is said of an error of the compiler or the runtime itself."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    place = f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}" if traceback else "?"
    message = "The script cannot be run because of a fault of the platform."
    return failure("internal-fault", message, f"Report it with the script: {type(error).__name__} at {place}.")


def no_memory() -> Failure:
    return failure("memory", "The script needs too much memory.", "Keep fewer and smaller collections and strings.")


def hand_over(target: IO[bytes], outcome: Any, limits: Limits) -> None:
    allow(0)
    try:
        send(target, outcome, most=limits.result_size)
    except MemoryError:
        send(target, no_memory())
    except TooLarge:
        message = f"What the script brings forth has more than {limits.result_size // 1_000_000} million bytes."
        send(target, failure("result-size", message, "Plot, draw and log less, or run it on fewer bars."))


if __name__ == "__main__":
    main()
