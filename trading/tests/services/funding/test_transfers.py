"""Money between a person's own accounts: both move or none does, and every currency balances."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts.models import Notice
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once
from trading.models import LedgerTransaction, Posting, TradingAccount, Transfer
from trading.services.funding.terms import signed_quote
from trading.services.funding.transfers import account_transfer, transfer_quote
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_account, make_live_account, make_user, set_price
from trading.tests.services.funding.asking import ask_withdrawal

pytestmark = pytest.mark.django_db
at_commit = pytest.mark.django_db(transaction=True)
D = Decimal


def transfer(source, target, amount="1000", *, key=None, **arguments):
    return account_transfer(
        **{"owner": source.owner} | arguments,
        source_id=source.pk,
        target_id=target.pk,
        amount=D(amount),
        origin=ORIGIN,
        idempotency_key=key,
    )


@pytest.fixture
def euro(live):
    return make_live_account(live.owner, currency="EUR", deposit="5000")


def balances(*accounts):
    for account in accounts:
        account.refresh_from_db()
    return [account.balance for account in accounts]


def test_money_moves_and_is_told_on_both_accounts(live, trader):
    other = make_live_account(trader, deposit="0")
    made = transfer(live, other)
    assert balances(live, other) == [9000, 1000]
    assert (made.amount, made.received, made.rate) == (1000, 1000, 1)
    events = Event.objects.filter(type__startswith="transfer.").order_by("stream")
    assert {(event.stream, event.type) for event in events} == {
        (f"account:{live.pk}", "transfer.sent"),
        (f"account:{other.pk}", "transfer.received"),
    }
    references = LedgerTransaction.objects.filter(reason="transfer").values_list("reference", flat=True)
    assert list(references) == [f"transfer:{made.pk}"] * 2
    assert Notice.objects.get().headline == "You have transferred 1,000.00 USD."
    assert account_first_difference(live.pk) is None
    assert account_first_difference(other.pk) is None


def test_another_currency_is_converted_and_every_currency_balances(live, euro):
    out, back = transfer(live, euro, "1100.10"), transfer(euro, live, "100")
    # Dollars buy euros at the ask of EURUSD, 1.10010; euros are sold at its bid, 1.10000.
    assert (out.received, back.received) == (D("1000.00"), D("110.00"))
    assert balances(live, euro) == [D("9009.90"), D("5900.00")]
    sums = Posting.objects.values_list("ledger_account__currency").annotate(total=Sum("amount"))
    assert dict(sums) == {"USD": 0, "EUR": 0}
    house = Posting.objects.filter(ledger_account__kind="house_transfers")
    assert dict(house.values_list("ledger_account__currency").annotate(total=Sum("amount"))) == {
        "USD": D("990.10"),
        "EUR": D("-900.00"),
    }


def test_the_rate_that_was_shown_counts_for_what_it_was_shown(live, euro):
    rate, received, asked = transfer_quote(owner=live.owner, source_id=live.pk, target_id=euro.pk, amount=D(1000))
    quote = signed_quote(asked, rate)
    set_price("EURUSD", "1.20000", "1.20010")
    with pytest.raises(Refused, match="quote_expired"):
        transfer(live, euro, "1001", quote=quote)
    assert transfer(live, euro, quote=quote).received == received


def test_no_more_leaves_than_can_be_withdrawn(live, trader, bank):
    other = make_live_account(trader, deposit="0")
    ask_withdrawal(live, bank, "9500")
    with pytest.raises(Refused, match="funds_insufficient") as refused:
        transfer(live, other, "500.01")
    assert refused.value.details["available"] == "500.00"
    with pytest.raises(Refused, match="funds_insufficient"):
        transfer_quote(owner=trader, source_id=live.pk, target_id=other.pk, amount=D("500.01"))
    assert balances(live, other) == [10_000, 0]
    assert not Transfer.objects.exists()
    assert Event.objects.filter(stream=f"account:{live.pk}").order_by("-seq").first().type == "order.refused"
    assert not Event.objects.filter(stream=f"account:{other.pk}", type="transfer.received").exists()


@pytest.mark.parametrize("amount", ["0", "-5", "1.001"])
def test_nonsense_is_not_transferred(live, euro, amount):
    with pytest.raises(Refused, match="amount_invalid"):
        transfer(live, euro, amount)
    assert not Transfer.objects.exists()


def test_what_comes_to_nothing_is_not_transferred(market, trader):
    yen, dollars = make_live_account(trader, currency="JPY", deposit="1000"), make_live_account(trader, deposit="0")
    with pytest.raises(Refused, match="amount_invalid"):
        transfer(yen, dollars, "0.5")
    with pytest.raises(Refused, match="amount_invalid"):
        account_transfer(
            owner=trader, source_id=dollars.pk, target_id=yen.pk, amount=D("0.001"), origin=ORIGIN, idempotency_key=None
        )


def test_only_between_ones_own_accounts_of_one_kind(live, trader):
    stranger = make_user("stranger@example.com")
    others = make_live_account(stranger)
    demo = make_account(trader)
    for source, target, owner, code in (
        (live, others, trader, "account_not_found"),
        (others, live, trader, "account_not_found"),
        (live, others, stranger, "account_not_found"),
        (live, live, trader, "same_account"),
        (demo, live, trader, "account_kinds_differ"),
        (live, demo, trader, "account_kinds_differ"),
    ):
        with pytest.raises(Refused, match=code):
            transfer(source, target, owner=owner)
    closed = make_live_account(trader)
    TradingAccount.objects.filter(pk=closed.pk).update(status="closed")
    with pytest.raises(Refused, match="account_closed"):
        transfer(live, closed)
    assert not Transfer.objects.exists()
    transfer(demo, make_account(trader))


def test_the_same_key_moves_once(live, euro):
    first = transfer(live, euro, key="a")
    assert transfer(live, euro, key="a") == first
    with pytest.raises(Refused, match="idempotency_key_reused"):
        transfer(live, euro, "1001", key="a")
    assert Transfer.objects.count() == 1
    for _ in range(2):
        with pytest.raises(Refused, match="funds_insufficient"):
            transfer(live, euro, "100000", key="b")


@at_commit
def test_transfers_in_both_directions_never_wait_for_each_other_in_a_circle(live, euro):
    there, back = partial(transfer, live, euro, "10"), partial(transfer, euro, live, "10")
    assert all(isinstance(made, Transfer) for made in at_once([there, back] * 20, threads=8))
    assert Transfer.objects.count() == 40
    for account in (live, euro):
        assert account_first_difference(account.pk) is None


@at_commit
def test_a_transfer_is_never_rewritten(live, euro):
    made = transfer(live, euro)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Transfer.objects.update(amount=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        made.delete()
    with pytest.raises(IntegrityError, match="is not booked"), transaction.atomic():
        Transfer.objects.create(
            source=live, target=euro, amount=1, received=1, created_at=made.created_at, source_seq=1, target_seq=1
        )
