from decimal import Decimal

import pytest
from django.db.models import Sum

from forexpro.core.refusals import Refused
from trading.engine.state import Side
from trading.models import Deal, LedgerTransaction, Position, Posting
from trading.services.positions import position_close, position_modify, positions_close_all
from trading.tests.factories import ORIGIN, make_order, set_price


@pytest.fixture
def position(account):
    return Position.objects.get(pk=make_order(account, volume="1.00").order_id)


def test_close_books_the_profit(account, position):
    set_price("EURUSD", "1.10110", "1.10120")
    answer = position_close(account_id=account.pk, position_id=position.pk, origin=ORIGIN)

    position.refresh_from_db()
    account.refresh_from_db()
    assert (position.volume, position.close_price, position.profit) == (0, Decimal("1.10110"), Decimal("100.00"))
    assert position.close_reason == "client"
    assert account.balance == Decimal("10100.00")
    assert [event.type for event in answer.events] == ["position.closed", "balance.updated"]
    deal = Deal.objects.get(entry="out")
    assert (deal.side, deal.profit, deal.volume) == ("sell", Decimal("100.00"), Decimal("1.00"))


def test_partial_close_leaves_the_rest_open(account, position):
    set_price("EURUSD", "1.10110", "1.10120")
    position_close(account_id=account.pk, position_id=position.pk, volume=Decimal("0.40"), origin=ORIGIN)
    position.refresh_from_db()
    assert (position.volume, position.profit, position.closed_at) == (Decimal("0.60"), Decimal("40.00"), None)

    position_close(account_id=account.pk, position_id=position.pk, origin=ORIGIN)
    position.refresh_from_db()
    assert (position.volume, position.profit) == (0, Decimal("100.00"))
    assert position.initial_volume == Decimal("1.00")
    assert Deal.objects.filter(position_id=position.pk).count() == 3


def test_modify_sets_and_removes_levels(account, position):
    position_modify(
        account_id=account.pk,
        position_id=position.pk,
        stop_loss=Decimal("1.09000"),
        take_profit=Decimal("1.12000"),
        origin=ORIGIN,
    )
    position_modify(account_id=account.pk, position_id=position.pk, stop_loss=None, origin=ORIGIN)
    position.refresh_from_db()
    assert (position.stop_loss, position.take_profit) == (None, Decimal("1.12"))


def test_asking_for_what_is_so_already_changes_nothing(account, position):
    answer = position_modify(account_id=account.pk, position_id=position.pk, stop_loss=None, origin=ORIGIN)
    assert answer.events == ()


def test_close_all_closes_each_once(account, position):
    make_order(account, symbol="USDJPY", side=Side.SELL, volume="0.50")
    positions_close_all(account_id=account.pk, origin=ORIGIN)
    assert not Position.objects.filter(closed_at=None).exists()
    assert Deal.objects.filter(entry="out").count() == 2


def test_close_all_of_a_symbol_leaves_the_others(account, position):
    with pytest.raises(Refused, match="nothing_to_close"):
        positions_close_all(account_id=account.pk, symbol="GBPUSD", origin=ORIGIN)
    assert Position.objects.filter(closed_at=None).count() == 1


def test_position_closes_once(account, position):
    position_close(account_id=account.pk, position_id=position.pk, origin=ORIGIN)
    with pytest.raises(Refused, match="position_not_found") as refused:
        position_close(account_id=account.pk, position_id=position.pk, origin=ORIGIN)
    assert refused.value.http_status == 404


def test_ledger_sums_to_zero_and_agrees_with_the_balance(account, position):
    set_price("EURUSD", "1.09500", "1.09510")
    position_close(account_id=account.pk, position_id=position.pk, volume=Decimal("0.33"), origin=ORIGIN)
    position_close(account_id=account.pk, position_id=position.pk, origin=ORIGIN)
    account.refresh_from_db()

    assert Posting.objects.aggregate(total=Sum("amount"))["total"] == 0
    client = Posting.objects.filter(ledger_account__trading_account=account)
    assert client.aggregate(total=Sum("amount"))["total"] == account.balance == Decimal("9490.00")
    assert LedgerTransaction.objects.filter(account=account).count() == 3
