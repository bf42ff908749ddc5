"""Running short scripts in tests."""

from collections.abc import Mapping
from typing import Any

from analytics.pine.program import Result, compile, run, stream
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

START = 1_704_150_000_000
EURUSD = Symbol("EURUSD")
HALF_HOURS = Timeframe.parse("30")


def bars_of(closes: list[float]) -> list[Bar]:
    """Return bars with these closes; each opens at the last close, its range is 1 wider on both sides."""
    bars, before = [], closes[0]
    for index, close in enumerate(closes):
        high, low = max(before, close) + 1, min(before, close) - 1
        bars.append(Bar(START + index * 1_800_000, before, high, low, close, 10.0))
        before = close
    return bars


def script(body: str, version: int = 6, kind: str = "indicator") -> str:
    return f'//@version={version}\n{kind}("t")\n{body}\n'


def ran(
    body: str,
    closes: list[float],
    *,
    version: int = 6,
    inputs: Mapping[str, Any] | None = None,
    kind: str = "indicator",
) -> Result:
    program = compile(script(body, version, kind))
    return run(program, bars_of(closes), symbol=EURUSD, timeframe=HALF_HOURS, inputs=inputs)


def plotted(body: str, closes: list[float], *, version: int = 6, inputs: Mapping[str, Any] | None = None) -> list[Any]:
    """Return the values of the first plot, na as None."""
    result = ran(body, closes, version=version, inputs=inputs)
    return [None if value is None or value != value else value for value in result.outputs.plots[0].values]


def streamed(body: str, closes: list[float], kind: str = "indicator") -> Any:
    return stream(compile(script(body, kind=kind)), bars_of(closes), symbol=EURUSD, timeframe=HALF_HOURS)
