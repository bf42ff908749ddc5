"""A hundred requests with one Idempotency-Key at once, of everything that changes an account: it happens once."""

from decimal import Decimal
from functools import partial

import pytest

from forexpro.core.tests.at_once import at_once
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.selectors import events_since, newest_seq
from trading.services.accounts import balance_change
from trading.services.orders import order_cancel, order_modify, order_place
from trading.services.positions import position_close, position_close_by, position_modify, positions_close_all
from trading.tests.factories import ORIGIN, make_order

pytestmark = pytest.mark.django_db(transaction=True)

DUPLICATES = 100


def limit_order(account):
    return {"order_id": make_order(account, OrderType.LIMIT, price=Decimal("1.09")).order_id}


def position(account):
    return {"position_id": make_order(account).order_id}


def opposites(account):
    return {
        "position_id": make_order(account).order_id,
        "opposite_position_id": make_order(account, side=Side.SELL).order_id,
    }


def positions(account):
    for _ in range(3):
        make_order(account)
    return {"symbol": "EURUSD"}


MARKET_ORDER = {"symbol": "EURUSD", "side": Side.BUY, "type": OrderType.MARKET, "volume": Decimal("0.10")}
DEPOSIT = {"amount": Decimal("100.00"), "reason": BalanceReason.DEPOSIT}

CALLS = {
    "place": (order_place, lambda account: MARKET_ORDER, ["order.placed", "order.filled", "position.opened"]),
    "modify": (
        order_modify,
        lambda account: limit_order(account) | {"price": Decimal("1.08")},
        ["order.modified"],
    ),
    "cancel": (order_cancel, limit_order, ["order.cancelled"]),
    "protect": (
        position_modify,
        lambda account: position(account) | {"stop_loss": Decimal("1.08")},
        ["position.modified"],
    ),
    "close": (position_close, position, ["position.closed", "balance.updated"]),
    "close by": (position_close_by, opposites, ["position.closed", "balance.updated"] * 2),
    "close all": (positions_close_all, positions, ["position.closed", "balance.updated"] * 3),
    "balance": (balance_change, lambda account: DEPOSIT, ["balance.updated"]),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_hundred_duplicates_have_one_effect(account, call):
    service, prepare, expected = CALLS[call]
    arguments = prepare(account)
    before = newest_seq(account.pk)
    request = partial(service, account_id=account.pk, **arguments, origin=ORIGIN, idempotency_key="the same")
    results = at_once([request] * DUPLICATES)

    answers = [result for result in results if not isinstance(result, str)]
    refusals = {result for result in results if isinstance(result, str)}
    assert refusals <= {"request_in_progress"}
    assert [answer.repeated for answer in answers].count(False) == 1
    happened = events_since(account.pk, before)
    assert [event.type for event in happened] == expected
    for answer in answers:
        assert [event.seq for event in answer.events] == [event.seq for event in happened]
