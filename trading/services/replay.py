"""Prove that an account's tables are what its events say: fold the events again and compare."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused
from trading.engine import state
from trading.engine.codec import EVENT_TYPES, blocked_json, from_payload, reservations_json, state_hash, to_json
from trading.engine.commands import BalanceReason
from trading.engine.events import EngineEvent
from trading.engine.state import AccountState
from trading.locks import lock_accounts
from trading.models import Deal, LedgerAccount, Order, Position, Posting, TradingAccount
from trading.selectors.journal import events_since
from trading.selectors.state import load_accounts
from trading.services.projection import Changes, project

Row = Mapping[str, Any]

REPLAY_STREAM = "system:replay"
REPLAY_DIFFERENCE = "replay.difference"


@transaction.atomic
def account_first_difference(account_id: int) -> str | None:
    """Return the first difference between an account's tables and its events as a sentence; None without any.

    Compares balance, credit, reservations, margin call and conditions, every order, position and deal, every posting
    to the account's balance and credit, and the hash of the state that the engine decides on.
    """
    if not lock_accounts([account_id]):
        raise Refused("account_not_found", f"There is no trading account {account_id}.", http_status=404)
    account = TradingAccount.objects.get(pk=account_id)
    expected = project(AccountState(id=account_id, currency=""), _engine_events(account_id))
    comparisons = [
        ("account", {account_id: _account_row(expected)}, {account_id: _columns(account, _ACCOUNT)}),
        ("order", _order_rows(expected), _table(Order.objects.filter(account=account), _ORDER)),
        ("position", _position_rows(expected), _table(Position.objects.filter(account=account), _POSITION)),
        ("deal of event", _deal_rows(expected), _table(Deal.objects.filter(account=account), _DEAL, "event_seq")),
        ("posting of event", _posting_rows(expected), _posting_table(account)),
    ]
    for name, by_events, in_table in comparisons:
        difference = _first_difference(name, by_events, in_table)
        if difference is not None:
            return difference
    # A part of the state that no column above stands for is found all the same. Limits of the group are in no event.
    (loaded,) = load_accounts([account_id])
    folded, stored = state_hash(expected.state), state_hash(replace(loaded.state, policy=expected.state.policy))
    if folded != stored:
        return f"account {account_id}: the hash of its state is {folded} by the events and {stored} in the tables"
    return None


def accounts_replay(*, origin: Origin) -> list[int]:
    """Compare every account with its events; return those that differ, each recorded as an event of its own."""
    differing = []
    for account_id in TradingAccount.objects.order_by("id").values_list("id", flat=True).iterator():
        difference = account_first_difference(account_id)
        if difference is not None:
            differing.append(account_id)
            payload = {"account_id": account_id, "difference": difference}
            with transaction.atomic(durable=True):
                record([NewEvent(REPLAY_STREAM, REPLAY_DIFFERENCE, payload)], origin=origin)
    return differing


def _engine_events(account_id: int) -> Iterator[tuple[int, datetime, EngineEvent]]:
    seq = 0
    while events := events_since(account_id, seq):
        for event in events:
            if event.type in EVENT_TYPES:  # refusals change nothing
                yield event.seq, event.occurred_at, from_payload(event.type, event.payload)
        seq = events[-1].seq


def _first_difference(name: str, by_events: Mapping[int, Row], in_table: Mapping[int, Row]) -> str | None:
    for key in sorted(by_events.keys() | in_table.keys()):
        if key not in in_table:
            return f"{name} {key} is in the events and not in the table"
        if key not in by_events:
            return f"{name} {key} is in the table and not in the events"
        for column, value in by_events[key].items():
            if in_table[key][column] != value:
                return f"{name} {key}: {column} is {value} by the events and {in_table[key][column]} in the table"
    return None


_ACCOUNT = (
    "currency", "balance", "credit", "margin_call", "leverage", "equity_floor", "trading_enabled", "blocked_commission",
    "reserved", "reservations", "position_mode",
)  # fmt: skip
_ORDER = (
    "symbol", "side", "type", "volume", "price", "limit_price", "stop_loss", "take_profit", "comment", "placed_at",
    "armed", "status", "finished_at", "fill_price", "reason",
    "time_in_force", "expires_at", "deviation_points", "oco_group", "parent_id", "guards", "levels_since",
)  # fmt: skip
_POSITION = (
    "symbol", "side", "open_price", "opened_at", "margin_conversion", "stop_loss", "take_profit", "swap",
    "commission", "comment", "initial_volume", "volume", "profit", "closed_at", "close_price", "close_reason",
    "guards", "stop_loss_since", "take_profit_since", "guards_since", "swap_day",
)  # fmt: skip
_DEAL = (
    "position_id", "order_id", "symbol", "side", "entry", "volume", "price", "profit", "swap", "commission",
    "reason", "market_time",
)  # fmt: skip


def _columns(instance: Any, columns: tuple[str, ...]) -> Row:
    return {column: getattr(instance, column) for column in columns}


def _table(rows: Any, columns: tuple[str, ...], key: str = "id") -> dict[int, Row]:
    return {row[key]: row for row in rows.values(*columns, key)}


def _account_row(expected: Changes) -> Row:
    state = expected.state
    return {
        "currency": state.currency,
        "balance": state.balance,
        "credit": state.credit,
        "margin_call": state.margin_call,
        "leverage": state.policy.leverage,
        "equity_floor": state.policy.equity_floor,
        "trading_enabled": state.policy.trading_enabled,
        "blocked_commission": blocked_json(state.blocked_commission),
        "reserved": state.reserved,
        "reservations": reservations_json(state.reservations),
        "position_mode": state.policy.position_mode,
    }


def _order_rows(expected: Changes) -> dict[int, Row]:
    return {id: _pick({**_fields(row.order), **_own(row)}, _ORDER) for id, row in expected.orders.items()}


def _position_rows(expected: Changes) -> dict[int, Row]:
    rows = {}
    for id, row in expected.positions.items():
        merged = {**_fields(row.position), **_own(row), "initial_volume": row.opened_volume}
        rows[id] = _pick(merged | ({"volume": 0} if row.closed_at else {}), _POSITION)
    return rows


def _deal_rows(expected: Changes) -> dict[int, Row]:
    return {row.event_seq: _pick(asdict(row), _DEAL) for row in expected.deals}


def _posting_rows(expected: Changes) -> dict[int, Row]:
    return {
        row.event_seq: {
            "kind": LedgerAccount.Kind.CLIENT_CREDIT
            if row.reason is BalanceReason.CREDIT
            else LedgerAccount.Kind.CLIENT_BALANCE,
            "amount": row.amount,
            "balance_after": row.balance_after,
            "reason": row.reason,
            "reference": row.reference,
        }
        for row in expected.ledger
        if row.amount
    }


def _posting_table(account: TradingAccount) -> dict[int, Row]:
    postings = Posting.objects.filter(ledger_account__trading_account=account).values(
        "amount",
        "balance_after",
        seq=F("transaction__event_seq"),
        kind=F("ledger_account__kind"),
        reason=F("transaction__reason"),
        reference=F("transaction__reference"),
    )
    return {posting["seq"]: posting for posting in postings}


def _fields(entry: state.Order | state.Position) -> dict[str, Any]:
    return asdict(entry) | {"guards": None if entry.guards is None else to_json(entry.guards)}


def _own(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__ if name not in ("order", "position")}


def _pick(fields: Mapping[str, Any], columns: tuple[str, ...]) -> Row:
    return {column: fields[column] for column in columns}
