"""Stop-outs as they end up in the tables, by the sequence of the account's group."""

from decimal import Decimal

import pytest

from marketdata.models import Symbol
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType
from trading.models import AccountGroup, Deal, Order, Position
from trading.selectors import account_valuation
from trading.services.accounts import balance_change
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_order, process_tick, set_price


def place(account, **terms):
    return make_order(account, **{"volume": "5.00"} | terms).order_id


def fall(account, bid="1.08600"):
    """Let EURUSD fall to `bid`: five lots lose 50 a pip."""
    set_price("EURUSD", bid, str(Decimal(bid) + Decimal("0.0001")))
    process_tick(account)


def test_smart_reduces_the_position(account):
    AccountGroup.objects.filter(pk=account.group_id).update(stop_out_sequence="smart")
    position_id = place(account)
    fall(account)  # 2,950 left of a margin of 5,500.50
    assert not Deal.objects.filter(entry="out").exists()
    fall(account, "1.08500")  # 2,450
    (deal,) = Deal.objects.filter(entry="out")
    assert (deal.position_id, deal.reason, deal.volume) == (position_id, "stop_out", Decimal("0.55"))
    position = Position.objects.get(pk=position_id)
    assert (position.volume, position.closed_at) == (Decimal("4.45"), None)
    assert account_valuation(account).margin_level > 50
    assert account_first_difference(account.pk) is None


def test_gradual_cancels_all_orders_first(account):
    AccountGroup.objects.filter(pk=account.group_id).update(stop_out_sequence="gradual")
    order_id = place(account, type=OrderType.LIMIT, price=Decimal("1.05000"), volume=Decimal(1))
    position_id = place(account)
    fall(account, "1.08500")
    assert (Order.objects.get(pk=order_id).status, Order.objects.get(pk=order_id).reason) == ("cancelled", "stop_out")
    assert Position.objects.get(pk=position_id).close_reason == "stop_out"
    assert account_first_difference(account.pk) is None


def test_a_level_in_money_is_compared_with_equity(account):
    AccountGroup.objects.filter(pk=account.group_id).update(
        level_unit="money", margin_call_level=6000, stop_out_level=5000
    )
    place(account)
    fall(account, "1.09000")  # 4,950
    assert Position.objects.get().close_reason == "stop_out"


def test_credit_is_withdrawn_when_a_gap_left_a_debt(account):
    AccountGroup.objects.filter(pk=account.group_id).update(compensation_credit="withdrawn")
    balance_change(account_id=account.pk, amount=Decimal(500), reason=BalanceReason.CREDIT, origin=ORIGIN)
    place(account)
    fall(account, "1.05000")
    account.refresh_from_db()
    assert (account.balance, account.credit) == (0, 0)
    assert account_first_difference(account.pk) is None


@pytest.mark.parametrize(("rates", "expected"), [({}, "0"), ({"buy_limit": 0.5}, "525.00")])
def test_pending_orders_reserve_by_the_rate_of_their_symbol(account, rates, expected):
    Symbol.objects.filter(pk="EURUSD").update(margin_rates=rates)
    place(account, type=OrderType.LIMIT, price=Decimal("1.05000"), volume=Decimal(1))
    assert account_valuation(account).margin == Decimal(expected)
