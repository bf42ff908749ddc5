from decimal import Decimal

import pytest
from django.db import connection

from accounts.demo import load_demo_clients, load_demo_users
from accounts.models import User
from accounts.roles import Role
from forexpro.core.refusals import Refused
from forexpro.core.uploads import cleaning
from kyc.demo import load_demo_documents
from kyc.models import Document, VerificationCase
from trading.demo import METHODS, load_demo_accounts, load_payment_methods
from trading.demo_money import DEPOSITS, WITHDRAWALS, load_demo_money
from trading.models import Deposit, DepositProof, PaymentMethod, PaymentTerms, Transfer, Withdrawal
from trading.models.funding import Status
from trading.selectors import account_state
from trading.tests.factories import make_group


def test_demo_accounts_are_opened_once(market, trader):
    make_group("Retail", is_default=True)
    accounts = load_demo_accounts(trader)
    assert [(account.currency, account.leverage) for account in accounts] == [("USD", 100), ("EUR", 100)]
    assert [account_state(account).balance for account in accounts] == [Decimal("10000.00")] * 2
    assert load_demo_accounts(trader) == accounts


def test_ways_to_pay_are_offered_once(db):
    load_payment_methods()
    load_payment_methods()
    assert PaymentMethod.objects.count() == len(METHODS)
    assert PaymentTerms.objects.filter(direction="withdrawal").exists()


@pytest.fixture
def desks(db, settings, tmp_path, monkeypatch):
    """The demo's people and ways to pay; files are kept for this test and not taken apart."""
    settings.DEMO, settings.LOCAL_DIR = True, tmp_path
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"] | {"OPTIONS": {"location": tmp_path / "private"}}
    }
    monkeypatch.setattr(cleaning, "_run", lambda content, kind: ({"width": 320, "height": 240}, content))
    make_group("Retail", is_default=True)
    load_payment_methods()
    people = {sign_in.role: User.objects.get(email=sign_in.email) for sign_in in load_demo_users()}
    return load_demo_clients(), people[Role.COMPLIANCE], people[Role.FINANCE]


def test_the_desks_have_work_in_every_state(desks, market):
    clients, reviewer, clerk = desks
    for _ in range(2):
        load_demo_documents(clients, reviewer)
        load_demo_money(clients, clerk)
    assert set(Document.objects.values_list("status", flat=True)) == {"in_review", "approved", "rejected"}
    cases = set(VerificationCase.objects.values_list("status", flat=True))
    assert cases == {"in_review", "approved", "rejected", "incomplete"}
    assert VerificationCase.objects.filter(ended_at__isnull=False).count() == 1
    assert set(Deposit.objects.values_list("status", flat=True)) == set(Status) - {"paid"}
    assert set(Withdrawal.objects.values_list("status", flat=True)) == set(Status)
    assert Withdrawal.objects.filter(first_approved_by=clerk, status="in_review").count() == 1
    assert DepositProof.objects.count() == 2
    assert Transfer.objects.count() == 1
    assert Deposit.objects.count() == sum(map(len, DEPOSITS.values()))
    assert Withdrawal.objects.count() == sum(map(len, WITHDRAWALS.values()))
    connection.check_constraints()


def test_demo_clients_are_made_once_and_nowhere_else(desks, settings):
    clients = desks[0]
    assert load_demo_clients() == clients
    settings.DEMO = False
    with pytest.raises(Refused, match="demo_only"):
        load_demo_clients()
