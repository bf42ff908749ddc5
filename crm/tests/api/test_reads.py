"""What a client has, as programs read it: the right rows, in as many queries whatever their number."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.models import User
from crm.models import AnsweredCall
from crm.services.calls import answered_calls_forget
from crm.tests.api.calls import CALLS
from trading.engine.state import OrderType, Side
from trading.services.orders import order_place
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_live_account, make_user
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db
# Of each call: whose key it is, and that it was made; and of the client.
AUTHENTICATION, ON_RECORD, CLIENT = 1, 1, 1


def buy(account):
    return order_place(
        account_id=account.pk,
        symbol="EURUSD",
        side=Side.BUY,
        type=OrderType.MARKET,
        volume=Decimal("0.1"),
        origin=ORIGIN,
    ).order_id


@pytest.fixture
def history(ada, live, bank):
    """Two accounts with an open and a closed position each, deposits and withdrawals; and those of somebody else."""
    other = make_live_account(make_user("bob@example.com"))
    for account in (live, make_live_account(ada), other):
        buy(account)
        position_close(account_id=account.pk, position_id=buy(account), origin=ORIGIN)
        for _number in range(2):
            ask_deposit(account, bank)
            ask_withdrawal(account, bank, "20")


def test_accounts(crm, ada, live, history):
    first, second = crm.get(f"users/{ada.pk}/accounts").json()
    assert (first["id"], first["balance"], first["group"], first["reserved"]) == (
        str(live.pk),
        str(first["balance"]),
        "Test",
        "40.00",
    )
    assert second["currency"] == "USD"


@pytest.mark.parametrize(("status", "count"), [("open", 2), ("closed", 2), ("all", 4)])
def test_positions(crm, ada, history, status, count):
    found = crm.get(f"users/{ada.pk}/positions", {"status": status}).json()["results"]
    assert len(found) == count
    assert len({position["account_id"] for position in found}) == 2
    assert all((position["closed_at"] is None) == (status == "open") for position in found if status != "all")


@pytest.mark.parametrize(("what", "count"), [("deals", 6), ("deposits", 4), ("withdrawals", 4)])
def test_lists_are_the_clients_own_newest_first_and_paged(crm, ada, history, what, count):
    first = crm.get(f"users/{ada.pk}/{what}", {"limit": 3}).json()
    rest = crm._client.get(first["next"], headers={"X-API-Key": crm.text}).json()
    ids = [int(row["id"]) for row in first["results"] + rest["results"]]
    assert len(first["results"]) == 3
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == count


@pytest.mark.parametrize("what", ["accounts", "positions", "deals", "deposits", "withdrawals", "kyc", "notes"])
def test_each_list_takes_one_query_beside_what_every_call_takes(crm, ada, history, what, django_assert_num_queries):
    crm.get("users/0")  # the first use of a key is written
    with django_assert_num_queries(AUTHENTICATION + CLIENT + 1 + ON_RECORD):
        assert crm.get(f"users/{ada.pk}/{what}").status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_clients_take_one_query_however_many(crm, count, django_assert_num_queries):
    for number in range(count):
        make_user(f"c{number}@example.com")
    crm.get("users/0")
    with django_assert_num_queries(AUTHENTICATION + 1 + ON_RECORD):
        assert crm.get("users").status_code == 200


def test_a_client_is_found_by_address_or_external_id(crm, ada):
    User.objects.filter(pk=ada.pk).update(external_id="crm-1")
    for query in ({"email": "ADA@example.com"}, {"external_id": "crm-1"}):
        assert [found["id"] for found in crm.get("users", query).json()["results"]] == [str(ada.pk)]
    assert crm.get("users", {"external_id": "crm-2"}).json()["results"] == []


def test_old_answers_are_forgotten(crm, ada):
    crm.post(f"users/{ada.pk}/notes", {"text": "Once."}, key="one")
    AnsweredCall.objects.update(created_at=timezone.now() - timedelta(days=8))
    crm.post(f"users/{ada.pk}/notes", {"text": "Twice."}, key="two")
    assert answered_calls_forget(before=timezone.now() - timedelta(days=7)) == 1
    assert AnsweredCall.objects.get().idempotency_key == "two"


# --- The OpenAPI document ------------------------------------------------------------------------
def test_every_call_has_worked_examples_of_bodies_answers_and_errors():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    for method, path, _scope, body in CALLS:
        names = {name: f"{name}_id" for name in ("user", "deposit", "withdrawal", "document", "endpoint")}
        operation = paths["/crm/" + path.format_map({name: f"{{{shown}}}" for name, shown in names.items()})][method]
        assert operation["security"] == [{"service_key": []}]
        if body is not None:
            assert not body or operation["requestBody"]["content"]["application/json"]["examples"]
            assert {"400", "409", "422"} <= set(operation["responses"])
            assert any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
        assert {"401", "403", "429"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            examples = response["content"]["application/json"]["examples"]
            assert examples, f"{method} {path} {status}"
