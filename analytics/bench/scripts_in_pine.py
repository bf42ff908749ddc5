"""Scripts in Pine: a strategy over a long history beside PyneCore, compilation, and many scripts that run along."""

import builtins
import gc
import json
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from analytics.bench.candles import HOUR, hours
from analytics.bench.long_scripts import LINES, long_script
from analytics.pine.program import Stream, compile, run, stream
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from forexpro.core.bench import Measurement, benchmark, stopwatch

STRATEGY = Path(__file__).parent / "scripts" / "crossing.pine"
SYMBOL, FRAME = Symbol("EURUSD"), Timeframe.parse("60")
BARS = 100_000
RUNS = 5
LONG_SCRIPTS = 60
LIVE_SCRIPTS = 200
LIVE_HISTORY = 5_000
LIVE_SECONDS = 10
UPDATES_PER_SECOND = 1_000
OUTSIDE = Path(__file__).parents[2]


@benchmark
def pine_strategy() -> Iterator[Measurement]:
    """Averages that cross, RSI, bands, ATR, highest, a trailing stop, seven plots, a background: 100,000 bars."""
    program, bars = compile(STRATEGY.read_text()), hours(BARS)
    own: list[float] = []
    others: list[float] = []
    # One after the other again and again, and the medians: whatever else the machine does meets both.
    for _ in range(RUNS):
        with stopwatch() as watch:
            result = run(program, bars, symbol=SYMBOL, timeframe=FRAME)
        own.append(watch.processor_seconds)
        assert result.summary is not None
        closed = result.summary.all.trades
        other = _pynecore()
        if other["closed"] != closed:
            raise RuntimeError(f"{closed} trades were closed here and {other['closed']:.0f} by PyneCore")
        others.append(other["processor_seconds"])
    yield Measurement(
        f"bars of a strategy that closes {closed:,} trades, as many as PyneCore's",
        BARS / statistics.median(own),
        "a processor second",
        BARS / statistics.median(others),
        "PyneCore with the same strategy",
    )


@benchmark
def pine_compile() -> Iterator[Measurement]:
    """Different scripts of 300 lines from their text to what can be run; the floor is Python's own share in that."""
    milliseconds, floors = [], []
    for number in range(LONG_SCRIPTS):
        text = long_script(number)
        with stopwatch() as watch:
            program = compile(text)
        milliseconds.append(watch.processor_seconds * 1_000)
        with stopwatch() as watch:
            builtins.compile(program.python, "<pine>", "exec")
        floors.append(watch.processor_seconds * 1_000)
    for name, part in (("median", 50), ("95th percentile", 95)):
        yield Measurement(
            f"compilation of {LONG_SCRIPTS} scripts of {LINES} lines, {name}",
            _percentile(milliseconds, part),
            "processor ms",
            _percentile(floors, part),
            "Python compiling what was written for them",
        )


@benchmark
def pine_live() -> Iterator[Measurement]:
    """Scripts that run along: one bar a second each, and 1,000 updates a second of bars that form, on one core."""
    program = compile(STRATEGY.read_text().replace("slippage = 1", "slippage = 1, calc_on_every_tick = true"))
    bars = hours(LIVE_HISTORY)
    gc.collect()
    before = _resident()
    streams = [stream(program, bars, symbol=SYMBOL, timeframe=FRAME) for _ in range(LIVE_SCRIPTS)]
    gc.collect()
    memory = (_resident() - before) / LIVE_SCRIPTS
    seconds = [_second(streams, bars[-1], second) for second in range(1, LIVE_SECONDS + 1)]
    with stopwatch() as again:
        run(program, bars, symbol=SYMBOL, timeframe=FRAME)
    yield Measurement(
        f"{LIVE_SCRIPTS} scripts with a bar a second each and {UPDATES_PER_SECOND:,} updates a second in all",
        100 * statistics.median(seconds),
        "% of a core",
        100 * (LIVE_SCRIPTS + UPDATES_PER_SECOND) * again.processor_seconds,
        f"computing {LIVE_HISTORY:,} bars anew each time",
    )
    held = sum(sys.getsizeof(bar) for bar in bars)
    yield Measurement(
        f"memory of a script with {LIVE_HISTORY:,} bars behind it",
        memory / 1_000_000,
        "MB",
        held / 1_000_000,
        "the candles alone, which all scripts share",
    )


def _second(streams: list[Stream], last: Bar, second: int) -> float:
    """Return the processor seconds of a second: each script's bar is updated a few times and closes."""
    movement = random.Random(second)  # noqa: S311  # reproducible, not secret
    opening = last._replace(time=last.time + second * HOUR)
    updates = [
        (streams[number % LIVE_SCRIPTS], opening._replace(close=round(1.1 + movement.random() / 100, 5)))
        for number in range(UPDATES_PER_SECOND)
    ]
    with stopwatch() as watch:
        for running, bar in updates:
            running.update(_whole(bar), confirmed=False)
        for running in streams:
            running.update(opening, confirmed=True)
    return watch.processor_seconds


def _whole(bar: Bar) -> Bar:
    """Return a bar whose range takes in its close."""
    return bar._replace(high=max(bar.high, bar.close), low=min(bar.low, bar.close))


def _pynecore() -> dict[str, float]:
    """Return what PyneCore closes and takes, in a process of its own: it keeps a script's state in its modules."""
    command = [sys.executable, "-m", "analytics.bench.pynecore", str(BARS)]
    answer = subprocess.run(command, cwd=OUTSIDE, check=True, capture_output=True, text=True)  # noqa: S603  # our own
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _percentile(values: list[float], part: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]


def _resident() -> int:
    """Return the memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4_096
