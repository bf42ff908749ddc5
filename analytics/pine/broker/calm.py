"""Between which prices a bar changes nothing but the value of the position, so that nobody need look at its orders."""

from math import ceil, floor, inf
from typing import TYPE_CHECKING

from analytics.pine.broker.margin import margin_ratio
from analytics.pine.broker.orders import Book, Kind, Order

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

Range = tuple[float, float]
"""A bar is calm if its low, in ticks, is not below the first and its high is below the second."""

NEVER: Range = (inf, -inf)
# Sums of floats are as exact as this many times what they are made of.
NOISE = 1e-9


def calm_range(broker: "Broker") -> Range:
    """Return between which prices nothing fills, starts, ends or has to be closed with the orders as they are now."""
    account, book = broker.account, broker.book
    if book.closes or account.runup_low < 0:
        # Below zero a run-up in per cent shrinks as it grows, so that the highest price of several bars does not do.
        return NEVER
    lowest, highest = _covered(broker)
    for order in (*book.entries.values(), *book.exits.values()):
        below, above = _levels(order, book)
        lowest, highest = max(lowest, below), min(highest, above)
    return lowest, highest


def _levels(order: Order, book: Book) -> Range:
    """Return from which price to below which an order rests."""
    limit, stop, activation = order.limit, order.stop, None
    if order.kind is Kind.EXIT:
        if not order.lot:
            return (-inf, inf) if order.entry_id in book.entries and not order.armed else NEVER
        if order.consumed and not order.committed:
            return -inf, inf
        activation = order.trail
        if order.armed:
            if order.trail_stop is None:
                return NEVER
            # It follows from the first price that is better than any before.
            reach = order.trail_stop - order.side * order.trail_offset
            trailing = (-inf, order.trail_stop) if order.side > 0 else (order.trail_stop + 1, inf)
            following = (reach, inf) if order.side > 0 else (-inf, reach + 1)
            below, above = max(trailing[0], following[0]), min(trailing[1], following[1])
            activation = None
        else:
            below, above = -inf, inf
    elif order.is_market:
        return NEVER
    else:
        below, above = -inf, inf
    rising, falling = (stop, limit) if order.side > 0 else (limit, stop)
    for level in (falling, activation if order.side > 0 else None):
        if level is not None:
            below = max(below, level + 1)
    for level in (rising, activation if order.side < 0 else None):
        if level is not None:
            above = min(above, level)
    return below, above


def _covered(broker: "Broker") -> Range:
    """Return from which price to below which the margin of the position is covered beyond doubt.

    What is missing, `size * P * ratio - capital - side * size * (P - average)`, is a straight line.
    """
    account = broker.account
    ratio = margin_ratio(broker, account.position)
    if not account.position or ratio <= 0:
        return -inf, inf
    worth = account.size * account.point_value
    slope = abs(worth) * ratio - worth
    base = worth * account.average_price - account.realised_equity
    noise = NOISE * (abs(base) + abs(account.realised_equity) + abs(worth * account.average_price) * (1 + ratio))
    if slope == 0:
        return (-inf, inf) if base < -noise else NEVER
    limit = (-noise - base) / slope / broker.tick_grid.step
    if abs(limit) > 1e15:
        return (-inf, inf) if base < -noise else NEVER
    return (floor(limit) + 1, inf) if slope < 0 else (-inf, ceil(limit))
