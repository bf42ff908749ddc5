"""What the desk decides: every transition there is, money that moves once, and two pairs of eyes."""

from decimal import Decimal
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from accounts.models import Notice
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason
from trading.models import Deposit, LedgerTransaction, Posting, TradingAccount, Withdrawal
from trading.models.funding import DEPOSIT_TRANSITIONS, WITHDRAWAL_TRANSITIONS, Status
from trading.services.accounts import balance_change
from trading.services.funding.decisions import deposit_decide, withdrawal_decide
from trading.services.funding.requests import deposit_cancel, withdrawal_cancel
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_method, make_order, set_price
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db
at_commit = pytest.mark.django_db(transaction=True)
D = Decimal

ASK = {Deposit: ask_deposit, Withdrawal: ask_withdrawal}
# How each status is reached, by the desk unless the client cancels.
WAYS = {
    Status.REQUESTED: (),
    Status.IN_REVIEW: (Status.IN_REVIEW,),
    Status.APPROVED: (Status.APPROVED,),
    Status.DECLINED: (Status.DECLINED,),
    Status.CANCELLED: (Status.CANCELLED,),
    Status.PAID: (Status.APPROVED, Status.PAID),
}
FAILED = {Deposit: (Status.FAILED,), Withdrawal: (Status.APPROVED, Status.FAILED)}
REACHABLE = {
    Deposit: WAYS | {Status.FAILED: FAILED[Deposit]},
    Withdrawal: WAYS | {Status.FAILED: FAILED[Withdrawal]},
}
REACHABLE[Deposit].pop(Status.PAID)
PAIRS = [(model, present, wanted) for model in ASK for present, wanted in product(REACHABLE[model], Status)]


def decide(request, status, actor, reason="Because."):
    if status is Status.CANCELLED:
        if isinstance(request, Deposit):
            return deposit_cancel(owner=request.account.owner, deposit_id=request.pk, origin=ORIGIN)
        return withdrawal_cancel(owner=request.account.owner, withdrawal_id=request.pk, origin=ORIGIN)
    asked = {"actor": actor, "status": status, "reason": reason, "origin": ORIGIN}
    if isinstance(request, Deposit):
        return deposit_decide(deposit_id=request.pk, **asked)
    return withdrawal_decide(withdrawal_id=request.pk, **asked)


def ensure_consistent(account):
    """Let the database check now what it checks at the latest when committing, and replay the account."""
    connection.check_constraints()
    assert account_first_difference(account.pk) is None


def picture(account):
    """Everything of an account that a decision could change."""
    account = TradingAccount.objects.get(pk=account.pk)
    return (
        account.balance,
        account.reserved,
        Event.objects.count(),
        Posting.objects.count(),
        Notice.objects.count(),
        list(Deposit.objects.values()),
        list(Withdrawal.objects.values()),
    )


@pytest.mark.parametrize(("model", "present", "wanted"), PAIRS)
def test_every_transition_is_allowed_or_refused_as_the_table_says(live, bank, clerk, model, present, wanted):
    request = ASK[model](live, bank, "500")
    for step in REACHABLE[model][present]:
        request = decide(request, step, clerk)
    before = picture(live)
    table = DEPOSIT_TRANSITIONS if model is Deposit else WITHDRAWAL_TRANSITIONS
    if wanted in table.get(present, ()):
        assert decide(request, wanted, clerk).status == wanted
        request.refresh_from_db()
        live.refresh_from_db()
        credited = model is Deposit and wanted is Status.APPROVED
        paid = wanted is Status.PAID
        assert live.balance == 10_000 + 500 * credited - 500 * paid
        assert live.reserved == (500 if model is Withdrawal and request.is_pending else 0)
        assert (request.booked_seq is not None) == (credited or paid)
        assert Notice.objects.first().headline.startswith(("Your ", "We ", "You ", "The "))
    else:
        with pytest.raises(Refused, match="transition_not_allowed") as refused:
            decide(request, wanted, clerk)
        assert refused.value.http_status == 409
        assert picture(live) == before
        if wanted is not present:  # the database holds the same table
            with pytest.raises(IntegrityError), transaction.atomic():
                model.objects.filter(pk=request.pk).update(status=wanted)
    ensure_consistent(live)


def ledger_of(account):
    movements = LedgerTransaction.objects.filter(account=account).order_by("event_seq")
    return [
        (movement.reason, movement.postings.get(balance_after__isnull=False).amount, movement.reference)
        for movement in movements
    ][1:]


def test_approving_a_deposit_credits_it_with_its_fee(live, clerk):
    deposit = ask_deposit(live, make_method("Card", fee_percent=D(2)), "250")
    approved = deposit_decide(actor=clerk, deposit_id=deposit.pk, status=Status.APPROVED, origin=ORIGIN)
    assert ledger_of(live) == [
        ("deposit", D(250), f"deposit:{deposit.pk}"),
        ("fee", D(-5), f"deposit:{deposit.pk}"),
    ]
    booked = LedgerTransaction.objects.get(account=live, event_seq=approved.booked_seq)
    assert booked.reason == "deposit"
    assert (approved.decided_by, approved.status) == (clerk, Status.APPROVED)
    assert Notice.objects.first().text == (
        f"Your deposit of 250.00 USD is credited.\n245.00 USD are on account {live.number}."
    )
    house = dict(
        Posting.objects.filter(ledger_account__trading_account=None)
        .values_list("ledger_account__kind")
        .annotate(total=Sum("amount"))
    )
    assert house == {"house_cash": D(-10_250), "house_fees": D(5)}


def test_paying_a_withdrawal_books_it_with_its_fee(live, clerk):
    withdrawal = ask_withdrawal(live, make_method("Card", fee_fixed=D(5)), "300")
    decide(withdrawal, Status.APPROVED, clerk)
    assert ledger_of(live) == []
    decide(withdrawal, Status.PAID, clerk)
    assert ledger_of(live) == [
        ("withdrawal", D(-295), f"withdrawal:{withdrawal.pk}"),
        ("fee", D(-5), f"withdrawal:{withdrawal.pk}"),
    ]
    event = Event.objects.get(type="withdrawal.paid")
    assert (event.payload["decided_by"], event.payload["payment_amount"]) == (clerk.pk, "295.00")
    ensure_consistent(live)


def house(movement):
    postings = Posting.objects.filter(transaction=movement, ledger_account__trading_account=None)
    return {(it.ledger_account.kind, it.ledger_account.currency): it.amount for it in postings}


def test_cash_is_booked_in_the_currency_that_was_paid(live, clerk):
    euro = make_method(currency="EUR", fee_fixed=D(2))
    deposit = decide(ask_deposit(live, euro, "100", currency="EUR"), Status.APPROVED, clerk)
    arrived = LedgerTransaction.objects.get(event_seq=deposit.booked_seq)
    assert house(arrived) == {
        ("house_transfers", "USD"): D(-110),
        ("house_transfers", "EUR"): D(100),
        ("house_cash", "EUR"): D(-100),
    }
    withdrawal = ask_withdrawal(live, euro, "110.01", currency="EUR")
    decide(withdrawal, Status.APPROVED, clerk)
    withdrawal = decide(withdrawal, Status.PAID, clerk)
    left = LedgerTransaction.objects.get(event_seq=withdrawal.booked_seq)
    assert house(left) == {
        ("house_transfers", "USD"): withdrawal.net_amount,
        ("house_transfers", "EUR"): D(-98),
        ("house_cash", "EUR"): D(98),
    }
    ensure_consistent(live)


def test_a_payment_without_its_cash_is_refused_at_commit(live, clerk, monkeypatch):
    deposit = ask_deposit(live, make_method(currency="EUR"), "100", currency="EUR")
    monkeypatch.setattr(Deposit, "cash_amount", D(99))
    decide(deposit, Status.APPROVED, clerk)
    with pytest.raises(IntegrityError, match=r"the cash of 100.* EUR is not booked"):
        connection.check_constraints()


@pytest.mark.parametrize("status", [Status.DECLINED, Status.FAILED])
def test_bad_news_comes_with_a_reason(live, bank, clerk, status):
    deposit = ask_deposit(live, bank)
    before = picture(live)
    with pytest.raises(Refused, match="reason_required"):
        decide(deposit, status, clerk, reason=" ")
    assert picture(live) == before
    assert decide(deposit, status, clerk, "The sender is not you.").reason == "The sender is not you."
    assert "The sender is not you." in Notice.objects.first().detail


@pytest.mark.parametrize("ask", [ask_deposit, ask_withdrawal])
def test_nobody_decides_about_their_own_money(live, bank, ask):
    request = ask(live, bank)
    before = picture(live)
    with pytest.raises(Refused, match="own_request"):
        decide(request, Status.APPROVED, live.owner)
    assert picture(live) == before


def test_a_request_that_does_not_exist_is_refused(clerk):
    with pytest.raises(Refused, match="request_not_found"):
        deposit_decide(actor=clerk, deposit_id=1, status=Status.APPROVED, origin=ORIGIN)
    with pytest.raises(Refused, match="request_not_found"):
        withdrawal_decide(actor=clerk, withdrawal_id=1, status=Status.PAID, origin=ORIGIN)


def test_a_large_withdrawal_takes_two(live, bank, clerk, colleague, settings):
    settings.FUNDING_FOUR_EYES_FROM = 1000
    withdrawal = ask_withdrawal(live, bank, "1000")
    assert decide(withdrawal, Status.APPROVED, clerk).status == Status.IN_REVIEW
    before = picture(live)
    with pytest.raises(Refused, match="second_approval_required"):
        decide(withdrawal, Status.APPROVED, clerk)
    assert picture(live) == before
    approved = decide(withdrawal, Status.APPROVED, colleague)
    assert (approved.status, approved.first_approved_by, approved.decided_by) == (Status.APPROVED, clerk, colleague)
    assert Event.objects.filter(type="withdrawal.first_approval").count() == 1


def test_what_is_smaller_takes_one_and_so_does_everything_without_the_rule(live, bank, clerk, settings):
    settings.FUNDING_FOUR_EYES_FROM = 1000
    assert decide(ask_withdrawal(live, bank, "999.99"), Status.APPROVED, clerk).status == Status.APPROVED
    settings.FUNDING_FOUR_EYES_FROM = 0
    assert decide(ask_withdrawal(live, bank, "5000"), Status.APPROVED, clerk).status == Status.APPROVED


def test_what_losses_have_reached_is_not_paid(live, bank, clerk):
    make_order(live, volume="1.00")
    withdrawal = ask_withdrawal(live, bank, "8000")
    decide(withdrawal, Status.APPROVED, clerk)
    set_price("EURUSD", "1.07000", "1.07010")
    before = picture(live)
    with pytest.raises(Refused, match="funds_insufficient"):
        decide(withdrawal, Status.PAID, clerk)
    assert picture(live) == before
    assert decide(withdrawal, Status.FAILED, clerk).status == Status.FAILED


# --- What the database itself refuses ----------------------------------------------------------------
def test_what_was_requested_or_booked_does_not_change(live, bank, clerk):
    withdrawal = ask_withdrawal(live, bank)
    for change in ({"amount": 1}, {"fee": 1}, {"payment_amount": 1}, {"rate": 2}, {"reference": "x"}):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            Withdrawal.objects.filter(pk=withdrawal.pk).update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        withdrawal.delete()
    deposit = decide(ask_deposit(live, bank), Status.APPROVED, clerk)
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(booked_seq=1)


@at_commit
def test_a_status_without_its_money_is_refused_at_commit(live, bank, clerk):
    deposit = ask_deposit(live, bank)
    with pytest.raises(IntegrityError, match="deposit_booked"), transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(status="approved")
    with pytest.raises(IntegrityError, match="is not booked by event 1"), transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(status="approved", booked_seq=1)
    withdrawal = ask_withdrawal(live, bank)
    with pytest.raises(IntegrityError, match="is reserved"), transaction.atomic():
        Withdrawal.objects.filter(pk=withdrawal.pk).update(status="declined")


@at_commit
def test_one_booking_pays_one_request(live, bank, clerk):
    first = decide(ask_deposit(live, bank), Status.APPROVED, clerk)
    second = ask_deposit(live, bank)
    with pytest.raises(IntegrityError, match="deposit_booked_once"), transaction.atomic():
        Deposit.objects.filter(pk=second.pk).update(status="approved", booked_seq=first.booked_seq)
    balance_change(account_id=live.pk, amount=D(500), reason=BalanceReason.DEPOSIT, origin=ORIGIN)
    other = LedgerTransaction.objects.filter(account=live).order_by("-event_seq").first()
    with pytest.raises(IntegrityError, match="is not booked"), transaction.atomic():
        Deposit.objects.filter(pk=second.pk).update(status="approved", booked_seq=other.event_seq)


@at_commit
def test_money_cannot_be_reserved_beside_the_withdrawals(live):
    with pytest.raises(IntegrityError, match="is reserved"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE trading_tradingaccount SET reserved = 5 WHERE id = %s", [live.pk])
