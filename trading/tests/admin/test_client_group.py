"""The page that moves a client to another group: who reaches it, what it shows, and that a refusal moves nobody."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.roles import Role
from forexpro.core.models import Event
from trading.models import GroupInstrument, TradingAccount
from trading.tests.factories import make_account, make_group, make_order, make_user

pytestmark = pytest.mark.django_db
MOVES = {Role.DEALER, Role.ADMIN, Role.SUPER_ADMIN}
WHO = ["anonymous", "owner", "other", *(role for role in Role if role.is_staff)]
# Session, user and permissions; the account's owner, groups, conditions; accounts and their state, once each.
QUERIES = 12


def browser_of(who, owner):
    browser = Client()
    if who == "owner":
        browser.force_login(owner)
    elif who == "other":
        browser.force_login(make_user("other@example.com"))
    elif who != "anonymous":
        user = make_user("desk@example.com", is_staff=True, is_superuser=who is Role.SUPER_ADMIN)
        user.groups.add(Group.objects.get(name=who.value))
        browser.force_login(user)
    return browser


@pytest.fixture
def strict(market):
    group = make_group("Strict", stop_out_level=80, margin_call_level=120)
    GroupInstrument.objects.create(group=group, symbol_id="EURUSD", leverage_cap=30)
    return group


def address(owner):
    return f"/admin/trading/tradingaccount/of-client/{owner.pk}/group/"


def looked(browser, owner, group):
    """Look at the preview, and return the fields that its form sends."""
    page = browser.get(address(owner), {"group": group.pk})
    form = page.context["form"]
    return {"group": group.pk, "seen": form["seen"].value(), "reason": "Became professional"}


@pytest.mark.parametrize("who", WHO)
def test_who_moves_a_client(account, strict, who):
    browser = browser_of(who, account.owner)
    before = Event.objects.count()
    response = browser.get(address(account.owner), {"group": strict.pk})
    if who in MOVES:
        assert response.status_code == 200
        sent = browser.post(address(account.owner), looked(browser, account.owner, strict))
        assert sent.status_code == 302
        account.refresh_from_db()
        assert account.group == strict
        event = Event.objects.get(type="account.group_changed")
        assert event.actor.startswith("staff:")
        assert event.payload["reason"] == "Became professional"
    else:
        assert response.status_code in (302, 403)
        sent = browser.post(address(account.owner), {"group": strict.pk, "seen": "x", "reason": "Mine"})
        assert sent.status_code in (302, 403)
        account.refresh_from_db()
        assert (account.group.name, Event.objects.count()) == ("Test", before)


@pytest.mark.parametrize("who", [role for role in Role if role.is_staff])
def test_the_button_is_offered_to_those_who_may_press_it(account, who):
    browser = browser_of(who, account.owner)
    of_account = browser.get(f"/admin/trading/tradingaccount/{account.pk}/change/").content.decode()
    assert ("/move_owner" in of_account) == (who in MOVES)
    of_client = browser.get(f"/admin/accounts/user/{account.owner_id}/change/")
    if of_client.status_code == 200:
        assert ("/move_client" in of_client.content.decode()) == (who in MOVES)
    for button in (f"tradingaccount/{account.pk}/move_owner", f"user/{account.owner_id}/move_client"):
        app = "accounts" if button.startswith("user") else "trading"
        pressed = browser.get(f"/admin/{app}/{button}/")
        if who in MOVES:
            assert pressed["Location"] == address(account.owner)
        else:
            assert pressed.status_code in (302, 403)
            assert pressed.get("Location") != address(account.owner)


def test_the_page_shows_what_changes_for_each_account(account, strict):
    make_order(account, volume=1)
    second = make_account(account.owner)
    page = browser_of(Role.DEALER, account.owner).get(address(account.owner), {"group": strict.pk}).content.decode()
    for shown in (str(account.number), str(second.number), "1,100.10 USD", "3,667.00 USD", "Stop-out level", "1:30"):
        assert shown in page.replace("\xa0", " ")
    assert "Move 2 accounts to Strict" in page


def test_an_account_that_does_not_fit_is_named_and_nothing_can_be_sent(account, market):
    euro = make_account(account.owner, currency="EUR")
    dollars = make_group("Dollars", currencies="USD")
    browser = browser_of(Role.DEALER, account.owner)
    page = browser.get(address(account.owner), {"group": dollars.pk}).content.decode()
    assert "The group Dollars takes accounts in USD only. Choose another group." in page
    assert "Nobody moves while one account does not fit." in page
    assert 'name="reason"' not in page
    before = Event.objects.count()
    sent = browser.post(
        address(account.owner), {"group": dollars.pk, "seen": "x", "reason": "All the same"}, follow=True
    )
    assert "Look again, and repeat it." in sent.content.decode()
    assert set(TradingAccount.objects.values_list("group__name", flat=True)) == {"Test"}
    assert (Event.objects.count(), euro.currency) == (before, "EUR")


def test_a_reason_is_asked_for_beside_the_preview(account, strict):
    browser = browser_of(Role.DEALER, account.owner)
    fields = looked(browser, account.owner, strict) | {"reason": ""}
    page = browser.post(address(account.owner), fields)
    assert page.status_code == 200
    assert "This field is required." in page.content.decode()
    assert str(account.number) in page.content.decode()
    account.refresh_from_db()
    assert account.group.name == "Test"


def test_a_form_from_before_a_change_moves_nobody(account, strict):
    browser = browser_of(Role.DEALER, account.owner)
    fields = looked(browser, account.owner, strict)
    make_account(account.owner)
    page = browser.post(address(account.owner), fields, follow=True)
    assert "was changed since you have looked" in page.content.decode()
    assert set(TradingAccount.objects.values_list("group__name", flat=True)) == {"Test"}


def test_a_client_without_accounts_is_told_so(market):
    owner = make_user("empty@example.com")
    page = browser_of(Role.DEALER, owner).get(address(owner)).content.decode()
    assert "This client has no open account" in page


@pytest.mark.parametrize("accounts", [1, 4])
def test_the_queries_do_not_grow_with_the_accounts(account, strict, django_assert_num_queries, accounts):
    for _number in range(accounts - 1):
        make_account(account.owner, leverage=str(Decimal(50)))
    browser = browser_of(Role.DEALER, account.owner)
    browser.get(address(account.owner), {"group": strict.pk})  # what is cached per process
    with django_assert_num_queries(QUERIES):
        browser.get(address(account.owner), {"group": strict.pk})
