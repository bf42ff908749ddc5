"""`calc_bars_count`: a script, or what it asks of other bars, is computed as if history began so many bars ago."""

import pytest

from analytics.pine.program import compile, run, stream
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of, plotted

CLOSES = [float(close) for close in range(1, 13)]
TICKER = "syminfo.tickerid"


def shortened(body, count, kind="indicator", **market):
    text = f'//@version=6\n{kind}("t", calc_bars_count = {count})\n{body}\n'
    return run(compile(text), bars_of(CLOSES), symbol=EURUSD, timeframe=HALF_HOURS, **market)


def values(result):
    return [None if value != value else value for value in result.outputs.plots[0].values]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("plot(close)", [9, 10, 11, 12]),
        ("plot(bar_index)", [0, 1, 2, 3]),
        ("plot(last_bar_index)", [3] * 4),
        ("plot(ta.sma(close, 3))", [None, None, 10, 11]),
        ("plot(close[1])", [None, 9, 10, 11]),
        ("plot(barstate.isfirst ? 1 : 0)", [1, 0, 0, 0]),
        # four half hours are two hours, which are all there is of them
        (f"plot(request.security({TICKER}, '60', bar_index))", [None, 0, 0, 1]),
        (f"plot(request.security({TICKER}, '60', last_bar_index))", [None, 1, 1, 1]),
    ],
)
def test_a_script_begins_so_many_bars_ago(body, expected):
    assert values(shortened(body, 4)) == expected


@pytest.mark.parametrize("count", [0, 12, 5_000])
def test_none_and_more_than_there_are_leave_all_bars(count):
    assert values(shortened("plot(bar_index)", count)) == list(range(12))


@pytest.mark.parametrize(
    ("timeframe", "last"),
    # five half hours hold one bar of two hours and ten quarters; of a day there is always one
    [("30", 4), ("120", 0), ("D", 0), ("15", 9)],
)
def test_other_bars_are_shortened_to_the_same_part_of_time(timeframe, last):
    def market(symbol, frame):
        return Symbol(symbol), bars_of(CLOSES)

    body = f"plot(request.security('OTHER', '{timeframe}', last_bar_index, lookahead = barmerge.lookahead_on))"

    assert values(shortened(body, 5, market=market))[-1] == last


def test_trades_and_equity_begin_there_too():
    body = 'if bar_index == 0\n    strategy.entry("L", strategy.long)\nif bar_index == 2\n    strategy.close_all()'
    result = shortened(body, 4, kind="strategy")

    entry, exit_ = sorted(result.trades, key=lambda row: row.time)
    assert (entry.price, exit_.price) == (9, 11)


def test_bars_that_come_later_are_added():
    text = '//@version=6\nindicator("t", calc_bars_count = 3)\nplot(bar_index)'
    bars = bars_of(CLOSES)
    live = stream(compile(text), bars[:10], symbol=EURUSD, timeframe=HALF_HOURS)
    for bar in bars[10:]:
        live.update(bar, confirmed=True)

    assert values(live.result()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("timeframe", "expected"),
    [("30", [None] * 9 + [0, 1, 2]), ("60", [None] * 7 + [0, 0, 1, 1, 2])],
)
def test_a_request_may_be_for_the_last_bars_only(timeframe, expected):
    assert (
        plotted(f"plot(request.security({TICKER}, '{timeframe}', bar_index, calc_bars_count = 3))", CLOSES) == expected
    )


def test_a_request_for_the_last_bars_of_a_lower_timeframe():
    def market(symbol, frame):
        quarters = [bar._replace(time=bar.time - bar.time % 900_000) for bar in bars_of(CLOSES)]
        return Symbol(symbol), quarters

    body = f"plot(array.size(request.security_lower_tf({TICKER}, '15', close, calc_bars_count = 2)))"
    text = f'//@version=6\nindicator("t")\n{body}\n'
    result = run(compile(text), bars_of(CLOSES), symbol=EURUSD, timeframe=Timeframe.parse("30"), market=market)

    assert values(result) == [0] * 10 + [1, 1]
