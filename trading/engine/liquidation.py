"""Margin call and stop-out, and the debt that a gap may leave behind."""

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
from trading.engine.state import CompensationCredit
from trading.engine.stop_out import Step, next_step
from trading.engine.valuation import Valuation, value_account


def check_margin(decision: Decision) -> None:
    """Raise or clear the margin call, and liquidate while the account is at or below its stop-out level.

    Without a quote for every symbol held there is nothing to judge by, and nothing happens.
    """
    try:
        valuation = value_account(decision.state, decision.market)
    except Refused:
        return
    policy = decision.state.policy
    if not decision.state.margin_call and valuation.is_called(policy):
        decision.emit(
            MarginCallRaised(
                level=valuation.margin_level,
                equity=valuation.equity,
                margin=valuation.margin,
                evidence=margin_evidence(valuation, policy, policy.margin_call_level),
            )
        )
    if valuation.is_stopped_out(policy):
        valuation = _liquidate(decision, valuation)
    settle(decision)
    if decision.state.margin_call and not valuation.is_called(policy):
        decision.emit(MarginCallCleared(valuation.margin_level, valuation.equity, valuation.margin))


def settle(decision: Decision) -> None:
    """Forgive the debt of an account whose last position is gone, and end its margin call."""
    state = decision.state
    if state.positions:
        return
    if state.policy.negative_balance_protection:
        _compensate(decision)
    if state.margin_call and not state.orders:
        equity = decision.state.balance + decision.state.credit - decision.state.set_aside
        decision.emit(MarginCallCleared(level=None, equity=equity, margin=ZERO))


def _compensate(decision: Decision) -> None:
    state = decision.state
    credit = state.policy.compensation_credit
    debt = state.balance - state.blocked + (state.credit if credit is CompensationCredit.BEARS_LOSS else ZERO)
    if debt >= 0:
        return
    book(decision, -debt, BalanceReason.NEGATIVE_BALANCE_COMPENSATION, "")
    if credit is CompensationCredit.WITHDRAWN and state.credit:
        book(decision, -state.credit, BalanceReason.CREDIT, BalanceReason.NEGATIVE_BALANCE_COMPENSATION)


def _liquidate(decision: Decision, valuation: Valuation) -> Valuation:
    """Take the steps of the group's sequence, valuing the account again after each, until it is above its level.

    Source: MT5, stop-out processing: the account is left alone once its level is higher than the stop-out's.
    """
    policy = decision.state.policy
    announced = False
    while valuation.is_stopped_out(policy):
        step = next_step(decision, valuation)
        if step is None:
            break
        if not announced:
            announced = True
            decision.emit(
                StopOutTriggered(
                    level=valuation.margin_level,
                    equity=valuation.equity,
                    margin=valuation.margin,
                    evidence=margin_evidence(valuation, policy, policy.stop_out_level)
                    | {"sequence": str(policy.stop_out_sequence)},
                )
            )
        _take(decision, step)
        valuation = value_account(decision.state, decision.market)
    return valuation


def _take(decision: Decision, step: Step) -> None:
    for order_id in step.orders:
        if order_id in decision.state.orders:
            decision.emit(OrderCancelled(order_id, CancelReason.STOP_OUT))
    for position, volume in step.closings:
        quote = decision.market.quote(position.symbol)
        close_at_market(decision, position, volume, quote, CloseReason.STOP_OUT, fill_evidence(quote))
