"""Changing and closing positions."""

from decimal import Decimal

from forexpro.core.events.chain import Origin
from trading.engine.commands import UNCHANGED, CloseAll, CloseBy, ClosePosition, ModifyPosition, Unchanged
from trading.services.answers import Answer
from trading.services.execution import execute


def position_modify(
    *,
    account_id: int,
    position_id: int,
    stop_loss: Decimal | Unchanged | None = UNCHANGED,
    take_profit: Decimal | Unchanged | None = UNCHANGED,
    origin: Origin,
    idempotency_key: str | None = None,
) -> Answer:
    """Set a position's stop loss and take profit; None removes one."""
    command = ModifyPosition(position_id, stop_loss, take_profit)
    return execute(account_id, command, origin=origin, idempotency_key=idempotency_key)


def position_close(
    *,
    account_id: int,
    position_id: int,
    volume: Decimal | None = None,
    by_dealer: bool = False,
    origin: Origin,
    idempotency_key: str | None = None,
) -> Answer:
    """Close a position at the market, wholly or `volume` lots of it."""
    command = ClosePosition(position_id, volume, by_dealer)
    return execute(account_id, command, origin=origin, idempotency_key=idempotency_key)


def position_close_by(
    *,
    account_id: int,
    position_id: int,
    opposite_position_id: int,
    origin: Origin,
    idempotency_key: str | None = None,
) -> Answer:
    """Close a position against an opposite one in its symbol, for the smaller of their volumes."""
    command = CloseBy(position_id, opposite_position_id)
    return execute(account_id, command, origin=origin, idempotency_key=idempotency_key)


def positions_close_all(
    *, account_id: int, symbol: str | None = None, origin: Origin, idempotency_key: str | None = None
) -> Answer:
    """Close every position, or every one of a symbol: all of them or none."""
    return execute(account_id, CloseAll(symbol), origin=origin, idempotency_key=idempotency_key)
