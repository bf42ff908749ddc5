"""Time in force, deviation, groups, attached orders and guards over REST."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

LIMIT = {"symbol": "EURUSD", "side": "buy", "type": "limit", "volume": "0.10", "price": "1.09000"}
MARKET = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"}
TRAILING = {"distance_points": 100, "step_points": 20}
TARGETS = [{"price": "1.11", "volume": "0.05"}, {"price": "1.12", "volume": "0.03"}]


@pytest.fixture
def send(owner):
    return lambda method, path, body: getattr(owner, method)(path, body, key=uuid4().hex)


@pytest.fixture
def listed(owner):
    return lambda path: owner.get(path).json()["results"]


def test_an_order_tells_how_long_it_stands(send, listed):
    moment = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    text = moment.isoformat().replace("+00:00", "Z")
    placed = send("post", "/orders", LIMIT | {"time_in_force": "gtd", "expires_at": text})
    assert placed.status_code == 201
    (order,) = listed("/orders")
    assert (order["time_in_force"], order["expires_at"]) == ("gtd", text)
    assert send("patch", f"/orders/{order['id']}", {"expires_at": None}).status_code == 200
    (order,) = listed("/orders")
    assert (order["time_in_force"], order["expires_at"]) == ("gtc", None)


def test_an_immediate_order_that_finds_no_price_is_answered_with_its_cancellation(send, listed):
    placed = send("post", "/orders", LIMIT | {"time_in_force": "fok"}).json()
    assert [event["type"] for event in placed["events"]] == ["order.placed", "order.cancelled"]
    assert placed["events"][1]["payload"]["reason"] == "unfilled"
    (order,) = listed("/orders?status=finished")
    assert (order["status"], order["reason"]) == ("cancelled", "unfilled")


def test_a_market_order_is_refused_when_the_price_that_was_seen_is_gone(send):
    refused = send("post", "/orders", MARKET | {"price": "1.09950", "deviation_points": 50})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "price_moved")
    assert send("post", "/orders", MARKET | {"price": "1.09960", "deviation_points": 50}).status_code == 201


def test_orders_are_linked(send, listed):
    first = send("post", "/orders", LIMIT | {"oco_group": "a"}).json()["order_id"]
    second = send("post", "/orders", LIMIT | {"parent_id": first, "price": "1.2"}).json()["order_id"]
    orders = {order["id"]: order for order in listed("/orders")}
    assert (orders[first]["oco_group"], orders[second]["parent_id"]) == ("a", first)
    refused = send("post", "/orders", LIMIT | {"parent_id": "999999"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "parent_not_working")


def test_guards_travel_with_an_order_and_change_on_its_position(send, listed):
    guards = {"trailing_stop": TRAILING, "break_even": {"profit_points": 50}, "partial_take_profits": TARGETS}
    placed = send("post", "/orders", MARKET | guards)
    assert placed.status_code == 201, placed.json()
    (position,) = listed("/positions")
    assert position["trailing_stop"] == TRAILING | {"activation_points": None, "moves_at": "1.10110"}
    assert position["break_even"] == {"profit_points": 50, "offset_points": 0, "moves_at": "1.10060"}
    assert position["partial_take_profits"] == TARGETS
    path = f"/positions/{position['id']}"
    assert send("patch", path, {"trailing_stop": None, "partial_take_profits": TARGETS[:1]}).status_code == 200
    (position,) = listed("/positions")
    assert (position["trailing_stop"], position["partial_take_profits"]) == (None, TARGETS[:1])
    assert position["break_even"]["profit_points"] == 50
    assert send("patch", path, {"break_even": None, "partial_take_profits": []}).status_code == 200
    (position,) = listed("/positions")
    assert (position["break_even"], position["partial_take_profits"]) == (None, None)


def test_the_same_guards_again_are_the_same_request(owner):
    body = MARKET | {"trailing_stop": TRAILING}
    first, again = (owner.post("/orders", body, key="k") for _ in range(2))
    assert again.json() == first.json() | {"repeated": True}
    other = owner.post("/orders", MARKET | {"trailing_stop": TRAILING | {"step_points": 1}}, key="k")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "terms",
    [
        {"time_in_force": "forever"},
        {"expires_at": "tomorrow"},
        {"deviation_points": -1},
        {"oco_group": "x" * 37},
        {"parent_id": "first"},
        {"trailing_stop": {"step_points": 1}},
        {"trailing_stop": {"distance_points": "far"}},
        {"break_even": {}},
        {"partial_take_profits": TARGETS * 3},
        {"partial_take_profits": [{"price": "1.11"}]},
        {"partial_take_profits": None},
    ],
)
def test_terms_that_cannot_be_read_are_refused(send, terms):
    refused = send("post", "/orders", LIMIT | terms)
    assert refused.status_code == 400
    assert next(iter(terms)) in str(refused.json())
