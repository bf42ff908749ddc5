import json
from datetime import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from trading.engine.state import OrderType
from trading.models import Order
from trading.selectors import account_state, newest_seq
from trading.tests.factories import make_order

MARKET = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"}


@pytest.fixture
def address(account):
    return reverse("trading:orders", args=[account.pk])


@pytest.fixture
def limit_order(account):
    return make_order(account, type=OrderType.LIMIT, volume="0.20", price="1.05", stop_loss="1.04").order_id


def test_market_order_fills_and_the_ticket_comes_back_fresh(owner, account, address, htmx):
    answer = owner.post(address, {**MARKET, "stop_loss": "1.09", "idempotency_key": "k1"}, headers=htmx)
    assert answer.status_code == 200
    assert "account-changed" in json.loads(answer["HX-Trigger"])
    (position,) = account_state(account).positions.values()
    assert (position.volume, position.open_price, position.stop_loss) == (
        Decimal("0.10"),
        Decimal("1.10010"),
        Decimal("1.09"),
    )
    text = answer.content.decode()
    assert 'name="volume" type="number" inputmode="decimal" value="0.10"' in text
    assert 'value="1.09"' not in text


def test_without_scripts_the_answer_is_a_page(owner, account, address):
    answer = owner.post(address, MARKET)
    assert answer["Location"] == reverse("trading:terminal", args=[account.pk])
    refused = owner.post(address, {**MARKET, "volume": "99"})
    assert refused.status_code == 422
    assert "<html" in refused.content.decode()


def test_one_key_is_one_order(owner, account, address, htmx):
    for _ in range(3):
        owner.post(address, {**MARKET, "idempotency_key": "same"}, headers=htmx)
    assert len(account_state(account).positions) == 1


def test_pending_orders_take_their_prices(owner, account, address, htmx):
    limit = {**MARKET, "type": "limit", "price": "1.05", "limit_price": "9"}
    stop_limit = {**MARKET, "type": "stop_limit", "price": "1.15", "limit_price": "1.14"}
    assert owner.post(address, limit, headers=htmx).status_code == 200
    assert owner.post(address, stop_limit, headers=htmx).status_code == 200
    placed = [(order.type, order.price, order.limit_price) for order in account_state(account).orders.values()]
    assert placed == [
        (OrderType.LIMIT, Decimal("1.05"), None),  # a limit price left over from another type is not sent
        (OrderType.STOP_LIMIT, Decimal("1.15"), Decimal("1.14")),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"volume": ""}, "volume"),
        ({"volume": "-1"}, "volume"),
        ({"volume": "lots"}, "volume"),
        ({"volume": "NaN"}, "volume"),
        ({"volume": "1e400"}, "volume"),
        ({"type": "limit"}, "price"),
        ({"type": "stop_limit", "price": "1.15"}, "limit_price"),
        ({"type": "limit", "price": "0"}, "price"),
        ({"stop_loss": "abc"}, "stop_loss"),
        ({"take_profit": "-2"}, "take_profit"),
    ],
)
def test_bad_fields_are_explained_beside_them_and_kept(owner, account, address, htmx, change, field):
    before = newest_seq(account.pk)
    answer = owner.post(address, {**MARKET, **change}, headers=htmx)
    assert answer.status_code == 422
    assert f'aria-describedby="ticket-{field.replace("_", "-")}-error"' in answer.content.decode().replace(
        f"ticket-{field}-error", f"ticket-{field.replace('_', '-')}-error"
    )
    for name, value in change.items():
        if name not in ("type",) and value:
            assert f'value="{value}"' in answer.content.decode()
    assert newest_seq(account.pk) == before


@pytest.mark.parametrize(
    "change", [{"side": "hold"}, {"type": "twap"}, {"side": ""}, {"symbol": ""}, {"symbol": "EUR\0USD"}, {"side": "\0"}]
)
def test_what_no_ticket_sends_is_refused(owner, account, address, htmx, change):
    before = newest_seq(account.pk)
    assert owner.post(address, {**MARKET, **change}, headers=htmx).status_code == 422
    assert newest_seq(account.pk) == before


def test_a_refusal_is_told_in_the_ticket(owner, account, address, htmx):
    answer = owner.post(address, {**MARKET, "volume": "100"}, headers=htmx)
    assert answer.status_code == 422
    assert "margin" in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert not account_state(account).positions


def test_order_dialog_shows_and_changes_prices(owner, account, limit_order, htmx):
    address = reverse("trading:order", args=[account.pk, limit_order])
    dialog = owner.get(address, headers=htmx).content.decode()
    assert "<dialog" in dialog
    assert 'value="1.05"' in dialog
    assert "limit_price" not in dialog

    answer = owner.post(address, {"price": "1.06", "stop_loss": "", "take_profit": "1.2"}, headers=htmx)
    assert answer.status_code == 204
    assert set(json.loads(answer["HX-Trigger"])) == {"account-changed", "dialog-done"}
    order = account_state(account).orders[limit_order]
    assert (order.price, order.stop_loss, order.take_profit) == (Decimal("1.06"), None, Decimal("1.2"))


def test_a_field_that_was_not_sent_stays(owner, account, limit_order, htmx):
    owner.post(reverse("trading:order", args=[account.pk, limit_order]), {"price": "1.06"}, headers=htmx)
    assert account_state(account).orders[limit_order].stop_loss == Decimal("1.04")


def test_a_working_order_keeps_a_price(owner, account, limit_order, htmx):
    answer = owner.post(reverse("trading:order", args=[account.pk, limit_order]), {"price": ""}, headers=htmx)
    assert answer.status_code == 422
    assert "Cancel the order" in answer.content.decode()
    assert account_state(account).orders[limit_order].price == Decimal("1.05")


def test_cancelling_names_the_order_and_does_it(owner, account, limit_order, htmx):
    address = reverse("trading:order_cancel", args=[account.pk, limit_order])
    assert "Cancel Buy 0.20 EURUSD limit at 1.05" in owner.get(address, headers=htmx).content.decode()
    assert owner.post(address, {"idempotency_key": "c"}, headers=htmx).status_code == 204
    assert Order.objects.get(pk=limit_order).status == Order.Status.CANCELLED
    assert owner.post(address, {"idempotency_key": "c"}, headers=htmx).status_code == 404


def test_the_group_limits_orders_a_minute_over_page_and_api(owner, account, address, htmx):
    account.group.orders_per_minute = 2
    account.group.save()
    owner.post(address, MARKET, headers=htmx)
    api = owner.post(
        f"/api/v1/accounts/{account.pk}/orders", MARKET, "application/json", headers={"Idempotency-Key": "a"}
    )
    assert api.status_code == 201
    answer = owner.post(address, MARKET, headers=htmx)
    assert answer.status_code == 422
    assert "2 orders a minute" in answer.content.decode()
    assert len(account_state(account).positions) == 2


GUARDS = {
    "trailing_distance": "300",
    "trailing_step": "",
    "trailing_activation": "100",
    "break_even_profit": "50",
    "break_even_offset": "",
    "target_1_price": "1.11",
    "target_1_volume": "0.05",
    "target_2_price": "1.12",
    "target_2_volume": "0.03",
}


def test_guards_come_with_the_order(owner, account, address, htmx):
    assert owner.post(address, {**MARKET, **GUARDS}, headers=htmx).status_code == 200
    (position,) = account_state(account).positions.values()
    trailing, break_even = position.guards.trailing_stop, position.guards.break_even
    assert (trailing.distance_points, trailing.step_points, trailing.activation_points) == (300, 1, 100)
    assert (break_even.profit_points, break_even.offset_points) == (50, 0)
    assert [(target.price, target.volume) for target in position.guards.partial_take_profits] == [
        (Decimal("1.11"), Decimal("0.05")),
        (Decimal("1.12"), Decimal("0.03")),
    ]


def test_terms_of_a_pending_order(owner, account, address, limit_order, htmx):
    terms = {
        "time_in_force": "gtd",
        "expires_at": "2099-01-02T14:30",
        "oco_group": "range",
        "parent_id": str(limit_order),
        "deviation_points": "20",
    }
    stop = {**MARKET, "type": "stop", "price": "1.15", **terms}
    assert owner.post(address, stop, headers=htmx).status_code == 200
    placed = account_state(account).orders[max(account_state(account).orders)]
    assert placed.time_in_force == "gtd"
    assert placed.expires_at == timezone.make_aware(datetime(2099, 1, 2, 14, 30))
    assert (placed.oco_group, placed.parent_id, placed.deviation_points) == ("range", limit_order, 20)


def test_terms_left_over_from_another_type_are_not_sent(owner, account, address, limit_order, htmx):
    left_over = {"oco_group": "range", "parent_id": str(limit_order), "expires_at": "2099-01-02T14:30", "price": "9"}
    assert owner.post(address, {**MARKET, **left_over}, headers=htmx).status_code == 200
    assert len(account_state(account).positions) == 1


def test_a_deviation_counts_from_the_price_that_was_seen(owner, account, address, htmx):
    seen = {**MARKET, "deviation_points": "5", "price": "1.09950"}
    refused = owner.post(address, seen, headers=htmx)
    assert refused.status_code == 422
    assert "The market has moved" in refused.content.decode()
    assert owner.post(address, {**seen, "price": "1.10008"}, headers=htmx).status_code == 200


def test_the_next_ticket_keeps_what_is_decided_for_many_orders(owner, account, address, htmx):
    order = {**MARKET, **GUARDS, "type": "limit", "price": "1.05", "time_in_force": "day", "oco_group": "range"}
    order |= {"target_1_price": "1.06", "target_2_price": "1.07"}
    text = owner.post(address, order, headers=htmx).content.decode()
    assert '<option value="day" selected>' in text
    assert 'value="300"' not in text
    assert 'value="range"' not in text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"trailing_step": "10"}, "trailing_distance"),
        ({"trailing_distance": "-1"}, "trailing_distance"),
        ({"break_even_offset": "5"}, "break_even_profit"),
        ({"target_1_price": "1.11"}, "target_1_volume"),
        ({"target_3_volume": "0.01"}, "target_3_price"),
        ({"expires_at": "tomorrow", "time_in_force": "gtd"}, "expires_at"),
        ({"time_in_force": "forever"}, "time_in_force"),
        ({"oco_group": "x" * 40}, "oco_group"),
        ({"parent_id": "first"}, "parent_id"),
    ],
)
def test_bad_terms_are_explained_beside_them_with_the_advanced_part_open(owner, account, address, htmx, change, field):
    before = newest_seq(account.pk)
    answer = owner.post(address, {**MARKET, "type": "limit", "price": "1.05", **change}, headers=htmx)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="ticket-{field}_error"' in text
    assert '<details class="advanced" id="ticket-advanced" open>' in text
    assert newest_seq(account.pk) == before


def test_order_dialog_changes_expiry_and_guards(owner, account, limit_order, htmx):
    address = reverse("trading:order", args=[account.pk, limit_order])
    sent = {"price": "1.05", "stop_loss": "1.04", "take_profit": "", "expires_at": "2099-01-02T14:30", **GUARDS}
    sent |= {"target_1_price": "1.06", "target_2_price": "1.07", "target_2_volume": "0.10"}
    assert owner.post(address, sent, headers=htmx).status_code == 204
    order = account_state(account).orders[limit_order]
    assert (order.time_in_force, order.guards.trailing_stop.distance_points) == ("gtd", 300)
    dialog = owner.get(address, headers=htmx).content.decode()
    assert 'value="2099-01-02T14:30"' in dialog
    assert 'value="1.07"' in dialog
    before = newest_seq(account.pk)
    owner.post(address, sent | {"price": "1.051"}, headers=htmx)
    owner.post(address, sent | {"price": "1.051", "expires_at": "", "trailing_distance": ""}, headers=htmx)
    assert newest_seq(account.pk) == before + 1  # the last is incomplete: a step without its distance

    owner.post(address, {"price": "1.052", "expires_at": "", "break_even_profit": ""}, headers=htmx)
    order = account_state(account).orders[limit_order]
    assert (order.time_in_force, order.expires_at, order.guards.break_even) == ("gtc", None, None)
    assert order.guards.trailing_stop.distance_points == 300  # a guard that was not sent stays
