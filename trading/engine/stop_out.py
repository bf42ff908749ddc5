"""What a stop-out does next: the sequences that a group can choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forexpro.core.money import ZERO
from forexpro.core.refusals import Refused
from trading.engine.decision import Decision
from trading.engine.margin import order_margin
from trading.engine.smart_stop_out import smallest_closings
from trading.engine.state import Position, PositionMode, StopOutSequence
from trading.engine.validation import fresh_quote
from trading.engine.valuation import Valuation


@dataclass(frozen=True, slots=True)
class Step:
    """Orders to delete and positions to close, with the volume of each, before the account is valued again."""

    orders: tuple[int, ...] = ()
    closings: tuple[tuple[Position, Decimal], ...] = ()


def next_step(decision: Decision, valuation: Valuation) -> Step | None:
    """Return what the group's sequence does next; None when nothing is left that can be closed.

    Positions in markets that are closed, or have no fresh quote, are left until these open.
    """
    if decision.state.policy.stop_out_sequence is StopOutSequence.GRADUAL:
        return _gradual_step(decision, valuation)
    order_id = _largest_reservation(decision)
    if order_id is not None:
        return Step(orders=(order_id,))
    positions = _worst_first(_closable(decision), valuation)
    if not positions:
        return None
    if decision.state.policy.stop_out_sequence is StopOutSequence.SMART:
        return Step(closings=smallest_closings(decision, positions))
    return Step(closings=((positions[0], _volume_at_once(decision, positions[0])),))


def _gradual_step(decision: Decision, valuation: Valuation) -> Step | None:
    """Delete all orders, then close all losing positions, then the rest: what cannot be closed waits for its market."""
    if decision.state.orders:
        return Step(orders=tuple(sorted(decision.state.orders)))
    positions = _worst_first(_closable(decision), valuation)
    losing = [position for position in positions if valuation.positions[position.id].profit < 0]
    chosen = losing or positions
    return Step(closings=tuple((position, position.volume) for position in chosen)) if chosen else None


def _largest_reservation(decision: Decision) -> int | None:
    """Return the pending order that reserves the most margin, the oldest of equals; None where none reserves any."""
    reservations = [
        (order_margin(order, decision.state, decision.market), -order.id) for order in decision.state.orders.values()
    ]
    largest, negative_id = max(reservations, default=(ZERO, 0))
    return -negative_id if largest > 0 else None


def _worst_first(positions: Sequence[Position], valuation: Valuation) -> list[Position]:
    """Return positions by profit before swap, the largest loss at the front; the oldest of equals first."""
    return sorted(positions, key=lambda position: (valuation.positions[position.id].profit, position.id))


def _volume_at_once(decision: Decision, position: Position) -> Decimal:
    """Return all of a position; on a netting account, where it can be larger than a deal may be, the largest deal."""
    if decision.state.policy.position_mode is PositionMode.HEDGING:
        return position.volume
    return min(position.volume, decision.market.instrument(position.symbol).volume_max)


def _closable(decision: Decision) -> list[Position]:
    return [position for position in decision.state.positions.values() if _can_close(decision, position)]


def _can_close(decision: Decision, position: Position) -> bool:
    try:
        fresh_quote(decision.market, position.symbol, decision.state.policy)
    except Refused:
        return False
    return True
