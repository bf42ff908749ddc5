"""Changing and closing positions."""

from decimal import Decimal
from typing import TypedDict, Unpack

from forexpro.core.events.chain import Origin
from trading.engine.commands import CloseAll, CloseBy, ClosePosition, ModifyPosition
from trading.engine.state import BreakEven, PartialTakeProfit, TrailingStop
from trading.services.answers import Answer
from trading.services.execution import execute


class ProtectionChanges(TypedDict, total=False):
    """What can be changed of an open position, by the names of `ModifyPosition`; None and () remove."""

    stop_loss: Decimal | None
    take_profit: Decimal | None
    trailing_stop: TrailingStop | None
    break_even: BreakEven | None
    partial_take_profits: tuple[PartialTakeProfit, ...]


def position_modify(
    *,
    account_id: int,
    position_id: int,
    origin: Origin,
    idempotency_key: str | None = None,
    **changes: Unpack[ProtectionChanges],
) -> Answer:
    """Change what protects a position; what is left out stays as it is."""
    return execute(account_id, ModifyPosition(position_id, **changes), origin=origin, idempotency_key=idempotency_key)


def position_close(
    *,
    account_id: int,
    position_id: int,
    volume: Decimal | None = None,
    origin: Origin,
    idempotency_key: str | None = None,
) -> Answer:
    """Close a position at the market, wholly or `volume` lots of it."""
    command = ClosePosition(position_id, volume)
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
