"""Starting a run in a process of its own, answering what it asks for, and making sense of how it ends."""

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from analytics.pine.program import Program, Result
from analytics.pine.requested import Market
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.worker.limits import Limits
from analytics.pine.worker.outcomes import LONGEST_SYMBOL, Failure, Job, Question, failure
from analytics.pine.worker.wire import Garbled, TooLarge, receive, send

_ROOT = Path(__file__).resolve().parents[3]
_COMMAND = [sys.executable, "-s", "-B", "-m"]
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "TZ": "UTC"}
"""All that the process is told of its surroundings: no address of a database, no key."""
_NO_LIMITS = Limits()


def run_contained(
    script: str | Program,
    bars: Sequence[Bar],
    *,
    symbol: Symbol,
    timeframe: Timeframe,
    inputs: Mapping[str, Any] | None = None,
    now: int | None = None,
    market: Market | None = None,
    limits: Limits = _NO_LIMITS,
) -> Result | Failure:
    """Compile and run a script in a process with limits; whatever it does, it ends in a result or a failure.

    `now` is what `timenow` says, in milliseconds, and belongs to what is given: without it, it is the opening of the
    last bar. `market` is asked in this process, from the thread that called.
    """
    text = script if isinstance(script, str) else script.source
    moment = now if now is not None else (bars[-1].time if bars else 0)
    job = Job(
        text=text,
        bars=[tuple(bar) for bar in bars],
        symbol=symbol,
        timeframe=timeframe,
        inputs=dict(inputs or {}),
        now=moment,
        asks=market is not None,
        limits=limits,
    )
    process = start("analytics.pine.worker.child")
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    watch = threading.Timer(limits.wall_seconds, end)
    watch.daemon = True
    watch.start()
    try:
        outcome: Result | Failure = attend(process, job, limits, market, (Result, Failure))
    except Lost as lost:
        outcome = ended(lost.__cause__, limits, late=late.is_set())
    finally:
        watch.cancel()
        watch.join()
        process.kill()
        close(process)
    return outcome


class Lost(Exception):
    """The process has ended, or says what no run says."""


def start(module: str) -> "subprocess.Popen[bytes]":
    """Start a process that runs scripts."""
    return subprocess.Popen(  # noqa: S603 - a fixed command
        [*_COMMAND, module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=_ENVIRONMENT,
        start_new_session=True,
    )


def attend(
    process: "subprocess.Popen[bytes]",
    message: Any,
    limits: Limits,
    market: Market | None,
    wanted: tuple[type, ...],
) -> Any:
    """Send a message and answer questions until one of what is wanted comes back; Lost if that does not happen."""
    source, target = _pipes(process)
    asked = 0
    answer = message
    while True:
        try:
            send(target, answer)
            message = receive(source, most=limits.result_size)
        except (TooLarge, Garbled, EOFError, OSError) as error:
            raise Lost from error
        if isinstance(message, wanted):
            return message
        asked += 1
        if market is None or asked > limits.requests or not _is_question(message):
            raise Lost
        answer = _answer(market, message)


def _is_question(message: Any) -> bool:
    return (
        isinstance(message, Question)
        and isinstance(message.symbol, str)
        and isinstance(message.timeframe, str)
        and len(message.symbol) <= LONGEST_SYMBOL
    )


def _answer(market: Market, question: Question) -> tuple[Symbol, list[Bar]] | None:
    try:
        timeframe = Timeframe.parse(question.timeframe)
    except PineRuntimeError:
        return None
    found = market(question.symbol, timeframe)
    return None if found is None else (found[0], list(found[1]))


def ended(error: BaseException | None, limits: Limits, *, late: bool) -> Failure:
    """Return what is to be said of a process that ended without an outcome."""
    if late:
        return failure(
            "wall-time",
            f"The script was stopped after {limits.wall_seconds:g} seconds.",
            "Make its loops shorter, or run it on fewer bars; if it is short already, try again later.",
        )
    if isinstance(error, TooLarge):
        message = f"What the script brings forth has more than {limits.result_size // 1_000_000} million bytes."
        return failure("result-size", message, "Plot, draw and log less, or run it on fewer bars.")
    return failure(
        "stopped",
        "The script was stopped because it used up its processor time or its memory.",
        "Make its loops and collections smaller.",
    )


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdout, process.stdin


def close(process: "subprocess.Popen[bytes]") -> None:
    source, target = _pipes(process)
    source.close()
    with suppress(BrokenPipeError):  # what was still to be written is for nobody
        target.close()
    process.wait()
