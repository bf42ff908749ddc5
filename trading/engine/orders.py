"""Placing, modifying and cancelling orders."""

from dataclasses import replace
from typing import TypeVar

from forexpro.core.refusals import Refused
from trading.engine.commands import UNCHANGED, CancelOrder, ModifyOrder, PlaceOrder, Unchanged
from trading.engine.decision import Decision
from trading.engine.events import CancelReason, OrderCancelled, OrderModified, OrderPlaced
from trading.engine.evidence import fill_evidence
from trading.engine.execution import fill_order, market_price
from trading.engine.liquidation import settle
from trading.engine.market import Quote
from trading.engine.netting import closing_volume
from trading.engine.state import AccountState, Order, OrderType
from trading.engine.validation import (
    ensure_margin,
    ensure_market_protection,
    ensure_opening_allowed,
    ensure_order_prices,
    ensure_volume,
    fresh_quote,
)
from trading.engine.valuation import opening_price, value_account

Value = TypeVar("Value")


def place(decision: Decision, command: PlaceOrder) -> None:
    """Accept an order: a market order fills at once, any other works until the market reaches its price.

    What only reduces the position of a netting account needs neither margin nor leave to trade.
    """
    state, market = decision.state, decision.market
    instrument = market.instrument(command.symbol)
    ensure_volume(instrument, command.volume)
    quote = fresh_quote(market, command.symbol, state.policy)
    if command.order_id in state.orders or command.order_id in state.positions:
        raise ValueError(f"order id {command.order_id} is in use on account {state.id}")
    order = new_order(decision, command, quote)
    opens = order.type is not OrderType.MARKET or closing_volume(state, order) < order.volume
    if opens:
        ensure_opening_allowed(state.policy, instrument, order.side)
    if order.type is not OrderType.MARKET:
        ensure_order_prices(instrument, order, quote)
        decision.emit(OrderPlaced(order))
        before = value_account(state, market)
        ensure_margin(state, before, value_account(decision.state, market))
        return
    ensure_market_protection(instrument, order.side, quote, order.stop_loss, order.take_profit)
    decision.emit(OrderPlaced(order))
    fill_at_market(decision, order, quote)
    if opens:
        ensure_margin(state, value_account(state, market), value_account(decision.state, market))
    settle(decision)


def new_order(decision: Decision, command: PlaceOrder, quote: Quote) -> Order:
    """Return the order that `command` asks for; a market order's price is the quote it was placed at."""
    if command.type is OrderType.MARKET:
        if command.price is not None or command.limit_price is not None:
            raise Refused(
                "price_not_allowed", "A market order takes no price: it fills at the quote.", {"field": "price"}
            )
        price = opening_price(command.side, quote)
    elif command.price is None:
        raise Refused("price_required", "A pending order needs a price.", {"field": "price"})
    else:
        price = command.price
    return Order(
        id=command.order_id,
        symbol=command.symbol,
        side=command.side,
        type=command.type,
        volume=command.volume,
        price=price,
        placed_at=decision.market.now,
        limit_price=command.limit_price,
        stop_loss=command.stop_loss,
        take_profit=command.take_profit,
        comment=command.comment,
    )


def fill_at_market(decision: Decision, order: Order, quote: Quote) -> None:
    """Execute a market order at the quote, slippage included."""
    instrument = decision.market.instrument(order.symbol)
    price = market_price(instrument, order.side, quote, f"order:{order.id}")
    fill_order(decision, order, price, fill_evidence(quote))


def modify(decision: Decision, command: ModifyOrder) -> None:
    """Change prices of a working order; nothing happens when they are as asked already."""
    state = decision.state
    order = working_order(state, command.order_id)
    instrument = decision.market.instrument(order.symbol)
    if order.armed and command.price not in (UNCHANGED, order.price):
        raise Refused(
            "order_armed",
            "The stop of this order was reached; only its limit price can change now.",
            {"field": "price"},
        )
    changed = replace(
        order,
        price=given(command.price, order.price),
        limit_price=given(command.limit_price, order.limit_price),
        stop_loss=given(command.stop_loss, order.stop_loss),
        take_profit=given(command.take_profit, order.take_profit),
    )
    if changed == order:
        return
    quote = fresh_quote(decision.market, order.symbol, state.policy)
    if changed.armed and changed.limit_price is not None:
        resting = replace(changed, type=OrderType.LIMIT, price=changed.limit_price, limit_price=None)
        ensure_order_prices(instrument, resting, quote)
    else:
        ensure_order_prices(instrument, changed, quote)
    decision.emit(OrderModified(order.id, changed.price, changed.limit_price, changed.stop_loss, changed.take_profit))


def cancel(decision: Decision, command: CancelOrder) -> None:
    """Withdraw a working order."""
    order = working_order(decision.state, command.order_id)
    decision.emit(OrderCancelled(order.id, CancelReason.CLIENT))


def expire(decision: Decision) -> None:
    """Withdraw the orders whose time has come."""
    now = decision.market.now
    for order in list(decision.state.orders.values()):
        if order.expires_at is not None and order.expires_at <= now:
            decision.emit(OrderCancelled(order.id, CancelReason.EXPIRED))


def working_order(state: AccountState, order_id: int) -> Order:
    """Return a working order of the account, or refuse: it was filled, cancelled or never there."""
    try:
        return state.orders[order_id]
    except KeyError:
        raise Refused(
            "order_not_found", "This order is no longer working.", {"order_id": order_id}, http_status=404
        ) from None


def given(value: Value | Unchanged, present: Value) -> Value:
    """Return `value`, or the present one where it is to stay."""
    return present if isinstance(value, Unchanged) else value
