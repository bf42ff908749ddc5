"""The events that the platform promises to other systems: what each says, with its schema and a worked example.

Ids are opaque strings, decimals strings, times ISO 8601 in UTC.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from forexpro.core.events.reader import RecordedEvent
from forexpro.core.webhooks.catalogue import Build, Data, NamedEvent
from trading.models import TradingAccount

Payload = Mapping[str, Any]
Shape = Callable[[RecordedEvent], Data | None]

TEXT: Data = {"type": "string"}
TEXT_OR_NULL: Data = {"type": ["string", "null"]}
ID: Data = {"type": "string", "pattern": "^[0-9]+$"}
DECIMAL: Data = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
DECIMAL_OR_NULL: Data = {"type": ["string", "null"], "pattern": r"^-?\d+(\.\d+)?$"}
MOMENT: Data = {"type": "string", "format": "date-time"}
SIDE: Data = {"enum": ["buy", "sell"]}


def _object(**properties: Data) -> Data:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _number_of(event: RecordedEvent) -> str:
    """Return whose stream an event is in: `17` of `account:17`."""
    return event.stream.partition(":")[2]


# --- People --------------------------------------------------------------------------------------
def _user_created(event: RecordedEvent) -> Data:
    payload = event.payload
    return {
        "user_id": _number_of(event),
        "external_id": payload.get("external_id"),
        "email": payload["email"],
        "full_name": payload["full_name"],
        "role": payload["role"],
    }


def _user_updated(event: RecordedEvent) -> Data:
    payload = event.payload
    match event.type:
        case "user.email_changed":
            changes: Any = {"email": _change(payload["before"], payload["after"])}
        case "user.access_level_changed":
            changes = {"access_level": _change(payload["before"], payload["after"])}
        case "user.role_changed":
            changes = {"role": _change(", ".join(payload["before"]), ", ".join(payload["after"]))}
        case "user.suspended":
            changes = {"status": _change("active", "suspended")}
        case "user.activated":
            changes = {"status": _change("suspended", "active")}
        case _:
            changes = payload["changes"]
    return {"user_id": _number_of(event), "changes": changes, "reason": payload.get("reason", "")}


def _change(before: Any, after: Any) -> Data:
    return {"before": before, "after": after}


def _email_verified(event: RecordedEvent) -> Data:
    return {"user_id": _number_of(event), "email": event.payload["email"]}


def _kyc_status_changed(event: RecordedEvent) -> Data:
    payload = event.payload
    return {
        "user_id": str(payload["client"]),
        "status": payload["status"],
        "level": payload["level"],
        "before": {"status": payload["before"]["status"], "level": payload["before"]["level"]},
    }


# --- Accounts ------------------------------------------------------------------------------------
def _order_placed(payload: Payload) -> Data:
    order = payload["order"]
    kept = (
        "symbol", "side", "type", "volume", "price", "limit_price", "stop_loss", "take_profit", "time_in_force",
        "expires_at", "comment",
    )  # fmt: skip
    return {"order": {"id": str(order["id"]), **{name: order.get(name) for name in kept}}}


def _position_closed(payload: Payload) -> Data:
    return {
        "position_id": str(payload["position_id"]),
        "symbol": payload["symbol"],
        "side": payload["side"],
        "volume": payload["volume"],
        "open_price": payload["open_price"],
        "close_price": payload["price"],
        "profit": payload["profit"],
        "swap": payload["swap"],
        "commission": payload.get("commission", "0"),
        "reason": payload["reason"],
    }


def _position_reduced(payload: Payload) -> Data:
    return {**_position_closed(payload), "remaining_volume": payload["remaining_volume"]}


def _balance_updated(payload: Payload) -> Data:
    return {name: payload[name] for name in ("amount", "reason", "balance", "credit")} | {
        "reference": payload.get("reference", "")
    }


def _request(payload: Payload) -> Data:
    return {
        "request_id": str(payload["id"]),
        "status": payload["status"],
        "method": {"id": str(payload["method"]["id"]), "name": payload["method"]["name"]},
        "amount": payload["amount"],
        "fee": payload["fee"],
        "payment_currency": payload["payment_currency"],
        "payment_amount": payload["payment_amount"],
        "rate": payload["rate"],
        "reference": payload["reference"],
    }


def _each(shape: Shape) -> Build:
    return lambda events: [shape(event) for event in events]


def _of_account(shape: Callable[[Payload], Data]) -> Build:
    """Return a build that says whose account it is, from one query for all events."""

    def build(events: Sequence[RecordedEvent]) -> Sequence[Data | None]:
        accounts = TradingAccount.objects.in_bulk({int(_number_of(event)) for event in events})
        return [_with_account(accounts[int(_number_of(event))], shape(event.payload)) for event in events]

    return build


def _with_account(account: TradingAccount, data: Data) -> Data:
    return {
        "user_id": str(account.owner_id),
        "account_id": str(account.pk),
        "account_number": str(account.number),
        "account_kind": account.kind,
        "currency": account.currency,
        **data,
    }


# --- Schemas and examples ------------------------------------------------------------------------
ACCOUNT: dict[str, Data] = {
    "user_id": ID,
    "account_id": ID,
    "account_number": ID,
    "account_kind": {"enum": ["demo", "live"]},
    "currency": TEXT,
}
ACCOUNT_EXAMPLE = {
    "user_id": "5",
    "account_id": "17",
    "account_number": "100017",
    "account_kind": "live",
    "currency": "USD",
}
STANDING = _object(status=TEXT, level={"type": "integer"})
POSITION: dict[str, Data] = {
    "position_id": ID,
    "symbol": TEXT,
    "side": SIDE,
    "volume": DECIMAL,
    "open_price": DECIMAL,
    "close_price": DECIMAL,
    "profit": DECIMAL,
    "swap": DECIMAL,
    "commission": DECIMAL,
    "reason": {"enum": ["client", "stop_loss", "take_profit", "stop_out", "dealer", "order", "close_by"]},
}
POSITION_EXAMPLE = {
    "position_id": "42",
    "symbol": "EURUSD",
    "side": "buy",
    "volume": "0.10",
    "open_price": "1.10010",
    "close_price": "1.10510",
    "profit": "50.00",
    "swap": "-0.85",
    "commission": "0",
    "reason": "take_profit",
}
ORDER = _object(
    id=ID, symbol=TEXT, side=SIDE, type=TEXT, volume=DECIMAL, price=DECIMAL_OR_NULL, limit_price=DECIMAL_OR_NULL,
    stop_loss=DECIMAL_OR_NULL, take_profit=DECIMAL_OR_NULL, time_in_force=TEXT, expires_at=TEXT_OR_NULL, comment=TEXT,
)  # fmt: skip
ORDER_EXAMPLE = {
    "id": "42",
    "symbol": "EURUSD",
    "side": "buy",
    "type": "limit",
    "volume": "0.10",
    "price": "1.09500",
    "limit_price": None,
    "stop_loss": "1.09000",
    "take_profit": None,
    "time_in_force": "gtc",
    "expires_at": None,
    "comment": "",
}
REQUEST: dict[str, Data] = {
    "request_id": ID,
    "status": TEXT,
    "method": _object(id=ID, name=TEXT),
    "amount": DECIMAL,
    "fee": DECIMAL,
    "payment_currency": TEXT,
    "payment_amount": DECIMAL,
    "rate": DECIMAL,
    "reference": TEXT,
}
REQUEST_EXAMPLE = {
    "request_id": "8",
    "status": "requested",
    "method": {"id": "1", "name": "Wire"},
    "amount": "250.00",
    "fee": "0.00",
    "payment_currency": "USD",
    "payment_amount": "250.00",
    "rate": "1",
    "reference": "",
}

NAMED_EVENTS = [
    NamedEvent(
        "user.created",
        "Somebody has registered, or was created by staff or the CRM.",
        ("user.created",),
        _each(_user_created),
        _object(user_id=ID, external_id=TEXT_OR_NULL, email=TEXT, full_name=TEXT, role=TEXT),
        {"user_id": "5", "external_id": None, "email": "ada@example.com", "full_name": "Ada Byron", "role": "Trader"},
    ),
    NamedEvent(
        "user.updated",
        "Something about a person has changed: profile, e-mail address, role, access, whether suspended.",
        (
            "user.updated",
            "user.email_changed",
            "user.role_changed",
            "user.access_level_changed",
            "user.suspended",
            "user.activated",
        ),
        _each(_user_updated),
        _object(
            user_id=ID,
            changes={"type": "object", "minProperties": 1, "additionalProperties": _object(before={}, after={})},
            reason=TEXT,
        ),
        {"user_id": "5", "changes": {"status": {"before": "active", "after": "suspended"}}, "reason": "Chargeback"},
    ),
    NamedEvent(
        "email.verified",
        "A person has shown that the e-mail address is theirs.",
        ("email.verified",),
        _each(_email_verified),
        _object(user_id=ID, email=TEXT),
        {"user_id": "5", "email": "ada@example.com"},
    ),
    NamedEvent(
        "kyc.status_changed",
        "The verification of a client stands differently.",
        ("kyc.status_changed",),
        _each(_kyc_status_changed),
        _object(user_id=ID, status=TEXT, level={"type": "integer"}, before=STANDING),
        {"user_id": "5", "status": "approved", "level": 2, "before": {"status": "in_review", "level": 0}},
    ),
    NamedEvent(
        "order.placed",
        "An order was accepted; a market order is filled next.",
        ("order.placed",),
        _of_account(_order_placed),
        _object(**ACCOUNT, order=ORDER),
        {**ACCOUNT_EXAMPLE, "order": ORDER_EXAMPLE},
    ),
    NamedEvent(
        "position.closed",
        "All that was left of a position was closed.",
        ("position.closed",),
        _of_account(_position_closed),
        _object(**ACCOUNT, **POSITION),
        {**ACCOUNT_EXAMPLE, **POSITION_EXAMPLE},
    ),
    NamedEvent(
        "position.reduced",
        "A part of a position was closed.",
        ("position.reduced",),
        _of_account(_position_reduced),
        _object(**ACCOUNT, **POSITION, remaining_volume=DECIMAL),
        {**ACCOUNT_EXAMPLE, **POSITION_EXAMPLE, "remaining_volume": "0.30"},
    ),
    NamedEvent(
        "balance.updated",
        "One entry of the ledger has changed balance or credit; the reason says which and why.",
        ("balance.updated",),
        _of_account(_balance_updated),
        _object(
            **ACCOUNT,
            amount=DECIMAL,
            reason={
                "enum": [
                    "deposit", "withdrawal", "credit", "adjustment", "trade", "commission", "swap", "fee", "transfer",
                    "negative_balance_compensation",
                ]
            },
            balance=DECIMAL,
            credit=DECIMAL,
            reference=TEXT,
        ),
        {
            **ACCOUNT_EXAMPLE,
            "amount": "50.00",
            "reason": "trade",
            "balance": "1050.00",
            "credit": "0.00",
            "reference": "position:42",
        },
    ),
    NamedEvent(
        "deposit.requested",
        "A client has asked to pay money in.",
        ("deposit.requested",),
        _of_account(_request),
        _object(**ACCOUNT, **REQUEST),
        {**ACCOUNT_EXAMPLE, **REQUEST_EXAMPLE},
    ),
    NamedEvent(
        "withdrawal.requested",
        "A client has asked for money to be paid out; it is reserved.",
        ("withdrawal.requested",),
        _of_account(_request),
        _object(**ACCOUNT, **REQUEST),
        {**ACCOUNT_EXAMPLE, **REQUEST_EXAMPLE},
    ),
]  # fmt: skip
