import pytest
from django.test import Client

from trading.tests.factories import make_user


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(account, trader):
    """A browser in which the account's owner is signed in."""
    return signed_in(trader)


@pytest.fixture
def strangers(db):
    """Browsers of everybody else, by name: another trader, a member of staff, nobody."""
    return {
        "stranger": signed_in(make_user("stranger@example.com")),
        "staff": signed_in(make_user("staff@example.com", is_staff=True)),
        "anonymous": Client(),
    }


@pytest.fixture
def htmx():
    """The headers of a request that htmx makes."""
    return {"HX-Request": "true"}
