"""What the end of one order means for others: groups of which one cancels the rest, and orders attached to a fill."""

from collections.abc import Iterator
from datetime import datetime

from trading.engine.events import CancelReason, OrderCancelled, OrderFilled, OrderRejected, OrderReleased
from trading.engine.state import AccountState

OrderEnd = OrderFilled | OrderCancelled | OrderRejected


def consequences(before: AccountState, end: OrderEnd, now: datetime) -> Iterator[OrderCancelled | OrderReleased]:
    """Yield what follows for the other orders of an account from the end of one that was among `before`'s.

    A fill cancels the rest of the order's group and releases what waited for it; any other end cancels what waited.
    """
    order = before.orders.get(end.order_id)
    if order is None:
        return
    filled = isinstance(end, OrderFilled)
    for other in before.orders.values():
        if other.parent_id == order.id:
            yield OrderReleased(other.id, now) if filled else OrderCancelled(other.id, CancelReason.PARENT)
        elif filled and order.oco_group and other.oco_group == order.oco_group and other.id != order.id:
            yield OrderCancelled(other.id, CancelReason.OCO)
