"""Margin call and stop-out in MetaTrader 5's sequence, and the debt that a gap may leave behind."""

from forexpro.core.money import ZERO
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason
from trading.engine.decision import Decision
from trading.engine.events import (
    CancelReason,
    CloseReason,
    MarginCallCleared,
    MarginCallRaised,
    OrderCancelled,
    StopOutTriggered,
)
from trading.engine.evidence import fill_evidence, margin_evidence
from trading.engine.execution import book, close_at_market
from trading.engine.margin import order_margin
from trading.engine.state import Position
from trading.engine.validation import fresh_quote
from trading.engine.valuation import Valuation, value_account


def check_margin(decision: Decision) -> None:
    """Raise or clear the margin call, and liquidate while the margin level is at or below the stop-out level.

    Without a quote for every symbol held there is nothing to judge by, and nothing happens.
    """
    try:
        valuation = value_account(decision.state, decision.market)
    except Refused:
        return
    policy = decision.state.policy
    if not decision.state.margin_call and valuation.at_or_below(policy.margin_call_level):
        decision.emit(
            MarginCallRaised(
                level=valuation.margin_level,
                equity=valuation.equity,
                margin=valuation.margin,
                evidence=margin_evidence(valuation, f"level ≤ {policy.margin_call_level} %"),
            )
        )
    if valuation.at_or_below(policy.stop_out_level):
        valuation = _liquidate(decision, valuation)
    settle(decision)
    if decision.state.margin_call and not valuation.at_or_below(policy.margin_call_level):
        decision.emit(MarginCallCleared(valuation.margin_level, valuation.equity, valuation.margin))


def settle(decision: Decision) -> None:
    """Forgive the debt of an account whose last position is gone, and end its margin call."""
    state = decision.state
    if state.positions:
        return
    debt = state.balance + state.credit - state.blocked
    if debt < 0 and state.policy.negative_balance_protection:
        book(decision, -debt, BalanceReason.NEGATIVE_BALANCE_COMPENSATION, "")
    if state.margin_call and not state.orders:
        equity = decision.state.balance + decision.state.credit
        decision.emit(MarginCallCleared(level=None, equity=equity, margin=ZERO))


def _liquidate(decision: Decision, valuation: Valuation) -> Valuation:
    """Delete reserving orders, largest first, then close the worst position, until the level is above the stop-out's.

    The account is valued again after each step. Positions whose market gives no fresh quote are left for later.
    Source: MT5, stop-out processing.
    """
    announced = False
    stop_out_level = decision.state.policy.stop_out_level
    while valuation.at_or_below(stop_out_level):
        order_id = _largest_reservation(decision)
        position = None if order_id is not None else _worst_position(decision, valuation)
        if order_id is None and position is None:
            break
        if not announced:
            announced = True
            decision.emit(
                StopOutTriggered(
                    level=valuation.margin_level,
                    equity=valuation.equity,
                    margin=valuation.margin,
                    evidence=margin_evidence(valuation, f"level ≤ {stop_out_level} %"),
                )
            )
        if order_id is not None:
            decision.emit(OrderCancelled(order_id, CancelReason.STOP_OUT))
        elif position is not None:
            quote = decision.market.quote(position.symbol)
            close_at_market(decision, position, position.volume, quote, CloseReason.STOP_OUT, fill_evidence(quote))
        valuation = value_account(decision.state, decision.market)
    return valuation


def _largest_reservation(decision: Decision) -> int | None:
    reservations = [
        (order_margin(order, decision.state, decision.market), -order.id) for order in decision.state.orders.values()
    ]
    largest, negative_id = max(reservations, default=(ZERO, 0))
    return -negative_id if largest > 0 else None


def _worst_position(decision: Decision, valuation: Valuation) -> Position | None:
    """Return the position with the largest loss, or else the smallest profit, before swap; the oldest of equals."""
    open_market = [position for position in decision.state.positions.values() if _can_close(decision, position)]
    return min(
        open_market,
        key=lambda position: (valuation.positions[position.id].profit, position.id),
        default=None,
    )


def _can_close(decision: Decision, position: Position) -> bool:
    try:
        fresh_quote(decision.market, position.symbol, decision.state.policy)
    except Refused:
        return False
    return True
