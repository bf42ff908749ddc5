"""What becomes of an order whose turn has come: it is armed, filled, cancelled, rejected, or goes on waiting."""

from typing import Any

from forexpro.core.money import ZERO
from forexpro.core.refusals import Refused
from trading.engine.decision import Decision
from trading.engine.events import CancelReason, OrderArmed, OrderCancelled, OrderRejected
from trading.engine.execution import deals_commission, fill_order
from trading.engine.fill_price import exceeds_deviation, order_fill_price
from trading.engine.limits import ensure_limits
from trading.engine.margin import entry_margin, margin_required
from trading.engine.market import Quote
from trading.engine.netting import closing_volume
from trading.engine.state import AccountState, Order, OrderType
from trading.engine.validation import ensure_margin, ensure_opening_allowed
from trading.engine.valuation import value_account


def work_order(decision: Decision, order: Order, quote: Quote, fill: dict[str, Any]) -> None:
    """Carry out an order whose level the market has reached; what is refused to it ends it as rejected."""
    attempt = decision.attempt()
    try:
        carry_out(attempt, order, quote, fill, before=decision.state)
    except Refused as refusal:
        if order.type is OrderType.STOP_LIMIT and not order.armed:
            decision.emit(OrderArmed(order.id, evidence=fill))
        decision.emit(OrderRejected(order.id, refusal.code, refusal.message, refusal.details, evidence=fill))
    else:
        decision.take_over(attempt)


def carry_out(decision: Decision, order: Order, quote: Quote, fill: dict[str, Any], *, before: AccountState) -> None:
    """Arm, fill or cancel an order at the quote, or leave it waiting; raises `Refused` where it may not fill.

    `before` is the account as its margin stood without the order, or with what the order reserves.
    """
    if order.type is OrderType.STOP_LIMIT and not order.armed:
        decision.emit(OrderArmed(order.id, evidence=fill))
        order = decision.state.orders[order.id]
    instrument = decision.market.instrument(order.symbol)
    price = order_fill_price(order, decision.state.policy, decision.market, quote)
    if price is None:
        if order.time_in_force.is_immediate:
            decision.emit(OrderCancelled(order.id, CancelReason.UNFILLED, evidence=fill))
        return
    if exceeds_deviation(order, instrument, price):
        if order.type is OrderType.MARKET:
            raise _price_moved(order, price)
        decision.emit(OrderCancelled(order.id, CancelReason.DEVIATION, evidence=fill))
        return
    opens = closing_volume(before, order) < order.volume
    on_entry = ZERO
    if opens and instrument.charges_entry:
        on_entry = entry_margin(decision.state, order, price, decision.market)
    decided = len(decision.events)
    fill_order(decision, order, price, fill)
    if opens:
        ensure_opening_allowed(before.policy, instrument, order.side)
        ensure_limits(before, decision.state, order, decision.market)
        ensure_margin(
            before,
            value_account(before, decision.market),
            max(on_entry, margin_required(decision.state, decision.market)),
            commission=deals_commission(decision.events[decided:]),
        )


def _price_moved(order: Order, price: object) -> Refused:
    return Refused(
        "price_moved",
        f"The market has moved: {order.symbol} is at {price}, more than {order.deviation_points} points from "
        f"{order.price}. Try again, or allow a larger deviation.",
        {"price": str(price), "requested_price": str(order.price), "deviation_points": str(order.deviation_points)},
    )
