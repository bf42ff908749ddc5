"""What clients ask for: what is reserved, told and recorded, and what is refused without a trace."""

from decimal import Decimal

import pytest
from django.core import mail
from django.core.signing import dumps
from django.utils import timezone

from accounts.models import Notice, User
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.models import Deposit, LedgerTransaction, PaymentMethod, TradingAccount, Withdrawal
from trading.models.funding import Status
from trading.selectors import account_state
from trading.selectors.funding import own_withdrawal
from trading.services.funding import terms
from trading.services.funding.limits import PENDING_DEPOSITS_MAX
from trading.services.funding.requests import (
    deposit_cancel,
    deposit_quote,
    withdrawal_cancel,
    withdrawal_quote,
)
from trading.services.funding.terms import signed_quote
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_account, make_live_account, make_method, make_user, set_price
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db
D = Decimal


def types(account):
    return list(Event.objects.filter(stream=f"account:{account.pk}").order_by("seq").values_list("type", flat=True))


def test_a_deposit_moves_nothing_and_is_told(live, bank, django_capture_on_commit_callbacks):
    User.objects.filter(pk=live.owner_id).update(email_verified_at=timezone.now())
    before = account_state(live)
    with django_capture_on_commit_callbacks(execute=True):
        deposit = ask_deposit(live, bank, "250", reference="E2E-7")
    assert (deposit.status, deposit.amount, deposit.fee, deposit.rate) == (Status.REQUESTED, 250, 0, 1)
    assert account_state(live) == before
    event = Event.objects.get(stream=f"account:{live.pk}", type="deposit.requested")
    assert event.payload == {
        "id": deposit.pk,
        "account_id": live.pk,
        "account_number": live.number,
        "user_id": live.owner_id,
        "status": "requested",
        "method": {"id": bank.pk, "name": "Bank transfer", "kind": "bank_transfer"},
        "currency": "USD",
        "amount": "250.00",
        "fee": "0.00",
        "payment_currency": "USD",
        "payment_amount": "250.00",
        "rate": "1",
        "reference": "E2E-7",
        "reason": "",
    }
    notice = Notice.objects.get(user=live.owner)
    assert notice.headline == "Your deposit of 250.00 USD by Bank transfer is requested."
    assert notice.link == f"/funding/deposits/{deposit.pk}"
    assert [sent.subject for sent in mail.outbox] == [notice.headline]


def test_a_withdrawal_reserves_its_money(live, bank):
    withdrawal = ask_withdrawal(live, bank, "400")
    live.refresh_from_db()
    assert (live.balance, live.reserved) == (10_000, 400)
    assert account_state(live).reserved == 400
    assert types(live)[-2:] == ["account.money_reserved", "withdrawal.requested"]
    assert own_withdrawal(live.owner, withdrawal.pk).payout_details == "DE89 3704 0044 0532 0130 00, Ada"
    assert "DE89" not in str(Event.objects.filter(stream=f"account:{live.pk}").values_list("payload", flat=True))
    assert account_first_difference(live.pk) is None
    assert not LedgerTransaction.objects.filter(account=live, reason="withdrawal").exists()


def test_no_more_than_free_margin_is_reserved_and_the_refusal_is_recorded(live, bank):
    ask_withdrawal(live, bank, "9000")
    with pytest.raises(Refused, match="funds_insufficient") as refused:
        ask_withdrawal(live, bank, "1000.01")
    assert refused.value.details["available"] == "1000.00"
    assert types(live)[-1] == "order.refused"
    assert Withdrawal.objects.count() == 1
    ask_withdrawal(live, bank, "1000")


def test_a_cancelled_withdrawal_gives_its_money_back(live, bank):
    withdrawal = ask_withdrawal(live, bank, "400")
    cancelled = withdrawal_cancel(owner=live.owner, withdrawal_id=withdrawal.pk, origin=ORIGIN)
    assert cancelled.status == Status.CANCELLED
    live.refresh_from_db()
    assert (live.balance, live.reserved, live.reservations) == (10_000, 0, "[]")
    assert types(live)[-2:] == ["account.money_released", "withdrawal.cancelled"]
    with pytest.raises(Refused, match="transition_not_allowed") as refused:
        withdrawal_cancel(owner=live.owner, withdrawal_id=withdrawal.pk, origin=ORIGIN)
    assert refused.value.http_status == 409
    assert account_first_difference(live.pk) is None


def test_a_cancelled_deposit_is_over(live, bank):
    deposit = ask_deposit(live, bank)
    assert deposit_cancel(owner=live.owner, deposit_id=deposit.pk, origin=ORIGIN).status == Status.CANCELLED
    with pytest.raises(Refused, match="transition_not_allowed"):
        deposit_cancel(owner=live.owner, deposit_id=deposit.pk, origin=ORIGIN)


@pytest.mark.parametrize(
    ("ask", "changes", "code"),
    [
        (ask_deposit, {"amount": "9.99"}, "amount_below_minimum"),
        (ask_deposit, {"amount": "100000.01"}, "amount_above_maximum"),
        (ask_deposit, {"amount": "50.001"}, "amount_invalid"),
        (ask_deposit, {"amount": "-50"}, "amount_invalid"),
        (ask_deposit, {"currency": "CHF"}, "method_unavailable"),
        (ask_withdrawal, {"amount": "9.99"}, "amount_below_minimum"),
        (ask_withdrawal, {"amount": "0"}, "amount_invalid"),
        (ask_withdrawal, {"currency": "CHF"}, "method_unavailable"),
        (ask_withdrawal, {"details": " "}, "details_required"),
    ],
)
def test_what_the_method_does_not_take_is_refused_without_a_trace(live, bank, ask, changes, code):
    before = types(live)
    with pytest.raises(Refused, match=code):
        ask(live, bank, **changes)
    assert types(live) == before
    assert not Deposit.objects.exists()
    assert not Withdrawal.objects.exists()
    assert not Notice.objects.exists()


def test_a_method_that_is_switched_off_takes_nothing(live, bank):
    PaymentMethod.objects.update(active=False)
    with pytest.raises(Refused, match="method_unavailable"):
        ask_deposit(live, bank)


@pytest.mark.parametrize("ask", [ask_deposit, ask_withdrawal])
def test_play_money_and_closed_accounts_are_refused(live, bank, ask):
    with pytest.raises(Refused, match="demo_account"):
        ask(make_account(live.owner), bank)
    TradingAccount.objects.filter(pk=live.pk).update(status="closed")
    with pytest.raises(Refused, match="account_closed"):
        ask(live, bank)


@pytest.mark.parametrize("ask", [ask_deposit, ask_withdrawal])
def test_others_accounts_and_requests_do_not_exist(live, bank, ask):
    stranger = make_user("stranger@example.com")
    with pytest.raises(Refused, match="account_not_found"):
        ask(live, bank, owner=stranger)
    request = ask(live, bank)
    cancel, name = (deposit_cancel, "deposit_id") if ask is ask_deposit else (withdrawal_cancel, "withdrawal_id")
    with pytest.raises(Refused, match="request_not_found"):
        cancel(owner=stranger, **{name: request.pk}, origin=ORIGIN)
    request.refresh_from_db()
    assert request.status == Status.REQUESTED


@pytest.mark.parametrize("ask", [ask_deposit, ask_withdrawal])
def test_the_same_key_asks_once(live, bank, ask):
    first = ask(live, bank, key="a")
    before = types(live)
    assert ask(live, bank, key="a") == first
    assert types(live) == before
    with pytest.raises(Refused, match="idempotency_key_reused"):
        ask(live, bank, "501", key="a")
    assert type(first).objects.count() == 1


def test_a_refusal_is_repeated_under_its_key(live, bank):
    for _ in range(2):
        with pytest.raises(Refused, match="funds_insufficient"):
            ask_withdrawal(live, bank, "20000", key="a")
    assert types(live).count("order.refused") == 1


def test_a_repeated_cancellation_answers_as_the_first(live, bank):
    withdrawal = ask_withdrawal(live, bank)
    for _ in range(2):
        arguments = {"owner": live.owner, "withdrawal_id": withdrawal.pk, "origin": ORIGIN, "idempotency_key": "c"}
        assert withdrawal_cancel(**arguments).status == Status.CANCELLED
    assert types(live).count("account.money_released") == 1


def test_fees_are_fixed_and_in_percent(live):
    card = make_method("Card", fee_fixed=D("1.50"), fee_percent=D("2.5"))
    deposit, withdrawal = ask_deposit(live, card, "100"), ask_withdrawal(live, card, "100")
    assert (deposit.amount, deposit.fee, deposit.payment_amount) == (100, 4, 100)
    assert (withdrawal.amount, withdrawal.fee, withdrawal.payment_amount) == (100, 4, 96)
    with pytest.raises(Refused, match="fee_exceeds_amount"):
        ask_deposit(live, make_method("Dear", fee_fixed=D(10)), "10")


def test_another_currency_is_converted_at_the_present_bid(live):
    euro = make_method(currency="EUR", fee_fixed=D(2))
    deposit = ask_deposit(live, euro, "100", currency="EUR")
    assert (deposit.rate, deposit.amount, deposit.fee) == (D("1.1"), D("110.00"), D("2.20"))
    assert deposit.base_amount == D("110.00")
    withdrawal = ask_withdrawal(live, euro, "110.01", currency="EUR")
    # One dollar buys 1 / 1.10010 euro.
    assert (withdrawal.rate, withdrawal.payment_amount, withdrawal.fee) == (
        D("0.90900827197527"),
        D("98.00"),
        D("2.20"),
    )


def test_stale_and_missing_prices_convert_nothing(live):
    euro = make_method(currency="EUR")
    set_price("EURUSD", "1.10000", "1.10010", age_seconds=61)
    for ask in (ask_deposit, ask_withdrawal):
        with pytest.raises(Refused, match="quote_stale"):
            ask(live, euro, "100", currency="EUR")
    with pytest.raises(Refused, match="conversion_unavailable"):
        ask_deposit(live, make_method(currency="CAD"), currency="CAD")


def test_the_rate_that_was_shown_counts(live):
    euro = make_method(currency="EUR")
    asked = {"owner": live.owner, "account_id": live.pk, "method_id": euro.pk, "currency": "EUR", "amount": D(100)}
    shown, named = deposit_quote(**asked)
    paid_out, named_out = withdrawal_quote(**asked)
    set_price("EURUSD", "1.20000", "1.20010")
    assert ask_deposit(live, euro, "100", currency="EUR", quote=signed_quote(named, shown.rate)).amount == D("110.00")
    quote = signed_quote(named_out, paid_out.rate)
    assert ask_withdrawal(live, euro, "100", currency="EUR", quote=quote).payment_amount == paid_out.payment_amount


def test_no_more_is_quoted_than_can_be_withdrawn(live, bank):
    ask_withdrawal(live, bank, "9500")
    asked = {"owner": live.owner, "account_id": live.pk, "method_id": bank.pk, "currency": "USD"}
    terms, _named = withdrawal_quote(**asked, amount=D(500))
    assert terms.amount == D(500)
    with pytest.raises(Refused, match="funds_insufficient") as refused:
        withdrawal_quote(**asked, amount=D("500.01"))
    assert (refused.value.details["field"], refused.value.details["available"]) == ("amount", "500.00")


def test_a_quote_is_for_what_it_was_given_for_and_not_for_long(live, monkeypatch):
    euro = make_method(currency="EUR")
    asked = {"owner": live.owner, "account_id": live.pk, "method_id": euro.pk, "currency": "EUR", "amount": D(100)}
    shown, named = deposit_quote(**asked)
    quote = signed_quote(named, shown.rate)
    other = make_live_account(live.owner)
    for ask, account, amount, token in (
        (ask_deposit, live, "101", quote),
        (ask_deposit, other, "100", quote),
        (ask_withdrawal, live, "100", quote),
        (ask_deposit, live, "100", "x" + quote),
        (ask_deposit, live, "100", dumps({**named, "rate": "5"})),
    ):
        with pytest.raises(Refused, match="quote_expired"):
            ask(account, euro, amount, currency="EUR", quote=token)
    monkeypatch.setattr(terms, "QUOTE_SECONDS", -1)
    with pytest.raises(Refused, match="quote_expired"):
        ask_deposit(live, euro, "100", currency="EUR", quote=quote)
    assert not Deposit.objects.exists()


def test_nobody_piles_up_deposits(live, bank):
    for _ in range(PENDING_DEPOSITS_MAX):
        ask_deposit(live, bank)
    with pytest.raises(Refused, match="deposits_pending_max"):
        ask_deposit(make_live_account(live.owner), bank)
    deposit_cancel(owner=live.owner, deposit_id=Deposit.objects.first().pk, origin=ORIGIN)
    ask_deposit(live, bank)
