from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from trading.models import AccountGroup, TradingAccount
from trading.services.opening import ACCOUNTS_MAX
from trading.tests.factories import make_group, make_user

CHOICES = {"currency": "USD", "leverage": "100", "position_mode": "hedging"}


@pytest.fixture
def group(market):
    # Tests that flush the database take the group of the migration with them.
    AccountGroup.objects.filter(is_default=True).update(is_default=False)
    return make_group("Retail", is_default=True, leverage_max=Decimal(30))


@pytest.fixture
def person(group):
    return make_user("new@example.com")


@pytest.fixture
def browser(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def address():
    return reverse("trading:open_demo")


def test_a_person_without_an_account_is_led_to_the_form(browser, address):
    assert browser.get(reverse("trading:trade"))["Location"] == address
    text = browser.get(address).content.decode()
    assert '<option value="30" selected>1:30</option>' in text
    assert "1:50" not in text


@pytest.mark.parametrize(
    ("currency", "leverage", "mode", "balance"),
    [("USD", "30", "hedging", 10_000), ("JPY", "10", "netting", 1_500_000), ("CHF", "1", "netting", 10_000)],
)
def test_an_account_is_opened_as_chosen(browser, address, person, currency, leverage, mode, balance):
    answer = browser.post(address, {"currency": currency, "leverage": leverage, "position_mode": mode})
    account = TradingAccount.objects.get(owner=person)
    assert answer["Location"] == reverse("trading:terminal", args=[account.pk])
    assert (account.kind, account.currency, account.leverage) == ("demo", currency, Decimal(leverage))
    assert (account.position_mode, account.balance) == (mode, balance)
    page = browser.get(answer["Location"]).content.decode()
    assert account.get_position_mode_display() in page


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "BTC"},
        {"leverage": "100"},
        {"leverage": "0"},
        {"leverage": ""},
        {"position_mode": "both"},
        {"currency": ""},
    ],
)
def test_what_is_not_offered_is_not_opened(browser, address, person, change):
    assert browser.post(address, {**CHOICES, "leverage": "30", **change}).status_code == 422
    assert not TradingAccount.objects.filter(owner=person).exists()


def test_nobody_is_offered_more_leverage_than_is_allowed_them(browser, address, person):
    person.leverage_max = Decimal(20)
    person.save()
    offered = browser.get(address).context["form"]
    assert max(int(value) for value, _label in offered.fields["leverage"].choices) == 20
    assert offered["leverage"].initial == "20"


def test_a_person_has_a_sensible_number_of_them(browser, address, person):
    for _ in range(ACCOUNTS_MAX):
        assert browser.post(address, {**CHOICES, "leverage": "30"}).status_code == 302
    refused = browser.post(address, {**CHOICES, "leverage": "30"})
    assert refused.status_code == 422
    assert f"You have {ACCOUNTS_MAX} demo accounts" in refused.content.decode()
    assert TradingAccount.objects.filter(owner=person).count() == ACCOUNTS_MAX


def test_a_visitor_is_led_to_the_sign_in(group, address):
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address)
        assert answer["Location"].startswith(reverse("accounts:sign_in"))
    assert not TradingAccount.objects.exists()
