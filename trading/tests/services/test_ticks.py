from decimal import Decimal

import pytest

from trading.engine.state import OrderType
from trading.models import Deal, Order, Position
from trading.selectors import account_state
from trading.selectors.market import newest_ticks
from trading.services.positions import position_close
from trading.services.ticks import account_check_margin, accounts_process_tick
from trading.tests.factories import ORIGIN, make_account, make_order, process_tick, set_price


def place(account, **terms):
    return make_order(account, **{"volume": "1.00"} | terms).order_id


def process(account, bid, ask):
    newest = set_price("EURUSD", bid, ask)
    return process_tick(account), newest


def test_stop_loss_closes_at_the_first_available_price(account):
    position_id = place(account, stop_loss=Decimal("1.09500"))
    answer, newest = process(account, "1.09450", "1.09460")
    assert [event.type for event in answer.events] == ["position.closed", "balance.updated"]
    position = Position.objects.get(pk=position_id)
    assert (position.close_reason, position.close_price) == ("stop_loss", Decimal("1.09450"))
    assert answer.events[0].payload["evidence"]["tick"]["id"] == newest.id


def test_pending_order_fills_when_its_price_is_reached(account):
    order_id = place(account, type=OrderType.LIMIT, price=Decimal("1.09000"), take_profit=Decimal("1.20000"))
    assert process(account, "1.09100", "1.09110")[0].events == ()
    process(account, "1.08990", "1.09000")
    assert Order.objects.get(pk=order_id).status == "filled"
    assert account_state(account).positions[order_id].take_profit == Decimal("1.2")


def test_same_tick_again_changes_nothing(account):
    place(account, stop_loss=Decimal("1.09500"))
    process(account, "1.09450", "1.09460")
    assert process(account, "1.09450", "1.09460")[0].events == ()
    assert Deal.objects.filter(entry="out").count() == 1


def test_stop_after_manual_close_does_nothing(account):
    position_id = place(account, stop_loss=Decimal("1.09500"))
    position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)
    assert process(account, "1.09450", "1.09460")[0].events == ()


def test_several_accounts_share_a_commit(account):
    other = make_account(account.owner)
    for one in (account, other):
        place(one, stop_loss=Decimal("1.09500"))
    set_price("EURUSD", "1.09450", "1.09460")
    answers = accounts_process_tick(
        account_ids=[other.pk, account.pk], symbol="EURUSD", ticks=newest_ticks(), origin=ORIGIN
    )
    assert [answer.account_id for answer in answers] == [account.pk, other.pk]
    assert not Position.objects.filter(closed_at=None).exists()


def test_margin_check_calls_and_liquidates(account):
    place(account, volume=Decimal("9.00"))
    set_price("EURUSD", "1.09900", "1.09910")
    answer = account_check_margin(account_id=account.pk, origin=ORIGIN)
    assert [event.type for event in answer.events] == ["account.margin_call"]
    account.refresh_from_db()
    assert account.margin_call

    assert account_check_margin(account_id=account.pk, origin=ORIGIN).events == ()

    set_price("EURUSD", "1.09000", "1.09010")
    answer = account_check_margin(account_id=account.pk, origin=ORIGIN)
    assert answer.events[0].type == "account.stop_out"
    assert not Position.objects.filter(closed_at=None).exists()
    account.refresh_from_db()
    assert (account.balance, account.margin_call) == (Decimal("910.00"), False)


def test_gap_beyond_the_balance_is_compensated(account):
    place(account, volume=Decimal("9.00"))
    set_price("EURUSD", "1.05000", "1.05010")
    answer = account_check_margin(account_id=account.pk, origin=ORIGIN)
    assert "negative_balance_compensation" in [event.payload.get("reason") for event in answer.events]
    account.refresh_from_db()
    assert account.balance == 0


@pytest.mark.parametrize("reached", ["1.11000", "1.12000"])
def test_stop_limit_arms_then_fills(account, reached):
    order_id = place(account, type=OrderType.STOP_LIMIT, price=Decimal("1.11000"), limit_price=Decimal("1.10500"))
    process(account, "1.10990", reached)
    order = Order.objects.get(pk=order_id)
    assert (order.status, order.armed) == ("working", True)
    process(account, "1.10490", "1.10500")
    order.refresh_from_db()
    assert (order.status, order.fill_price) == ("filled", Decimal("1.10500"))
