"""Where entries and plain orders fill, and what they do to a position: worked by hand on bars of whole prices."""

import pytest

from analytics.tests.pine.broker.desk import Symbol, cancel, cancel_all, close_all, entry, flat, follow, leave, order

START = flat(100)
# The high is nearer to the open: 100, 104, 90, 95.
HIGH_FIRST = (100, 104, 90, 95)
# The low is nearer: 100, 96, 110, 105.
LOW_FIRST = (100, 110, 96, 105)


@pytest.mark.parametrize(
    ("command", "bar", "expected"),
    [
        pytest.param(entry("E"), (103, 110, 100, 105), (103, 1), id="market at the next open"),
        pytest.param(entry("E", "short"), (103, 110, 100, 105), (103, -1), id="market sale at the next open"),
        pytest.param(entry("E", limit=97), LOW_FIRST, (97, 1), id="buy limit at its price"),
        pytest.param(entry("E", limit=97), (95, 99, 94, 96), (95, 1), id="buy limit at a better open"),
        pytest.param(entry("E", "short", limit=103), HIGH_FIRST, (103, -1), id="sell limit at its price"),
        pytest.param(entry("E", "short", limit=103), (106, 108, 105, 106), (106, -1), id="sell limit at a better open"),
        pytest.param(entry("E", limit=97), (100, 103, 98, 99), None, id="buy limit not reached"),
        pytest.param(entry("E", stop=103), HIGH_FIRST, (103, 1), id="buy stop at its price"),
        pytest.param(entry("E", stop=103), (106, 108, 105, 106), (106, 1), id="buy stop at a worse open"),
        pytest.param(entry("E", "short", stop=97), LOW_FIRST, (97, -1), id="sell stop at its price"),
        pytest.param(entry("E", "short", stop=97), (94, 96, 90, 95), (94, -1), id="sell stop at a worse open"),
        pytest.param(entry("E", stop=103), (100, 102, 98, 99), None, id="buy stop not reached"),
        pytest.param(entry("E", stop=102.4), HIGH_FIRST, (103, 1), id="stops of buys go up to the tick"),
        pytest.param(entry("E", limit=97.6), LOW_FIRST, (97, 1), id="limits of buys go down to the tick"),
        pytest.param(entry("E", limit=102, stop=103), (100, 104, 99, 102), (102, 1), id="stop-limit on the way back"),
        pytest.param(entry("E", limit=104, stop=103), HIGH_FIRST, (103, 1), id="stop-limit at once below its limit"),
        pytest.param(entry("E", limit=99, stop=103), (100, 104, 100, 102), None, id="stop-limit whose limit is missed"),
        pytest.param(entry("E", limit=96, stop=103), (100, 102, 95, 98), None, id="stop-limit whose stop is missed"),
        pytest.param(order("O", limit=97), LOW_FIRST, (97, 1), id="plain order"),
        pytest.param(entry("E", quantity=0), LOW_FIRST, None, id="nothing to trade"),
        pytest.param(entry("E", quantity=1.9), (100, 101, 99, 100), (100, 1), id="quantities are cut to lots"),
    ],
)
def test_price_of_a_fill(command, bar, expected):
    _, filled = follow([START, bar], {0: [command]})

    assert [(price, size) for _, _, size, price in filled] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("bar", "expected"),
    [(HIGH_FIRST, ["S", "L"]), (LOW_FIRST, ["L", "S"]), ((100, 105, 95, 100), ["L", "S"])],
    ids=["the high is nearer", "the low is nearer", "both are as near"],
)
def test_the_nearer_extreme_comes_first(bar, expected):
    plan = {0: [order("S", "short", limit=104), order("L", limit=96)]}

    _, filled = follow([START, bar], plan)

    assert [name for _, name, _, _ in filled] == expected


def test_levels_are_reached_in_the_order_of_the_path():
    plan = {0: [order("far", stop=108), order("near", stop=103), order("below", limit=97)]}

    _, filled = follow([START, LOW_FIRST], plan)

    assert filled == [(1, "below", 1, 97), (1, "near", 1, 103), (1, "far", 1, 108)]


def test_limits_wait_until_the_market_has_passed_them_by_the_assumed_ticks():
    plan = {0: [entry("E", limit=97)]}

    _, reached = follow([START, (100, 101, 96, 100)], plan, backtest_fill_limits_assumption=2)
    _, passed = follow([START, (100, 101, 95, 100)], plan, backtest_fill_limits_assumption=2)

    assert reached == []
    assert passed == [(1, "E", 1, 97)]


@pytest.mark.parametrize(
    ("limit", "bars", "unverified", "verified"),
    [
        # a buy beyond the market fills at the open: later, when the market is two ticks below its limit, at that price
        (101, [flat(100), (100, 101, 99, 100)], (1, 100), (2, 100)),
        (101, [flat(100), flat(97)], (1, 100), (2, 100)),
        (105, [flat(100)], (1, 100), (1, 100)),
        # one that was only touched fills at its limit, wherever the market opens then
        (97, [(100, 101, 96, 100), flat(90)], (1, 97), (2, 97)),
        (97, [flat(96), (96, 97, 95, 96)], (1, 96), (2, 96)),
        (97, [flat(100), flat(94)], (2, 94), (2, 94)),
    ],
)
def test_limits_that_are_verified_fill_later_at_the_same_price(limit, bars, unverified, verified):
    for assumption, (bar, price) in ((0, unverified), (2, verified)):
        _, filled = follow([START, *bars], {0: [entry("E", limit=limit)]}, backtest_fill_limits_assumption=assumption)

        assert filled == [(bar, "E", 1, price)]


def test_a_limit_that_is_moved_was_never_reached():
    plan = {0: [entry("E", limit=97)], 1: [entry("E", limit=96)], 2: [entry("E", limit=96)]}
    bars = [START, (100, 101, 96, 100), (100, 101, 95, 100), flat(90)]

    _, filled = follow(bars, plan, backtest_fill_limits_assumption=2)

    assert filled == [(3, "E", 1, 96)]


def test_a_profit_that_is_verified_is_taken_later_at_the_same_price():
    plan = {0: [entry("E"), leave("X", "E", limit=105)]}
    bars = [START, (100, 106, 100, 103), (103, 108, 103, 104)]

    _, filled = follow(bars, plan, backtest_fill_limits_assumption=2)

    assert filled == [(1, "E", 1, 100), (2, "X", -1, 105)]


@pytest.mark.parametrize(
    ("command", "bar", "price"),
    [
        (entry("E"), flat(100), 102),
        (entry("E", "short"), flat(100), 98),
        (entry("E", stop=103), HIGH_FIRST, 105),
        (entry("E", "short", stop=97), LOW_FIRST, 95),
        (entry("E", limit=97), LOW_FIRST, 97),
        (entry("E", limit=97), (95, 99, 94, 96), 95),
    ],
    ids=["buy", "sell", "buy stop", "sell stop", "limits do not slip", "nor at the open"],
)
def test_slippage_is_against_the_order(command, bar, price):
    _, filled = follow([START, bar], {0: [command]}, slippage=2)

    assert [row[3] for row in filled] == [price]


def test_an_entry_against_the_position_reverses_it():
    broker, filled = follow(
        [START, flat(101), flat(105), START], {0: [entry("L", quantity=3)], 1: [entry("S", "short", 2)]}
    )

    assert filled == [(1, "L", 3, 101), (2, "S", -5, 105)]
    assert broker.account.size == -2
    (trade,) = broker.account.closed
    assert (trade.size, trade.entry_id, trade.exit_id, trade.profit) == (3, "L", "S", 12)


def test_a_plain_order_against_the_position_only_takes_its_quantity():
    broker, _ = follow([START, START, START], {0: [entry("L", quantity=3)], 1: [order("O", "short", 2)]})

    assert broker.account.size == 1


def test_a_priced_entry_closes_what_was_open_when_it_was_placed():
    plan = {0: [entry("L", quantity=4)], 1: [entry("S", "short", 1, stop=90)], 2: [order("O", "short", 3)]}

    broker, filled = follow([START, START, START, START, (95, 96, 85, 86)], plan)

    assert filled[-1] == (4, "S", -5, 90)
    assert broker.account.size == -4


def test_an_entry_placed_twice_on_a_bar_no_longer_reverses():
    plan = {0: [entry("L", quantity=10)], 1: [entry("S", "short", 4), entry("S", "short", 4)]}

    broker, _ = follow([START, START, START], plan)

    assert broker.account.size == 6


@pytest.mark.parametrize(("pyramiding", "size"), [(0, 1), (1, 1), (2, 2), (3, 3)])
def test_pyramiding_limits_entries_and_not_plain_orders(pyramiding, size):
    plan = {bar: [entry(f"E{bar}")] for bar in range(4)}
    plan[4] = [order("O")]

    broker, _ = follow([START] * 7, plan, pyramiding=pyramiding)

    assert broker.account.size == size + 1


TWO_STOPS = [entry("A", stop=102), entry("B", stop=104)]


@pytest.mark.parametrize(
    ("later", "filled"),
    [
        # Both were let in while there was room, and fill whenever they trigger.
        ({}, [(1, "A", 1, 102), (2, "B", 1, 104)]),
        # Asked for again when there is none, B is refused and what waited under its name goes.
        ({1: [entry("B", stop=104)]}, [(1, "A", 1, 102)]),
    ],
)
def test_entries_at_a_price_are_counted_when_they_are_placed(later, filled):
    bars = [START, (100, 103, 100, 103), (103, 106, 103, 106)]

    assert follow(bars, {0: TWO_STOPS, **later}, pyramiding=1)[1] == filled


def test_entries_at_a_price_of_one_bar_may_be_more_than_the_position_has():
    assert len(follow([START, (100, 110, 100, 110)], {0: TWO_STOPS}, pyramiding=1)[1]) == 2


@pytest.mark.parametrize("command", [entry, order])
def test_an_order_of_no_lot_takes_the_one_that_waits_under_its_name(command):
    plan = {0: [command("E", limit=95)], 1: [command("E", quantity=0.5, limit=95)]}

    assert follow([START, START, (100, 100, 90, 95)], plan)[1] == []


def test_a_reversal_at_market_that_cannot_be_paid_for_closes_the_position():
    plan = {0: [entry("L", quantity=5)], 1: [entry("S", "short", quantity=50)]}

    broker, filled = follow([START, START, START], plan, initial_capital=1000)

    assert filled == [(1, "L", 5, 100), (2, "S", -5, 100)]
    assert broker.account.position == 0


def test_an_order_placed_again_under_its_name_replaces_the_first():
    plan = {0: [entry("E", limit=90)], 1: [entry("E", limit=95, quantity=2)]}

    _, filled = follow([START, START, (100, 100, 80, 85)], plan)

    assert filled == [(2, "E", 2, 95)]


@pytest.mark.parametrize("command", [cancel("E"), cancel_all()])
def test_cancelled_orders_do_not_fill(command):
    _, filled = follow([START, START, (100, 100, 80, 85)], {0: [entry("E", limit=90)], 1: [command]})

    assert filled == []


def test_a_fill_cancels_the_others_of_its_group():
    group = {"oca_name": "G", "oca_type": "cancel"}
    plan = {0: [order("up", stop=103, **group), order("down", "short", stop=97, **group)]}

    _, filled = follow([START, HIGH_FIRST], plan)

    assert filled == [(1, "up", 1, 103)]


def test_a_fill_reduces_the_others_of_its_group():
    group = {"oca_name": "G", "oca_type": "reduce"}
    plan = {0: [order("first", quantity=2, stop=101, **group), order("second", quantity=5, stop=103, **group)]}

    _, filled = follow([START, HIGH_FIRST], plan)

    assert filled == [(1, "first", 2, 101), (1, "second", 3, 103)]


@pytest.mark.parametrize(("type_of_other", "left"), [("cancel", 0), ("reduce", 1), ("none", 1)])
def test_a_group_is_a_name_and_a_type(type_of_other, left):
    group = {"oca_name": "G", "oca_type": "cancel"}
    other = {"oca_name": "G", "oca_type": type_of_other}
    plan = {0: [order("A", stop=102, **group), order("B", limit=90, **other)]}

    broker, _ = follow([START, (100, 103, 100, 103)], plan)

    assert len(broker.book.entries) == left


def test_groups_without_a_type_are_independent():
    group = {"oca_name": "G", "oca_type": "none"}
    plan = {0: [order("first", stop=101, **group), order("second", stop=103, **group)]}

    _, filled = follow([START, HIGH_FIRST], plan)

    assert len(filled) == 2


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"default_qty_type": "fixed", "default_qty_value": 7}, 7),
        ({"default_qty_type": "cash", "default_qty_value": 1_050}, 10),
        ({"default_qty_type": "percent_of_equity", "default_qty_value": 50}, 50),
        ({"default_qty_type": "percent_of_equity", "default_qty_value": 50, "slippage": 1}, 49),
        ({"default_qty_type": "percent_of_equity", "default_qty_value": 50, "commission_value": 3}, 48),
        (
            {
                "default_qty_type": "percent_of_equity",
                "default_qty_value": 50,
                "commission_type": "cash_per_contract",
                "commission_value": 25,
            },
            40,
        ),
        (
            {
                "default_qty_type": "percent_of_equity",
                "default_qty_value": 50,
                "commission_type": "cash_per_order",
                "commission_value": 250,
            },
            47,
        ),
    ],
)
def test_default_quantity_of_a_market_entry_is_set_at_the_close_before(settings, size):
    _, filled = follow([START, flat(101)], {0: [entry("E", quantity=None)]}, initial_capital=10_000, **settings)

    assert [row[2] for row in filled] == [size]


def test_default_quantity_of_a_priced_entry_is_set_at_its_fill_with_the_money_of_its_placing():
    plan = {0: [entry("E", quantity=None, limit=90)]}
    settings = {"default_qty_type": "percent_of_equity", "default_qty_value": 50, "initial_capital": 10_000}

    _, at_limit = follow([START, (100, 100, 85, 86)], plan, **settings)
    _, at_open = follow([START, (80, 82, 78, 80)], plan, **settings)

    assert at_limit == [(1, "E", 55, 90)]
    assert at_open == [(1, "E", 62, 80)]


def test_entries_that_cannot_be_paid_for_are_dropped():
    settings = {"initial_capital": 1_000}

    _, at_placing = follow([START, START], {0: [entry("E", quantity=11)]}, **settings)
    _, at_fill = follow([START, flat(101)], {0: [entry("E", quantity=10)]}, **settings)
    _, affordable = follow([START, flat(101)], {0: [entry("E", quantity=10)]}, margin_long=50, **settings)

    assert at_placing == []
    assert at_fill == []
    assert affordable == [(1, "E", 10, 101)]


def test_resting_entries_are_dropped_once_the_close_makes_them_too_dear():
    plan = {0: [entry("E", quantity=10, limit=95)]}

    _, filled = follow([START, flat(101), (100, 100, 90, 92)], plan, initial_capital=1_000)

    assert filled == []


def test_orders_on_close_fill_at_the_close_of_their_bar():
    plan = {0: [entry("L", quantity=2)], 1: [close_all()], 2: [entry("limit", limit=104), entry("later", limit=90)]}

    _, filled = follow(
        [START, (100, 106, 99, 105), (100, 106, 99, 103), (100, 100, 89, 95)],
        plan,
        process_orders_on_close=True,
        pyramiding=5,
    )

    assert filled == [
        (0, "L", 2, 100),
        (1, "Close position order", -2, 105),
        (2, "limit", 1, 103),
        (3, "later", 1, 90),
    ]


def test_a_stop_the_open_jumps_over_is_sized_when_it_is_placed():
    settings = {"default_qty_type": "percent_of_equity", "default_qty_value": 50, "initial_capital": 10_000}
    plan = {0: [entry("E", quantity=None, stop=110)]}

    _, within = follow([START, (100, 130, 100, 120)], plan, **settings)
    _, jumped = follow([START, (125, 130, 120, 125)], plan, **settings)

    assert within == [(1, "E", 45, 110)]
    assert jumped == [(1, "E", 45, 125)]


def test_a_stop_limit_order_placed_again_unchanged_stays_armed():
    command = entry("E", limit=98, stop=103)

    _, again = follow([START, (100, 104, 100, 102), (102, 102, 97, 98)], {0: [command], 1: [command]})
    _, changed = follow(
        [START, (100, 104, 100, 102), (102, 102, 97, 98)], {0: [command], 1: [entry("E", limit=98, stop=105)]}
    )

    assert again == [(2, "E", 1, 98)]
    assert changed == []


@pytest.mark.parametrize(
    "command",
    [
        entry("E", quantity=1e300),
        entry("E", limit=-1e300),
        entry("E", stop=1e308),
        entry("E", quantity=float("inf"), stop=1e308),
        entry("E", quantity=-1),
    ],
)
def test_numbers_beyond_all_measure_do_no_harm(command):
    _, filled = follow([START, START], {0: [command]}, Symbol(mintick=0.00001), margin_long=0)

    assert filled == []


@pytest.mark.parametrize(
    ("placed", "left"),
    [
        # the long at market will have reversed the short when the stop is reached
        ([entry("L", quantity=2), entry("S", "short", 3, stop=98)], -3),
        ([entry("S", "short", 3, stop=98), entry("L", quantity=2)], -1),
        ([close_all(), entry("S", "short", 3, stop=98)], -3),
    ],
)
def test_an_entry_at_a_price_closes_what_orders_placed_before_it_will_leave(placed, left):
    broker, _ = follow([START, START, (100, 101, 97, 97)], {0: [entry("A", "short", 5)], 1: placed}, pyramiding=3)

    assert broker.account.position == left


@pytest.mark.parametrize("limit", [None, 102])
def test_at_the_close_only_entries_that_can_be_paid_for_fill(limit):
    """A thousand carries ten at 100: of five and six the latter are too many, also if only the five took the room."""
    plan = {1: [entry("A", quantity=5), entry("B", quantity=6, limit=limit)]}

    broker, filled = follow(
        [START, flat(100), START], plan, initial_capital=1_000, pyramiding=2, process_orders_on_close=True
    )

    assert filled == [(1, "A", 5, 100)]
    assert broker.account.position == 5


def test_what_a_jump_has_not_passed_fills_in_the_order_of_placing():
    """Both are beyond the market when they are placed; the jump from 100 to 99 passes neither of their prices."""
    plan = {0: [order("L", quantity=2, stop=96), order("S", "short", 3, limit=98)]}

    _, filled = follow([START, flat(99)], plan)

    assert [name for _, name, _, _ in filled] == ["L", "S"]
