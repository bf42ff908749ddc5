"""Many at once on real PostgreSQL: money is reserved and paid out exactly once, and never more than there is."""

from collections import Counter
from decimal import Decimal
from functools import partial
from itertools import count

import pytest
from django.db import IntegrityError
from django.db.models import Sum

from forexpro.core.tests.at_once import at_once
from trading.engine.valuation import value_account
from trading.models import Deposit, LedgerTransaction, PaymentTerms, Posting, Withdrawal
from trading.models.funding import Status
from trading.selectors.market import account_market
from trading.selectors.state import account_state
from trading.services.funding.decisions import deposit_decide, withdrawal_decide
from trading.services.funding.requests import deposit_cancel, withdrawal_cancel
from trading.services.positions import position_close
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_live_account, make_order, make_user, set_price
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture(autouse=True)
def _no_mail(monkeypatch):
    """What is mailed is tested elsewhere; here it would only take the time of the races."""
    monkeypatch.setattr("accounts.services.notices.notice_mail_after_commit", lambda notice_id: None)


@pytest.fixture(autouse=True)
def _small_amounts(bank):
    PaymentTerms.objects.update(minimum=D("0.01"))


def accounts_with(balance, number):
    return [make_live_account(make_user(f"client{index}@example.com"), deposit=balance) for index in range(number)]


def ensure_sound(accounts):
    """Fail where an account has less than nothing, has promised more than it has, or is not what its events say."""
    for account in accounts:
        account.refresh_from_db()
        assert account.balance >= account.reserved >= 0
        value = value_account(account_state(account), account_market(account))
        assert value.free_margin >= 0
        assert account_first_difference(account.pk) is None
    total = Posting.objects.values_list("ledger_account__currency").annotate(total=Sum("amount"))
    assert set(dict(total).values()) == {0}


def drain(bank, threads, wanted, account_count=10):
    """Ask `wanted` times for 10 USD of accounts that hold money for half of it; return the outcomes."""
    each = wanted // account_count
    accounts = accounts_with(str(each // 2 * 10), account_count)
    calls = [
        lambda account=accounts[number % account_count]: ask_withdrawal(account, bank, "10") for number in range(wanted)
    ]
    outcomes = Counter("accepted" if isinstance(it, Withdrawal) else it for it in at_once(calls, threads=threads))
    ensure_sound(accounts)
    for account in accounts:
        assert account.balance == account.reserved == each // 2 * 10
        assert Withdrawal.objects.filter(account=account).count() == each // 2
    return outcomes


def test_equal_withdrawals_are_accepted_as_long_as_there_is_money(bank, market):
    assert drain(bank, threads=12, wanted=120) == {"accepted": 60, "funds_insufficient": 60}


@pytest.mark.long
def test_ten_thousand_equal_withdrawals_in_64_threads(bank, market):
    assert drain(bank, threads=64, wanted=10_000) == {"accepted": 5000, "funds_insufficient": 5000}


def mixed_with_orders(bank, threads, rounds):
    """Withdraw, trade, cancel, pay and close at once on a few accounts while the price moves."""
    accounts = accounts_with("3000", 3)
    clerk = make_user("desk@example.com", is_staff=True)
    turn = count()

    def withdraw(account):
        return ask_withdrawal(account, bank, "250")

    def buy(account):
        return make_order(account, volume="0.50")

    def close(account):
        for position_id in account_state(account).positions:
            return position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)

    def finish(account):
        pending = Withdrawal.objects.filter(account=account, status=Status.REQUESTED).first()
        if pending is None:
            return None
        if pending.pk % 2:
            return withdrawal_cancel(owner=account.owner, withdrawal_id=pending.pk, origin=ORIGIN)
        withdrawal_decide(actor=clerk, withdrawal_id=pending.pk, status=Status.APPROVED, origin=ORIGIN)
        return withdrawal_decide(actor=clerk, withdrawal_id=pending.pk, status=Status.PAID, origin=ORIGIN)

    def move_price(account):
        step = next(turn) % 9
        set_price("EURUSD", f"1.1000{step}", f"1.1001{step}")

    doings = [withdraw, buy, withdraw, close, finish, move_price]
    calls = [partial(doing, accounts[number % 3]) for number in range(rounds // len(doings)) for doing in doings]
    outcomes = at_once(calls, threads=threads)
    set_price("EURUSD", "1.10004", "1.10014")
    refused = {outcome for outcome in outcomes if isinstance(outcome, str)}
    assert refused <= {"funds_insufficient", "insufficient_margin", "position_not_found", "transition_not_allowed"}
    ensure_sound(accounts)
    paid = Withdrawal.objects.filter(status=Status.PAID)
    assert paid.exists()
    assert LedgerTransaction.objects.filter(reason="withdrawal").count() == paid.count()


def test_withdrawals_among_orders_never_go_beyond_free_margin(bank, market):
    mixed_with_orders(bank, threads=12, rounds=150)


@pytest.mark.long
def test_thousands_of_withdrawals_among_orders_in_64_threads(bank, market):
    mixed_with_orders(bank, threads=64, rounds=6000)


@pytest.mark.parametrize("round", range(5))
def test_of_approve_decline_and_cancel_exactly_one_wins(live, bank, clerk, colleague, round):
    deposit, withdrawal = ask_deposit(live, bank), ask_withdrawal(live, bank)

    def decide(service, name, request, actor, status):
        asked = {"actor": actor, name: request.pk, "status": status, "reason": "Because.", "origin": ORIGIN}
        return lambda: service(**asked)

    ends = {
        Deposit: [
            decide(deposit_decide, "deposit_id", deposit, clerk, Status.APPROVED),
            decide(deposit_decide, "deposit_id", deposit, colleague, Status.APPROVED),
            decide(deposit_decide, "deposit_id", deposit, colleague, Status.DECLINED),
            lambda: deposit_cancel(owner=live.owner, deposit_id=deposit.pk, origin=ORIGIN),
        ],
        Withdrawal: [
            decide(withdrawal_decide, "withdrawal_id", withdrawal, clerk, Status.APPROVED),
            decide(withdrawal_decide, "withdrawal_id", withdrawal, colleague, Status.APPROVED),
            decide(withdrawal_decide, "withdrawal_id", withdrawal, colleague, Status.DECLINED),
            lambda: withdrawal_cancel(owner=live.owner, withdrawal_id=withdrawal.pk, origin=ORIGIN),
        ],
    }
    for model, calls in ends.items():
        outcomes = Counter(type(outcome) for outcome in at_once(calls, threads=4))
        assert outcomes == {model: 1, str: 3}
    deposit.refresh_from_db()
    withdrawal.refresh_from_db()
    live.refresh_from_db()
    assert live.balance == 10_000 + 500 * (deposit.status == Status.APPROVED)
    assert live.reserved == 500 * (withdrawal.status == Status.APPROVED)
    assert account_first_difference(live.pk) is None


def test_an_approved_withdrawal_is_paid_once_however_often_it_is_clicked(live, bank, clerk, colleague):
    withdrawal = ask_withdrawal(live, bank)
    withdrawal_decide(actor=clerk, withdrawal_id=withdrawal.pk, status=Status.APPROVED, origin=ORIGIN)
    calls = [
        lambda actor=actor, status=status: withdrawal_decide(
            actor=actor, withdrawal_id=withdrawal.pk, status=status, reason="Bank said no.", origin=ORIGIN
        )
        for actor in (clerk, colleague)
        for status in (Status.PAID, Status.PAID, Status.FAILED)
    ]
    outcomes = at_once(calls, threads=6)
    assert outcomes.count("transition_not_allowed") == 5
    live.refresh_from_db()
    withdrawal.refresh_from_db()
    paid = withdrawal.status == Status.PAID
    assert (live.balance, live.reserved) == (10_000 - 500 * paid, 0)
    assert LedgerTransaction.objects.filter(reason="withdrawal").count() == paid


def test_duplicates_of_one_request_reserve_once(live, bank):
    outcomes = at_once([lambda: ask_withdrawal(live, bank, key="same")] * 12)
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} <= {"request_in_progress"}
    assert {outcome.pk for outcome in outcomes if not isinstance(outcome, str)} == {Withdrawal.objects.get().pk}
    live.refresh_from_db()
    assert live.reserved == 500


def test_a_limit_holds_for_all_accounts_of_a_person_together(live, bank, monkeypatch):
    """Requests to two accounts do not lock each other out; the person's own row lets one in after the other."""
    monkeypatch.setattr("trading.services.funding.limits.PENDING_DEPOSITS_MAX", 3)
    other = make_live_account(live.owner)
    calls = [lambda account=account: ask_deposit(account, bank) for account in (live, other) * 5]
    outcomes = Counter(it if isinstance(it, str) else "accepted" for it in at_once(calls, threads=10))
    assert outcomes == {"accepted": 3, "deposits_pending_max": 7}


def test_control_without_the_lock_on_the_account_money_is_promised_twice_or_an_error_is_seen(live, bank, monkeypatch):
    """What keeps the races above apart is the account's lock: without it decisions are taken on the same state."""
    monkeypatch.setattr("trading.services.execution.locking", lambda account_id: ("SELECT %s", [account_id]))

    outcomes = at_once([lambda: ask_withdrawal(live, bank, "9000")] * 6, errors=(IntegrityError,))
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)
