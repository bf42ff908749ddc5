"""Bars in real time: what goes back to where it was when a bar is computed again, and what stays."""

import pytest

from analytics.pine.diagnostics import ScriptFailed
from analytics.pine.program import compile, run
from analytics.pine.runtime.errors import BarRefused
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of, script, streamed

CLOSES = [1.0, 2.0, 4.0, 3.0, 5.0, 4.0, 6.0, 2.0]
KEPT = """
type P
    float sum
    varip int ticks
f(x) =>
    var n = 0
    n += 1
    n + nz(x[1])
var s = 0.0
s += close
varip t = 0
t += 1
var a = array.new<float>()
a.push(close)
var p = P.new(0, 0)
p.sum += close
p.ticks += 1
var l = line.new(0, 0, 1, 1)
l.set_x2(bar_index)
plot(s, "s")
plot(t, "t")
plot(a.size(), "a")
plot(p.sum, "p")
plot(p.ticks, "ticks")
plot(f(close), "f")
plot(ta.ema(close, 3), "ema")
plot((close + open)[1], "past")
plot(l.get_x2(), "x2")
if barstate.isnew
    line.new(bar_index, 0, bar_index, 1)
plot(line.all.size(), "lines")
"""


def shown(results, but=()):
    plots = results.outputs.plots.values()
    return {plot.title: [str(value) for value in plot.values] for plot in plots if plot.title not in but}


def test_bars_computed_several_times_give_what_the_history_gives():
    bars = bars_of(CLOSES)
    live = streamed(KEPT, CLOSES[:3])
    for bar in bars[3:]:
        live.update(bar._replace(close=bar.open, high=bar.open), confirmed=False)
        live.update(bar._replace(close=bar.low), confirmed=False)
        live.update(bar, confirmed=True)

    whole = run(compile(script(KEPT)), bars, symbol=EURUSD, timeframe=HALF_HOURS)
    # A line that is drawn on the first computation only is taken back by the second.
    varying = {"t", "ticks", "lines"}
    assert shown(live.result(), varying) == shown(whole, varying)


REPEATED = """
plot(math.random(), "random")
plot(ta.highest(close, 2), "highest", color = close > 3 ? color.red : color.blue)
plot(close > 3 ? ta.sma(close, 2) : na, "now and then")
last = 0.0
for i = 0 to 2
    last := ta.ema(close * i, 2) + ta.stdev(close + i, 2)
plot(last, "in a loop")
"""


def test_calls_go_back_with_their_bar():
    bars = bars_of(CLOSES)
    live = streamed(REPEATED, CLOSES[:3])
    for bar in bars[3:]:
        for close in (bar.high, bar.low, 3.5, 2.0):
            live.update(bar._replace(close=close), confirmed=False)
        live.update(bar, confirmed=True)

    whole = run(compile(script(REPEATED)), bars, symbol=EURUSD, timeframe=HALF_HOURS)
    assert shown(live.result()) == shown(whole)
    colours = [[row[1] for row in result.outputs.plots[1].rows] for result in (live.result(), whole)]
    assert colours[0] == colours[1]


def test_varip_counts_every_computation():
    bars = bars_of(CLOSES)
    live = streamed(KEPT, CLOSES[:3])
    live.update(bars[3], confirmed=False)
    live.update(bars[3], confirmed=False)
    live.update(bars[3], confirmed=True)

    assert live.result().plot("t")[-1] == 6
    assert live.result().plot("ticks")[-1] == 6
    assert live.result().plot("a")[-1] == 4


def test_a_strategy_trades_as_on_the_history():
    body = "if close > open\n    strategy.entry('L', strategy.long)\nif close < open\n    strategy.close('L')"
    bars = bars_of(CLOSES)
    live = streamed(body, CLOSES[:2], kind="strategy")
    for bar in bars[2:]:
        live.update(bar._replace(close=bar.low), confirmed=False)
        live.update(bar, confirmed=True)

    whole = run(compile(script(body, kind="strategy")), bars, symbol=EURUSD, timeframe=HALF_HOURS)
    assert live.result().trades == whole.trades
    assert len(whole.trades) > 2


def test_a_run_can_be_stopped():
    class Late(Exception):
        pass

    def late():
        raise Late

    with pytest.raises(Late):
        run(compile(script("x = 1")), bars_of(CLOSES), symbol=EURUSD, timeframe=HALF_HOURS, proceed=late)


def test_an_error_in_real_time_names_its_bar():
    live = streamed("if barstate.isrealtime\n    runtime.error('no')", CLOSES[:3])

    with pytest.raises(ScriptFailed) as failed:
        live.update(bars_of(CLOSES)[3], confirmed=False)
    assert (failed.value.line, failed.value.bar_index) == (4, 3)


def test_a_bar_that_follows_closes_one_that_was_forming():
    bars = bars_of(CLOSES)
    live, other = streamed(KEPT, CLOSES[:3]), streamed(KEPT, CLOSES[:3])
    for bar in bars[3:6]:
        live.update(bar, confirmed=False)
        other.update(bar, confirmed=False)
        other.update(bar, confirmed=True)
    live.update(bars[5], confirmed=True)

    assert shown(live.result()) == shown(other.result())


@pytest.mark.parametrize("place", [1, 3])
def test_bars_that_are_over_are_refused_and_change_nothing(place):
    bars = bars_of(CLOSES)
    live = streamed(KEPT, CLOSES[:3])
    live.update(bars[3], confirmed=True)
    before = shown(live.result())

    with pytest.raises(BarRefused, match="in the order of time"):
        live.update(bars[place]._replace(close=9.0), confirmed=True)

    assert shown(live.result()) == before
    live.update(bars[4], confirmed=False)
    with pytest.raises(BarRefused):
        live.update(bars[3], confirmed=True)
    live.update(bars[4], confirmed=True)
    assert len(live.result().plot("s")) == 5


@pytest.mark.parametrize("symbol", ["syminfo.tickerid", "ticker.heikinashi(syminfo.tickerid)"])
def test_longer_bars_that_nobody_asked_for_as_they_closed_are_seen_as_they_closed(symbol):
    asked = f"request.security({symbol}, '60', close[1])"
    live = streamed(f"float x = na\nif not barstate.isconfirmed\n    x := {asked}\nplot(x)", CLOSES[:2])
    always = streamed(f"plot({asked})", CLOSES[:2])
    for bar in bars_of(CLOSES)[2:]:
        for running in (live, always):
            running.update(bar._replace(close=bar.close + 100, high=bar.high + 200), confirmed=False)
        assert live.result().outputs.plots[0].values[-1] == always.result().outputs.plots[0].values[-1]
        for running in (live, always):
            running.update(bar, confirmed=True)


def test_a_single_smoothed_candle_opens_in_the_middle_of_the_one_that_is_forgotten():
    asked = "plot(request.security(ticker.heikinashi(syminfo.tickerid), '60', open{0}))"
    short, long = (streamed(asked.format(count), CLOSES[:3]) for count in (", calc_bars_count = 1", ""))
    for bar in bars_of(CLOSES)[3:]:
        for running in (short, long):
            running.update(bar, confirmed=True)

    assert short.result().outputs.plots[0].values[3:] == long.result().outputs.plots[0].values[3:]


def test_the_chart_s_own_bar_moves_inside_of_itself():
    body = "var n = 0\nn += 1\na = request.security_lower_tf('', timeframe.period, close + 1000 * n)\nplot(a.last())"
    bar = bars_of(CLOSES)[2]
    live = streamed(body, CLOSES[:2])
    seen = []
    for close in (9.0, 7.0, bar.close):
        live.update(bar._replace(close=close), confirmed=close == bar.close)
        seen.append(live.result().outputs.plots[0].values[-1])

    assert seen == [3009, 3007, 3004]
