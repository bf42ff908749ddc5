"""Money moved by hand with four eyes: two people, one booking, and what cannot be booked any more goes on waiting."""

from decimal import Decimal
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once
from trading.engine.commands import BalanceReason
from trading.models import Booking, LedgerTransaction, TradingAccount
from trading.selectors.bookings import SENTENCES
from trading.services.accounts import balance_change
from trading.services.answers import Answer
from trading.services.bookings import booking_approve, booking_decline, money_book
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_user

pytestmark = pytest.mark.django_db
D = Decimal
Kind = Booking.Kind


@pytest.fixture(autouse=True)
def _four_eyes(settings):
    settings.BOOKING_FOUR_EYES = True


@pytest.fixture
def desk(db):
    """Two of those who move money."""
    return [make_user(f"chief{number}@example.com", is_staff=True, is_superuser=True) for number in (1, 2)]


def ask(account, actor, amount="-250", kind=Kind.ADJUSTMENT, submission="one"):
    return money_book(
        actor=actor,
        account_id=account.pk,
        kind=kind,
        amount=D(amount),
        reason="Price correction",
        submission=submission,
        origin=ORIGIN,
    )


def approve(booking, actor):
    return booking_approve(actor=actor, booking_id=booking.pk, origin=ORIGIN)


def decline(booking, actor, answer="Not ours."):
    return booking_decline(actor=actor, booking_id=booking.pk, answer=answer, origin=ORIGIN)


def checked(changed):
    """Let the database check now what it checks at the latest when committing."""
    connection.check_constraints()
    return changed


def state(account):
    account.refresh_from_db()
    rows = list(Booking.objects.values()), LedgerTransaction.objects.count(), Event.objects.count()
    return account.balance, account.credit, rows


@pytest.mark.parametrize(
    ("kind", "amount"),
    [(Kind.ADJUSTMENT, "-250"), (Kind.CREDIT, "100"), (Kind.DEPOSIT, "50.25"), (Kind.WITHDRAWAL, "-75")],
)
def test_it_is_booked_when_a_second_person_agrees(live, desk, kind, amount):
    booking = ask(live, desk[0], amount, kind)
    live.refresh_from_db()
    assert (booking.status, live.balance, live.credit) == ("waiting", 10_000, 0)
    approved = approve(booking, desk[1])
    live.refresh_from_db()
    assert live.balance + live.credit == 10_000 + D(amount)
    movement = LedgerTransaction.objects.get(account=live, event_seq=approved.booked_seq)
    assert (movement.reason, movement.reference) == (kind.value, "Price correction")
    approved.refresh_from_db()
    assert (approved.status, approved.asked_by, approved.decided_by) == ("booked", *desk)
    assert [event.type for event in Event.objects.filter(stream=booking.stream).order_by("seq")] == [
        "booking.asked",
        "booking.approved",
    ]
    connection.check_constraints()
    assert account_first_difference(live.pk) is None


def test_without_the_setting_one_is_enough(live, desk, settings):
    settings.BOOKING_FOUR_EYES = False
    assert isinstance(ask(live, desk[0]), Answer)
    ask(live, desk[0])  # sent twice
    live.refresh_from_db()
    assert live.balance == 9_750
    assert not Booking.objects.exists()


def test_whoever_asks_does_not_approve_but_may_take_it_back(live, desk):
    booking = ask(live, desk[0])
    before = state(live)
    with pytest.raises(Refused, match="second_approval_required"):
        approve(booking, desk[0])
    assert state(live) == before
    assert decline(booking, desk[0], "Mistyped.").status == "declined"
    live.refresh_from_db()
    assert live.balance == 10_000


def test_what_is_decided_stays_so(live, desk):
    booked, declined = ask(live, desk[0]), ask(live, desk[0], submission="two")
    approve(booked, desk[1])
    decline(declined, desk[1])
    before = state(live)
    for booking in (booked, declined):
        for again in (approve, decline):
            with pytest.raises(Refused, match="booking_decided") as refused:
                again(booking, desk[1])
            assert refused.value.http_status == 409
    assert state(live) == before


def test_the_same_dialog_sent_twice_asks_once(live, desk):
    assert ask(live, desk[0]) == ask(live, desk[0])
    assert Event.objects.filter(type="booking.asked").count() == 1


def test_what_cannot_be_booked_is_refused_at_once_and_what_no_longer_can_waits(live, desk):
    for amount, kind, code in (
        ("0", Kind.ADJUSTMENT, "amount_invalid"),
        ("-10001", Kind.WITHDRAWAL, "funds_insufficient"),
        ("-1", Kind.CREDIT, "credit_insufficient"),
        ("0.001", Kind.DEPOSIT, "amount_invalid"),
    ):
        with pytest.raises(Refused, match=code):
            ask(live, desk[0], amount, kind)
    assert not Booking.objects.exists()
    booking = ask(live, desk[0], "-9000", Kind.WITHDRAWAL)
    balance_change(account_id=live.pk, amount=D(-5000), reason=BalanceReason.WITHDRAWAL, origin=ORIGIN)
    with pytest.raises(Refused, match="funds_insufficient"):
        approve(booking, desk[1])
    booking.refresh_from_db()
    live.refresh_from_db()
    assert (booking.status, live.balance) == ("waiting", 5_000)


def ensure_all_refused(code, person, account, booking):
    """Fail unless somebody can neither ask for a booking nor decide on one, and nothing is changed."""
    before = state(account)
    for attempt in (
        lambda: ask(account, person, submission="another"),
        lambda: approve(booking, person),
        lambda: decline(booking, person),
    ):
        with pytest.raises(Refused, match=code):
            attempt()
    assert state(account) == before


def test_nobody_moves_money_on_their_own_account(live, desk):
    owner = live.owner
    owner.is_staff = owner.is_superuser = True
    owner.save()
    booking = ask(live, desk[0])
    ensure_all_refused("own_account", owner, live, booking)


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.DEALER, Role.BACK_OFFICE])
def test_who_moves_no_money_neither_asks_nor_decides(live, desk, role):
    booking = ask(live, desk[0])
    other = make_user("other@example.com", is_staff=True)
    other.groups.add(Group.objects.get(name=role.value))
    ensure_all_refused("money_forbidden", other, live, booking)


def test_the_database_holds_it_too(live, desk):
    booking = ask(live, desk[0])
    mine = Booking.objects.filter(pk=booking.pk)
    for wrong, rule in (
        ({"amount": D(-5)}, "does not change"),
        ({"status": "booked", "decided_by": desk[0], "booked_seq": 1}, "booking_four_eyes"),
        ({"status": "booked", "decided_by": desk[1]}, "booking_status"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            mine.update(**wrong)
    with pytest.raises(IntegrityError, match="is not in the ledger"), transaction.atomic():
        # There is such an event, of another amount.
        checked(mine.update(status="booked", decided_by=desk[1], booked_seq=1))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        mine.delete()
    approve(booking, desk[1])
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        mine.update(status="declined", booked_seq=None)


def test_every_step_has_its_sentence(live, desk):
    first, second = ask(live, desk[0]), ask(live, desk[0], "100", Kind.CREDIT, submission="two")
    approve(first, desk[1])
    decline(second, desk[1])
    said = {event.type: sentence(event) for event in Event.objects.filter(type__startswith="booking.").order_by("id")}
    assert said == {
        "booking.asked": f"Booking {second.pk} asked for: credit of 100.00 USD, Price correction",
        "booking.approved": f"Booking {first.pk} approved by a second person and booked: adjustment of -250.00 USD.",
        "booking.declined": f"Booking {second.pk} (credit of 100.00 USD) declined: Not ours.",
    }
    assert said.keys() == SENTENCES.keys()


@pytest.mark.django_db(transaction=True)
def test_many_who_approve_at_once_book_once(live, desk):
    booking = ask(live, desk[0], "-250")
    outcomes = at_once([lambda: approve(booking, desk[1])] * 8)
    assert (
        sorted(one if isinstance(one, str) else one.status for one in outcomes) == ["booked"] + ["booking_decided"] * 7
    )
    live.refresh_from_db()
    assert live.balance == 9_750
    assert LedgerTransaction.objects.filter(account=live, reason="adjustment").count() == 1
    assert account_first_difference(live.pk) is None


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_would_be_booked_more_than_once(live, desk):
    """The control: what only looks at the row before it books, and does not hold it, books again."""
    booking, together = ask(live, desk[0], "-250"), Barrier(2)

    def approve_without_lock():
        if Booking.objects.get(pk=booking.pk).status == "waiting":
            together.wait(timeout=30)
            balance_change(account_id=live.pk, amount=booking.amount, reason=BalanceReason.ADJUSTMENT, origin=ORIGIN)

    at_once([approve_without_lock] * 2)
    assert TradingAccount.objects.get(pk=live.pk).balance == 9_500
