"""What is promised to other systems is what they are told when it really happens."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from accounts.services.profile import profile_update
from accounts.services.staff import user_activate, user_suspend
from crm.webhook_events import NAMED_EVENTS
from forexpro.core.events.chain import Origin
from forexpro.core.models import Event, WebhookDelivery, WebhookMessage
from forexpro.core.webhooks.catalogue import named_events
from forexpro.core.webhooks.endpoints import endpoint_create
from forexpro.core.webhooks.fan_out import fan_out
from kyc.tests.factories import verify
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.models import LedgerTransaction
from trading.services.accounts import balance_change
from trading.services.orders import order_place
from trading.services.positions import position_close
from trading.tests.factories import make_live_account, make_method, make_symbols, set_price
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

ORIGIN = Origin(actor="system:test")
PROMISED = {
    "user.created", "user.updated", "email.verified", "kyc.status_changed", "order.placed", "position.closed",
    "position.reduced", "balance.updated", "deposit.requested", "withdrawal.requested",
}  # fmt: skip
SCHEMAS = {event.name: event.schema for event in NAMED_EVENTS}


def faults(name: str, data: Any) -> list[str]:
    validator = Draft202012Validator(SCHEMAS[name], format_checker=FormatChecker())
    return [f"{name}: {error.message}" for error in validator.iter_errors(data)]


@pytest.fixture
def told(db, redis, person, reviewer):
    """Let everything that is promised happen to one client; return the client and what is told, in order."""
    endpoint_create(name="CRM", url="https://crm.example.com/", event_types=sorted(PROMISED), origin=ORIGIN)
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    client = person("client@example.org", full_name="The Client")
    profile_update(user_id=client.pk, full_name="Another Name", time_zone="UTC", origin=ORIGIN)
    user_suspend(actor=reviewer, user_id=client.pk, reason="Chargeback", origin=ORIGIN)
    user_activate(actor=reviewer, user_id=client.pk, reason="Settled", origin=ORIGIN)
    verify(client, reviewer)
    account = make_live_account(client)
    for kind, price in ((OrderType.MARKET, None), (OrderType.LIMIT, Decimal("1.05000"))):
        prices = {} if price is None else {"price": price, "stop_loss": Decimal("1.04000")}
        order = order_place(
            account_id=account.pk, symbol="EURUSD", side=Side.BUY, type=kind, volume=Decimal("0.40"), origin=ORIGIN,
            **prices,
        )  # fmt: skip
        if kind is OrderType.MARKET:
            position = order.order_id
    set_price("EURUSD", "1.10510", "1.10520")
    position_close(account_id=account.pk, position_id=position, volume=Decimal("0.10"), origin=ORIGIN)
    position_close(account_id=account.pk, position_id=position, origin=ORIGIN)
    balance_change(
        account_id=account.pk, amount=Decimal(25), reason=BalanceReason.CREDIT, reference="bonus", origin=ORIGIN
    )
    method = make_method()
    ask_deposit(account, method)
    ask_withdrawal(account, method)
    while fan_out():
        pass
    messages = WebhookMessage.objects.filter(pk__in=WebhookDelivery.objects.order_by("id").values("message"))
    return client, account, [json.loads(message.body) for message in messages.order_by("event_id", "type")]


def of(told: Any, name: str) -> list[dict[str, Any]]:
    return [body["data"] for body in told[2] if body["type"] == name]


def test_everything_promised_is_in_the_catalogue() -> None:
    assert {event.name for event in named_events()} == PROMISED


@pytest.mark.parametrize("event", NAMED_EVENTS, ids=lambda event: event.name)
def test_examples_are_what_the_schemas_say(event: Any) -> None:
    Draft202012Validator.check_schema(event.schema)
    assert faults(event.name, event.example) == []
    assert faults(event.name, {**event.example, "more": 1})  # a schema that takes anything shows nothing


def test_everything_promised_is_told_as_its_schema_says(told: Any) -> None:
    assert {body["type"] for body in told[2]} == PROMISED
    assert all(set(body) == {"type", "timestamp", "data"} for body in told[2])
    assert [fault for body in told[2] for fault in faults(body["type"], body["data"])] == []


def test_people_are_told_of_by_what_has_changed(told: Any) -> None:
    client = told[0]
    created = [data for data in of(told, "user.created") if data["user_id"] == str(client.pk)]
    assert [data["email"] for data in created] == ["client@example.org"]
    changes = [data["changes"] for data in of(told, "user.updated")]
    assert changes == [
        {"full_name": {"before": "The Client", "after": "Another Name"}},
        {"status": {"before": "active", "after": "suspended"}},
        {"status": {"before": "suspended", "after": "active"}},
    ]
    assert {"user_id": str(client.pk), "email": client.email} in of(told, "email.verified")
    assert of(told, "kyc.status_changed")[-1]["status"] == "approved"


def test_a_position_is_reduced_in_part_and_closed_wholly(told: Any) -> None:
    (reduced,), (closed,) = of(told, "position.reduced"), of(told, "position.closed")
    assert (Decimal(reduced["volume"]), Decimal(reduced["remaining_volume"])) == (Decimal("0.1"), Decimal("0.3"))
    assert (Decimal(closed["volume"]), Decimal(closed["profit"])) == (Decimal("0.3"), Decimal(150))
    assert closed["account_number"] == str(told[1].number)
    assert [data["order"]["type"] for data in of(told, "order.placed")] == ["market", "limit"]


def test_every_change_of_the_ledger_is_told_with_its_reason(told: Any) -> None:
    recorded = Counter(LedgerTransaction.objects.filter(account=told[1]).values_list("reason", flat=True))
    assert Counter(data["reason"] for data in of(told, "balance.updated")) == recorded
    assert {"deposit", "trade", "credit"} <= set(recorded)


def test_whoever_asks_for_everything_is_told_of_every_event_of_the_log(told: Any) -> None:
    endpoint_create(name="Everything", url="https://crm.example.com/", event_types=["*"], origin=ORIGIN)
    account = told[1]
    set_price("EURUSD", "1.10510", "1.10520")
    newest = Event.objects.latest("id").pk
    order_place(
        account_id=account.pk, symbol="EURUSD", side=Side.BUY, type=OrderType.MARKET, volume=Decimal("0.10"),
        origin=ORIGIN,
    )  # fmt: skip
    while fan_out():
        pass
    recorded = Event.objects.filter(id__gt=newest).order_by("id").values_list("type", flat=True)
    deliveries = WebhookDelivery.objects.filter(endpoint__name="Everything", message__event_id__gt=newest)
    assert list(deliveries.order_by("id").values_list("message__type", flat=True)) == list(recorded)
    opened = json.loads(deliveries.get(message__type="position.opened").message.body)["data"]
    assert opened["stream"] == f"account:{account.pk}"
    assert opened["payload"]["position"]["symbol"] == "EURUSD"
    assert isinstance(opened["payload"]["position"]["id"], str)
    assert opened["payload"]["position"]["opened_at"].endswith("Z")
    assert "evidence" not in opened["payload"]


def test_payout_details_and_secrets_are_told_to_nobody(told: Any) -> None:
    assert "DE89" not in json.dumps(told[2])
    assert "whsec_" not in json.dumps(told[2])
