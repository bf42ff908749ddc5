import pytest
from django.urls import reverse

from forexpro.core.realtime.connections import name, redis_client
from trading.tests.factories import make_account, make_order, make_user, set_price

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address():
    return reverse("overview")


def buy(account, volume="0.10"):
    make_order(account, volume=volume)


def test_a_visitor_is_led_to_the_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:sign_in"))


def test_a_person_without_accounts_is_offered_one(client, address):
    client.force_login(make_user())
    assert "No trading account yet" in client.get(address).content.decode()


def test_an_account_shows_what_it_is_worth(client, address, account):
    buy(account)
    set_price("EURUSD", "1.10110", "1.10120")
    client.force_login(account.owner)
    page = client.get(address).content.decode()
    assert str(account.number) in page
    assert "10,010.00\u00a0USD" in page  # bought at 1.10010, closing at 1.10110: 10 pips of 0.1 lots
    assert "+10.00" in page
    assert "Deposit of +10,000" in page


def test_htmx_gets_the_content_without_the_frame(client, address, account):
    client.force_login(account.owner)
    response = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert str(account.number) in response.content.decode()


def test_other_peoples_accounts_stay_out(client, address, account):
    stranger = make_user("stranger@example.com")
    own = make_account(stranger, deposit="777")
    client.force_login(stranger)
    page = client.get(address).content.decode()
    assert str(own.number) in page
    assert str(account.number) not in page
    assert "+10000" not in page


def test_old_prices_are_called_old(client, address, account):
    for symbol, bid, ask in (("EURUSD", "1.1", "1.2"), ("GBPUSD", "1.3", "1.4"), ("USDJPY", "150", "151")):
        set_price(symbol, bid, ask, age_seconds=3600)
    client.force_login(account.owner)
    assert "Prices are not up to date" in client.get(address).content.decode()


def test_an_account_without_its_price_still_shows_its_balance(client, address, account):
    buy(account)
    redis_client().delete(name("quotes"))
    client.force_login(account.owner)
    page = client.get(address).content.decode()
    assert "There are no prices at the moment" in page
    assert "Equity shows again" in page
    assert "10,000.00\u00a0USD" in page


def test_more_accounts_cost_no_more_queries(client, address, account, django_assert_num_queries):
    client.force_login(account.owner)
    client.get(address)  # conditions of the group are kept in the process
    for _ in range(2):
        make_account(account.owner)
    with django_assert_num_queries(5):  # session, user, accounts, their states, their news
        client.get(address)
