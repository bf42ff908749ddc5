"""Strategies that run at each price of the bars of their history."""

import pytest

from analytics.pine.broker.rounding import Grid
from analytics.pine.history_ticks import forming
from analytics.pine.program import compile, run, stream
from analytics.pine.runtime.bars import Bar
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, START

FALLS_FIRST = (100, 110, 96, 105)
RISES_FIRST = (100, 104, 90, 95)


def bars(*prices):
    return [Bar(START + number * 1_800_000, *row, 8.0) for number, row in enumerate(prices)]


def ran(body, *prices, declared="calc_on_every_history_tick = true"):
    text = f'//@version=6\nstrategy("t", margin_long = 0, margin_short = 0, {declared})\n{body}\n'
    return run(compile(text), bars(*prices), symbol=EURUSD, timeframe=HALF_HOURS)


def logged(body, *prices):
    result = ran(f"{body}\nlog.info(str.format('{{0}} {{1}} {{2}} {{3}}', high, low, close, volume))", *prices)
    return [line.message for line in result.outputs.logs]


@pytest.mark.parametrize(
    ("bar", "seen"),
    [
        (RISES_FIRST, ["100 100 100 2", "104 100 104 4", "104 90 90 6", "104 90 95 8"]),
        (FALLS_FIRST, ["100 100 100 2", "100 96 96 4", "110 96 110 6", "110 96 105 8"]),
    ],
)
def test_a_bar_is_seen_as_it_forms(bar, seen):
    assert logged("", bar) == seen


def test_shorter_bars_inside_give_four_prices_each():
    whole, *inside = bars((100, 110, 90, 100), (100, 110, 99, 105), (105, 106, 90, 100))

    seen = list(forming(whole._replace(volume=16.0), inside, Grid(1.0)))

    assert [bar.close for bar in seen] == [100, 99, 110, 105, 105, 106, 90, 100]
    assert [bar.low for bar in seen] == [100, 99, 99, 99, 99, 99, 90, 90]
    assert seen[-1] == whole._replace(volume=16.0)


def test_variables_go_back_between_the_prices_of_a_bar_and_varip_stays():
    result = ran("var n = 0\nvarip m = 0\nn += 1\nm += 1\nplot(n)\nplot(m)\nplot(close[1])", FALLS_FIRST, RISES_FIRST)

    values = [plot.values for plot in result.outputs.plots.values()]
    assert values[:2] == [[1, 2], [4, 8]]
    assert values[2][1] == 105


def fills(body, *prices, declared="calc_on_every_history_tick = true"):
    return [(row.type, row.price) for row in ran(body, *prices, declared=declared).trades]


@pytest.mark.parametrize(
    ("condition", "price"),
    [("close == 100", 96), ("close == 96", 110), ("close == 110", 105), ("close == 105", 107)],
)
def test_an_order_at_market_fills_at_the_next_price(condition, price):
    body = f"if {condition} and bar_index == 0\n    strategy.entry('L', strategy.long)"

    assert fills(body, FALLS_FIRST, (107, 108, 106, 107))[0] == ("Entry long", price)


def test_an_order_of_the_last_price_fills_there_if_orders_are_processed_on_close():
    body = "if close == 105\n    strategy.entry('L', strategy.long)"
    declared = "calc_on_every_history_tick = true, process_orders_on_close = true"

    assert fills(body, FALLS_FIRST, (107, 108, 106, 107), declared=declared)[0] == ("Entry long", 105)


@pytest.mark.parametrize(
    ("placed", "price"),
    [
        # On the way that is left, 96 to 110 and back to 105.
        ("stop = 103", 103),
        ("limit = 95", None),
        # Beyond the market already: at the next price.
        ("stop = 90", 110),
        ("limit = 120", 110),
    ],
)
def test_orders_at_a_price_fill_on_the_way_that_is_left(placed, price):
    body = f"if close == 96\n    strategy.entry('L', strategy.long, {placed})"
    filled = fills(body, FALLS_FIRST)

    assert filled[:1] == ([] if price is None else [("Entry long", price)])


def test_an_exit_is_placed_as_soon_as_its_entry_has_filled():
    body = (
        "if close == 100 and strategy.position_size == 0\n    strategy.entry('L', strategy.long)\n"
        "if strategy.position_size > 0\n    strategy.exit('X', 'L', limit = strategy.position_avg_price + 7)"
    )

    assert fills(body, FALLS_FIRST) == [("Entry long", 96), ("Exit long", 103)]
    assert fills(body, FALLS_FIRST, declared="calc_on_order_fills = true") == []


def test_an_immediate_close_fills_at_the_price_it_was_ordered_at():
    body = (
        "if close == 100 and bar_index == 0\n    strategy.entry('L', strategy.long)\n"
        "if close == 110\n    strategy.close('L', immediately = true)"
    )

    assert fills(body, FALLS_FIRST) == [("Entry long", 96), ("Exit long", 110)]


def test_bars_in_real_time_are_computed_as_others_are():
    body = "varip m = 0\nm += 1\nplot(m)"
    text = f'//@version=6\nstrategy("t", calc_on_every_history_tick = true)\n{body}\n'
    history, *live = bars(FALLS_FIRST, RISES_FIRST)
    running = stream(compile(text), [history], symbol=EURUSD, timeframe=HALF_HOURS)

    running.update(live[0], confirmed=True)

    assert running.result().outputs.plots[0].values == [4, 5]
