"""What a tick does to an account: working orders, stop losses and take profits in price-time order, then its margin."""

from datetime import datetime

from marketdata.ticks import to_units
from trading.engine.commands import ProcessTick
from trading.engine.decision import Decision
from trading.engine.evidence import fill_evidence
from trading.engine.expiry import expire
from trading.engine.liquidation import check_margin
from trading.engine.market import Quote
from trading.engine.protections import protect
from trading.engine.state import AccountState
from trading.engine.triggers import Trigger, TriggerKind, account_triggers, in_price_time_order, position_triggers
from trading.engine.validation import is_tradable
from trading.engine.working_orders import work_order


def process_tick(decision: Decision, command: ProcessTick) -> None:
    """Withdraw what has expired, carry out what the quote triggers, then re-examine the margin.

    The levels are those from before the tick: what one of them opens, or moves, is first looked at on the next tick.
    While the market is closed, or the symbol disabled, levels stay and wait.
    """
    expire(decision)
    quote = decision.market.quote(command.symbol)
    if is_tradable(decision.market.instrument(command.symbol), decision.market.now):
        trigger_quote = command.missed or quote
        fill = fill_evidence(quote, command.missed)
        for trigger in _reached(decision, trigger_quote):
            if trigger.kind is TriggerKind.ORDER:
                if trigger.id in decision.state.orders:
                    work_order(decision, decision.state.orders[trigger.id], quote, fill)
            elif _still_reached(decision.state, trigger, trigger_quote):
                protect(decision, decision.state.positions[trigger.id], trigger.kind, quote, trigger_quote, fill)
    check_margin(decision)


def _reached(decision: Decision, quote: Quote) -> list[Trigger]:
    """Return the levels that a quote reaches, without those that are younger than the quote."""
    state = decision.state
    triggers = [
        trigger for trigger in account_triggers(state, quote.symbol) if _set_at(state, trigger) <= quote.received_at
    ]
    return in_price_time_order(triggers, to_units(quote.bid), to_units(quote.ask))


def _still_reached(state: AccountState, reached: Trigger, quote: Quote) -> bool:
    """Return whether a level of a position is where it was: a deal of the same tick may have ended or replaced it.

    A trailing stop follows from where break-even has put the stop loss, if the quote is that far.
    """
    position = state.positions.get(reached.id)
    levels = [] if position is None else position_triggers(position, state.id, state.policy.trigger_side)
    if reached.kind is TriggerKind.TRAILING_STOP:
        bid, ask = to_units(quote.bid), to_units(quote.ask)
        return any(level.kind is reached.kind and level.depth(bid, ask) >= 0 for level in levels)
    return reached in levels


def _set_at(state: AccountState, trigger: Trigger) -> datetime:
    """Return since when a level counts."""
    if trigger.kind is TriggerKind.ORDER:
        order = state.orders[trigger.id]
        return order.levels_since or order.placed_at
    position = state.positions[trigger.id]
    match trigger.kind:
        case TriggerKind.STOP_LOSS:
            since = position.stop_loss_since
        case TriggerKind.TAKE_PROFIT:
            since = position.take_profit_since
        case _:
            since = position.guards_since
    return since or position.opened_at
