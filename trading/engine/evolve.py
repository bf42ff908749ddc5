"""The state after an event. Total and without judgement: whatever was recorded has happened."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import TypeVar, assert_never

from forexpro.core.money import ZERO, quantize
from trading.engine.events import (
    AccountOpened,
    BalanceUpdated,
    CommissionBlocked,
    CommissionSettled,
    EngineEvent,
    MarginCallCleared,
    MarginCallRaised,
    MoneyReleased,
    MoneyReserved,
    OrderArmed,
    OrderCancelled,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    PolicyChanged,
    PositionClosed,
    PositionIncreased,
    PositionModified,
    PositionOpened,
    PositionReduced,
    StopOutTriggered,
    SwapCharged,
)
from trading.engine.state import AccountState, BlockedCommission, Order, Position, Reservation

Entry = TypeVar("Entry", Order, Position)


def evolve(state: AccountState, event: EngineEvent) -> AccountState:
    """Return the state after `event`."""
    match event:
        case AccountOpened(currency=currency, policy=policy):
            return replace(state, currency=currency, policy=policy)
        case PolicyChanged(policy=policy):
            return replace(state, policy=policy)
        case OrderPlaced(order=order):
            return replace(state, orders=_with(state.orders, order))
        case OrderModified():
            order = replace(
                state.orders[event.order_id],
                price=event.price,
                limit_price=event.limit_price,
                stop_loss=event.stop_loss,
                take_profit=event.take_profit,
                time_in_force=event.time_in_force,
                expires_at=event.expires_at,
                guards=event.guards,
                levels_since=event.levels_since,
            )
            return replace(state, orders=_with(state.orders, order))
        case OrderReleased(order_id, levels_since):
            order = replace(state.orders[order_id], parent_id=None, levels_since=levels_since)
            return replace(state, orders=_with(state.orders, order))
        case OrderArmed(order_id=order_id):
            return replace(state, orders=_with(state.orders, replace(state.orders[order_id], armed=True)))
        case OrderCancelled(order_id=order_id) | OrderRejected(order_id=order_id) | OrderFilled(order_id=order_id):
            return replace(state, orders=_without(state.orders, order_id))
        case PositionOpened(position=position) | PositionIncreased(position=position):
            return replace(state, positions=_with(state.positions, position))
        case PositionModified():
            position = _with_levels(state.positions[event.position_id], event)
            return replace(state, positions=_with(state.positions, position))
        case PositionReduced():
            position = _reduced(state.positions[event.position_id], event, state.currency)
            return replace(state, positions=_with(state.positions, position))
        case PositionClosed(position_id=position_id):
            return replace(state, positions=_without(state.positions, position_id))
        case SwapCharged(position_id=position_id, swap=swap, day=day, margin_conversion=refreshed):
            position = replace(state.positions[position_id], swap=swap, swap_day=day)
            if refreshed is not None:
                position = replace(position, margin_conversion=refreshed)
            return replace(state, positions=_with(state.positions, position))
        case CommissionBlocked(amount=amount, settles_at=settles_at):
            return replace(state, blocked_commission=_blocked(state.blocked_commission, settles_at, amount))
        case CommissionSettled(amount=amount, settles_at=settles_at):
            return replace(state, blocked_commission=_blocked(state.blocked_commission, settles_at, -amount))
        case MoneyReserved(reservation_id=id, amount=amount):
            reservations = sorted((*state.reservations, Reservation(id, amount)), key=lambda entry: entry.id)
            return replace(state, reservations=tuple(reservations))
        case MoneyReleased(reservation_id=id):
            return replace(state, reservations=tuple(entry for entry in state.reservations if entry.id != id))
        case BalanceUpdated(balance=balance, credit=credit):
            return replace(state, balance=balance, credit=credit)
        case MarginCallRaised():
            return replace(state, margin_call=True)
        case MarginCallCleared():
            return replace(state, margin_call=False)
        case StopOutTriggered():
            return state
        case _:
            assert_never(event)


def fold(account_id: int, events: Iterable[EngineEvent]) -> AccountState:
    """Return the state of an account from its first event on."""
    return reduce(evolve, events, AccountState(id=account_id, currency=""))


def _reduced(position: Position, event: PositionReduced, currency: str) -> Position:
    """Return what is left of a position after a part of it was closed; its commission shrinks with its volume."""
    commission = quantize(position.commission * event.remaining_volume / position.volume, currency)
    return replace(position, volume=event.remaining_volume, swap=position.swap - event.swap, commission=commission)


def _blocked(
    entries: tuple[BlockedCommission, ...], settles_at: datetime, amount: Decimal
) -> tuple[BlockedCommission, ...]:
    """Return the entries with `amount` added to the one of a moment; an entry of nothing goes."""
    by_moment = {entry.settles_at: entry.amount for entry in entries}
    by_moment[settles_at] = by_moment.get(settles_at, ZERO) + amount
    return tuple(BlockedCommission(moment, total) for moment, total in sorted(by_moment.items()) if total)


def _with_levels(position: Position, event: PositionModified) -> Position:
    """Return a position with other levels; those that are as they were count since when they did."""
    since = event.levels_since
    return replace(
        position,
        stop_loss=event.stop_loss,
        take_profit=event.take_profit,
        guards=event.guards,
        stop_loss_since=position.stop_loss_since if event.stop_loss == position.stop_loss else since,
        take_profit_since=position.take_profit_since if event.take_profit == position.take_profit else since,
        guards_since=position.guards_since if event.guards == position.guards else since,
    )


def _with(entries: Mapping[int, Entry], entry: Entry) -> dict[int, Entry]:
    """Return the entries with another one, in order of their ids whatever came first: decisions follow that order."""
    grown = {**entries, entry.id: entry}
    return grown if entry.id >= max(entries, default=0) else dict(sorted(grown.items()))


def _without(entries: Mapping[int, Entry], id: int) -> dict[int, Entry]:
    return {key: entry for key, entry in entries.items() if key != id}
