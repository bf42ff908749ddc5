"""The levels that an event is about, and those that it set."""

from trading.engine.events import (
    EngineEvent,
    OrderArmed,
    OrderCancelled,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    PositionClosed,
    PositionIncreased,
    PositionModified,
    PositionOpened,
    PositionReduced,
)
from trading.engine.state import AccountState
from trading.engine.triggers import Trigger, order_triggers, position_triggers

_SETTING = OrderPlaced | OrderModified | OrderArmed | OrderReleased | PositionOpened | PositionModified


def levels_of(state: AccountState, id: int) -> list[Trigger]:
    """Return the levels of the order, and of the position, with an id."""
    order, position = state.orders.get(id), state.positions.get(id)
    levels = order_triggers(order, state.id, state.policy.trigger_side) if order else []
    levels += position_triggers(position, state.id, state.policy.trigger_side) if position else []
    return levels


def levels_set(state: AccountState, event: EngineEvent) -> list[Trigger]:
    """Return the levels that an event set, as they stand in `state`: of after the event, perhaps long after it.

    Ticks from before the event do not count for any level of that order or position.
    """
    return [level for id in concerned(event) for level in levels_of(state, id)] if isinstance(event, _SETTING) else []


def concerned(event: EngineEvent) -> list[int]:
    """Return the id of the order or position that an event is about."""
    match event:
        case OrderPlaced(order=order):
            return [order.id]
        case PositionOpened(position=position) | PositionIncreased(position=position):
            return [position.id]
        case OrderModified(order_id=id) | OrderArmed(order_id=id) | OrderCancelled(order_id=id):
            return [id]
        case OrderFilled(order_id=id) | OrderRejected(order_id=id) | OrderReleased(order_id=id):
            return [id]
        case PositionModified(position_id=id) | PositionReduced(position_id=id) | PositionClosed(position_id=id):
            return [id]
        case _:
            return []
