"""The same script over a history, bar by bar, and going on in the middle from a saved state: one and the same outcome."""

import pytest

from analytics.pine.program import compile, run, stream
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of, script
from analytics.tests.pine.program.test_robustness import IDIOMS, SCRIPTS

BARS = bars_of([float(10 + index % 7 - index % 3 + (index * index) % 5) for index in range(60)])
TRADES = [
    "if close > open\n    strategy.entry('L', strategy.long)\nif close < open\n    strategy.close('L')",
    "strategy.entry('a', close > close[2] ? strategy.long : strategy.short, stop = close)\nstrategy.exit('x', 'a', profit = 50, loss = 30)",
    "var n = 0\nn += 1\nif n % 7 == 0\n    strategy.order('o', strategy.long, n, limit = low)\nif strategy.position_size > 20\n    strategy.close_all()\nplot(strategy.equity)",
]  # fmt: skip
TEXTS = {
    **{path.stem: path.read_text() for path in SCRIPTS},
    **{f"idiom {number}": script(body) for number, body in enumerate(IDIOMS)},
    **{f"strategy {number}": script(body, kind="strategy") for number, body in enumerate(TRADES)},
}
ON_HISTORY_ONLY = ("barstate.", "varip", "timenow", "last_bar_index", "last_bar_time", "lookahead_on")
"""What is something else in real time, by the language's own rules."""


# A larger bar that has not ended is shown in real time as it stands, in history not: here the day's never ends.
UNFINISHED = 'd = get("D")'


CASES = [
    pytest.param(text, id=name)
    for name, text in TEXTS.items()
    if not any(word in text for word in (*ON_HISTORY_ONLY, UNFINISHED))
]


def whole(program, bars=BARS):
    return run(program, bars, symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: BARS[0].time)


def live(program, bars):
    return stream(program, bars, symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: BARS[0].time)


def shown(result):
    """Return what is on the chart, what was traded and what was said."""
    plots = [(plot.kind, plot.title, [str(row) for row in plot.rows]) for plot in result.outputs.plots.values()]
    return plots, result.trades, str(result.summary), result.outputs.alerts, result.outputs.logs


@pytest.mark.parametrize("text", CASES)
def test_bar_by_bar_gives_what_the_history_gives(text):
    program = compile(text)
    running = live(program, BARS[:1])
    for bar in BARS[1:]:
        running.update(bar, confirmed=True)

    assert shown(running.result()) == shown(whole(program))


@pytest.mark.parametrize("text", CASES)
def test_going_on_from_a_saved_state_gives_what_the_history_gives(text):
    """A bar that forms is gone back from to what was saved before it; what it did meanwhile must have left nothing."""
    program = compile(text)
    running = live(program, BARS[:30])
    for bar in BARS[30:]:
        running.update(bar._replace(close=bar.high, volume=99.0), confirmed=False)
        running.update(bar._replace(close=bar.low), confirmed=False)
        running.update(bar, confirmed=True)
    plots, trades, summary, _, _ = shown(running.result())

    assert (plots, trades, summary) == shown(whole(program))[:3]


@pytest.mark.parametrize("text", CASES)
def test_starting_again_in_the_middle_gives_what_the_history_gives(text):
    """A process that starts anew computes the history up to where the other was, and goes on."""
    program = compile(text)
    first = live(program, BARS[:20])
    for bar in BARS[20:40]:
        first.update(bar, confirmed=True)
    second = live(compile(program.source), BARS[:40])
    assert shown(second.result()) == shown(first.result())
    for bar in BARS[40:]:
        second.update(bar, confirmed=True)

    assert shown(second.result()) == shown(whole(program))


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_two_runs_have_one_hash(text):
    assert whole(compile(text)).result_hash() == whole(compile(text)).result_hash()


def test_other_bars_have_another_hash():
    program = compile(script("plot(close)"))

    assert whole(program).result_hash() != whole(program, BARS[:-1]).result_hash()
