"""How long orders stand: until cancelled, for the day, until a moment, or not at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import ExpireOrders, ModifyOrder, PlaceOrder, ProcessTick
from trading.engine.decide import decide
from trading.engine.events import CancelReason, OrderCancelled, OrderFilled, OrderModified, OrderPlaced
from trading.engine.state import OrderType, Side, TimeInForce
from trading.tests.engine.builders import EARLIER, NOW, account, market, of_type, order, quote, run

BUY = Side.BUY
LIMIT, STOP, MARKET = OrderType.LIMIT, OrderType.STOP, OrderType.MARKET
QUOTE = quote("EURUSD", "1.10000", "1.10010")
SECOND = timedelta(seconds=1)


def place(type=LIMIT, price="1.09000", *, quoted=QUOTE, now=NOW, **fields):
    command = PlaceOrder(7, "EURUSD", BUY, type, Decimal("0.10"), None if price is None else Decimal(price), **fields)
    return run(account(), command, market(quoted, now=now))


def refusal(*args, **fields):
    with pytest.raises(Refused) as refused:
        place(*args, **fields)
    return refused.value.code


def test_an_order_stands_until_it_is_cancelled_if_nothing_else_is_said():
    state, _ = place()
    assert (state.orders[7].time_in_force, state.orders[7].expires_at) == (TimeInForce.GTC, None)
    assert decide(state, ExpireOrders(), market(QUOTE, now=NOW + timedelta(days=400))) == []


@pytest.mark.parametrize("type", [LIMIT, STOP])
def test_an_order_until_a_moment_is_gone_at_that_moment_even_without_prices(type):
    state, _ = place(type, "1.2" if type is STOP else "1.0", time_in_force=TimeInForce.GTD, expires_at=NOW + SECOND)
    assert decide(state, ExpireOrders(), market(now=NOW)) == []
    assert decide(state, ExpireOrders(), market(now=NOW + SECOND)) == [OrderCancelled(7, CancelReason.EXPIRED)]


def test_a_tick_at_the_moment_of_expiry_fills_nothing():
    state, _ = place(time_in_force=TimeInForce.GTD, expires_at=NOW + SECOND)
    reaching = quote("EURUSD", "1.08990", "1.09000", received_at=NOW + SECOND)
    assert decide(state, ProcessTick("EURUSD"), market(reaching, now=NOW + SECOND)) == [
        OrderCancelled(7, CancelReason.EXPIRED)
    ]
    just_before = NOW + SECOND - timedelta(milliseconds=1)
    reaching = quote("EURUSD", "1.08990", "1.09000", received_at=just_before)
    assert of_type(decide(state, ProcessTick("EURUSD"), market(reaching, now=just_before)), OrderFilled)


@pytest.mark.parametrize(
    ("placed", "ends"),
    [
        pytest.param("2026-03-02T12:00+00:00", "2026-03-02T22:00+00:00", id="17:00 in New York, winter time"),
        pytest.param("2026-03-02T22:00+00:00", "2026-03-03T22:00+00:00", id="at the end the next day begins"),
        pytest.param("2026-03-09T12:00+00:00", "2026-03-09T21:00+00:00", id="summer time"),
    ],
)
def test_a_day_order_ends_with_its_trading_day(placed, ends):
    now = datetime.fromisoformat(placed).astimezone(UTC)
    quoted = quote("EURUSD", "1.10000", "1.10010", received_at=now)
    state, _ = place(quoted=quoted, now=now, time_in_force=TimeInForce.DAY)
    assert state.orders[7].expires_at == datetime.fromisoformat(ends)


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
@pytest.mark.parametrize(
    ("price", "outcome"),
    [
        pytest.param("1.10009", OrderCancelled, id="the ask is above"),
        pytest.param("1.10010", OrderFilled, id="the ask is there"),
        pytest.param("1.20000", OrderFilled, id="better than asked"),
    ],
)
def test_an_immediate_limit_fills_whole_or_goes(time_in_force, price, outcome):
    state, events = place(price=price, time_in_force=time_in_force)
    assert isinstance(events[0], OrderPlaced)
    assert isinstance(events[1], outcome)
    assert not state.orders
    for cancelled in of_type(events, OrderCancelled):
        assert cancelled.reason is CancelReason.UNFILLED
        assert cancelled.evidence["tick"]["ask"] == "1.10010"
    for filled in of_type(events, OrderFilled):
        assert (filled.price, filled.volume) == (Decimal("1.10010"), Decimal("0.10"))


def test_an_immediate_limit_that_cannot_be_paid_is_refused_as_a_whole():
    with pytest.raises(Refused) as refused:
        run(
            account("10"),
            PlaceOrder(7, "EURUSD", BUY, LIMIT, Decimal(1), Decimal("1.2"), time_in_force=TimeInForce.IOC),
            market(QUOTE),
        )
    assert refused.value.code == "insufficient_margin"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": STOP, "price": "1.2", "time_in_force": TimeInForce.IOC}, "time_in_force_not_allowed"),
        ({"type": STOP, "price": "1.2", "time_in_force": TimeInForce.FOK}, "time_in_force_not_allowed"),
        ({"type": MARKET, "price": None, "time_in_force": TimeInForce.DAY}, "time_in_force_not_allowed"),
        ({"type": MARKET, "price": None, "time_in_force": TimeInForce.GTD}, "time_in_force_not_allowed"),
        ({"time_in_force": TimeInForce.GTD}, "expiry_required"),
        ({"time_in_force": TimeInForce.GTD, "expires_at": NOW}, "expiry_past"),
        ({"expires_at": NOW + SECOND}, "expiry_not_allowed"),
        ({"time_in_force": TimeInForce.IOC, "expires_at": NOW + SECOND}, "expiry_not_allowed"),
    ],
)
def test_what_makes_no_sense_is_refused(fields, code):
    assert refusal(**fields) == code


@pytest.mark.parametrize("time_in_force", [TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
def test_a_market_order_fills_at_once_by_any_name(time_in_force):
    _, events = place(MARKET, None, time_in_force=time_in_force)
    assert of_type(events, OrderFilled)


def test_the_expiry_of_a_working_order_changes():
    working = account(orders=[order(1, "EURUSD", BUY, LIMIT, "0.1", "1.09", placed_at=EARLIER)])
    state, (modified,) = run(working, ModifyOrder(1, expires_at=NOW + SECOND), market(QUOTE))
    assert isinstance(modified, OrderModified)
    assert (state.orders[1].time_in_force, state.orders[1].expires_at) == (TimeInForce.GTD, NOW + SECOND)
    state, _ = run(state, ModifyOrder(1, price=Decimal("1.08")), market(QUOTE))
    assert state.orders[1].expires_at == NOW + SECOND
    state, _ = run(state, ModifyOrder(1, expires_at=None), market(QUOTE))
    assert (state.orders[1].time_in_force, state.orders[1].expires_at) == (TimeInForce.GTC, None)
    with pytest.raises(Refused) as refused:
        decide(state, ModifyOrder(1, expires_at=NOW), market(QUOTE))
    assert refused.value.code == "expiry_past"
