import json
from decimal import Decimal

import pytest
from django.urls import reverse

from trading.engine.state import OrderType, Side
from trading.models import Order
from trading.selectors import account_state, newest_seq
from trading.services.orders import order_place
from trading.tests.factories import ORIGIN

MARKET = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"}


@pytest.fixture
def address(account):
    return reverse("trading:orders", args=[account.pk])


@pytest.fixture
def limit_order(account):
    return order_place(
        account_id=account.pk,
        symbol="EURUSD",
        side=Side.BUY,
        type=OrderType.LIMIT,
        volume=Decimal("0.20"),
        price=Decimal("1.05"),
        stop_loss=Decimal("1.04"),
        origin=ORIGIN,
    ).order_id


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


@pytest.mark.parametrize("change", [{"side": "hold"}, {"type": "twap"}, {"side": ""}, {"symbol": ""}])
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
