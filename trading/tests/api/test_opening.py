"""Opening accounts by the API, and what a program is told of them: terms, journal, single orders and positions."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from accounts.services.tokens import tokens_issue
from forexpro.core.models import Event
from trading.models import AccountGroup, IdempotencyRecord, TradingAccount
from trading.tests.factories import ORIGIN, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_group")]


@pytest.fixture
def default_group(market):
    return AccountGroup.objects.get_or_create(is_default=True, defaults={"name": "Retail"})[0]


@pytest.fixture
def program(trader):
    """A program that was signed in for the trader."""
    token = tokens_issue(user=trader, origin=ORIGIN).access
    client = APIClient()

    def call(body, key="one"):
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        return client.post("/api/v1/accounts", body, format="json", headers=headers)

    call.get = lambda path: client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    return call


def error_of(response):
    return response.status_code, response.json()["error"]["code"]


def test_a_demo_account_has_money_in_it_and_a_live_one_has_none(program, trader):
    demo = program({"kind": "demo", "currency": "EUR", "leverage": "30", "position_mode": "netting"})
    assert demo.status_code == 201
    opened = demo.json()
    assert (opened["currency"], opened["leverage"], opened["position_mode"]) == ("EUR", "30", "netting")
    assert (opened["balance"], TradingAccount.objects.get(pk=opened["id"]).owner) == ("10000.00", trader)
    live = program({"kind": "live"}, key="two").json()
    assert (live["kind"], live["balance"], live["currency"]) == ("live", "0.00", "USD")
    types = Event.objects.filter(stream=trader.stream, type="user.account_opened")
    assert [event.payload["number"] for event in types.order_by("seq")] == [
        int(opened["number"]), int(live["number"]),
    ]  # fmt: skip


def test_the_same_key_opens_one_account(program, trader):
    first, again = program({"kind": "demo"}), program({"kind": "demo"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert error_of(program({"kind": "live"})) == (422, "idempotency_key_reused")
    assert error_of(program({"kind": "demo"}, key="")) == (400, "idempotency_key_required")
    assert error_of(program({"kind": "demo"}, key="k" * 129)) == (400, "idempotency_key_invalid")
    assert TradingAccount.objects.filter(owner=trader).count() == 1


def test_the_key_is_kept_beside_the_account_and_told_to_nobody(program, trader):
    opened = program({"kind": "demo"}, key="one-of-a-program").json()
    for event in Event.objects.filter(stream__in=[trader.stream, f"account:{opened['id']}"]):
        assert "one-of-a-program" not in str(event.payload)
    remembered = IdempotencyRecord.objects.get(account_id=opened["id"])
    assert (remembered.key, remembered.first_seq, remembered.last_seq) == ("one-of-a-program", 1, 1)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "invalid_input")),
        ({"kind": "contest"}, (400, "invalid_input")),
        ({"kind": "demo", "currency": "XXX"}, (400, "invalid_input")),
        ({"kind": "demo", "leverage": "0"}, (400, "invalid_input")),
        ({"kind": "demo", "leverage": "100000"}, (422, "leverage_not_allowed")),
    ],
)
def test_what_cannot_be_opened_is_refused(program, body, refusal):
    assert error_of(program(body)) == refusal


def test_what_there_is_to_choose_can_be_opened(program):
    options = program.get("account-options").json()
    for number, leverage in enumerate((options["leverages"][0], options["leverages"][-1], options["leverage"])):
        body = {"kind": "demo", "currency": options["currencies"][0], "leverage": leverage}
        assert program(body, key=f"{number}").json()["leverage"] == leverage


# --- What a program is told ----------------------------------------------------------------------
def test_symbols_come_with_the_accounts_own_terms_and_prices(owner, account):
    symbols = {one["symbol"]: one for one in owner.get("/symbols").json()["symbols"]}
    euro = symbols["EURUSD"]
    assert (Decimal(euro["bid"]), Decimal(euro["ask"])) == (Decimal("1.1"), Decimal("1.1001"))
    assert (euro["digits"], euro["trade_mode"]) == (5, "full")


def test_the_journal_is_paged_to_its_beginning_in_sentences(owner):
    for number in range(3):
        order = {"symbol": "EURUSD", "side": "buy", "type": "limit", "volume": "0.10", "price": f"1.0{number + 1}"}
        owner.post("/orders", order, key=f"{number}")
    whole = owner.get("/journal?limit=500").json()
    assert whole["before"] is None
    paged, before = [], ""
    while before is not None:
        page = owner.get(f"/journal?limit=2{before and f'&before={before}'}").json()
        paged += page["entries"]
        before = page["before"]
    assert paged == whole["entries"]
    assert [entry["seq"] for entry in paged] == sorted((entry["seq"] for entry in paged), reverse=True)
    assert "EURUSD" in paged[0]["sentence"]
    assert (paged[0]["explained"], paged[-1]["explained"]) == (True, False)
    assert owner.get("/journal?before=0").status_code == 400


def test_single_orders_and_positions_are_those_of_the_account(owner, account):
    limit = {"symbol": "EURUSD", "side": "buy", "type": "limit", "volume": "0.10", "price": "1.05"}
    order_id = owner.post("/orders", limit, key="one").json()["order_id"]
    position_id = owner.post(
        "/orders", {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.20"}, key="two"
    ).json()["position_ids"][0]
    assert owner.get(f"/orders/{order_id}").json()["price"] == "1.05"
    assert owner.get(f"/positions/{position_id}").json()["volume"] == "0.2"
    owner.delete(f"/orders/{order_id}", key="three")
    assert owner.get(f"/orders/{order_id}").json()["status"] == "cancelled"
    assert error_of(owner.get("/orders/999999")) == (404, "order_not_found")
    assert error_of(owner.get("/positions/999999")) == (404, "position_not_found")
    for path in ("/orders?status=filled", "/positions?status=", "/positions?status=all"):
        assert error_of(owner.get(path)) == (400, "invalid_input")


def test_what_can_be_withdrawn_is_what_margin_leaves(owner):
    assert owner.get().json()["withdrawable"] == "10000.00"
    owner.post("/orders", {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "1"}, key="one")
    shown = owner.get().json()
    assert shown["withdrawable"] == shown["valuation"]["free_margin"]
    assert Decimal(shown["withdrawable"]) < 9000


def test_another_persons_key_opens_another_account(program, trader):
    first = program({"kind": "demo"}).json()
    other = make_user("another@example.com")
    client = APIClient()
    client.force_login(other)
    theirs = client.post("/api/v1/accounts", {"kind": "demo"}, format="json", headers={"Idempotency-Key": "one"})
    assert theirs.status_code == 201
    assert theirs.json()["id"] != first["id"]
