"""What the protections of a position do when the market reaches them: close it, a part of it, or move its stop loss."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from forexpro.core.money import round_price
from trading.engine.decision import Decision
from trading.engine.events import CloseReason, ModifyReason, PositionModified
from trading.engine.execution import close_position, closing_deal
from trading.engine.fill_price import limit_fill_price, stop_fill_price
from trading.engine.guards import ready
from trading.engine.market import Quote
from trading.engine.state import BreakEven, Guards, Position, TrailingStop
from trading.engine.triggers import TriggerKind, trigger_price, winning_watch


def protect(
    decision: Decision,
    position: Position,
    kind: TriggerKind,
    quote: Quote,
    trigger_quote: Quote,
    fill: dict[str, Any],
) -> None:
    """Do what a protection does that `trigger_quote` has reached; closing happens at `quote`."""
    policy = decision.state.policy
    guards = position.guards or Guards()
    if kind is TriggerKind.STOP_LOSS and position.stop_loss is not None:
        instrument = decision.market.instrument(position.symbol)
        deal = closing_deal(position)
        price = stop_fill_price(instrument, policy, position.stop_loss, position.side.opposite, quote, deal)
        close_position(decision, position, position.volume, price, CloseReason.STOP_LOSS, fill)
    elif kind is TriggerKind.TAKE_PROFIT and position.take_profit is not None:
        target = _target_price(decision, position, position.take_profit, quote)
        if target is not None:
            close_position(decision, position, position.volume, target, CloseReason.TAKE_PROFIT, fill)
    elif kind is TriggerKind.PARTIAL_TAKE_PROFIT:
        _take_partial_profits(decision, position, guards, quote, fill)
    elif kind is TriggerKind.TRAILING_STOP and guards.trailing_stop is not None:
        _trail(decision, position, guards.trailing_stop, trigger_quote, fill)
    elif kind is TriggerKind.BREAK_EVEN and guards.break_even is not None:
        _break_even(decision, position, guards.break_even, fill)


def _target_price(decision: Decision, position: Position, target: Decimal, quote: Quote) -> Decimal | None:
    improvement = decision.state.policy.limit_price_improvement
    return limit_fill_price(target, position.side.opposite, quote, improvement=improvement)


def _trail(decision: Decision, position: Position, trailing: TrailingStop, quote: Quote, fill: dict[str, Any]) -> None:
    instrument = decision.market.instrument(position.symbol)
    reached = trigger_price(winning_watch(position.side, decision.state.policy.trigger_side), quote)
    # Break-even on the same tick may have brought the stop loss nearer than the trail would follow.
    if trailing.moves_at is None or position.side.sign * (reached - trailing.moves_at) < 0:
        return
    stop_loss = reached - position.side.sign * trailing.distance_points * instrument.point
    stop_loss = round_price(stop_loss, instrument.digits)
    _move_stop(decision, position, stop_loss, position.guards, ModifyReason.TRAILING_STOP, fill)


def _break_even(decision: Decision, position: Position, break_even: BreakEven, fill: dict[str, Any]) -> None:
    assert position.guards is not None
    instrument = decision.market.instrument(position.symbol)
    offset = position.side.sign * break_even.offset_points * instrument.point
    # The average price of a netting position is finer than prices are.
    stop_loss = round_price(position.open_price + offset, instrument.digits)
    present = position.stop_loss
    if present is not None and position.side.sign * (present - stop_loss) > 0:
        stop_loss = present
    left = replace(position.guards, break_even=None)
    _move_stop(decision, position, stop_loss, left, ModifyReason.BREAK_EVEN, fill)


def _move_stop(
    decision: Decision,
    position: Position,
    stop_loss: Decimal,
    guards: Guards | None,
    reason: ModifyReason,
    fill: dict[str, Any],
) -> None:
    instrument = decision.market.instrument(position.symbol)
    moved = replace(position, stop_loss=stop_loss)
    decision.emit(
        PositionModified(
            position.id,
            stop_loss,
            position.take_profit,
            guards=ready(guards, moved, instrument),
            levels_since=decision.market.now,
            reason=reason,
            evidence=fill,
        )
    )


def _take_partial_profits(
    decision: Decision, position: Position, guards: Guards, quote: Quote, fill: dict[str, Any]
) -> None:
    """Close a part of the position at every level that the quote has reached."""
    instrument = decision.market.instrument(position.symbol)
    for number, target in enumerate(guards.partial_take_profits, 1):
        price = _target_price(decision, position, target.price, quote)
        if price is None or position.id not in decision.state.positions:
            return
        present = decision.state.positions[position.id]
        left = replace(guards, partial_take_profits=guards.partial_take_profits[number:])
        decision.emit(
            PositionModified(
                present.id,
                present.stop_loss,
                present.take_profit,
                guards=ready(left, present, instrument),
                levels_since=decision.market.now,
                reason=ModifyReason.PARTIAL_TAKE_PROFIT,
                evidence=fill,
            )
        )
        present = decision.state.positions[position.id]
        volume = min(target.volume, present.volume)
        close_position(decision, present, volume, price, CloseReason.TAKE_PROFIT, fill)
