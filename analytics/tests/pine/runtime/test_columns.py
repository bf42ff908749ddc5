"""Calls over many bars at once return, to the last bit, what one call for each bar returns, and leave the same state."""

from collections.abc import Callable
from math import inf, nan
from random import Random
from typing import Any

import pytest

from analytics.pine.generator.support import Keeping
from analytics.pine.program import compile, run, stream
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.bindings import PerCall
from analytics.pine.runtime.builtins import BUILTINS
from analytics.pine.runtime.columns import Columns
from analytics.pine.runtime.plots import PlotSeries
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.technical.windows import Calculation, RollingSum
from analytics.pine.runtime.timeframes import Timeframe
from analytics.tests.pine.runtime.bars import context_of, walk

ARGUMENTS: dict[str, list[tuple[Any, ...]]] = {
    "ta.macd": [(3, 7, 4)],
    "ta.bb": [(1, 2.0), (20, 2.0), (5, nan)],
    "ta.crossover": [()],
    "ta.crossunder": [()],
    "ta.tr()": [(True,), (False,)],
    "ta.variance": [(9, True), (9, False), (1, False)],
    "ta.stdev": [(9, True), (2, False)],
}
LENGTHS: list[tuple[Any, ...]] = [(1,), (2,), (14,), (50,)]
KINDS = {
    name: binding.state
    for name, binding in BUILTINS.items()
    if isinstance(binding, PerCall) and "over" in binding.state.__dict__
}
CASES = [(name, arguments) for name in KINDS for arguments in ARGUMENTS.get(name, LENGTHS)]
SPOILT: dict[str, Callable[[float, Random], float]] = {
    "prices": lambda value, random: value,
    "few prices": lambda value, random: round(value, 3),
    "gaps": lambda value, random: nan if random.random() < 0.1 else value,
    "rare gaps": lambda value, random: nan if random.random() < 0.005 else value,
    "infinite": lambda value, random: random.choice((inf, -inf)) if random.random() < 0.02 else value,
    "huge": lambda value, random: value * 10.0 ** random.choice((0, 300, 308)),
    "of all sizes": lambda value, random: random.choice((-1, 1)) * value * 10.0 ** random.randrange(-20, 20),
}


def series(kind, seed):
    random = Random(seed)
    return [tuple(SPOILT[kind](price, random) for price in bar[1:]) for bar in walk(300, seed)]


def one_by_one(state, context, arguments):
    found = []
    for index in range(len(context.bars)):
        context.begin(index)
        found.append(state(*(getattr(context, name) for name in prices(state)), *arguments))
    return found


def together(state, context, arguments, stops):
    found: list[Any] = []
    start = 0
    for stop in stops:
        context.begin(start)
        bars = Columns(context.bars, start, stop)
        values = state.over(bars, *(getattr(bars, name) for name in prices(state)), *arguments)
        found += zip(*values, strict=True) if isinstance(values, tuple) else values
        start = stop
    return found


def prices(state):
    return ("close", "open", "low")[: state.columns] if state.columns < 3 else ("close", "high", "low")


@pytest.mark.parametrize("kind", SPOILT)
@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_many_bars_at_once_are_as_one_after_the_other(name, arguments, kind):
    bars = [Bar(index, *row) for index, row in enumerate(series(kind, 3))]
    for stops in ([300], [1, 2, 3, 40, 41, 300], [*range(7, 300, 7), 300]):
        one, other = context_of(bars), context_of(bars)
        alone, at_once = KINDS[name](one), KINDS[name](other)
        wanted, found = one_by_one(alone, one, arguments), together(at_once, other, arguments, stops)

        assert list(map(repr, found)) == list(map(repr, wanted))
        assert repr(at_once.save()) == repr(alone.save())


def test_long_histories_are_cut_as_they_are_one_by_one():
    bars = [Bar(index, *bar[1:]) for index, bar in enumerate(walk(11_000, 5))]
    one, other = context_of(bars), context_of(bars)
    alone, at_once = KINDS["ta.bb"](one), KINDS["ta.bb"](other)
    wanted = one_by_one(alone, one, (20, 2.0))
    found = together(at_once, other, (20, 2.0), [*range(1_024, 11_000, 1_024), 11_000])

    assert found[-9_000:] == wanted[-9_000:]
    assert len(at_once.deviation.sums.values) < 11_000


SCRIPT = """//@version=6
indicator("t")
src = input.source(close)
n = input.int(9)
mean = ta.sma(src, n)
again = ta.ema(mean, 4)
either = close > open or ta.crossover(mean, again)
picked = close > open ? ta.ema(close, 3) : ta.ema(open, 3)
f(x) => ta.ema(x, 5)
plot(mean)
plot(ta.ema(ta.rsi(hl2, 5), 3))
plot(either ? 1 : 0)
plot(picked)
plot(f(mean)[2])
[middle, upper, lower] = ta.bb(mean, 7, 1.5)
[line, signal, _] = ta.macd(src, 4, 9, 3)
plot(ta.sma(upper, 3) - lower[2])
plot(ta.crossover(line, signal) ? middle : ta.rsi(signal, 4))
plot(ta.cross(again, mean) ? ta.highest(5) : mean[3])
same = close
body = math.abs(same - open) / (high - low)
seen() => same + body
plot(seen() + same[1])
plot(nz(mean, -hl2) % 0.3, color = not (body > 0.5) ? color.red : mean > again ? color.new(color.blue, 40) : na)
plotshape(ta.crossover(src, again) and volume > math.max(500, n) or na(mean), color = close == open ? color.gray : na)
plotcandle(open, math.max(high, again), low, mean < again ? na : close)
bgcolor(body > 0.5 and ta.rising(close, 3) ? color.green : na)
if ta.crossunder(mean, again)
    alert("falls")
else if ta.crossover(src, mean)
    alert("rises")
"""


@pytest.mark.parametrize("version", ["5", "6"])
@pytest.mark.parametrize("inputs", [{}, {"in_0": "ohlc4", "in_1": 30}])
def test_a_script_over_several_stretches_of_history_is_as_bar_by_bar(inputs, version):
    program, bars = compile(SCRIPT.replace("version=6", f"version={version}")), walk(2_100, 8)
    given = {"symbol": Symbol("EURUSD"), "timeframe": Timeframe.parse("30"), "inputs": inputs}
    running = stream(program, bars[:1], now=lambda: 0, **given)
    for bar in bars[1:]:
        running.update(bar, confirmed=True)
    live, whole = running.result(), run(program, bars, now=lambda: 0, **given)

    assert [repr(plot.rows) for plot in live.outputs.plots.values()] == [
        repr(plot.rows) for plot in whole.outputs.plots.values()
    ]
    assert live.outputs.alerts == whole.outputs.alerts
    assert len(whole.outputs.alerts) > 50


def test_an_impossible_length_is_told_with_its_line():
    program = compile('//@version=6\nindicator("t")\nn = input.int(0)\nx = 1\nplot(ta.sma(close, n))\n')
    with pytest.raises(Exception, match=r"Line 5, bar 0: .*length"):
        run(program, walk(5), symbol=Symbol("EURUSD"), timeframe=Timeframe.parse("30"))


WINDOWS = [
    "ta.sma(close, {0})", "ta.wma(close, {0})", "ta.vwma(close, {0})", "ta.hma(close, {0})", "ta.alma(close, {0}, 0.85, 6)",
    "ta.linreg(close, {0}, 0)", "ta.rising(close, {0}) ? 1 : 0", "ta.falling(close, {0}) ? 1 : 0", "ta.change(close, {0})",
    "ta.mom(close, {0})", "ta.roc(close, {0})", "ta.highest(high, {0})", "ta.lowestbars(low, {0})", "ta.range(close, {0})",
    "ta.pivothigh(high, {0}, 3)", "ta.pivotlow(low, 3, {0})", "ta.stoch(close, high, low, {0})", "ta.wpr({0})",
    "ta.cci(close, {0})", "ta.cmo(close, {0})", "ta.mfi(hlc3, {0})", "ta.bbw(close, {0}, 2)", "ta.kcw(close, {0}, 1.5)",
    "ta.stdev(close, {0})", "ta.dev(close, {0})", "ta.correlation(close, volume, {0})", "ta.median(close, {0})",
    "ta.mode(close, {0})", "ta.percentile_nearest_rank(close, {0}, 40)", "ta.percentile_linear_interpolation(close, {0}, 40)",
    "ta.percentrank(close, {0})", "ta.rci(close, {0})", "ta.cog(close, {0})", "math.sum(volume, {0})", "ta.swma(close)",
    "ta.valuewhen(close > open, close, {0})", "close[{0}]", "ta.sma(close, 3)[{0}]", "f(close, {0})",
]  # fmt: skip


def test_what_is_forgotten_with_constant_lengths_is_not_missed(monkeypatch):
    """The same script shows the same when nothing is ever forgotten."""
    plots = "".join(f"plot({window.format(7)})\n" for window in WINDOWS)
    program = compile('//@version=6\nindicator("t")\nf(x, w) => ta.ema(ta.sma(x, w), 4)\n' + plots)
    forgetful = after_many_bars(program)
    for kept in (Calculation, RollingSum):
        monkeypatch.setattr(kept, "narrow", lambda self, reach: None)
    monkeypatch.setattr(Keeping, "trim", lambda self: None)

    assert after_many_bars(program) == forgetful


def after_many_bars(program):
    bars = walk(700, 4)
    running = stream(program, bars[:400], symbol=Symbol("EURUSD"), timeframe=Timeframe.parse("30"))
    for bar in bars[400:]:
        running.update(bar._replace(close=bar.high), confirmed=False)
        running.update(bar, confirmed=True)
    shown = [repr(plot.values) for plot in running.result().outputs.plots.values()]
    return dict(zip(WINDOWS, shown, strict=True))


def test_a_running_script_keeps_no_more_than_it_asks_for():
    program = compile('//@version=6\nindicator("t")\nplot(ta.stdev(close, 20) + close[3])\n')
    running = stream(program, walk(3_000, 4), symbol=Symbol("EURUSD"), timeframe=Timeframe.parse("30"))
    deviation, histories = running.instance.keep.parts[-1], running.instance.keep.lists

    assert len(deviation.sums.values) < 200
    assert [len(values) for values in histories] == [3]


@pytest.mark.parametrize("value", ["a.max()", "a.max() > 1 ? 2.0 : m.get('x')", "b", "close > 0 ? b : 1", "f()"])
def test_what_a_collection_says_of_nothing_is_plotted_as_na(value):
    text = (
        '//@version=6\nindicator("t")\na = array.new<float>()\nm = map.new<string, float>()\nb = a.min()\nf() => a.avg()\n'
        f"p = plot({value})\nplotcandle({value}, 1, {value}, b)\n"
    )
    shown = run(compile(text), walk(3), symbol=Symbol("EURUSD"), timeframe=Timeframe.parse("30"))
    line, candle = shown.outputs.plots.values()

    assert repr(line.values) == "[nan, nan, nan]"
    assert [str(candle.rows[0][place]) for place in (0, 2, 3)] == ["nan"] * 3


def test_a_plot_whose_options_are_known_late_shows_nothing_as_na_too():
    context = context_of(walk(1))
    context.begin(0)
    place = PlotSeries(context)
    place(None, *["x"] * 15)

    assert repr(place.plot.values) == "[nan]"
