"""What each level of verification allows, across all accounts of a person."""

from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from kyc.models import Level
from kyc.requirements import unlocked_by
from trading.models import Deposit, FundingLimit, TradingAccount, Withdrawal
from trading.models.funding import Status
from trading.services.accounts import account_set_leverage
from trading.services.funding.decisions import deposit_decide
from trading.services.funding.requests import deposit_cancel, deposit_quote, withdrawal_quote
from trading.services.funding.transfers import account_transfer
from trading.services.opening import own_account_open
from trading.tests.factories import ORIGIN, make_live_account, make_method
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db
D = Decimal
LIVE = TradingAccount.Kind.LIVE


@pytest.fixture
def live(live):
    """A live account under limits: 2,000 and no withdrawals, 5,000, nothing."""
    for level, most, allowed in ((0, 2000, False), (1, 5000, True), (2, None, True)):
        FundingLimit.objects.update_or_create(
            level=level, defaults={"deposits_maximum": most, "withdrawals_allowed": allowed}
        )
    return live


@pytest.fixture
def level(monkeypatch):
    """Return what makes everybody known to a level."""

    def known(level):
        monkeypatch.setattr("trading.services.funding.limits.client_level", lambda user_id: level)

    return known


def test_deposits_of_all_accounts_count_together(live, bank, clerk):
    other = make_live_account(live.owner, deposit="0")
    FundingLimit.objects.filter(level=0).update(deposits_maximum=2000, withdrawals_allowed=False)
    first = ask_deposit(live, bank, "1500")
    with pytest.raises(Refused, match="deposit_limit_reached") as refused:
        ask_deposit(other, bank, "500.01")
    assert refused.value.details["left"] == "500.00000000"
    deposit_decide(actor=clerk, deposit_id=first.pk, status=Status.APPROVED, origin=ORIGIN)
    with pytest.raises(Refused, match="deposit_limit_reached"):
        ask_deposit(other, bank, "500.01")
    ask_deposit(other, bank, "500")
    assert Deposit.objects.count() == 2


def test_what_was_not_credited_does_not_count(live, bank, clerk):
    cancelled, declined = ask_deposit(live, bank, "1000"), ask_deposit(live, bank, "1000")
    deposit_cancel(owner=live.owner, deposit_id=cancelled.pk, origin=ORIGIN)
    deposit_decide(actor=clerk, deposit_id=declined.pk, status=Status.DECLINED, reason="No.", origin=ORIGIN)
    assert ask_deposit(live, bank, "2000")


def test_other_currencies_count_by_their_value(live):
    euro = make_method(currency="EUR")
    with pytest.raises(Refused, match="deposit_limit_reached"):
        ask_deposit(live, euro, "1818.19", currency="EUR")  # 2,000.01 dollars
    assert ask_deposit(live, euro, "1818.18", currency="EUR")


def test_a_higher_level_allows_more(live, bank, level):
    level(Level.IDENTITY)
    assert ask_deposit(live, bank, "5000")
    with pytest.raises(Refused, match="deposit_limit_reached"):
        ask_deposit(live, bank, "10")
    level(Level.FULL)
    assert ask_deposit(live, bank, "90000")


def test_nobody_unknown_is_paid_out(live, bank, level):
    with pytest.raises(Refused, match="verification_required") as refused:
        ask_withdrawal(live, bank)
    assert refused.value.http_status == 403
    assert not Withdrawal.objects.exists()
    live.refresh_from_db()
    assert live.reserved == 0
    level(Level.IDENTITY)
    assert ask_withdrawal(live, bank)


def test_limits_are_told_before_anything_is_asked_for(live, bank):
    asked = {"owner": live.owner, "account_id": live.pk, "method_id": bank.pk, "currency": "USD"}
    with pytest.raises(Refused, match="deposit_limit_reached"):
        deposit_quote(**asked, amount=D(2001))
    with pytest.raises(Refused, match="verification_required"):
        withdrawal_quote(**asked, amount=D(50))


def test_a_level_without_a_limit_may_do_nothing(live, bank):
    FundingLimit.objects.all().delete()
    with pytest.raises(Refused, match="deposit_limit_reached"):
        ask_deposit(live, bank)
    with pytest.raises(Refused, match="verification_required"):
        ask_withdrawal(live, bank)


def test_clients_are_told_what_a_level_unlocks(live):
    assert "Deposits of up to 2,000.00 USD in all" in unlocked_by(Level.UNVERIFIED)
    assert "Withdrawals" not in unlocked_by(Level.UNVERIFIED)
    assert {"Deposits without a limit", "Withdrawals"} <= set(unlocked_by(Level.FULL))


# --- What the house sets for one client --------------------------------------------------------
def set_for(owner, **fields):
    type(owner).objects.filter(pk=owner.pk).update(**fields)


def refused(call, *arguments, **options):
    with pytest.raises(Refused) as refusal:
        call(*arguments, **options)
    return refusal.value.code


def test_a_limit_of_the_clients_own_counts_beside_that_of_the_level(live, bank, level):
    level(Level.FULL)
    set_for(live.owner, deposits_maximum=D(700))
    ask_deposit(live, bank, "500")
    assert refused(ask_deposit, live, bank, "201") == "deposit_limit_reached"
    level(Level.UNVERIFIED)
    set_for(live.owner, deposits_maximum=D(9000))
    assert refused(ask_deposit, live, bank, "1501") == "deposit_limit_reached"


def test_a_client_without_full_access_pays_nothing_in(live, bank, level):
    level(Level.FULL)
    set_for(live.owner, access_level="close_only")
    assert refused(ask_deposit, live, bank) == "access_restricted"
    ask_withdrawal(live, bank)
    set_for(live.owner, access_level="frozen")
    assert refused(ask_withdrawal, live, bank) == "access_restricted"
    set_for(live.owner, access_level="full", withdrawals_allowed=False)
    assert refused(ask_withdrawal, live, bank) == "access_restricted"


def test_a_frozen_client_moves_no_money_between_accounts_and_opens_none(live, level):
    second = make_live_account(live.owner)
    set_for(live.owner, access_level="frozen")
    transfer = {
        "source_id": live.pk,
        "target_id": second.pk,
        "amount": D(10),
        "origin": ORIGIN,
        "idempotency_key": None,
    }
    assert refused(account_transfer, owner=live.owner, **transfer) == "access_restricted"
    assert refused(own_account_open, owner=live.owner, kind=LIVE, origin=ORIGIN) == "access_restricted"
    set_for(live.owner, access_level="full")
    account_transfer(owner=live.owner, **transfer)


def test_no_account_gets_more_leverage_than_its_owner_may_have(live):
    set_for(live.owner, leverage_max=D(30))
    wanted = {"owner": live.owner, "kind": LIVE, "origin": ORIGIN}
    assert refused(own_account_open, **wanted, leverage=D(50)) == "leverage_not_allowed"
    assert refused(account_set_leverage, account_id=live.pk, leverage=D(31), origin=ORIGIN) == "leverage_not_allowed"
    assert own_account_open(**wanted).leverage == 30
