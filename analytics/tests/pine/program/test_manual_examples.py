"""Strategies of the kinds that the language's manual shows, with what it says becomes of their orders."""

import pytest

from analytics.pine.program import compile, run
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

SHARES = Symbol("SHARES", type="stock", mintick=0.01, pricescale=100, hours="24x7", timezone="UTC")
FLAT = (100, 100, 100, 100)
RISES = (100, 103, 100, 103)
FALLS = (100, 100, 97, 97)


def orders(body, *prices, version=6, **declared):
    """Return the closed trades: entry, exit, size, prices of entry and exit; and the size that is left."""
    settings = "".join(f", {name} = {value}" for name, value in declared.items())
    text = (
        f'//@version={version}\nstrategy("s"{settings})\nfirst = bar_index == 0\n{body}\nplot(strategy.position_size)\n'
    )
    bars = [Bar(1_704_067_200_000 + index * 60_000, *map(float, row), 1.0) for index, row in enumerate((FLAT, *prices))]
    result = run(compile(text), bars, symbol=SHARES, timeframe=Timeframe.parse("1"))
    rows = [row for row in result.trades if row.signal != "Open"]
    exits = {row.number: row for row in rows if row.type.startswith("Exit")}
    entries = {row.number: row for row in rows if row.type.startswith("Entry")}
    closed = [
        (entries[number].signal, row.signal, row.quantity, entries[number].price, row.price)
        for number, row in sorted(exits.items())
    ]
    return closed, result.outputs.plots[0].values[-1]


@pytest.mark.parametrize("version", [5, 6])
def test_an_exit_of_an_entry_that_does_not_exist_does_nothing(version):
    body = """
if first
    strategy.entry("buy", strategy.long)
    strategy.exit("exit1", "buy1", stop = 99, limit = 101)
    strategy.exit("exit2", "buy", stop = 99, limit = 101)
"""
    assert orders(body, RISES, version=version) == ([("buy", "exit2", 1, 100, 101)], 0)


def test_an_exit_that_names_no_entry_is_for_all_of_them():
    body = """
if first
    strategy.entry("buy1", strategy.long)
    strategy.entry("buy2", strategy.long)
    strategy.exit("exit", stop = 99, limit = 101)
"""
    closed, left = orders(body, FALLS, pyramiding=2)

    assert (closed, left) == ([("buy1", "exit", 1, 100, 99), ("buy2", "exit", 1, 100, 99)], 0)


def test_an_exit_of_more_than_is_left_is_made_smaller():
    body = """
if first
    strategy.entry("buy", strategy.long, qty = 2)
    strategy.exit("exit1", "buy", stop = 99, limit = 101, qty = 1)
    strategy.exit("exit2", "buy", stop = 98, limit = 102, qty = 3)
"""
    assert orders(body, RISES) == ([("buy", "exit1", 1, 100, 101), ("buy", "exit2", 1, 100, 102)], 0)
    assert orders(body, FALLS) == ([("buy", "exit1", 1, 100, 99), ("buy", "exit2", 1, 100, 98)], 0)


def test_what_an_exit_has_reserved_no_other_closes():
    body = """
if first
    strategy.entry("buy", strategy.long, 20)
    strategy.exit("limit", limit = 101, qty = 19)
    strategy.exit("stop", stop = 99, qty = 20)
"""
    closed, left = orders(body, FALLS, (97, 102, 97, 102))

    assert (closed, left) == ([("buy", "stop", 1, 100, 99), ("buy", "limit", 19, 100, 101)], 0)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('"FIFO"', [("Buy1", 5), ("Buy2", 5)]),
        ('"ANY"', [("Buy2", 10)]),
    ],
)
def test_positions_close_from_the_first_entry_on(rule, expected):
    body = """
if strategy.position_size == 0 and first
    strategy.entry("Buy1", strategy.long, 5)
else if strategy.position_size == 5
    strategy.entry("Buy2", strategy.long, 10)
else if strategy.position_size == 15
    strategy.close("Buy2")
"""
    closed, left = orders(body, FLAT, FLAT, FLAT, pyramiding=2, close_entries_rule=rule)

    assert [(entry, size) for entry, _, size, *_ in closed] == expected
    assert left == 5


def test_a_group_that_cancels_leaves_one_of_two_stops():
    body = """
if first
    strategy.order("Long", strategy.long, stop = 101{0})
    strategy.order("Short", strategy.short, stop = 99{0})
"""
    both = (100, 102, 97, 98)

    assert orders(body.format(""), both)[1] == 0
    assert orders(body.format(', oca_name = "Entry", oca_type = strategy.oca.cancel'), both)[1] in (1, -1)


def test_a_group_that_reduces_never_reverses_a_position():
    body = """
if first
    strategy.entry("Long", strategy.long, 6)
    strategy.order("Stop", strategy.short, stop = 99, qty = 6{0})
    strategy.order("Limit 1", strategy.short, limit = 101, qty = 3{0})
    strategy.order("Limit 2", strategy.short, limit = 102, qty = {1}{0})
"""
    reduces = ', oca_name = "Bracket", oca_type = strategy.oca.reduce'
    up_and_down = (RISES, (103, 103, 97, 97))

    assert orders(body.format("", 3), *up_and_down)[1] == -6
    assert orders(body.format(reduces, 6), *up_and_down) == (
        [("Long", "Limit 1", 3, 100, 101), ("Long", "Limit 2", 3, 100, 102)],
        0,
    )
    assert orders(body.format(reduces, 6), (100, 101, 100, 101), (101, 101, 97, 97)) == (
        [("Long", "Limit 1", 3, 100, 101), ("Long", "Stop", 3, 100, 99)],
        0,
    )


def test_slippage_moves_market_orders_and_stops_against_the_strategy():
    body = """
if first
    strategy.entry("Buy", strategy.long)
    strategy.exit("Out", "Buy", stop = 99, limit = 105)
"""
    assert orders(body, FALLS, slippage=20)[0] == [("Buy", "Out", 1, 100.2, 98.8)]
    assert orders(body, RISES, (103, 106, 103, 106), slippage=20)[0] == [("Buy", "Out", 1, 100.2, 105)]


def test_limits_that_are_verified_fill_at_other_times_and_the_same_prices():
    body = """
if first
    strategy.entry("Long", strategy.long, limit = 99)
if bar_index == 3
    strategy.close_all()
"""
    touched = ((100, 100, 98.98, 100), (100, 100, 98.9, 99.5), (99.5, 99.5, 99.5, 99.5), FLAT)

    assert orders(body, *touched) == ([("Long", "Close position order", 1, 99, 100)], 0)
    assert orders(body, *touched, backtest_fill_limits_assumption=3) == orders(body, *touched)
    assert orders(body, *touched, backtest_fill_limits_assumption=11) == ([], 0)


def test_a_trailing_stop_follows_once_its_level_is_reached():
    body = """
if first
    strategy.entry("Long", strategy.long)
    strategy.exit("Trail", "Long", trail_points = 100, trail_offset = 200)
"""
    # not reached; then the best price of 101.5 puts the stop at 99.5, and 104 at 102
    assert orders(body, (100, 100.99, 97, 97)) == ([], 1)
    assert orders(body, (100, 101.5, 100, 101), (101, 101, 99, 99))[0] == [("Long", "Trail", 1, 100, 99.5)]
    assert orders(body, (100, 104, 100, 104), (104, 104, 101, 101))[0] == [("Long", "Trail", 1, 100, 102)]


def test_a_percentage_of_equity_pays_the_commission_too():
    """Two per cent of a million at 100 with one per cent on top: 198 shares; each order pays one per cent of its value."""
    body = """
if first
    strategy.entry("Long", strategy.long)
if bar_index == 1
    strategy.close("Long")
plot(strategy.netprofit)
"""
    sized = {"default_qty_type": "strategy.percent_of_equity", "default_qty_value": 2}
    fees = {"commission_type": "strategy.commission.percent", "commission_value": 1}

    assert orders(body, FLAT, RISES, **sized)[0] == [("Long", "Close entry(s) order Long", 200, 100, 100)]
    assert orders(body, FLAT, RISES, **sized, **fees)[0] == [("Long", "Close entry(s) order Long", 198, 100, 100)]


def test_a_strategy_that_buys_on_every_fill_buys_four_times_a_bar():
    body = 'if bar_index < 2\n    strategy.entry("Buy", strategy.long)'

    assert orders(body, (100, 103, 99, 101), version=5, pyramiding=100)[1] == 1
    assert orders(body, (100, 103, 99, 101), version=5, pyramiding=100, calc_on_order_fills="true")[1] == 4
