"""What a tick does to an account: working orders, stop losses and take profits in price-time order, then its margin."""

from typing import Any

from forexpro.core.refusals import Refused
from marketdata.ticks import to_units
from trading.engine.commands import ProcessTick
from trading.engine.decision import Decision
from trading.engine.events import CloseReason, OrderArmed, OrderRejected
from trading.engine.evidence import fill_evidence
from trading.engine.execution import (
    close_at_market,
    close_position,
    fill_order,
    limit_fill_price,
    market_price,
)
from trading.engine.liquidation import check_margin
from trading.engine.market import Quote
from trading.engine.netting import closing_volume
from trading.engine.state import Order, OrderType, Position
from trading.engine.triggers import Trigger, TriggerKind, account_triggers, in_price_time_order
from trading.engine.validation import ensure_margin, ensure_opening_allowed
from trading.engine.valuation import value_account


def process_tick(decision: Decision, command: ProcessTick) -> None:
    """Carry out what the quote triggers, then re-examine the margin.

    The levels are those from before the tick: what one of them opens is first looked at on the next tick.
    """
    quote = decision.market.quote(command.symbol)
    trigger_quote = command.missed or quote
    fill = fill_evidence(quote, command.missed)
    for trigger in _reached(decision, trigger_quote):
        if trigger.kind is TriggerKind.ORDER:
            order = decision.state.orders[trigger.id]
            _work_order(decision, order, quote, fill)
        elif trigger.id in decision.state.positions:
            position = decision.state.positions[trigger.id]
            _protect(decision, position, trigger.kind, quote, fill)
    check_margin(decision)


def _reached(decision: Decision, quote: Quote) -> list[Trigger]:
    """Return the levels that a quote reaches, without those of orders and positions younger than the quote."""
    state = decision.state
    triggers = [
        trigger
        for trigger in account_triggers(state, quote.symbol)
        if (
            state.orders[trigger.id].placed_at
            if trigger.kind is TriggerKind.ORDER
            else state.positions[trigger.id].opened_at
        )
        <= quote.received_at
    ]
    return in_price_time_order(triggers, to_units(quote.bid), to_units(quote.ask))


def _work_order(decision: Decision, order: Order, quote: Quote, fill: dict[str, Any]) -> None:
    if order.type is OrderType.STOP_LIMIT and not order.armed:
        decision.emit(OrderArmed(order.id, evidence=fill))
        order = decision.state.orders[order.id]
    instrument = decision.market.instrument(order.symbol)
    if order.is_limit:
        improvement = decision.state.policy.limit_price_improvement
        price = limit_fill_price(order.working_price, order.side, quote, improvement=improvement)
        if price is None:
            return
    else:
        price = market_price(instrument, order.side, quote, f"order:{order.id}")
    filled = Decision(decision.state, decision.market)
    fill_order(filled, order, price, fill)
    try:
        if closing_volume(decision.state, order) < order.volume:
            ensure_opening_allowed(decision.state.policy, instrument, order.side)
            ensure_margin(
                decision.state,
                value_account(decision.state, decision.market),
                value_account(filled.state, decision.market),
            )
    except Refused as refusal:
        decision.emit(OrderRejected(order.id, refusal.code, refusal.message, refusal.details, evidence=fill))
    else:
        for event in filled.events:
            decision.emit(event)


def _protect(decision: Decision, position: Position, kind: TriggerKind, quote: Quote, fill: dict[str, Any]) -> None:
    if kind is TriggerKind.STOP_LOSS:
        close_at_market(decision, position, position.volume, quote, CloseReason.STOP_LOSS, fill)
        return
    assert position.take_profit is not None
    improvement = decision.state.policy.limit_price_improvement
    price = limit_fill_price(position.take_profit, position.side.opposite, quote, improvement=improvement)
    if price is not None:
        close_position(decision, position, position.volume, price, CloseReason.TAKE_PROFIT, fill)
