"""Groups of which one order cancels the others, and orders that wait for another's fill."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import CancelOrder, ExpireOrders, PlaceOrder, ProcessTick
from trading.engine.decide import decide
from trading.engine.events import (
    CancelReason,
    OrderCancelled,
    OrderFilled,
    OrderRejected,
    OrderReleased,
    PositionOpened,
)
from trading.engine.state import OrderType, Side, TimeInForce
from trading.engine.triggers import account_triggers
from trading.tests.engine.builders import NOW, account, market, of_type, order, quote, run

BUY, SELL = Side.BUY, Side.SELL
LIMIT, STOP, MARKET = OrderType.LIMIT, OrderType.STOP, OrderType.MARKET
QUOTE = quote("EURUSD", "1.10000", "1.10010")


def breakout():
    return [
        order(1, "EURUSD", BUY, STOP, "0.1", "1.1100", oco_group="breakout"),
        order(2, "EURUSD", SELL, STOP, "0.1", "1.0900", oco_group="breakout"),
        order(3, "EURUSD", SELL, STOP, "0.1", "1.0800"),
    ]


def tick(state, bid, ask):
    return run(state, ProcessTick("EURUSD"), market(quote("EURUSD", bid, ask)))


def test_a_fill_cancels_the_rest_of_its_group_and_nothing_else():
    state, events = tick(account(orders=breakout()), "1.1099", "1.1100")
    assert [event.order_id for event in of_type(events, OrderFilled)] == [1]
    assert of_type(events, OrderCancelled) == [OrderCancelled(2, CancelReason.OCO)]
    assert list(state.orders) == [3]


def test_of_two_in_a_group_that_one_tick_reaches_one_fills():
    both = [
        order(1, "EURUSD", BUY, STOP, "0.1", "1.1050", oco_group="a"),
        order(2, "EURUSD", BUY, STOP, "0.1", "1.1100", oco_group="a"),
    ]
    state, events = tick(account(orders=both), "1.1099", "1.1100")
    assert [event.order_id for event in of_type(events, OrderFilled)] == [1]
    assert not state.orders
    assert list(state.positions) == [1]


def test_what_is_cancelled_or_rejected_leaves_its_group_alone():
    state, _ = run(account(orders=breakout()), CancelOrder(1), market(QUOTE))
    assert list(state.orders) == [2, 3]
    state, events = tick(account("1", orders=breakout()), "1.1099", "1.1100")
    assert of_type(events, OrderRejected)
    assert list(state.orders) == [2, 3]


def attached():
    return [
        order(1, "EURUSD", BUY, LIMIT, "0.1", "1.0900"),
        order(2, "EURUSD", SELL, LIMIT, "0.1", "1.0950", parent_id=1, oco_group="exit"),
        order(3, "EURUSD", SELL, STOP, "0.1", "1.0850", parent_id=1, oco_group="exit"),
        order(4, "EURUSD", BUY, LIMIT, "0.1", "1.0800", parent_id=3),
    ]


def test_an_attached_order_has_no_level_until_the_fill_releases_it():
    state = account(orders=attached())
    assert [trigger.id for trigger in account_triggers(state)] == [1]
    state, events = tick(state, "1.0899", "1.0900")
    assert of_type(events, OrderReleased) == [OrderReleased(2, NOW), OrderReleased(3, NOW)]
    assert [trigger.id for trigger in account_triggers(state)] == [2, 3]
    assert state.orders[2].parent_id is None
    assert list(state.orders) == [2, 3, 4]


def test_what_was_released_reacts_to_ticks_received_after_that():
    state, _ = tick(account(orders=attached()), "1.0899", "1.0900")
    earlier = quote("EURUSD", "1.0960", "1.0961", received_at=NOW - timedelta(milliseconds=1))
    assert decide(state, ProcessTick("EURUSD"), market(earlier)) == []
    state, events = tick(state, "1.0960", "1.0961")
    assert [event.order_id for event in of_type(events, OrderFilled)] == [2]
    # The other exit goes with its group, and what waited for that one goes with it.
    assert of_type(events, OrderCancelled) == [
        OrderCancelled(3, CancelReason.OCO),
        OrderCancelled(4, CancelReason.PARENT),
    ]
    assert not state.orders


def test_what_waits_goes_with_the_order_it_waits_for():
    state, events = run(account(orders=attached()), CancelOrder(1), market(QUOTE))
    assert [(event.order_id, event.reason) for event in events] == [
        (1, CancelReason.CLIENT),
        (2, CancelReason.PARENT),
        (3, CancelReason.PARENT),
        (4, CancelReason.PARENT),
    ]
    assert not state.orders


def test_what_waits_goes_when_its_order_expires_or_is_rejected():
    entry, *rest = attached()
    expiring = order(1, "EURUSD", BUY, LIMIT, "0.1", "1.0900", time_in_force=TimeInForce.GTD, expires_at=NOW)
    state, _ = run(account(orders=[expiring, *rest]), ExpireOrders(), market(QUOTE))
    assert not state.orders
    state, events = tick(account("1", orders=[entry, *rest]), "1.0899", "1.0900")
    assert of_type(events, OrderRejected)
    assert not state.orders


def test_the_position_is_opened_once_however_much_is_linked_to_it():
    _, events = tick(account(orders=attached()), "1.0899", "1.0900")
    assert len(of_type(events, PositionOpened)) == len(of_type(events, OrderFilled)) == 1


def place(type=LIMIT, price="1.2", state=None, **fields):
    command = PlaceOrder(9, "EURUSD", BUY, type, Decimal("0.1"), None if price is None else Decimal(price), **fields)
    return run(state or account(orders=attached()), command, market(QUOTE))


def test_the_market_does_not_matter_to_an_order_that_waits_for_another():
    state, _ = place(parent_id=1)
    assert state.orders[9].price == Decimal("1.2")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"parent_id": 77}, "parent_not_working"),
        ({"type": MARKET, "price": None, "parent_id": 1}, "link_not_allowed"),
        ({"type": MARKET, "price": None, "oco_group": "a"}, "link_not_allowed"),
        ({"time_in_force": TimeInForce.IOC, "oco_group": "a"}, "link_not_allowed"),
    ],
)
def test_what_cannot_be_linked_is_refused(fields, code):
    with pytest.raises(Refused) as refused:
        place(**fields)
    assert refused.value.code == code
