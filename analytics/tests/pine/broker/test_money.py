"""Commission, margin, rules of risk and what a position is worth, with the numbers worked out."""

import pytest

from analytics.pine.broker.broker import Broker
from analytics.pine.broker.margin import liquidation_price
from analytics.pine.broker.orders import Kind
from analytics.pine.broker.settings import StrategySettings
from analytics.pine.broker.trading_days import TradingDays
from analytics.tests.pine.broker.desk import (
    MINUTE,
    Candle,
    Symbol,
    close,
    close_all,
    entry,
    flat,
    follow,
    leave,
    order,
)

START = flat(100)
DAY = 24 * 60 * MINUTE


@pytest.mark.parametrize(
    ("settings", "commission", "profit"),
    [
        ({}, 0, 20),
        ({"commission_type": "percent", "commission_value": 1}, 2 + 2.2, 20 - 4.2),
        ({"commission_type": "cash_per_contract", "commission_value": 0.5}, 2, 18),
        ({"commission_type": "cash_per_order", "commission_value": 3}, 6, 14),
    ],
)
def test_commission_of_entry_and_exit(settings, commission, profit):
    broker, _ = follow([START, flat(100), flat(110)], {0: [entry("E", quantity=2)], 1: [close_all()]}, **settings)

    (trade,) = broker.account.closed
    assert trade.commission == pytest.approx(commission)
    assert trade.profit == pytest.approx(profit)
    assert broker.account.net_profit == pytest.approx(profit)
    assert trade.profit_percent == pytest.approx(profit / (200 + commission - _exit_commission(settings)) * 100)


def _exit_commission(settings):
    value = settings.get("commission_value", 0)
    return {"percent": 2.2, "cash_per_contract": 1, "cash_per_order": 3}.get(settings.get("commission_type"), value)


def test_a_reversal_is_one_order_and_pays_a_fee_once():
    plan = {0: [entry("L")], 1: [entry("S", "short")], 2: [entry("L")], 3: [close_all()]}

    broker, _ = follow([START] * 5, plan, commission_type="cash_per_order", commission_value=10)

    assert [trade.commission for trade in broker.account.closed] == [15, 10, 15]
    assert broker.account.net_profit == -40


def test_commission_of_open_trades_is_lost_already():
    broker, _ = follow([START, flat(103)], {0: [entry("E", quantity=2)]}, commission_value=1)
    account = broker.account

    assert account.net_profit == pytest.approx(-2.06)
    assert account.gross_loss == pytest.approx(2.06)
    assert account.equity == pytest.approx(1_000_000 - 2.06)


def test_a_partial_exit_takes_its_part_of_commission_and_excursions():
    bars = [START, (100, 120, 90, 110), flat(110), flat(110)]
    plan = {0: [entry("E", quantity=4)], 1: [close("E", 1)]}

    broker, _ = follow(bars, plan, commission_type="cash_per_contract", commission_value=1)

    (closed,), (open_,) = broker.account.closed, broker.account.open
    assert (closed.size, closed.commission, closed.profit) == (1, 2, 8)
    assert (closed.max_runup, closed.max_drawdown) == (19, 11)
    assert (open_.lots, open_.commission, open_.max_runup, open_.max_drawdown) == (3, 3, 57, 33)


def test_excursions_of_equity_have_realised_and_marked_ends():
    bars = [START, (100, 130, 80, 120), flat(120), flat(120)]

    broker, _ = follow(bars, {0: [entry("E", quantity=10)], 1: [close_all()]}, initial_capital=10_000)
    account = broker.account

    assert account.max_drawdown == 200
    assert account.drawdown_percent == 2
    assert account.max_runup == 300
    assert account.runup_percent == pytest.approx(300 / 10_300 * 100)


def test_open_profit_is_converted_at_the_rate_of_its_bar_and_profit_at_that_of_its_exit():
    rates = {0: 1.0, MINUTE: 2.0, 2 * MINUTE: 3.0}
    broker = Broker(StrategySettings(currency="EUR"), Symbol(), rates.__getitem__)
    for number, price in enumerate((100, 100, 110)):
        broker.open_bar(Candle(number * MINUTE, *flat(price)))
        if number == 0:
            broker.place(Kind.ENTRY, "E", "long", 1)
        if number == 1:
            broker.close(None)
        broker.close_bar()

    assert broker.account.closed[0].profit == 30


@pytest.mark.parametrize(
    ("direction", "bar", "closed", "price"),
    [
        # Long 10 at 100 with 1000 and a margin of half: at 80 equity is 800 and the margin 400.
        pytest.param("long", (100, 101, 80, 85), 0, None, id="covered"),
        # Long 18 at 100: at 85 equity is 730, the margin 765, 35 are missing: 35 / 0.5 / 85 = 0.82 of a unit, so one.
        pytest.param("long", (100, 101, 85, 95), 1, 85, id="less than a unit"),
        # At 80 equity is 640, the margin 720, 80 are missing: 80 / 0.5 / 80 = 2 units, four times that.
        pytest.param("long", (100, 101, 80, 95), 8, 80, id="four times what is missing"),
        # Short 18: at 108 equity is 856, the margin 972, 116 are missing: 2.148, so 2 units and four times that.
        pytest.param("short", (100, 108, 99, 100), 8, 108, id="short"),
    ],
)
def test_margin_calls(direction, bar, closed, price):
    quantity = 10 if closed == 0 else 18
    settings = {"initial_capital": 1_000, "margin_long": 50, "margin_short": 50}

    broker, filled = follow([START, START, bar], {0: [entry("E", direction, quantity)]}, **settings)

    calls = [row for row in filled if row[1] == "Margin call"]
    side = -1 if direction == "long" else 1
    assert calls == ([] if price is None else [(2, "Margin call", side * closed, price)])
    assert abs(broker.account.size) == quantity - closed


def test_a_margin_call_closes_what_the_manual_works_out():
    """682,438 shares at 4.43 with a quarter of margin: at 3.90 four times 27,763 are closed."""
    flat_bar, fallen = flat(4.43), (4.43, 4.43, 3.9, 3.9)
    shares = Symbol(mintick=0.01)

    _, filled = follow([flat_bar, flat_bar, fallen], {0: [entry("L", quantity=682_438)]}, shares, margin_long=25)

    assert filled[1] == (2, "Margin call", -111_052, 3.9)


def test_what_is_opened_at_the_close_is_called_for_at_the_next_open():
    bars = [flat(100), flat(100)]

    _, filled = follow(
        bars,
        {0: [entry("L", quantity=10)]},
        process_orders_on_close=True,
        initial_capital=1000,
        commission_type="cash_per_order",
        commission_value=1,
    )

    assert [(bar, name) for bar, name, _, _ in filled] == [(0, "L"), (1, "Margin call")]


def test_a_margin_call_of_less_than_a_lot_waits_for_a_close_that_does_not_cover_either():
    settings = {"initial_capital": 1_000, "margin_long": 50}

    _, filled = follow([START, START, (100, 120, 85, 86)], {0: [entry("E", quantity=18)]}, **settings)

    assert filled[1:] == [(2, "Margin call", -1, 86)]


def test_a_margin_call_after_an_entry_within_the_bar_is_made_at_the_extreme_it_leads_to():
    # Ten units at 105 cost 1050: 10 are missing wherever the price goes, less than a unit is worth.
    settings = {"initial_capital": 1_040, "margin_long": 100}

    _, filled = follow([START, (100, 107, 90, 95)], {0: [entry("E", quantity=10, stop=105)]}, **settings)

    assert filled == [(1, "E", 10, 105), (1, "Margin call", -1, 107)]


def test_margin_calls_cut_to_lots_where_parts_of_units_trade():
    # At 85 the missing 35 are 0.8235 of a unit; four times 0.8.
    broker, filled = follow(
        [START, START, (100, 101, 85, 95)],
        {0: [entry("E", quantity=18)]},
        Symbol(mincontract=0.1),
        initial_capital=1_000,
        margin_long=50,
    )

    assert filled[1:] == [(2, "Margin call", -3.2, 85)]
    assert broker.account.size == 14.8


@pytest.mark.parametrize(("quantity", "filled"), [(12, True), (16, False), (3, True)])
def test_a_plain_order_that_opens_more_than_can_be_paid_for_is_dropped(quantity, filled):
    plan = {0: [entry("L", quantity=5)], 1: [order("O", "short", quantity)]}

    broker, _ = follow([START] * 3, plan, initial_capital=1_000)

    assert broker.account.size == (5 - quantity if filled else 5)


def test_a_margin_call_of_several_trades_is_credited_late():
    plan = {0: [entry("A", "short", 1)], 1: [entry("B", "short", 30)]}
    bars = [START, START, START, (100, 104, 90, 95)]

    _, filled = follow(bars, plan, Symbol(mincontract=0.1), initial_capital=3_200, pyramiding=2)

    # At 104 equity is 3076 and the margin 3224: of the missing 148, 1.4 units, four times that. At the next extreme
    # only the first trade's 100 are credited: 48 are left, at 104 again 0.4 units.
    assert filled[2:] == [(3, "Margin call", 5.6, 104), (3, "Margin call", 1.6, 90)]


def test_price_of_liquidation_leaves_just_the_margin():
    broker, _ = follow([START, START], {0: [entry("E", quantity=18)]}, initial_capital=1_000, margin_long=50)

    # 1000 + 18 * (P - 100) = 0.5 * 18 * P, so P = 88.88: down to the tick.
    assert liquidation_price(broker) == 88


def ruled(rules, plan, bars, **settings):
    def apply(broker):
        for name, value in rules.items():
            setattr(broker.risk, name, value)

    with_rules = {number: [apply, *plan.get(number, ())] for number in range(len(bars))}
    return follow(bars, with_rules, **settings)


def test_a_direction_that_is_not_allowed_only_closes():
    plan = {1: [entry("S", "short")], 2: [entry("L")], 3: [entry("S", "short")]}

    broker, filled = ruled({"direction": "long"}, plan, [START] * 5)

    assert [row[1:3] for row in filled] == [("L", 1), ("S", -1)]
    assert broker.account.size == 0


def test_a_position_is_cut_to_the_largest_allowed():
    plan = {1: [entry("L", quantity=8)], 2: [entry("S", "short", 9)]}

    broker, filled = ruled({"max_position": 5}, plan, [START] * 4)

    assert [row[2] for row in filled] == [5, -10]
    assert broker.account.size == -5


def test_the_last_order_of_a_day_at_the_close_of_a_bar_leaves_the_position_to_the_next_open():
    plan = {1: [entry("L")]}
    bars = [START, (100, 105, 99, 104), flat(103)]

    _, filled = ruled({"max_orders": 1}, plan, bars, process_orders_on_close=True)

    assert filled == [(1, "L", 1, 104), (2, "Close Position (Max number of filled orders in one day)", -1, 103)]


def test_the_largest_position_is_a_rule_for_entries_only():
    _, filled = ruled({"max_position": 5}, {1: [order("O", quantity=8)]}, [START] * 3)

    assert [row[2] for row in filled] == [8]


def test_the_last_order_of_a_day_closes_the_position_until_tomorrow():
    plan = {number: [entry("L" if number % 2 else "S", "long" if number % 2 else "short")] for number in range(1, 6)}

    broker, filled = ruled({"max_orders": 2}, plan, [START] * 7)

    assert [row[1] for row in filled] == ["L", "S", "Close Position (Max number of filled orders in one day)"]
    assert broker.account.size == 0


@pytest.mark.parametrize("limit", [(150, "cash"), (15, "percent_of_equity")])
def test_a_loss_within_a_day_closes_at_the_extreme_and_stops_for_the_day(limit):
    bars = [Candle(0, *START), Candle(MINUTE, *START), Candle(2 * MINUTE, 100, 101, 80, 99)]
    bars += [Candle(3 * MINUTE, *START), Candle(DAY, *START), Candle(DAY + MINUTE, *START)]
    broker = Broker(StrategySettings(initial_capital=1_000), Symbol())
    filled = []
    for bar in bars:
        broker.open_bar(bar)
        broker.risk.max_intraday_loss = limit
        broker.place(Kind.ENTRY, "L", "long", 10)
        broker.close_bar()
        filled += [(fill.order_id, fill.price, fill.time) for fill in broker.fills]

    assert filled == [
        ("L", 100, MINUTE),
        ("Close Position (Max intraday loss reached)", 80, 2 * MINUTE),
    ]
    assert not broker.risk.is_halted


def test_a_drawdown_stops_for_good_once_something_is_closed():
    bars = [START, START, flat(80), flat(80), flat(80), flat(80)]
    plan = {1: [entry("L", quantity=10)], 2: [order("O", "short", 1)], 4: [entry("L")]}

    broker, filled = ruled({"max_drawdown": (100, "cash")}, plan, [START, *bars], margin_long=0)

    assert [row[1] for row in filled] == ["L", "O", "Close Position (Max drawdown reached)"]
    assert broker.risk.halted_for_good


def test_days_of_losses_stop_for_good():
    broker = Broker(StrategySettings(), Symbol())
    for number in range(6):
        broker.open_bar(Candle(number * DAY, *flat(100 - number)))
        broker.risk.max_loss_days = 2
        broker.place(Kind.ENTRY, "L", "long", 1)
        broker.close_bar()

    assert [trade.exit_id for trade in broker.account.closed] == ["Close Position (Max consecutive loss days reached)"]
    assert broker.account.size == 0


def test_a_day_of_forex_begins_in_the_evening():
    days = TradingDays("America/New_York", "1700-1700:23456")
    evening = 1_704_232_800_000  # 2 January 2024, 17:00 in New York.

    assert days.day(evening) - days.day(evening - 1) == 1
    assert days.day(evening + 7 * 60 * MINUTE) == days.day(evening)


def test_old_trades_are_forgotten_and_still_counted():
    plan = {number: [entry("E", "long" if number % 2 else "short")] for number in range(9)}

    broker, _ = follow([START] * 10, plan, order_limit=4)

    assert broker.account.closed_count == 8
    assert [trade.entry_order for trade in broker.account.closed] == [6, 7, 8]
    assert [row.number for row in broker.trades()] == [6, 6, 7, 7, 8, 8, 9, 9]


def test_the_list_has_two_rows_for_a_trade_and_ends_with_the_open_one():
    plan = {0: [entry("L", quantity=2)], 1: [leave("X", "L", quantity=1, limit=110)]}

    broker, _ = follow([START, START, (100, 112, 95, 104)], plan, initial_capital=1_000)

    first, second, third, fourth = broker.trades()
    assert first[:7] == (1, "Entry long", MINUTE, "L", 100, 1, 100)
    assert second[:7] == (1, "Exit long", 2 * MINUTE, "X", 110, 1, 100)
    assert first[7:] == second[7:] == (10, 10, 10, 10, 0, 0, 10, 1)
    assert third[:7] == (2, "Entry long", MINUTE, "L", 100, 1, 100)
    assert fourth[:7] == (2, "Exit long", 2 * MINUTE, "Open", 104, 1, 100)
    assert fourth[7:] == (4, 4, 12, 12, -5, -5, 14, pytest.approx(1.4))


def test_the_value_of_a_listed_trade_is_its_quantity_times_its_price():
    """One contract of a future of 500 a point: its value is listed at the price, its profit in money."""
    future = Symbol(mintick=0.025, pointvalue=500)

    broker, _ = follow([flat(73.4), flat(73.4), flat(73.9)], {0: [entry("S", "short")]}, future)

    row = broker.trades()[0]
    assert (row.value, round(row.profit, 6), round(row.profit_percent, 2)) == (73.4, -250, -0.68)
