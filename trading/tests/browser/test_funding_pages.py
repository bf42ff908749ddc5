"""Money in and out in a real browser: the client asks, the desk decides, the client sees it without reloading."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from accounts.step_up import _CONFIRMED_AT
from forexpro.tests.browser.conftest import page
from forexpro.tests.browser.journey import violations
from forexpro.tests.browsing import watched_page
from trading.models import Deposit, Withdrawal
from trading.models.funding import Status
from trading.tests.factories import make_live_account, make_method, make_symbols, make_user, set_price

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _desk(settings, mails_sent_at_once):
    settings.STAFF_TOTP_REQUIRED = False


def cookies_of(user, live_server):
    client = Client()
    client.force_login(user)
    session = client.session
    session[_CONFIRMED_AT] = timezone.now().timestamp()
    session.save()
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]


@pytest.fixture
def live(transactional_db, redis):
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    return make_live_account(make_user())


@pytest.fixture
def client(page: Page, live, live_server) -> Page:
    page.context.add_cookies(cookies_of(live.owner, live_server))
    return page


@pytest.fixture
def desk(chromium, live_server, transactional_db):
    user = make_user("finance@example.com", is_staff=True, is_superuser=True)
    user.groups.add(Group.objects.get_or_create(name=Role.FINANCE.value)[0])
    with watched_page(chromium, live_server.url) as page:
        page.context.add_cookies(cookies_of(user, live_server))
        yield page


def test_money_comes_and_goes(client: Page, desk: Page, live, live_server):
    make_method("Bank transfer", currency="EUR", fee_percent=Decimal("1.5"))
    found = []
    client.goto("/funding")
    expect(client.get_by_text("Nothing was paid in or out yet")).to_be_visible()
    found += violations(client)

    client.get_by_role("link", name="Deposit", exact=True).click()
    client.get_by_label("Amount").fill("5")
    client.get_by_role("button", name="Continue").click()
    expect(client.get_by_text("Bank transfer takes at least 10.00 EUR.")).to_be_visible()
    found += violations(client)
    client.get_by_label("Amount").fill("1000")
    client.get_by_role("button", name="Continue").click()
    expect(client.get_by_text("1 EUR = 1.1 USD")).to_be_visible()
    found += violations(client)
    client.get_by_role("button", name="Deposit 1,000.00").click()
    expect(client.get_by_role("heading", name="Where to pay to")).to_be_visible()
    found += violations(client)

    deposit = Deposit.objects.get()
    desk.goto(f"/admin/trading/deposit/{deposit.pk}/change/")
    desk.locator("a, button").filter(has_text="Approve").first.click()
    expect(desk.get_by_text("Has this money arrived?")).to_be_visible()
    desk.locator("button[type=submit]").filter(has_text="Approve").click()
    expect(desk.get_by_text("is approved.")).to_be_visible()
    # Neither page was reloaded: the request's own region and the bell ask by themselves.
    expect(client.get_by_text("Approved")).to_be_visible(timeout=15_000)
    client.goto("/notices")
    expect(client.get_by_text("is credited.").first).to_be_visible()
    expect(client.get_by_label("Notices, 2 unread")).to_be_visible()
    found += violations(client)

    client.goto("/funding/withdraw")
    client.get_by_label("Amount").fill("250")
    client.get_by_label("Where to pay to").fill("DE89 3704 0044 0532 0130 00, Ada Lovelace")
    client.get_by_role("button", name="Continue").click()
    expect(client.get_by_role("button", name="Withdraw 250.00")).to_be_visible()
    found += violations(client)
    client.get_by_role("button", name="Withdraw 250.00").click()
    expect(client.get_by_text("its money is reserved")).to_be_visible()
    client.goto("/funding")
    expect(client.get_by_text("Reserved for withdrawals")).to_be_visible()
    found += violations(client)
    client.get_by_role("button", name="Cancel withdrawal").click()
    expect(client.get_by_text("The withdrawal is cancelled, its money is free again.")).to_be_visible()
    expect(client.get_by_text("Cancelled", exact=True)).to_be_visible()
    assert Withdrawal.objects.get().status == Status.CANCELLED
    live.refresh_from_db()
    assert (live.balance, live.reserved) == (Decimal("11083.50"), 0)
    assert found == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_screen(client: Page, live, width):
    make_method("Bank transfer")
    client.set_viewport_size({"width": width, "height": 800})
    for address in ("/funding", "/funding/deposit", "/funding/withdraw", "/funding/transfer", "/notices"):
        client.goto(address)
        assert client.evaluate("document.documentElement.scrollWidth") <= width, address
