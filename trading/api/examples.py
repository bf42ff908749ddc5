"""Worked answers of the trader API, for its document."""

from typing import Any

from forexpro.core.http.schema import worked

ACCOUNT: dict[str, Any] = {
    "id": "42",
    "number": "10000042",
    "kind": "demo",
    "status": "active",
    "currency": "USD",
    "leverage": "100",
    "group": "Retail",
    "position_mode": "hedging",
    "balance": "10000.00",
    "credit": "0.00",
    "margin_call": False,
    "trading_enabled": True,
    "opened_at": "2026-03-02T09:30:00.123456Z",
}
ACCOUNT_WORTH = worked(
    "An account with a position",
    ACCOUNT
    | {
        "margin_rules": {
            "level_unit": "percent",
            "margin_call_level": "100",
            "stop_out_level": "50",
            "stop_out_sequence": "mt5",
            "stop_out_fully_hedged": False,
            "hedged_margin": "larger_leg",
            "negative_balance_protection": True,
            "compensation_credit": "bears_loss",
        },
        "valuation": {
            "equity": "10002.00",
            "blocked": "0.00",
            "reserved": "0.00",
            "floating": "2.00",
            "margin": "108.02",
            "free_margin": "9893.98",
            "margin_level": "9259.40",
        },
        "withdrawable": "9893.98",
    },
)
_EVENT: dict[str, Any] = {
    "seq": 6,
    "type": "position.closed",
    "payload": {"position_id": "42", "symbol": "EURUSD", "volume": "0.10", "price": "1.08035", "profit": "2.00"},
    "occurred_at": "2026-03-02T09:31:00.123456Z",
}
_MODIFIED: dict[str, Any] = {
    "seq": 5,
    "type": "position.modified",
    "payload": {"position_id": "42", "stop_loss": "1.07500", "take_profit": None},
    "occurred_at": "2026-03-02T09:30:30.123456Z",
}
CHANGES = worked("What came after number 5", {"seq": 6, "events": [_EVENT]})


def done(name: str, event: dict[str, Any]) -> Any:
    """Return the example of an answer to a request that caused `event`."""
    answer = {"seq": event["seq"], "repeated": False, "order_id": None, "position_ids": [], "events": [event]}
    return worked(name, answer)


CLOSED = done("Closed", _EVENT)
MODIFIED = done("Changed", _MODIFIED)
ORDER_MODIFIED = done(
    "Changed",
    _MODIFIED | {"type": "order.modified", "payload": {"order_id": "43", "price": "1.08500", "stop_loss": None}},
)
ORDER_CANCELLED = done(
    "Cancelled", _MODIFIED | {"type": "order.cancelled", "payload": {"order_id": "43", "reason": "client"}}
)
DEAL = worked(
    "The closing of a position",
    {
        "id": "88",
        "position_id": "42",
        "order_id": None,
        "symbol": "EURUSD",
        "side": "sell",
        "entry": "out",
        "volume": "0.1",
        "price": "1.08035",
        "profit": "2.00",
        "swap": "0.00",
        "commission": "0.00",
        "reason": "client",
        "executed_at": "2026-03-02T09:31:00.123456Z",
        "market_time": "2026-03-02T09:31:00.100000Z",
        "event_seq": 6,
    },
)
POSTING = worked(
    "The profit of a closed position",
    {
        "id": "91",
        "kind": "client_balance",
        "amount": "2.00",
        "balance_after": "10002.00",
        "reason": "profit",
        "reference": "",
        "created_at": "2026-03-02T09:31:00.123456Z",
        "event_seq": 6,
    },
)
PREVIEW = worked(
    "What 0.10 lots of EURUSD would do",
    {
        "price": "1.08015",
        "margin": "108.02",
        "margin_before": "0.00",
        "margin_after": "108.02",
        "equity_after": "9999.00",
        "free_margin_after": "9890.98",
        "margin_level_before": None,
        "margin_level_after": "9256.62",
        "pip_value": "1.00",
        "spread_cost": "1.00",
        "commission": "0.00",
        "swap_tonight": "-0.62",
        "swap_multiplier": "1",
        "stop_out_price": None,
        "stop_loss_profit": "-51.50",
        "take_profit_profit": None,
        "refusal": None,
    },
)
_FIGURES: dict[str, Any] = {
    "balance": "10000.00",
    "credit": "0.00",
    "floating": "0.00",
    "equity": "10000.00",
    "margin": "0.00",
    "free_margin": "10000.00",
    "margin_level": None,
}
EXPLANATION = worked(
    "Why an order was filled at its price",
    {
        "account_id": "42",
        "first_seq": 3,
        "last_seq": 4,
        "decided_at": "2026-03-02T09:30:00.123456Z",
        "currency": "USD",
        "command": {"type": "PlaceOrder", "symbol": "EURUSD", "side": "buy", "volume": "0.10"},
        "refusal": None,
        "verdict": [{"seq": 4, "type": "order.filled", "sentence": "Buy 0.10 EURUSD filled at 1.08015."}],
        "formulas": [{"name": "margin", "formula": "0.10 × 100000 × 1.08015 ÷ 100 = 108.02 USD"}],
        "details": {},
        "quotes": [{"symbol": "EURUSD", "bid": "1.08005", "ask": "1.08015", "tick_id": "1772443800123-0"}],
        "conversions": [],
        "before": _FIGURES,
        "after": _FIGURES | {"floating": "-1.00", "equity": "9999.00", "margin": "108.02", "free_margin": "9890.98"},
        "positions": [],
        "margins": {},
        "policy": {"leverage": "100", "stop_out_level": "50"},
        "instruments": [{"symbol": "EURUSD", "digits": 5, "contract_size": "100000"}],
        "conditions_since": "2026-03-01T00:00:00Z",
    },
)
EXPLANATION_DOCUMENT = worked(
    "A signed decision",
    {
        "document": {"account_id": 42, "first_seq": 3, "last_seq": 4},
        "signature": {"algorithm": "Ed25519", "public_key": "base64", "value": "base64"},
    },
)
