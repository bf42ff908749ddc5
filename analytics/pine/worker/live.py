"""A script that runs along with its market in a process of its own, under the limits of every other run."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from analytics.pine.program import Program, Result
from analytics.pine.requested import Market
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.worker.contained import Lost, attend, close, ended, start
from analytics.pine.worker.limits import Limits
from analytics.pine.worker.outcomes import GOES_ON, Failure, Job, LiveJob, Saved, Told

_NO_LIMITS = Limits()


class ContainedStream:
    """A running script; each command ends in an answer or a failure, and after a failure of the script it is gone.

    `opened` is what the script said over its history. The seconds of the limits hold for every command by itself. A
    script goes on from a `state` that `save` returned; then `bars` are not needed. Use it as a context manager, or
    close it.
    """

    def __init__(
        self,
        script: str | Program,
        bars: Sequence[Bar],
        *,
        symbol: Symbol,
        timeframe: Timeframe,
        inputs: Mapping[str, Any] | None = None,
        now: int | None = None,
        market: Market | None = None,
        state: bytes | None = None,
        limits: Limits = _NO_LIMITS,
    ) -> None:
        job = Job(
            text=script if isinstance(script, str) else script.source,
            bars=[] if state is not None else [tuple(bar) for bar in bars],
            symbol=symbol,
            timeframe=timeframe,
            inputs=dict(inputs or {}),
            now=now if now is not None else (bars[-1].time if bars else 0),
            asks=market is not None,
            limits=limits,
        )
        self._limits = limits
        self._market = market
        self._failure: Failure | None = None
        self._process: subprocess.Popen[bytes] | None = start("analytics.pine.worker.live_child")
        self.opened: Told | Failure = self._ask(LiveJob(job, state), Told)

    def update(self, bar: Bar, *, confirmed: bool, now: int | None = None) -> Told | Failure:
        """Compute the newest bar, as `Stream.update` does; return what the script said meanwhile."""
        told: Told | Failure = self._ask(("update", tuple(bar), confirmed, bar.time if now is None else now), Told)
        return told

    def result(self) -> Result | Failure:
        """Return what the script has brought forth so far."""
        result: Result | Failure = self._ask(("result",), Result)
        return result

    def save(self) -> bytes | Failure:
        """Return the state of the script, whose last bar has closed."""
        saved: Saved | Failure = self._ask(("save",), Saved)
        return saved.state if isinstance(saved, Saved) else saved

    def _ask(self, message: Any, wanted: type) -> Any:
        process = self._process
        if process is None:
            return self._failure or ended(None, self._limits, late=False)
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(self._limits.wall_seconds, end)
        watch.daemon = True
        watch.start()
        try:
            answer = attend(process, message, self._limits, self._market, (wanted, Failure))
        except Lost as lost:
            answer = ended(lost.__cause__, self._limits, late=late.is_set())
        finally:
            watch.cancel()
            watch.join()
        if isinstance(answer, Failure) and answer.code not in GOES_ON:
            self._failure = answer
            self.close()
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            close(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
