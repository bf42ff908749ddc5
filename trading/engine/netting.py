"""Netting accounts: one position in a symbol, which orders add to, reduce or reverse."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from forexpro.core.money import ZERO, quantum, trimmed
from trading.engine.state import AccountState, Order, Position, PositionMode

# Averages are kept with this many decimal places: on the largest volume the money does not notice the rounding.
AVERAGE_DIGITS = 15


def netted_position(state: AccountState, symbol: str) -> Position | None:
    """Return the position that orders in `symbol` change; None without one, and always on a hedging account."""
    if state.policy.position_mode is PositionMode.HEDGING:
        return None
    return next((position for position in state.positions.values() if position.symbol == symbol), None)


def closing_volume(state: AccountState, order: Order) -> Decimal:
    """Return how much of `order` would close an opposite position; the rest of its volume opens."""
    held = netted_position(state, order.symbol)
    return min(order.volume, held.volume) if held is not None and held.side is not order.side else ZERO


def increased(held: Position, added: Position) -> Position:
    """Return `held` with `added` in it: volumes summed, price and conversion averaged by volume.

    Stop loss and take profit become those of the addition; where it has none, they are removed (MT5, netting system).
    One that is new counts from the moment of the addition.
    """
    volume = held.volume + added.volume

    def average(one: Decimal, other: Decimal) -> Decimal:
        exact = (one * held.volume + other * added.volume) / volume
        return trimmed(exact.quantize(quantum(AVERAGE_DIGITS), rounding=ROUND_HALF_UP))

    return replace(
        held,
        volume=volume,
        open_price=average(held.open_price, added.open_price),
        margin_conversion=average(held.margin_conversion, added.margin_conversion),
        stop_loss=added.stop_loss,
        take_profit=added.take_profit,
        stop_loss_since=held.stop_loss_since if added.stop_loss == held.stop_loss else added.opened_at,
        take_profit_since=held.take_profit_since if added.take_profit == held.take_profit else added.opened_at,
        guards_since=added.opened_at,
        commission=held.commission + added.commission,
    )
