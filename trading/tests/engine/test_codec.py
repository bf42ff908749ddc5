"""Payloads: JSON-ready, reversible, and hashed by value."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trading.engine.codec import (
    EVENT_TYPES,
    from_payload,
    state_from_payload,
    state_hash,
    state_payload,
    to_payload,
)
from trading.engine.commands import BalanceReason
from trading.engine.events import (
    AccountOpened,
    BalanceUpdated,
    CancelReason,
    CloseReason,
    CommissionBlocked,
    CommissionSettled,
    MarginCallCleared,
    MarginCallRaised,
    ModifyReason,
    MoneyReleased,
    MoneyReserved,
    OrderArmed,
    OrderCancelled,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    PolicyChanged,
    PositionClosed,
    PositionIncreased,
    PositionModified,
    PositionOpened,
    PositionReduced,
    StopOutTriggered,
    SwapCharged,
)
from trading.engine.state import (
    BlockedCommission,
    BreakEven,
    Guards,
    OrderType,
    PartialTakeProfit,
    Policy,
    Reservation,
    Side,
    TimeInForce,
    TrailingStop,
)
from trading.tests.engine.builders import EARLIER, account, order, position

D = Decimal
GUARDS = Guards(
    TrailingStop(100, step_points=10, moves_at=D("1.10500")),
    BreakEven(50, moves_at=D("1.10050")),
    (PartialTakeProfit(D("1.11"), D("0.05")), PartialTakeProfit(D("1.12"), D("0.05"))),
)
WORKING = replace(
    order(1, "EURUSD", Side.BUY, OrderType.STOP_LIMIT, "0.1", "1.1", limit_price="1.09", stop_loss="1.05"),
    time_in_force=TimeInForce.GTD,
    expires_at=EARLIER,
    oco_group="breakout",
    parent_id=7,
    guards=GUARDS,
)
SETTLED = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
HELD = position(
    2, "EURUSD", Side.SELL, "0.10", "1.10000", take_profit="1.0", comment="né à Zürich", swap_day=date(2026, 3, 3)
)
EVENTS = [
    AccountOpened("USD", Policy(equity_floor=D("90000.00"))),
    PolicyChanged(Policy(trading_enabled=False)),
    OrderPlaced(WORKING),
    OrderModified(1, D("1.2"), D("1.1"), None, D("1.3")),
    OrderReleased(1, EARLIER),
    OrderCancelled(1, CancelReason.STOP_OUT),
    OrderArmed(1, {"tick": {"id": "1-0"}}),
    OrderRejected(1, "insufficient_margin", "No.", {"free_margin": "1.00"}),
    OrderFilled(1, "EURUSD", Side.BUY, OrderType.LIMIT, D("0.1"), D("1.1"), D("1.1"), -3, 1, {"legs": [{"a": True}]}),
    PositionOpened(HELD),
    PositionIncreased(D("0.05"), HELD),
    PositionModified(2, None, D("1.0"), GUARDS, EARLIER, ModifyReason.TRAILING_STOP),
    PositionReduced(
        2, "EURUSD", Side.SELL, D("0.1"), D("0.2"), D("1.1"), D("1.0"), D("5.00"), D("0"), CloseReason.CLIENT
    ),
    PositionClosed(2, "EURUSD", Side.SELL, D("0.1"), D("1.1"), D("1.0"), D("5.00"), D("0"), CloseReason.TAKE_PROFIT),
    SwapCharged(2, "EURUSD", date(2026, 3, 4), D("3"), D("-1.50"), D("-2.00"), True, {"swap_formula": "…"}),
    CommissionBlocked(2, D("7.00"), SETTLED),
    CommissionSettled(D("7.00"), SETTLED),
    MoneyReserved(9, D("250.00")),
    MoneyReleased(9, D("250.00")),
    BalanceUpdated(D("-0.00000000"), BalanceReason.TRADE, D("1E+3"), D("0E-8"), "position:2"),
    MarginCallRaised(D("99.50"), D("995.00"), D("1000")),
    MarginCallCleared(None, D("1"), D("0")),
    StopOutTriggered(D("49.50"), D("495.00"), D("1000"), {"threshold": "level ≤ 50 %"}),
]


def test_every_type_of_event_is_covered_here():
    assert {event.type for event in EVENTS} == set(EVENT_TYPES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_events_survive_json(event):
    wire = json.dumps(to_payload(event))
    assert "E+" not in wire
    assert "E-" not in wire
    assert from_payload(event.type, json.loads(wire)) == event


def test_states_survive_json_with_entries_in_order_of_id():
    state = replace(
        account(orders=[replace(WORKING, id=9), WORKING], positions=[HELD]),
        blocked_commission=(BlockedCommission(SETTLED, D("7.00")),),
        reservations=(Reservation(9, D("250.00")),),
    )
    payload = json.loads(json.dumps(state_payload(state)))
    assert [entry["id"] for entry in payload["orders"]] == [1, 9]
    assert state_from_payload(payload) == state
    assert state_from_payload(state_payload(account())) == account()


def test_fields_that_an_old_payload_lacks_take_their_defaults():
    payload = to_payload(AccountOpened("USD", Policy()))
    del payload["policy"]["negative_balance_protection"]
    assert from_payload("account.opened", payload) == AccountOpened("USD", Policy())


def test_the_hash_of_a_state_follows_its_numbers_not_their_zeros():
    assert state_hash(account("1000")) == state_hash(account("1000.00")) == state_hash(account("1E+3"))
    assert state_hash(account("1000")) != state_hash(account("1000.01"))
    assert state_hash(account("0")) == state_hash(account("-0.00"))
    assert state_hash(account(positions=[HELD])) != state_hash(account(positions=[replace(HELD, id=3)]))


def test_an_unknown_type_of_event_is_an_error():
    with pytest.raises(KeyError):
        from_payload("order.imagined", {})
