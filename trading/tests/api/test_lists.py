import pytest

from trading.tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(client):
    account = make_account(make_user("ada@example.org"))
    client.force_login(account.owner)
    return lambda **asked: client.get(f"/api/v1/accounts/{account.pk}/orders", asked)


@pytest.mark.parametrize("limit", ["0", "-1", "501", "many", "", "99999999999"])
def test_a_limit_that_makes_no_sense_is_refused(orders, limit):
    response = orders(limit=limit)
    assert response.status_code == 400
    assert "limit" in response.json()["error"]["details"]["fields"]


@pytest.mark.parametrize("cursor", ["nonsense", "cD1hYmM=", "é"])
def test_a_cursor_of_no_page_is_refused(orders, cursor):
    response = orders(cursor=cursor)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "cursor_invalid")


def test_a_good_limit_is_taken(orders):
    assert orders(limit="500").json()["results"] == []
