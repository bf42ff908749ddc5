"""Netting accounts, and closing by; ids are those of the conformance collection."""

from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import CloseBy, PlaceOrder, ProcessTick
from trading.engine.events import (
    BalanceUpdated,
    CloseReason,
    OrderFilled,
    PositionClosed,
    PositionIncreased,
    PositionModified,
    PositionOpened,
    PositionReduced,
)
from trading.engine.state import OrderType, PositionMode, Side
from trading.engine.valuation import value_account
from trading.tests.engine.builders import account, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
AT = market(quote("EURUSD", "1.10000", "1.10010"))


def netting(*positions, **changes):
    return account(positions=positions, position_mode=PositionMode.NETTING, **changes)


def at_market(side, volume, **levels):
    return PlaceOrder(
        9, "EURUSD", side, OrderType.MARKET, Decimal(volume), **{name: Decimal(at) for name, at in levels.items()}
    )


LONG = position(1, "EURUSD", BUY, "1", "1.09000", margin_conversion="1.09", stop_loss="1.08000", take_profit="1.12000")


def test_hedging_opens_beside():
    state, _ = run(account(positions=[LONG]), at_market(BUY, "0.5"), AT)
    assert [held.volume for held in state.positions.values()] == [1, Decimal("0.5")]


def test_addition_averages_by_volume():
    state, events = run(netting(LONG), at_market(BUY, "3"), AT)
    (held,) = state.positions.values()
    assert (held.id, held.side, held.volume) == (1, BUY, 4)
    assert held.open_price == Decimal("1.097575")  # (1.09 + 3 × 1.1001) / 4
    assert held.margin_conversion == Decimal("1.097575")
    (filled,) = of_type(events, OrderFilled)
    assert (filled.position_id, filled.opened_volume) == (1, 3)


def test_p09_average_is_finer_than_a_price():
    short = position(1, "EURUSD", SELL, "0.5", "1.00001")
    state, _ = run(netting(short), at_market(SELL, "0.5"), market(quote("EURUSD", "1.00002", "1.00003")))
    (held,) = state.positions.values()
    assert held.open_price == Decimal("1.000015")
    assert value_account(state, market(quote("EURUSD", "1.00050"))).floating == Decimal("-48.50")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param({}, (None, None), id="none deletes"),
        pytest.param({"stop_loss": "1.07"}, (Decimal("1.07"), None), id="one replaces, the other is deleted"),
        pytest.param({"stop_loss": "1.07", "take_profit": "1.2"}, (Decimal("1.07"), Decimal("1.2")), id="both replace"),
    ],
)
def test_f06_addition_replaces_stop_loss_and_take_profit(levels, expected):
    state, _ = run(netting(LONG), at_market(BUY, "1", **levels), AT)
    (held,) = state.positions.values()
    assert (held.stop_loss, held.take_profit) == expected


def test_f06_reduction_leaves_stop_loss_and_take_profit():
    state, events = run(netting(LONG), at_market(SELL, "0.4", stop_loss="1.2"), AT)
    (held,) = state.positions.values()
    assert (held.id, held.volume, held.open_price) == (1, Decimal("0.6"), Decimal("1.09000"))
    assert (held.stop_loss, held.take_profit) == (LONG.stop_loss, LONG.take_profit)
    (reduced,) = of_type(events, PositionReduced)
    assert (reduced.reason, reduced.order_id, reduced.volume) == (CloseReason.ORDER, 9, Decimal("0.4"))
    assert reduced.price == Decimal("1.10000")  # a sell, at bid
    assert reduced.profit == Decimal("400.00")
    (filled,) = of_type(events, OrderFilled)
    assert (filled.position_id, filled.opened_volume) == (1, 0)


def test_opposite_order_of_equal_volume_closes():
    state, events = run(netting(LONG), at_market(SELL, "1"), AT)
    assert not state.positions
    assert state.balance == Decimal("11000.00")
    assert not of_type(events, PositionOpened, PositionIncreased)


def test_f06_reversal_takes_stop_loss_and_take_profit_of_the_order():
    state, events = run(netting(LONG), at_market(SELL, "1.5", stop_loss="1.11"), AT)
    (held,) = state.positions.values()
    assert (held.id, held.side, held.volume, held.open_price) == (9, SELL, Decimal("0.5"), Decimal("1.10000"))
    assert (held.stop_loss, held.take_profit) == (Decimal("1.11"), None)
    assert [event.position_id for event in of_type(events, PositionClosed)] == [1]
    assert [event.opened_volume for event in of_type(events, OrderFilled)] == [Decimal("0.5")]
    assert state.balance == Decimal("11000.00")


def test_pending_order_nets_when_it_fills():
    waiting = order(5, "EURUSD", SELL, OrderType.LIMIT, "1", "1.10000")
    state, _ = run(netting(LONG, orders=[waiting]), ProcessTick("EURUSD"), AT)
    assert not state.positions
    assert not state.orders


def test_reduction_needs_no_margin_and_no_leave_to_trade():
    state = netting(LONG, balance="1", trading_enabled=False, equity_floor=Decimal(10_000))
    after, _ = run(state, at_market(SELL, "0.5"), AT)
    assert after.positions[1].volume == Decimal("0.5")


@pytest.mark.parametrize("changes", [{"trading_enabled": False}, {"balance": "1"}], ids=["not enabled", "no margin"])
def test_reversal_needs_both(changes):
    loser = position(1, "EURUSD", BUY, "1", "1.10000", margin_conversion="1.1")
    with pytest.raises(Refused):
        run(netting(loser, **changes), at_market(SELL, "3"), AT)


def test_debt_of_the_last_position_is_forgiven():
    loser = position(1, "EURUSD", BUY, "1", "1.12000", margin_conversion="1.12")
    state, events = run(netting(loser, balance="100"), at_market(SELL, "1"), AT)
    assert state.balance == 0
    assert [event.reason for event in of_type(events, BalanceUpdated)] == ["trade", "negative_balance_compensation"]


SHORT = position(2, "EURUSD", SELL, "0.4", "1.10500", margin_conversion="1.1")


def test_close_by_realises_the_difference_of_opening_prices():
    state, events = run(account(positions=[LONG, SHORT]), CloseBy(1, 2), AT)
    (held,) = state.positions.values()
    assert (held.id, held.volume, held.stop_loss) == (1, Decimal("0.6"), LONG.stop_loss)
    (reduced,), (closed,) = of_type(events, PositionReduced), of_type(events, PositionClosed)
    assert (reduced.reason, reduced.price, reduced.profit) == (CloseReason.CLOSE_BY, Decimal("1.10500"), Decimal("600"))
    assert (closed.price, closed.profit, closed.opposite_position_id) == (Decimal("1.10500"), 0, 1)
    assert state.balance == Decimal("10600.00")


def test_close_by_realises_swap_of_what_is_closed():
    swapped = position(1, "EURUSD", BUY, "1", "1.10000", swap="-5.00")
    other = position(2, "EURUSD", SELL, "0.4", "1.10000", swap="1.50")
    state, _ = run(account(positions=[swapped, other]), CloseBy(1, 2), AT)
    assert state.balance == Decimal("9999.50")
    assert state.positions[1].swap == Decimal("-3.00")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        pytest.param(position(2, "EURUSD", BUY, "1", "1.1"), "not_opposite", id="same side"),
        pytest.param(position(2, "GBPUSD", SELL, "1", "1.1"), "not_opposite", id="another symbol"),
        pytest.param(position(3, "EURUSD", SELL, "1", "1.1"), "position_not_found", id="not open"),
    ],
)
def test_close_by_refuses(other, code):
    with pytest.raises(Refused) as refused:
        run(account(positions=[LONG, other]), CloseBy(1, 2), AT)
    assert refused.value.code == code


def test_nothing_modifies_by_the_way():
    _, events = run(netting(LONG), at_market(BUY, "1"), AT)
    assert not of_type(events, PositionModified)


def test_the_tick_that_adds_to_a_position_does_not_reach_the_levels_that_were_replaced():
    adds = order(2, "EURUSD", BUY, OrderType.LIMIT, "1", "1.08500", stop_loss="1.07000")
    state, events = run(netting(LONG, orders=[adds]), ProcessTick("EURUSD"), market(quote("EURUSD", "1.07900")))
    assert not of_type(events, PositionClosed)
    assert (state.positions[1].volume, state.positions[1].stop_loss) == (2, Decimal("1.07000"))


def test_levels_that_an_addition_repeats_count_since_when_they_did():
    adds = order(2, "EURUSD", BUY, OrderType.LIMIT, "1", "1.08500", stop_loss="1.08000")
    _, events = run(netting(LONG, orders=[adds]), ProcessTick("EURUSD"), market(quote("EURUSD", "1.07900")))
    (closed,) = of_type(events, PositionClosed)
    assert (closed.volume, closed.reason) == (2, CloseReason.STOP_LOSS)
