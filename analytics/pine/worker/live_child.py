"""The process of a script that stays: `python -m analytics.pine.worker.live_child`, a command in, an answer out."""

import sys
import time
from collections.abc import Callable
from typing import IO, Any

from analytics.pine.diagnostics import CompilationFailed, ScriptFailed
from analytics.pine.program import Program, Result, Stream, compile, stream
from analytics.pine.requested import Market
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.saved_states import StateRefused, load_state, save_state
from analytics.pine.worker.child import (
    AskedMarket,
    NotAllowed,
    OutOfTime,
    allow,
    confine,
    fault,
    hand_over,
    no_memory,
    too_slow,
)
from analytics.pine.worker.outcomes import GOES_ON, Failure, Job, LiveJob, Saved, Told, failure
from analytics.pine.worker.wire import receive_trusted


def main() -> None:
    """Open the script, then carry out commands until the input ends or the script fails."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    order: LiveJob = receive_trusted(source)
    limits = order.job.limits
    if "matrix" in order.job.text:
        import numpy  # noqa: F401 - its libraries cannot be loaded any more once the process is closed
    confine(limits, seconds=None)
    live = _Live(order.job, source, target)
    command: Any = ("open", order.state)
    while True:
        answer = _answer(live, command)
        hand_over(target, answer, limits)
        if isinstance(answer, Failure) and answer.code not in GOES_ON:
            return
        try:
            command = receive_trusted(source)
        except EOFError:
            return


class _Live:
    def __init__(self, job: Job, source: IO[bytes], target: IO[bytes]) -> None:
        self.job = job
        self.now = job.now
        self.market: Market | None = AskedMarket(source, target, job.limits.requests) if job.asks else None
        self.running: Stream | None = None
        self.told = (0, 0)

    def open(self, state: bytes | None) -> Told:
        job = self.job
        allow(job.limits.compile_seconds)
        program = compile(job.text)
        allow(job.limits.run_seconds)
        self.running = self._begun(program, state)
        return self._news()

    def _begun(self, program: Program, state: bytes | None) -> Stream:
        job = self.job
        deadline = time.monotonic() + job.limits.wall_seconds

        def proceed() -> None:
            if time.monotonic() > deadline:
                raise OutOfTime

        if state is not None:
            return load_state(state, program, inputs=job.inputs, now=lambda: self.now, market=self.market)
        return stream(
            program,
            [Bar(*bar) for bar in job.bars],
            symbol=job.symbol,
            timeframe=job.timeframe,
            inputs=job.inputs,
            now=lambda: self.now,
            proceed=proceed,
            market=self.market,
        )

    def update(self, bar: tuple[Any, ...], confirmed: bool, now: int) -> Told:
        self.now = now
        allow(self.job.limits.run_seconds)
        assert self.running is not None
        self.running.update(Bar(*bar), confirmed=confirmed)
        return self._news()

    def result(self) -> Result:
        assert self.running is not None
        return self.running.result()

    def save(self) -> Saved:
        assert self.running is not None
        return Saved(save_state(self.running, self.job.inputs))

    def _news(self) -> Told:
        """Return what was said since the last answer; of what is no longer kept nothing."""
        assert self.running is not None
        outputs = self.running.context.outputs
        alerts, logs = outputs.alerts, outputs.logs
        first, second = min(self.told[0], len(alerts)), min(self.told[1], len(logs))
        self.told = len(alerts), len(logs)
        return Told(tuple(alerts[first:]), tuple(logs[second:]))


def _answer(live: _Live, command: tuple[Any, ...]) -> Told | Saved | Result | Failure:
    name, *arguments = command
    carried_out: dict[str, Callable[..., Told | Saved | Result]] = {
        "open": live.open,
        "update": live.update,
        "result": live.result,
        "save": live.save,
    }
    try:
        found = carried_out[name](*arguments)
    except CompilationFailed as failed:
        return Failure(failed.diagnostics)
    except ScriptFailed as failed:
        return failure(failed.code, failed.message, source=live.job.text, line=failed.line, bar_index=failed.bar_index)
    except (PineRuntimeError, StateRefused) as failed:
        return failure(failed.code, failed.message)
    except MemoryError:
        return no_memory()
    except OutOfTime:
        return too_slow(live.job)
    except NotAllowed as tried:
        return failure("not-allowed", f"The script tried what scripts may not do ({tried}).", "Leave it out.")
    except Exception as error:
        return fault(error)
    finally:
        allow(0)
    return found


if __name__ == "__main__":
    main()
