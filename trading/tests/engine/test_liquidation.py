"""Margin call, stop-out and what follows; the ids are those of the conformance collection."""

from datetime import timedelta
from decimal import Decimal

import pytest

from trading.engine.commands import BalanceReason, ChangeBalance, CheckMargin, ClosePosition, PlaceOrder, ProcessTick
from trading.engine.decide import decide
from trading.engine.events import (
    BalanceUpdated,
    CloseReason,
    MarginCallCleared,
    MarginCallRaised,
    OrderCancelled,
    PositionClosed,
    StopOutTriggered,
)
from trading.engine.margin_terms import MarginRates
from trading.engine.state import OrderType, Side
from trading.engine.valuation import value_account
from trading.tests.engine.builders import NOW, account, forex, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL


def lot(id=1, symbol="EURUSD", side=BUY, volume="1", open_price="1.10000", **changes):
    """Return a position whose margin is 1,000 dollars a lot at 1:100."""
    return position(id, symbol, side, volume, open_price, **changes)


def closed_ids(events):
    return [event.position_id for event in of_type(events, PositionClosed)]


@pytest.mark.parametrize(
    ("price", "level", "raised", "stopped"),
    [
        ("1.09501", "100.10", False, False),
        ("1.09500", "100.00", True, False),
        ("1.09001", "50.10", True, False),
        ("1.09000", "50.00", True, True),
    ],
)
def test_l01_levels_are_percent_of_margin_and_count_when_reached(price, level, raised, stopped):
    state, at = account("1500", positions=[lot()]), market(quote("EURUSD", price))
    assert value_account(state, at).margin_level == Decimal(level)
    events = decide(state, CheckMargin(), at)
    assert (bool(of_type(events, MarginCallRaised)), bool(of_type(events, StopOutTriggered))) == (raised, stopped)


def test_the_comparison_is_exact_where_the_level_shown_is_rounded():
    state = account("1500.01", positions=[lot(volume="3", margin_conversion="1")])
    at = market(quote("EURUSD", "1.10000"))
    assert value_account(state, at).margin_level == Decimal("50.00")
    assert not of_type(decide(state, CheckMargin(), at), StopOutTriggered)


def test_l02_a_margin_call_notifies_once_and_does_not_block_hedging():
    at = market(quote("EURUSD", "1.09500"))
    state, events = run(account("1500", positions=[lot()]), CheckMargin(), at)
    assert [type(event) for event in events] == [MarginCallRaised]
    assert state.margin_call
    assert decide(state, CheckMargin(), at) == []
    assert decide(state, PlaceOrder(2, "EURUSD", SELL, OrderType.MARKET, Decimal("0.5")), at)


def test_a_margin_call_ends_when_money_comes_in():
    at = market(quote("EURUSD", "1.09500"))
    state = account("1500", positions=[lot()], margin_call=True)
    state, _ = run(state, ChangeBalance(Decimal(1000), BalanceReason.DEPOSIT), at)
    _, events = run(state, CheckMargin(), at)
    assert [type(event) for event in events] == [MarginCallCleared]


def test_a_margin_call_ends_with_the_last_position():
    state = account("1500", positions=[lot()], margin_call=True)
    _, events = run(state, ClosePosition(1), market(quote("EURUSD", "1.09500")))
    assert isinstance(events[-1], MarginCallCleared)
    assert events[-1].level is None


def test_l03_reserving_orders_go_first_the_largest_first_with_a_check_after_each():
    eurusd = forex("EURUSD", margin_rates=MarginRates(buy_limit=Decimal(1)), margin_currency="USD")
    orders = [
        order(11, "EURUSD", BUY, OrderType.LIMIT, "0.1", "1.05"),
        order(12, "EURUSD", BUY, OrderType.LIMIT, "1.0", "1.05"),
        order(13, "EURUSD", BUY, OrderType.LIMIT, "0.3", "1.05"),
    ]
    state = account("1180", positions=[lot()], orders=orders)
    at = market(quote("EURUSD", "1.09570"), instruments=[eurusd])
    state, events = run(state, CheckMargin(), at)
    assert [event.order_id for event in of_type(events, OrderCancelled)] == [12]
    assert sorted(state.orders) == [11, 13]
    assert list(state.positions) == [1]


def test_l03_orders_that_reserve_nothing_are_kept():
    orders = [order(11, "EURUSD", BUY, OrderType.LIMIT, "0.1", "1.05")]
    state, _ = run(account("1500", positions=[lot()], orders=orders), CheckMargin(), market(quote("EURUSD", "1.09")))
    assert list(state.orders) == [11]
    assert not state.positions


def test_l03_the_largest_loss_is_closed_until_the_level_is_above():
    positions = [
        lot(1, open_price="1.10000"),
        lot(2, open_price="1.11000"),
        lot(3, open_price="1.10500", swap="-5000"),
    ]
    state, events = run(account("10900", positions=positions), CheckMargin(), market(quote("EURUSD", "1.09000")))
    assert closed_ids(events) == [2]
    assert [event.reason for event in of_type(events, PositionClosed)] == [CloseReason.STOP_OUT]
    assert sorted(state.positions) == [1, 3]


def test_l03_without_losses_the_smallest_profit_is_closed():
    positions = [lot(1, open_price="1.08000"), lot(2, open_price="1.08900"), lot(3, open_price="1.08500")]
    state = account("-1000", positions=positions)
    _, events = run(state, CheckMargin(), market(quote("EURUSD", "1.09000")))
    assert closed_ids(events)[0] == 2


def test_l03_a_market_without_fresh_quotes_is_skipped():
    positions = [lot(1, open_price="1.10000"), lot(2, "AUDUSD", open_price="0.70000")]
    closed_market = quote("AUDUSD", "0.60000", received_at=NOW - timedelta(hours=1))
    _, events = run(
        account("11500", positions=positions), CheckMargin(), market(quote("EURUSD", "1.09500"), closed_market)
    )
    assert closed_ids(events) == [1]


def test_l10_stop_out_of_a_franc_position():
    state, at = (
        account("1666.67", leverage=30, positions=[lot(1, "USDCHF", open_price="0.9")]),
        market(quote("USDCHF", "0.9")),
    )
    assert value_account(state, at).margin == Decimal("3333.33")
    assert not of_type(decide(state, CheckMargin(), at), StopOutTriggered), "1,666.67 is above half of 3,333.33"
    state = account("1666.66", leverage=30, positions=[lot(1, "USDCHF", open_price="0.9")])
    assert of_type(decide(state, CheckMargin(), at), StopOutTriggered)


def test_triggers_come_before_the_stop_out_of_the_same_tick():
    state = account("1500", positions=[lot(1, stop_loss="1.09500")])
    _, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.08900")))
    assert [event.reason for event in of_type(events, PositionClosed)] == [CloseReason.STOP_LOSS]
    assert not of_type(events, StopOutTriggered)


def test_a_debt_left_by_a_gap_is_compensated_by_an_entry_of_its_own():
    state, events = run(account("1500", positions=[lot()]), CheckMargin(), market(quote("EURUSD", "1.05000")))
    entries = [(event.reason, event.amount) for event in of_type(events, BalanceUpdated)]
    assert entries == [
        (BalanceReason.TRADE, Decimal("-5000.00")),
        (BalanceReason.NEGATIVE_BALANCE_COMPENSATION, Decimal("3500.00")),
    ]
    assert state.balance == 0


def test_credit_bears_a_loss_before_the_broker_does():
    state, _ = run(account("1500", credit="1000", positions=[lot()]), CheckMargin(), market(quote("EURUSD", "1.05")))
    assert (state.balance, state.credit) == (Decimal("-1000.00"), Decimal("1000"))


def test_a_group_may_leave_debts_standing():
    state, _ = run(
        account("1500", positions=[lot()], negative_balance_protection=False),
        CheckMargin(),
        market(quote("EURUSD", "1.05")),
    )
    assert state.balance == Decimal("-3500.00")


def test_without_a_quote_for_every_position_nothing_is_decided():
    state = account("1", positions=[lot(1), lot(2, "AUDUSD", open_price="0.7")])
    assert decide(state, CheckMargin(), market(quote("EURUSD", "1.0"))) == []


def test_the_evidence_of_a_stop_out_holds_the_figures():
    (event,) = of_type(
        decide(account("1500", positions=[lot()]), CheckMargin(), market(quote("EURUSD", "1.09"))), StopOutTriggered
    )
    assert event.evidence["formula"] == "500.00 / 1000.00 × 100 = 50.00"
    assert event.evidence["positions"] == [{"id": 1, "price": "1.09", "profit": "-1000.00"}]
