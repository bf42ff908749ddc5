"""How long orders stand."""

from datetime import datetime

from forexpro.core.refusals import Refused
from trading.engine.commands import PlaceOrder
from trading.engine.decision import Decision
from trading.engine.events import CancelReason, OrderCancelled
from trading.engine.market import Instrument
from trading.engine.state import OrderType, TimeInForce


def expire(decision: Decision) -> None:
    """Withdraw the orders whose time has come."""
    now = decision.market.now
    due = [
        order.id for order in decision.state.orders.values() if order.expires_at is not None and order.expires_at <= now
    ]
    for order_id in due:
        if order_id in decision.state.orders:
            decision.emit(OrderCancelled(order_id, CancelReason.EXPIRED))


def expiry_of(command: PlaceOrder, instrument: Instrument, now: datetime) -> datetime | None:
    """Return when the order that `command` asks for expires, None for never; refuse what makes no sense for it."""
    time_in_force = command.time_in_force
    immediate = time_in_force.is_immediate
    fits = not immediate if command.type in (OrderType.STOP, OrderType.STOP_LIMIT) else True
    if command.type is OrderType.MARKET:
        fits = immediate or time_in_force is TimeInForce.GTC
    if not fits:
        raise Refused(
            "time_in_force_not_allowed",
            f"A {command.type.replace('_', ' ')} order cannot be {time_in_force.upper()}.",
            {"field": "time_in_force", "type": str(command.type), "time_in_force": str(time_in_force)},
        )
    if time_in_force is TimeInForce.DAY:
        return instrument.swap.rollover_at(instrument.swap.next_day(now))
    return ensure_expiry(time_in_force, command.expires_at, now)


def ensure_expiry(time_in_force: TimeInForce, expires_at: datetime | None, now: datetime) -> datetime | None:
    """Return `expires_at`; refuse it where it is missing, past, or not for an order of this time in force."""
    if time_in_force is not TimeInForce.GTD:
        if expires_at is not None:
            raise Refused(
                "expiry_not_allowed", "Only an order until a moment (GTD) has an expiry.", {"field": "expires_at"}
            )
        return None
    if expires_at is None:
        raise Refused("expiry_required", "An order until a moment (GTD) needs that moment.", {"field": "expires_at"})
    if expires_at <= now:
        raise Refused(
            "expiry_past",
            "The expiry must be in the future.",
            {"field": "expires_at", "expires_at": expires_at.isoformat(), "now": now.isoformat()},
        )
    return expires_at
