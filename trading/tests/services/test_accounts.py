from decimal import Decimal

import pytest
from django.db.models import Sum

from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason
from trading.models import LedgerTransaction, Posting
from trading.selectors import account_for_user, account_state, accounts_of_user
from trading.services.accounts import (
    account_open,
    account_set_equity_floor,
    account_set_leverage,
    account_set_trading,
    balance_change,
)
from trading.tests.factories import ORIGIN, make_account, make_group, make_order, make_user


def change(account, amount, reason, **arguments):
    return balance_change(account_id=account.pk, amount=Decimal(amount), reason=reason, origin=ORIGIN, **arguments)


def test_open_account_is_empty_and_says_so_in_the_log(market, trader):
    account = account_open(
        owner=trader, kind="demo", currency="EUR", leverage=Decimal(30), group=make_group(), origin=ORIGIN
    )
    assert account.number > 10_000_000
    event = Event.objects.get(stream=f"account:{account.pk}")
    assert (event.seq, event.type) == (1, "account.opened")
    assert event.payload["currency"] == "EUR"
    assert event.payload["policy"]["leverage"] == "30"
    assert account_state(account).policy.leverage == 30


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"leverage": Decimal(501)}, "leverage_not_allowed"),
        ({"leverage": Decimal("0.5")}, "leverage_not_allowed"),
        ({"currency": "usd"}, "currency_invalid"),
        ({"currency": "EURO$"}, "currency_invalid"),
    ],
)
def test_account_is_refused(trader, arguments, code):
    asked = {"owner": trader, "kind": "demo", "currency": "USD", "leverage": Decimal(100), "group": make_group()}
    with pytest.raises(Refused, match=code):
        account_open(**(asked | arguments), origin=ORIGIN)
    assert not accounts_of_user(trader).exists()


def test_money_in_and_out_goes_through_both_sides_of_the_ledger(account):
    change(account, "-2500.50", BalanceReason.WITHDRAWAL, reference="bank:7")
    change(account, "300", BalanceReason.CREDIT)
    change(account, "0.50", BalanceReason.ADJUSTMENT)

    account.refresh_from_db()
    assert (account.balance, account.credit) == (Decimal("7500.00"), Decimal(300))
    sums = dict(Posting.objects.values_list("ledger_account__kind").annotate(total=Sum("amount")))
    assert sums == {
        "client_balance": Decimal("7500"),
        "client_credit": Decimal(300),
        "house_cash": Decimal("-7499.50"),
        "house_credit": Decimal(-300),
        "house_adjustment": Decimal("-0.50"),
    }
    withdrawal = LedgerTransaction.objects.get(reason="withdrawal")
    assert withdrawal.reference == "bank:7"
    assert Event.objects.get(stream=f"account:{account.pk}", seq=withdrawal.event_seq).type == "balance.updated"


@pytest.mark.parametrize(
    ("amount", "reason", "code"),
    [
        ("-10000.01", BalanceReason.WITHDRAWAL, "funds_insufficient"),
        ("10", BalanceReason.WITHDRAWAL, "amount_invalid"),
        ("0", BalanceReason.DEPOSIT, "amount_invalid"),
        ("0.001", BalanceReason.DEPOSIT, "amount_invalid"),
        ("-1", BalanceReason.CREDIT, "credit_insufficient"),
    ],
)
def test_balance_change_is_refused(account, amount, reason, code):
    with pytest.raises(Refused, match=code):
        change(account, amount, reason)
    account.refresh_from_db()
    assert account.balance == 10_000


def test_deposit_repeated_with_its_key_counts_once(account):
    first = change(account, "50", BalanceReason.DEPOSIT, idempotency_key="payment:1")
    again = change(account, "50", BalanceReason.DEPOSIT, idempotency_key="payment:1")
    assert again.repeated
    assert again.events == first.events
    account.refresh_from_db()
    assert account.balance == 10_050


def test_unknown_account_is_refused(market):
    with pytest.raises(Refused, match="account_not_found") as refused:
        balance_change(account_id=0, amount=Decimal(1), reason=BalanceReason.DEPOSIT, origin=ORIGIN)
    assert refused.value.http_status == 404
    with pytest.raises(Refused, match="account_not_found"):
        balance_change(
            account_id=0, amount=Decimal(1), reason=BalanceReason.DEPOSIT, origin=ORIGIN, idempotency_key="a"
        )


def place(account):
    return make_order(account, volume="1.00")


def test_disabled_trading_opens_nothing(account):
    account_set_trading(account_id=account.pk, enabled=False, origin=ORIGIN)
    with pytest.raises(Refused, match="trading_disabled"):
        place(account)
    account_set_trading(account_id=account.pk, enabled=True, origin=ORIGIN)
    assert place(account).order_id


def test_equity_floor_stops_opening(account):
    account_set_equity_floor(account_id=account.pk, equity_floor=Decimal(10_000), origin=ORIGIN)
    with pytest.raises(Refused, match="equity_floor_reached"):
        place(account)


def test_leverage_changes_the_margin_and_stays_within_the_group(account):
    account_set_leverage(account_id=account.pk, leverage=Decimal(10), origin=ORIGIN)
    with pytest.raises(Refused, match="insufficient_margin"):
        place(account)
    with pytest.raises(Refused, match="leverage_not_allowed"):
        account_set_leverage(account_id=account.pk, leverage=Decimal(1000), origin=ORIGIN)
    account.refresh_from_db()
    assert account.leverage == 10


def test_setting_what_is_set_records_nothing(account):
    assert account_set_trading(account_id=account.pk, enabled=True, origin=ORIGIN).events == ()


def test_accounts_are_their_owners_alone(account, trader):
    stranger = make_user("stranger@example.com")
    other = make_account(stranger)
    assert list(accounts_of_user(trader)) == [account]
    assert account_for_user(stranger, other.pk) == other
    with pytest.raises(Refused, match="account_not_found"):
        account_for_user(stranger, account.pk)
