import pytest

from forexpro.core.realtime.connections import name
from trading.models import Order, Position
from trading.tests.factories import make_group, set_price

MARKET = {"symbol": "EUR/USD", "side": "buy", "type": "market", "volume": "0.10"}
LIMIT = {"symbol": "EURUSD", "side": "buy", "type": "limit", "volume": "0.10", "price": "1.09000"}


def test_place_answers_the_events(owner):
    response = owner.post("/orders", MARKET | {"stop_loss": "1.09"}, key="a")

    assert response.status_code == 201
    answer = response.json()
    assert [event["type"] for event in answer["events"]] == ["order.placed", "order.filled", "position.opened"]
    order_id = answer["order_id"]
    assert isinstance(order_id, str)
    assert answer["position_ids"] == [order_id]
    filled = answer["events"][1]["payload"]
    assert (filled["order_id"], filled["price"], filled["volume"]) == (order_id, "1.10010", "0.1")
    assert answer["events"][0]["occurred_at"].endswith("Z")
    assert answer["seq"] == answer["events"][-1]["seq"]


def test_same_key_and_body_gives_the_first_answer(owner):
    first = owner.post("/orders", MARKET, key="a").json()
    again = owner.post("/orders", MARKET | {"volume": "0.1"}, key="a")
    assert again.status_code == 201
    assert again.json() == first | {"repeated": True}
    assert Order.objects.count() == 1


def test_same_key_with_another_body_is_refused(owner):
    owner.post("/orders", MARKET, key="a")
    response = owner.post("/orders", MARKET | {"volume": "0.20"}, key="a")
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "idempotency_key_reused"
    assert Order.objects.count() == 1


def test_refusal_is_remembered_under_its_key(owner):
    set_price("EURUSD", "1.10000", "1.10010", age_seconds=3600)
    first = owner.post("/orders", MARKET, key="a")
    set_price("EURUSD", "1.10000", "1.10010")
    again = owner.post("/orders", MARKET, key="a")

    assert (first.status_code, first.json()["error"]["code"]) == (422, "quote_stale")
    first_error, again_error = first.json()["error"], again.json()["error"]
    assert first_error.pop("request_id") != again_error.pop("request_id")
    assert first_error == again_error
    assert owner.post("/orders", MARKET, key="b").status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"volume": "lots"}, "volume"),
        ({"volume": "NaN"}, "volume"),
        ({"volume": "1e50"}, "volume"),
        ({"volume": "-1"}, "volume"),
        ({"side": "up"}, "side"),
        ({"type": "iceberg"}, "type"),
        ({"symbol": "a b"}, "symbol"),
        ({"symbol": None}, "symbol"),
        ({"comment": "x" * 65}, "comment"),
        ({"stop_loss": "1.123456789"}, "stop_loss"),
        ({"stop_los": "1.05"}, "stop_los"),
        ({"trailing_stop": {"distance_points": 50, "steps": 5}}, "trailing_stop"),
    ],
)
def test_malformed_fields_are_named(owner, changes, field):
    response = owner.post("/orders", MARKET | changes, key="a")
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "invalid_input"
    assert list(error["details"]["fields"]) == [field]
    assert not Order.objects.exists()


def test_what_is_no_object_is_refused(owner):
    assert owner.post("/orders", ["EURUSD"], key="a").status_code == 400


def test_key_that_is_too_long_is_refused(owner):
    response = owner.post("/orders", MARKET, key="k" * 129)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "idempotency_key_invalid")


def test_refusal_carries_the_numbers(owner):
    response = owner.post("/orders", MARKET | {"volume": "50"}, key="a")
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "insufficient_margin")
    assert error["details"]["equity"] == "10000.00"
    assert error["request_id"] == response.headers["X-Request-ID"]


def test_preview_changes_nothing(owner):
    response = owner.post("/orders/preview", MARKET)
    assert response.status_code == 200
    assert response.json()["margin"] == "110.01"
    assert response.json()["margin_level_before"] is None
    assert response.json()["refusal"] is None
    assert not Order.objects.exists()


def test_preview_tells_why_it_would_be_refused(owner):
    response = owner.post("/orders/preview", MARKET | {"volume": "50"})
    assert response.json()["refusal"]["code"] == "insufficient_margin"


def test_modify_and_cancel(owner):
    order_id = owner.post("/orders", LIMIT, key="a").json()["order_id"]
    response = owner.patch(f"/orders/{order_id}", {"price": "1.08", "stop_loss": "1.07"}, key="b")
    assert response.status_code == 200
    assert owner.get("/orders").json()["results"][0]["price"] == "1.08"

    owner.patch(f"/orders/{order_id}", {"stop_loss": None}, key="c")
    assert Order.objects.get(pk=order_id).stop_loss is None

    assert owner.delete(f"/orders/{order_id}", key="d").status_code == 200
    assert owner.get("/orders").json()["results"] == []
    finished = owner.get("/orders?status=finished").json()["results"]
    assert [(order["id"], order["status"]) for order in finished] == [(order_id, "cancelled")]
    assert owner.delete(f"/orders/{order_id}", key="e").json()["error"]["code"] == "order_not_found"


def test_positions_modify_reduce_close(owner):
    position_id = owner.post("/orders", MARKET, key="a").json()["order_id"]
    owner.patch(f"/positions/{position_id}", {"take_profit": "1.20"}, key="b")
    assert owner.get("/positions").json()["results"][0]["take_profit"] == "1.2"

    response = owner.post(f"/positions/{position_id}/close", {"volume": "0.04"}, key="c")
    assert [event["type"] for event in response.json()["events"]] == ["position.reduced", "balance.updated"]
    assert owner.post("/positions/close-all", {"symbol": "EUR/USD"}, key="d").status_code == 200
    assert not Position.objects.filter(closed_at=None).exists()
    (closed,) = owner.get("/positions?status=closed").json()["results"]
    assert (closed["profit"], closed["initial_volume"]) == ("-1.00", "0.1")

    deals = owner.get("/deals?limit=2").json()
    assert [deal["entry"] for deal in deals["results"]] == ["out", "out"]
    assert deals["next"]
    ledger = owner.get("/ledger").json()["results"]
    assert [(row["reason"], row["amount"], row["balance_after"]) for row in ledger] == [
        ("trade", "-0.60", "9999.00"),
        ("trade", "-0.40", "9999.60"),
        ("deposit", "10000.00", "10000.00"),
    ]


@pytest.mark.parametrize("path", ["/positions/{}/close", "/positions/close-all"])
def test_a_misspelt_field_closes_nothing(owner, path):
    position = owner.post("/orders", MARKET, key="a").json()["position_ids"][0]
    response = owner.post(path.format(position), {"volumes": "0.01"}, key="b")
    assert response.status_code == 400
    assert list(response.json()["error"]["details"]["fields"]) == ["volumes"]
    assert Position.objects.get().closed_at is None


def test_changes_continue_after_a_number(owner):
    owner.post("/orders", MARKET, key="a")
    everything = owner.get("/changes").json()
    assert [event["seq"] for event in everything["events"]] == [1, 2, 3, 4, 5]
    assert everything["seq"] == 5
    later = owner.get("/changes?since=3").json()
    assert later["events"] == everything["events"][3:]
    assert owner.get("/changes?since=soon").status_code == 400


def test_account_shows_its_valuation(owner):
    owner.post("/orders", MARKET, key="a")
    account = owner.get().json()
    assert (account["balance"], account["leverage"]) == ("10000.00", "100")
    assert account["valuation"] == {
        "equity": "9999.00",
        "blocked": "0.00",
        "reserved": "0.00",
        "floating": "-1.00",
        "margin": "110.01",
        "free_margin": "9888.99",
        "margin_level": "9089.17",
    }


def test_account_shows_the_margin_rules_of_its_group(owner):
    assert owner.get().json()["margin_rules"] == {
        "level_unit": "percent",
        "margin_call_level": "100",
        "stop_out_level": "50",
        "stop_out_sequence": "mt5",
        "stop_out_fully_hedged": False,
        "hedged_margin": "larger_leg",
        "negative_balance_protection": True,
        "compensation_credit": "bears_loss",
    }


def test_account_without_prices_has_no_valuation(owner, redis):
    owner.post("/orders", MARKET, key="a")
    redis.delete(name("quotes"))
    assert owner.get().json()["valuation"] is None


def test_group_limits_orders_per_minute(owner):
    make_group(orders_per_minute=2)
    codes = [owner.post("/orders", LIMIT, key=key).status_code for key in "abc"]
    assert codes == [201, 201, 429]
    response = owner.post("/orders", LIMIT, key="d")
    assert int(response.headers["Retry-After"]) <= 61
    assert response.json()["error"]["code"] == "throttled"
    order_id = Order.objects.first().pk
    assert owner.delete(f"/orders/{order_id}", key="e").status_code == 200


def test_previews_have_a_budget_of_their_own(owner, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"previews": "2/h", "user": ""}
    codes = [owner.post("/orders/preview", MARKET).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert owner.post("/orders", MARKET, key="a").status_code == 201
