"""Bookings by hand on the desk: who sees them, who decides, and that whoever asked does not."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.roles import Role
from forexpro.core.models import Event
from trading.models import Booking
from trading.tests.factories import make_user

pytestmark = pytest.mark.django_db
SEES = {Role.READ_ONLY, Role.COMPLIANCE, Role.FINANCE, Role.BACK_OFFICE, Role.ADMIN, Role.SUPER_ADMIN}
DECIDES = {Role.FINANCE, Role.ADMIN, Role.SUPER_ADMIN}
LIST = "/admin/trading/booking/"
QUERIES = 7
WHO = ["anonymous", "owner", "other", *(role for role in Role if role.is_staff)]


@pytest.fixture(autouse=True)
def _four_eyes(settings):
    settings.BOOKING_FOUR_EYES = True


def staff(role, name="desk"):
    user = make_user(f"{name}@example.com", is_staff=True, is_superuser=role is Role.SUPER_ADMIN)
    user.groups.add(Group.objects.get(name=role.value))
    return user


def browser_of(user=None):
    browser = Client()
    if user is not None:
        browser.force_login(user)
    return browser


def press(browser, address, **fields):
    return browser.post(address, {"_form_submitted": "True", **fields})


@pytest.fixture
def asker(live):
    return staff(Role.FINANCE, "asker")


@pytest.fixture
def booking(live, asker):
    fields = {"kind": "credit", "amount": "40", "reason": "Welcome", "submission": "one"}
    press(browser_of(asker), f"/admin/trading/tradingaccount/{live.pk}/move_money/", **fields)
    return Booking.objects.get()


def test_moving_money_asks_and_says_so(live, asker):
    browser = browser_of(asker)
    page = f"/admin/trading/tradingaccount/{live.pk}"
    press(browser, f"{page}/move_money/", kind="credit", amount="40", reason="Welcome", submission="one")
    booking = Booking.objects.get()
    assert (
        f"Booking {booking.pk} waits: a colleague has to approve it." in browser.get(f"{page}/change/").content.decode()
    )
    own = browser.get(f"{LIST}{booking.pk}/change/").content.decode()
    assert f"{booking.pk}/approve" not in own
    assert f"{booking.pk}/decline" in own
    press(browser, f"{LIST}{booking.pk}/approve/")
    live.refresh_from_db()
    assert live.credit == 0


@pytest.mark.parametrize("action", ["approve", "decline"])
@pytest.mark.parametrize("who", WHO)
def test_who_decides(live, booking, who, action):
    user = {"anonymous": None, "owner": live.owner}.get(who) or (
        None if who == "anonymous" else make_user("bob@example.com") if who == "other" else staff(who)
    )
    browser = browser_of(user)
    before = Event.objects.count()
    response = press(browser, f"{LIST}{booking.pk}/{action}/", answer="Not ours")
    booking.refresh_from_db()
    live.refresh_from_db()
    if who in DECIDES:
        assert booking.status == {"approve": "booked", "decline": "declined"}[action]
        assert live.credit == (40 if action == "approve" else 0)
        assert booking.decided_by == user
    else:
        assert response.status_code in (302, 403)
        assert (booking.status, live.credit, Event.objects.count()) == ("waiting", 0, before)


@pytest.mark.parametrize("role", [role for role in Role if role.is_staff])
def test_who_sees_them_and_is_told_on_the_home_page(booking, role):
    browser = browser_of(staff(role))
    assert browser.get(LIST).status_code == (200 if role in SEES else 403)
    page = browser.get(f"{LIST}{booking.pk}/change/")
    assert page.status_code == (200 if role in SEES else 403)
    assert (f"{booking.pk}/approve" in page.content.decode()) == (role in DECIDES)
    assert ("Bookings that wait for a second person" in browser.get("/admin/").content.decode()) == (role in DECIDES)


def test_declining_takes_a_reason(booking):
    response = press(browser_of(staff(Role.ADMIN)), f"{LIST}{booking.pk}/decline/", answer="")
    assert "HX-Redirect" not in response
    booking.refresh_from_db()
    assert booking.status == "waiting"


def test_the_owner_reads_nothing_of_what_waits(live, booking):
    owner = browser_of(live.owner)
    assert not Event.objects.filter(stream=f"account:{live.pk}", type__startswith="booking.").exists()
    for address in ("/", "/funding"):
        assert "Welcome" not in owner.get(address).content.decode()


def test_nobody_writes_in_the_list(booking):
    browser = browser_of(staff(Role.SUPER_ADMIN))
    for address in (f"{LIST}add/", f"{LIST}{booking.pk}/change/", f"{LIST}{booking.pk}/delete/"):
        assert browser.post(address, {"status": "booked", "post": "yes"}).status_code == 403
    booking.refresh_from_db()
    assert booking.status == "waiting"


def test_the_list_takes_the_same_queries_however_long(booking, asker, django_assert_num_queries):
    browser = browser_of(staff(Role.ADMIN))
    browser.get(LIST)
    with django_assert_num_queries(QUERIES):
        browser.get(LIST)
    for number in range(12):
        Booking.objects.create(
            account=booking.account,
            kind="credit",
            amount=1,
            reason="More",
            submission=str(number),
            asked_by=make_user(f"asker{number}@example.com", is_staff=True),
            asked_at=booking.asked_at,
        )
    with django_assert_num_queries(QUERIES):
        browser.get(LIST)
