import pytest
from django.test import Client

from trading.models import TradingAccount
from trading.selectors import account_state
from trading.services.opening import ACCOUNTS_MAX
from trading.tests.factories import make_live_account
from trading.tests.views.conftest import signed_in

pytestmark = pytest.mark.django_db
TYPED = {"currency": "EUR", "leverage": "100", "position_mode": "netting"}


@pytest.fixture
def client(market, trader):
    return signed_in(trader)


def test_a_live_account_opens_empty_and_leads_to_the_deposit(client, trader):
    answer = client.post("/funding/account", TYPED)
    account = TradingAccount.objects.get(owner=trader)
    assert answer.url == f"/funding/deposit?account={account.pk}"
    assert (account.kind, account.currency, account.position_mode) == ("live", "EUR", "netting")
    assert account_state(account).balance == 0


def test_there_is_a_most(client, trader):
    for _ in range(ACCOUNTS_MAX):
        make_live_account(trader, deposit="0")
    answer = client.post("/funding/account", TYPED)
    assert answer.status_code == 422
    assert "which is the most" in answer.content.decode()
    assert TradingAccount.objects.filter(owner=trader).count() == ACCOUNTS_MAX


def test_nonsense_opens_nothing(client):
    assert client.post("/funding/account", TYPED | {"currency": "XXX"}).status_code == 422
    assert client.post("/funding/account", TYPED | {"leverage": "7"}).status_code == 422
    assert not TradingAccount.objects.exists()


def test_visitors_sign_in_first():
    assert Client().post("/funding/account", TYPED).url == "/sign-in?next=/funding/account"
