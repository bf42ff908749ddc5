"""Positions closed against each other, over REST."""

import pytest

BUY = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.30"}
SELL = BUY | {"side": "sell", "volume": "0.10"}


@pytest.fixture
def opposites(owner):
    """A long of 0.30 from 1.10010 and a short of 0.10 from 1.10000."""
    return tuple(owner.post("/orders", body, key=body["side"]).json()["order_id"] for body in (BUY, SELL))


def test_a_position_is_closed_by_an_opposite_one(owner, opposites):
    long, short = opposites
    answer = owner.post(f"/positions/{long}/close-by", {"opposite_position_id": short}, key="k")
    assert answer.status_code == 200
    assert [event["type"] for event in answer.json()["events"]] == [
        "position.reduced",
        "balance.updated",
        "position.closed",
        "balance.updated",
    ]
    (left,) = owner.get("/positions").json()["results"]
    assert (left["id"], left["volume"]) == (long, "0.2")
    assert owner.get().json()["balance"] == "9999.00"  # bought at 1.10010, closed by what was sold at 1.10000


def test_the_same_request_closes_once(owner, opposites):
    long, short = opposites
    first, again = (
        owner.post(f"/positions/{long}/close-by", {"opposite_position_id": short}, key="k") for _ in range(2)
    )
    assert again.json() == first.json() | {"repeated": True}
    other = owner.post(f"/positions/{short}/close-by", {"opposite_position_id": long}, key="k")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("opposite", "status", "code"), [("itself", 422, "not_opposite"), ("0", 404, "position_not_found")]
)
def test_what_is_not_opposite_is_refused(owner, opposites, opposite, status, code):
    long, _ = opposites
    body = {"opposite_position_id": long if opposite == "itself" else opposite}
    answer = owner.post(f"/positions/{long}/close-by", body, key="k")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert len(owner.get("/positions").json()["results"]) == 2


@pytest.mark.parametrize("body", [{}, {"opposite_position_id": None}, {"opposite_position_id": "first"}])
def test_close_by_needs_the_opposite_position(owner, opposites, body):
    assert owner.post(f"/positions/{opposites[0]}/close-by", body, key="k").status_code == 400


def test_an_account_says_how_its_deals_add_up(owner):
    assert owner.get().json()["position_mode"] == "hedging"
