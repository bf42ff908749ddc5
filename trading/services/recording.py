"""Record what was decided: events, rows, ledger and account, in one batch of statements and one commit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from django.db import transaction

from forexpro.core.crash_points import crash_point
from forexpro.core.database import pipelined
from forexpro.core.events.chain import ChainedEvent, NewEvent, Origin, extend
from forexpro.core.events.record import ADVANCE_STREAM, inserting
from forexpro.core.money import ZERO
from forexpro.core.realtime.wakeups import wake
from trading.engine.codec import blocked_json, guards_to_json, reservations_json, to_payload
from trading.engine.commands import BalanceReason, Command
from trading.engine.events import EngineEvent
from trading.engine.market import Market
from trading.engine.state import AccountState
from trading.models import LedgerAccount
from trading.selectors.journal import DECIDED_ON, AccountEvent, account_stream
from trading.selectors.state import LoadedAccount
from trading.services.answers import Answer
from trading.services.decision_inputs import conditions_keep, decision_inputs
from trading.services.projection import Changes, DealRow, LedgerRow, OrderRow, PositionRow, project

Kind = LedgerAccount.Kind

# Where the other side of a client's money goes.
HOUSE_SIDE = {
    BalanceReason.DEPOSIT: Kind.HOUSE_CASH,
    BalanceReason.WITHDRAWAL: Kind.HOUSE_CASH,
    BalanceReason.CREDIT: Kind.HOUSE_CREDIT,
    BalanceReason.ADJUSTMENT: Kind.HOUSE_ADJUSTMENT,
    BalanceReason.TRADE: Kind.HOUSE_TRADING,
    BalanceReason.COMMISSION: Kind.HOUSE_COMMISSION,
    BalanceReason.SWAP: Kind.HOUSE_SWAP,
    BalanceReason.FEE: Kind.HOUSE_FEES,
    BalanceReason.TRANSFER: Kind.HOUSE_TRANSFERS,
    BalanceReason.NEGATIVE_BALANCE_COMPENSATION: Kind.HOUSE_COMPENSATION,
}

INSERT_ORDER = """
    INSERT INTO trading_order
        (id, account_id, symbol, side, type, volume, price, limit_price, stop_loss, take_profit, comment, placed_at,
         armed, status, finished_at, fill_price, reason,
         time_in_force, expires_at, deviation_points, oco_group, parent_id, guards, levels_since)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
UPDATE_ORDER = """
    UPDATE trading_order SET price = %s, limit_price = %s, stop_loss = %s, take_profit = %s, armed = %s, status = %s,
        finished_at = %s, fill_price = %s, reason = %s,
        time_in_force = %s, expires_at = %s, parent_id = %s, guards = %s, levels_since = %s
    WHERE id = %s
"""
INSERT_POSITION = """
    INSERT INTO trading_position
        (id, account_id, symbol, side, initial_volume, volume, open_price, opened_at, margin_conversion, stop_loss,
         take_profit, swap, commission, profit, comment, closed_at, close_price, close_reason,
         guards, stop_loss_since, take_profit_since, guards_since, swap_day)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
UPDATE_POSITION = """
    UPDATE trading_position SET initial_volume = initial_volume + %s, volume = %s, open_price = %s,
        margin_conversion = %s, stop_loss = %s, take_profit = %s, swap = %s, commission = %s,
        profit = profit + %s, closed_at = %s, close_price = %s, close_reason = %s,
        guards = %s, stop_loss_since = %s, take_profit_since = %s, guards_since = %s, swap_day = %s
    WHERE id = %s
"""
INSERT_DEAL = """
    INSERT INTO trading_deal
        (account_id, event_seq, position_id, order_id, symbol, side, entry, volume, price, profit, swap, commission,
         reason, executed_at, market_time)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
# Both postings of a movement: the client's carries its balance afterwards, the house's the opposite amount.
INSERT_LEDGER = """
    WITH movement AS (
        INSERT INTO trading_ledgertransaction (account_id, event_seq, reason, reference, created_at)
        VALUES (%(account)s, %(seq)s, %(reason)s, %(reference)s, %(at)s) RETURNING id
    )
    INSERT INTO trading_posting (transaction_id, ledger_account_id, amount, balance_after)
    SELECT movement.id, ledger.id,
        CASE WHEN ledger.trading_account_id IS NULL THEN -%(amount)s ELSE %(amount)s END,
        CASE WHEN ledger.trading_account_id IS NULL THEN NULL ELSE %(balance_after)s END
    FROM movement, trading_ledgeraccount ledger
    WHERE (ledger.trading_account_id = %(account)s AND ledger.kind = %(client_side)s)
        OR (ledger.trading_account_id IS NULL AND ledger.currency = %(currency)s AND ledger.kind = %(house_side)s)
"""
# The cash itself, where it is of another currency than the account: against the house's exchange in that currency.
INSERT_CASH = """
    INSERT INTO trading_posting (transaction_id, ledger_account_id, amount)
    SELECT movement.id, ledger.id, CASE ledger.kind WHEN %(cash)s THEN -%(amount)s ELSE %(amount)s END
    FROM trading_ledgertransaction movement, trading_ledgeraccount ledger
    WHERE movement.account_id = %(account)s AND movement.event_seq = %(seq)s
        AND ledger.trading_account_id IS NULL AND ledger.currency = %(currency)s
        AND ledger.kind IN (%(cash)s, %(exchange)s)
"""
UPDATE_ACCOUNT = """
    UPDATE trading_tradingaccount SET balance = %s, credit = %s, margin_call = %s, leverage = %s, equity_floor = %s,
        trading_enabled = %s, blocked_commission = %s, commission_settles_at = %s, reserved = %s, reservations = %s
    WHERE id = %s
"""
INSERT_ANSWERED = """
    INSERT INTO trading_idempotencyrecord (account_id, key, request_hash, first_seq, last_seq, created_at)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
# Rows before what refers to them, heads of streams after everything else that is locked.
_IN_ORDER = (
    INSERT_ORDER, UPDATE_ORDER, INSERT_POSITION, UPDATE_POSITION, INSERT_DEAL, INSERT_LEDGER, INSERT_CASH,
    UPDATE_ACCOUNT, ADVANCE_STREAM, INSERT_ANSWERED,
)  # fmt: skip
# The parameters of each statement.
Rows = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """A mutating request as idempotency sees it: its key, and a hash of what was asked."""

    key: str
    hash: str


@dataclass(frozen=True, slots=True)
class Cash:
    """What a deposit or withdrawal is for the house's cash: `amount` of `currency` comes in, or goes out below zero."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided about one locked account: engine events, and remarks, which change no state of the engine's.

    `decided_on` is what the engine was asked, and what it looked at; without engine events a remark (its refusal) is
    what it decided. `cash` is given where a payment is of another currency than the account.
    """

    loaded: LoadedAccount
    events: Sequence[EngineEvent] = ()
    remarks: Sequence[NewEvent] = ()
    decided_on: tuple[Command, Market] | None = None
    request: Request | None = field(default=None)
    cash: Cash | None = None


def record_outcomes(outcomes: Iterable[Outcome], *, origin: Origin, occurred_at: datetime) -> list[Answer]:
    """Write outcomes of locked accounts, at most one for each; followers are woken after the commit.

    All statements travel in one round trip, each with the rows of all accounts at once. An error of any of them fails
    the transaction, whose caller must not catch it inside.
    """
    answers, streams = [], []
    rows: Rows = {statement: [] for statement in _IN_ORDER}
    events: list[ChainedEvent] = []
    with pipelined() as raw, psycopg.Cursor(raw) as cursor:
        for outcome in outcomes:
            if outcome.decided_on is not None and (outcome.events or outcome.remarks):
                conditions_keep(cursor, outcome.loaded.conditions, now=occurred_at)
            answer = _add_rows(rows, events, outcome, origin, occurred_at)
            answers.append(answer)
            if answer.events:
                streams.append(account_stream(answer.account_id))
        for insert in inserting(events):
            cursor.execute(*insert)
        for statement, parameters in rows.items():
            if parameters:
                cursor.executemany(statement, parameters)
    if streams:
        crash_point("outcome.recorded")
        transaction.on_commit(lambda: _announce(streams), robust=True)
    return answers


def _announce(streams: Iterable[str]) -> None:
    crash_point("outcome.committed")
    wake(streams)
    crash_point("outcome.announced")


def _add_rows(rows: Rows, events: list[ChainedEvent], outcome: Outcome, origin: Origin, at: datetime) -> Answer:
    """Add to the events, and to the parameters of each statement, what an outcome means for them."""
    before, head = outcome.loaded.state, outcome.loaded.head
    stream = account_stream(before.id)
    new_events = [NewEvent(stream, event.type, to_payload(event)) for event in outcome.events] + list(outcome.remarks)
    if new_events and outcome.decided_on is not None:
        first = new_events[0]
        inputs = decision_inputs(
            *outcome.decided_on, outcome.loaded.conditions, len(outcome.events) or len(outcome.remarks)
        )
        new_events[0] = replace(first, payload={**first.payload, DECIDED_ON: inputs})
    chained = extend(head, new_events, origin=origin, occurred_at=at)
    seq = chained[-1].seq if chained else head.seq
    if chained:
        changes = project(before, [(seq, at, event) for seq, event in enumerate(outcome.events, head.seq + 1)])
        _add_changes(rows, before.id, changes, at, outcome.cash)
        if _account_fields(changes.state) != _account_fields(before):
            rows[UPDATE_ACCOUNT].append((*_account_fields(changes.state), before.id))
        events += chained
        rows[ADVANCE_STREAM].append((stream, seq, chained[-1].hash))
    if outcome.request is not None:
        rows[INSERT_ANSWERED].append((before.id, outcome.request.key, outcome.request.hash, head.seq + 1, seq, at))
    return Answer(
        before.id,
        seq,
        tuple(AccountEvent(event.seq, event.type, event.payload, event.occurred_at) for event in chained),
    )


def _account_fields(state: AccountState) -> tuple[Any, ...]:
    policy, blocked = state.policy, state.blocked_commission
    return (
        state.balance, state.credit, state.margin_call, policy.leverage, policy.equity_floor, policy.trading_enabled,
        blocked_json(blocked), blocked[0].settles_at if blocked else None,
        state.reserved, reservations_json(state.reservations),
    )  # fmt: skip


def _add_changes(rows: Rows, account_id: int, changes: Changes, at: datetime, cash: Cash | None) -> None:
    for order in changes.orders.values():
        if order.is_new:
            rows[INSERT_ORDER].append(_new_order(account_id, order))
        else:
            rows[UPDATE_ORDER].append(_changed_order(order))
    for position in changes.positions.values():
        if position.is_new:
            rows[INSERT_POSITION].append(_new_position(account_id, position))
        else:
            rows[UPDATE_POSITION].append(_changed_position(position))
    currency = changes.state.currency
    rows[INSERT_DEAL] += [_deal(account_id, deal, at) for deal in changes.deals]
    for row in changes.ledger:
        if row.amount:
            paid = cash if HOUSE_SIDE[row.reason] is Kind.HOUSE_CASH else None
            rows[INSERT_LEDGER].append(_movement(account_id, currency, row, at, is_converted=paid is not None))
            if paid is not None:
                rows[INSERT_CASH].append(_cash(account_id, row, paid))


def _new_order(account_id: int, row: OrderRow) -> tuple[Any, ...]:
    order = row.order
    return (
        order.id, account_id, order.symbol, order.side.value, order.type.value, order.volume, order.price,
        order.limit_price, order.stop_loss, order.take_profit, order.comment, order.placed_at, order.armed, row.status,
        row.finished_at, row.fill_price, row.reason,
        order.time_in_force.value, order.expires_at, order.deviation_points, order.oco_group, order.parent_id,
        guards_to_json(order.guards), order.levels_since,
    )  # fmt: skip


def _changed_order(row: OrderRow) -> tuple[Any, ...]:
    order = row.order
    return (
        order.price, order.limit_price, order.stop_loss, order.take_profit, order.armed, row.status, row.finished_at,
        row.fill_price, row.reason,
        order.time_in_force.value, order.expires_at, order.parent_id, guards_to_json(order.guards), order.levels_since,
        order.id,
    )  # fmt: skip


def _new_position(account_id: int, row: PositionRow) -> tuple[Any, ...]:
    position = row.position
    return (
        position.id, account_id, position.symbol, position.side.value, row.opened_volume,
        ZERO if row.closed_at else position.volume, position.open_price, position.opened_at,
        position.margin_conversion, position.stop_loss, position.take_profit, position.swap, position.commission,
        row.profit, position.comment, row.closed_at, row.close_price, row.close_reason,
        guards_to_json(position.guards), position.stop_loss_since, position.take_profit_since, position.guards_since,
        position.swap_day,
    )  # fmt: skip


def _changed_position(row: PositionRow) -> tuple[Any, ...]:
    position = row.position
    return (
        row.opened_volume, ZERO if row.closed_at else position.volume, position.open_price, position.margin_conversion,
        position.stop_loss, position.take_profit, position.swap, position.commission, row.profit, row.closed_at,
        row.close_price, row.close_reason,
        guards_to_json(position.guards), position.stop_loss_since, position.take_profit_since, position.guards_since,
        position.swap_day,
        position.id,
    )  # fmt: skip


def _deal(account_id: int, row: DealRow, at: datetime) -> tuple[Any, ...]:
    return (
        account_id, row.event_seq, row.position_id, row.order_id, row.symbol, row.side.value, row.entry, row.volume,
        row.price, row.profit, row.swap, row.commission, row.reason, at, row.market_time,
    )  # fmt: skip


def _movement(account_id: int, currency: str, row: LedgerRow, at: datetime, *, is_converted: bool) -> dict[str, Any]:
    is_credit = row.reason is BalanceReason.CREDIT
    house_side = Kind.HOUSE_TRANSFERS if is_converted else HOUSE_SIDE[row.reason]
    return {
        "account": account_id,
        "seq": row.event_seq,
        "reason": row.reason.value,
        "reference": row.reference,
        "at": at,
        "amount": row.amount,
        "balance_after": row.balance_after,
        "currency": currency,
        "client_side": Kind.CLIENT_CREDIT.value if is_credit else Kind.CLIENT_BALANCE.value,
        "house_side": house_side.value,
    }


def _cash(account_id: int, row: LedgerRow, cash: Cash) -> dict[str, Any]:
    return {
        "account": account_id,
        "seq": row.event_seq,
        "currency": cash.currency,
        "amount": cash.amount,
        "cash": Kind.HOUSE_CASH.value,
        "exchange": Kind.HOUSE_TRANSFERS.value,
    }
