import pytest
from django.contrib.auth.models import Permission

from trading.models import TradingAccount
from trading.tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    """Return what enters the back office with some permissions."""

    def enter(*permissions):
        user = make_user("staff@example.com", is_staff=True)
        user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client.get("/admin/")

    return enter


def test_accounts_in_margin_call_come_first_and_lead_to_them(enter, client):
    TradingAccount.objects.filter(pk=make_account().pk).update(margin_call=True)
    item = enter("view_tradingaccount").context["attention"][0]
    assert (item.title, item.detail, item.urgent) == ("Margin call", "1 account", True)
    assert client.get(item.link).status_code == 200


def test_who_may_not_see_accounts_is_told_nothing_of_them(enter):
    TradingAccount.objects.filter(pk=make_account().pk).update(margin_call=True)
    assert enter("view_symbol").context["attention"] == []
