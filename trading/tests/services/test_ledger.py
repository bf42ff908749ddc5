"""What PostgreSQL itself refuses, whoever writes."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from trading.models import Deal, LedgerAccount, LedgerTransaction, Posting, TradingAccount


def check_deferred():
    """Run what waits for the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def movement(account):
    return LedgerTransaction.objects.create(
        account=account, event_seq=99, reason="adjustment", created_at=account.opened_at
    )


def ledger_account(kind, account=None, currency="USD"):
    return LedgerAccount.objects.get(kind=kind, trading_account=account, currency=currency)


def post(movement, ledger_account, amount, balance_after=None):
    return Posting.objects.create(
        transaction=movement, ledger_account=ledger_account, amount=amount, balance_after=balance_after
    )


def test_transaction_that_does_not_sum_to_zero(account, movement):
    post(movement, ledger_account("house_cash"), 5)
    post(movement, ledger_account("house_adjustment"), -4)
    with pytest.raises(IntegrityError, match="sum to 1"):
        check_deferred()


def test_transaction_without_postings(movement):
    with pytest.raises(IntegrityError, match="has no postings"):
        check_deferred()


def test_transaction_that_balances_over_two_currencies_only(account, movement):
    euro = LedgerAccount.objects.create(kind="house_cash", currency="EUR")
    post(movement, euro, 5)
    post(movement, ledger_account("house_adjustment"), -5)
    with pytest.raises(IntegrityError, match="has 1 postings in"):
        check_deferred()


def test_transaction_that_balances_in_each_of_its_currencies(account, movement):
    cash, exchange = (
        LedgerAccount.objects.create(kind=f"house_{kind}", currency="EUR") for kind in ("cash", "transfers")
    )
    post(movement, cash, 5)
    post(movement, exchange, -5)
    post(movement, ledger_account("house_adjustment"), -4)
    post(movement, ledger_account("house_cash"), 4)
    check_deferred()


def test_posting_that_skips_the_running_balance(account, movement):
    with pytest.raises(IntegrityError, match="is not 5"):
        post(movement, ledger_account("client_balance", account), 5, balance_after=5)


def test_postings_without_the_account(account, movement):
    post(movement, ledger_account("client_balance", account), 5, balance_after=10005)
    post(movement, ledger_account("house_adjustment"), -5)
    with pytest.raises(IntegrityError, match="balance 10000"):
        check_deferred()


def test_account_without_postings(account):
    TradingAccount.objects.filter(pk=account.pk).update(balance=Decimal("10001"))
    with pytest.raises(IntegrityError, match="are not the ledger's 10000"):
        check_deferred()


def test_balanced_movement_is_accepted(account, movement):
    post(movement, ledger_account("client_balance", account), 5, balance_after=10005)
    post(movement, ledger_account("house_adjustment"), -5)
    TradingAccount.objects.filter(pk=account.pk).update(balance=Decimal("10005"))
    check_deferred()


@pytest.mark.parametrize("model", [Posting, LedgerTransaction])
def test_ledger_is_append_only(account, model):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.update(id=0)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete(using="default")


def test_deals_are_append_only(account):
    deal = Deal.objects.create(
        account=account,
        event_seq=50,
        position_id=1,
        symbol="EURUSD",
        side="buy",
        entry="out",
        volume=1,
        price=1,
        reason="client",
        executed_at=account.opened_at,
    )
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(profit=1)


def test_house_has_one_account_of_a_kind_and_currency(account):
    with pytest.raises(IntegrityError, match="ledger_account_house"):
        LedgerAccount.objects.create(kind="house_cash", currency="USD")


def test_client_money_is_never_a_house_account(account):
    with pytest.raises(IntegrityError, match="ledger_account_kind"):
        LedgerAccount.objects.create(kind="client_balance", currency="USD")
