"""Placing, modifying and cancelling orders."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from forexpro.core.refusals import Refused
from marketdata.ticks import to_units
from trading.engine.commands import UNCHANGED, CancelOrder, ModifyOrder, PlaceOrder, Unchanged, given
from trading.engine.decision import Decision
from trading.engine.events import CancelReason, OrderCancelled, OrderModified, OrderPlaced
from trading.engine.evidence import fill_evidence
from trading.engine.expiry import ensure_expiry, expiry_of
from trading.engine.guards import asked_guards, ensure_guards
from trading.engine.limits import ensure_order_limits
from trading.engine.liquidation import settle
from trading.engine.margin import margin_required
from trading.engine.market import Quote
from trading.engine.state import AccountState, Order, OrderType, Policy, TimeInForce
from trading.engine.triggers import order_triggers
from trading.engine.validation import (
    ensure_deviation,
    ensure_margin,
    ensure_market_protection,
    ensure_opening_allowed,
    ensure_order_not_frozen,
    ensure_order_prices,
    ensure_volume,
    fresh_quote,
)
from trading.engine.valuation import opening_price, value_account
from trading.engine.working_orders import carry_out


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
    if order.type is OrderType.MARKET:
        ensure_market_protection(instrument, order.side, quote, order.stop_loss, order.take_profit)
    else:
        ensure_order_prices(instrument, order, quote, state.policy)
    ensure_guards(instrument, order.side, order.volume, order.limit_price or order.price, order.guards)
    decision.emit(OrderPlaced(order))
    if not order.waits or _is_marketable_stop(order, state.policy, quote):
        carry_out(decision, order, quote, fill_evidence(quote), before=state)
    if order.id not in decision.state.orders:
        settle(decision)
        return
    ensure_opening_allowed(state.policy, instrument, order.side)
    ensure_order_limits(state, order, market)
    ensure_margin(state, value_account(state, market), margin_required(decision.state, market))


def _is_marketable_stop(order: Order, policy: Policy, quote: Quote) -> bool:
    """Return whether an order that was accepted is a stop that the market is beyond already."""
    if order.type is OrderType.LIMIT:
        return False
    bid, ask = to_units(quote.bid), to_units(quote.ask)
    return any(trigger.depth(bid, ask) >= 0 for trigger in order_triggers(order, 0, policy.trigger_side))


def new_order(decision: Decision, command: PlaceOrder, quote: Quote) -> Order:
    """Return the order that `command` asks for; a market order's price is the quote, or the one that was seen."""
    if command.type is OrderType.MARKET:
        if command.limit_price is not None or (command.price is not None and command.deviation_points is None):
            raise Refused(
                "price_not_allowed",
                "A market order fills at the quote. It takes a price only with the largest deviation from it.",
                {"field": "price"},
            )
        price = opening_price(command.side, quote) if command.price is None else command.price
    elif command.price is None:
        raise Refused("price_required", "A pending order needs a price.", {"field": "price"})
    else:
        price = command.price
    instrument = decision.market.instrument(command.symbol)
    order = Order(
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
        time_in_force=command.time_in_force,
        expires_at=expiry_of(command, instrument, decision.market.now),
        deviation_points=command.deviation_points,
        oco_group=command.oco_group,
        parent_id=command.parent_id,
        guards=asked_guards(command, None),
    )
    ensure_deviation(order)
    ensure_links(decision.state, order)
    return order


def ensure_links(state: AccountState, order: Order) -> None:
    """Refuse to attach an order to one that is not working, and to link what does not wait."""
    if not order.waits and (order.oco_group or order.waits_for_parent):
        raise Refused(
            "link_not_allowed",
            "Only an order that waits for its price can belong to a group or be attached to another.",
            {"field": "parent_id" if order.waits_for_parent else "oco_group"},
        )
    if order.parent_id is not None and order.parent_id not in state.orders:
        raise Refused(
            "parent_not_working",
            "The order to attach this one to is no longer working.",
            {"field": "parent_id", "parent_id": str(order.parent_id)},
        )


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
        guards=asked_guards(command, order.guards),
        **_changed_expiry(order, command, decision.market.now),
    )
    if changed == order:
        return
    quote = fresh_quote(decision.market, order.symbol, state.policy)
    ensure_order_not_frozen(instrument, order, quote)
    if changed.armed and changed.limit_price is not None:
        resting = replace(changed, type=OrderType.LIMIT, price=changed.limit_price, limit_price=None)
        ensure_order_prices(instrument, resting, quote, state.policy)
    else:
        ensure_order_prices(instrument, changed, quote, state.policy)
    ensure_guards(instrument, changed.side, changed.volume, changed.limit_price or changed.price, changed.guards)
    decision.emit(
        OrderModified(
            order.id,
            changed.price,
            changed.limit_price,
            changed.stop_loss,
            changed.take_profit,
            time_in_force=changed.time_in_force,
            expires_at=changed.expires_at,
            guards=changed.guards,
            levels_since=decision.market.now,
        )
    )


def _changed_expiry(order: Order, command: ModifyOrder, now: datetime) -> dict[str, Any]:
    """Return time in force and expiry as asked: with a moment an order stands until then, without until cancelled."""
    if isinstance(command.expires_at, Unchanged) or command.expires_at == order.expires_at:
        return {}
    time_in_force = TimeInForce.GTC if command.expires_at is None else TimeInForce.GTD
    return {"time_in_force": time_in_force, "expires_at": ensure_expiry(time_in_force, command.expires_at, now)}


def cancel(decision: Decision, command: CancelOrder) -> None:
    """Withdraw a working order."""
    order = working_order(decision.state, command.order_id)
    quote = decision.market.quotes.get(order.symbol)
    if quote is not None and not command.by_dealer:
        ensure_order_not_frozen(decision.market.instrument(order.symbol), order, quote)
    decision.emit(OrderCancelled(order.id, CancelReason.DEALER if command.by_dealer else CancelReason.CLIENT))


def working_order(state: AccountState, order_id: int) -> Order:
    """Return a working order of the account, or refuse: it was filled, cancelled or never there."""
    try:
        return state.orders[order_id]
    except KeyError:
        raise Refused(
            "order_not_found", "This order is no longer working.", {"order_id": order_id}, http_status=404
        ) from None
