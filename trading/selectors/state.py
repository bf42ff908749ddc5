"""Load what a decision about accounts depends on, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection

from forexpro.core.database import Statement
from forexpro.core.events.chain import GENESIS, Head
from forexpro.core.money import quantize, trimmed
from trading.engine.codec import blocked_from_json, guards_from_json, reservations_from_json
from trading.engine.state import AccountState, Order, OrderType, Position, PositionMode, Side, TimeInForce
from trading.models import TradingAccount
from trading.selectors.conditions import Conditions, group_conditions

_LOAD = """
    SELECT
        account.id, account.currency, account.balance, account.credit, account.margin_call, account.leverage,
        account.trading_enabled AND account.status = 'active', account.equity_floor, account.group_id,
        account.position_mode, account.blocked_commission, account.reservations,
        (SELECT version FROM trading_configuration),
        coalesce(stream.seq, 0) AS seq, coalesce(stream.hash, %(genesis)s),
        CASE WHEN %(places_order)s THEN nextval('trading_order_id') END AS next_order_id,
        answered.request_hash, answered.first_seq, answered.last_seq,
        (SELECT json_agg(json_build_array(
            id, symbol, side, type, trim_scale(volume)::text, trim_scale(price)::text, placed_at,
            trim_scale(limit_price)::text, armed, trim_scale(stop_loss)::text, trim_scale(take_profit)::text, comment,
            time_in_force, expires_at, deviation_points, oco_group, parent_id, guards, levels_since
        ) ORDER BY id)::text FROM trading_order WHERE account_id = account.id AND status = 'working'),
        (SELECT json_agg(json_build_array(
            id, symbol, side, trim_scale(volume)::text, trim_scale(open_price)::text, opened_at,
            trim_scale(margin_conversion)::text, trim_scale(stop_loss)::text, trim_scale(take_profit)::text,
            swap::text, commission::text, comment,
            guards, stop_loss_since, take_profit_since, guards_since, swap_day
        ) ORDER BY id)::text FROM trading_position WHERE account_id = account.id AND closed_at IS NULL)
    FROM trading_tradingaccount account
    LEFT JOIN core_eventstream stream ON stream.name = 'account:' || account.id
    LEFT JOIN trading_idempotencyrecord answered ON answered.account_id = account.id AND answered.key = %(key)s
    WHERE account.id = """
# Two texts, because PostgreSQL keeps no plan for `ANY` that it could use again.
LOAD_ACCOUNT = _LOAD + "%(account)s"
LOAD_ACCOUNTS = _LOAD + "ANY(%(accounts)s) ORDER BY account.id"


@dataclass(frozen=True, slots=True)
class Answered:
    """What is remembered of a request that was answered before."""

    request_hash: str
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class LoadedAccount:
    """An account's state with its group's conditions and the head of its event stream."""

    state: AccountState
    conditions: Conditions
    head: Head
    next_order_id: int | None
    answered: Answered | None


def load_accounts(account_ids: Sequence[int]) -> list[LoadedAccount]:
    """Load accounts by id, in order. To decide on one, lock it in an earlier statement of the same transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            LOAD_ACCOUNTS, {"genesis": GENESIS, "places_order": False, "key": None, "accounts": list(account_ids)}
        )
        return [loaded_account(row) for row in cursor.fetchall()]


def loading(account_id: int, *, places_order: bool, idempotency_key: str | None) -> Statement:
    """Return the statement that finds the row of `loaded_account`.

    With `places_order` it takes the id for a new order; with a key it also finds what was answered to it before.
    """
    return LOAD_ACCOUNT, {
        "genesis": GENESIS,
        "places_order": places_order,
        "key": idempotency_key,
        "account": account_id,
    }


def account_state(account: TradingAccount) -> AccountState:
    """Return the present state of an account, to look at and not to decide on."""
    return load_accounts([account.pk])[0].state


def loaded_account(row: Sequence[Any]) -> LoadedAccount:
    """Return the account that the statement of `loading` found."""
    (
        account_id, currency, balance, credit, margin_call, leverage, trading_enabled, equity_floor, group_id,
        position_mode, blocked_commission, reservations,
        version, seq, hash, next_order_id, request_hash, first_seq, last_seq, orders, positions,
    ) = row  # fmt: skip
    conditions = group_conditions(group_id, version)
    state = AccountState(
        id=account_id,
        currency=currency,
        balance=quantize(balance, currency),
        credit=quantize(credit, currency),
        margin_call=margin_call,
        policy=replace(
            conditions.policy,
            position_mode=PositionMode(position_mode),
            leverage=trimmed(leverage),
            trading_enabled=trading_enabled,
            equity_floor=None if equity_floor is None else quantize(equity_floor, currency),
        ),
        orders={fields[0]: _order(fields) for fields in orjson.loads(orders or "[]")},
        positions={fields[0]: _position(fields, currency) for fields in orjson.loads(positions or "[]")},
        blocked_commission=blocked_from_json(blocked_commission),
        reservations=reservations_from_json(reservations),
    )
    answered = None if request_hash is None else Answered(request_hash, first_seq, last_seq)
    return LoadedAccount(state, conditions, Head(seq, hash), next_order_id, answered)


def _order(fields: Sequence[Any]) -> Order:
    (
        id, symbol, side, type, volume, price, placed_at, limit_price, armed, stop_loss, take_profit, comment,
        time_in_force, expires_at, deviation_points, oco_group, parent_id, guards, levels_since,
    ) = fields  # fmt: skip
    return Order(
        id=id,
        symbol=symbol,
        side=Side(side),
        type=OrderType(type),
        volume=Decimal(volume),
        price=Decimal(price),
        placed_at=datetime.fromisoformat(placed_at),
        limit_price=_decimal(limit_price),
        armed=armed,
        stop_loss=_decimal(stop_loss),
        take_profit=_decimal(take_profit),
        comment=comment,
        time_in_force=TimeInForce(time_in_force),
        expires_at=_moment(expires_at),
        deviation_points=deviation_points,
        oco_group=oco_group,
        parent_id=parent_id,
        guards=guards_from_json(guards),
        levels_since=_moment(levels_since),
    )


def _position(fields: Sequence[Any], currency: str) -> Position:
    (
        id, symbol, side, volume, open_price, opened_at, margin_conversion, stop_loss, take_profit, swap, commission,
        comment,
        guards, stop_loss_since, take_profit_since, guards_since, swap_day,
    ) = fields  # fmt: skip
    return Position(
        id=id,
        symbol=symbol,
        side=Side(side),
        volume=Decimal(volume),
        open_price=Decimal(open_price),
        opened_at=datetime.fromisoformat(opened_at),
        margin_conversion=Decimal(margin_conversion),
        stop_loss=_decimal(stop_loss),
        take_profit=_decimal(take_profit),
        swap=quantize(Decimal(swap), currency),
        commission=quantize(Decimal(commission), currency),
        comment=comment,
        guards=guards_from_json(guards),
        stop_loss_since=_moment(stop_loss_since),
        take_profit_since=_moment(take_profit_since),
        guards_since=_moment(guards_since),
        swap_day=None if swap_day is None else date.fromisoformat(swap_day),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
