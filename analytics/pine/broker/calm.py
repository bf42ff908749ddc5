"""Between which prices a bar changes nothing but the value of the position, so that nobody need look at its orders."""

from math import ceil, floor, inf
from typing import TYPE_CHECKING

from analytics.pine.broker.large_sums import LARGE
from analytics.pine.broker.margin import margin_ratio
from analytics.pine.broker.orders import EXIT, Book, Order

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

Range = tuple[float, float]
"""A bar is calm if its low, in ticks, is not below the first and its high is below the second."""

NEVER: Range = (inf, -inf)
ALWAYS: Range = (-inf, inf)
# Sums of floats are as exact as this many times what they are made of.
NOISE = 1e-9


def calm_range(broker: "Broker") -> Range:
    """Return between which prices nothing fills, starts, ends or has to be closed with the orders as they are now."""
    account, book = broker.account, broker.book
    if book.closes or account.runup_low < 0:
        # Below zero a run-up in per cent shrinks as it grows, so that the highest price of several bars does not do.
        return NEVER
    if not (account.position or book.entries or book.exits):
        return ALWAYS
    covered = broker.covered
    if covered is None:
        covered = broker.covered = _covered(broker)
    lowest, highest = covered
    for order in (*book.entries.values(), *book.exits.values()) if book.entries else book.exits.values():
        below, above = _levels(order, book)
        if below > lowest:
            lowest = below
        if above < highest:
            highest = above
    return lowest, highest


def _levels(order: Order, book: Book) -> Range:
    """Return from which price to below which an order rests."""
    below, above = -inf, inf
    activation = None
    if order.kind is EXIT:
        if not order.lot:
            return (below, above) if order.entry_id in book.entries and not order.armed else NEVER
        if order.consumed and not order.committed:
            return below, above
        if order.armed:
            below, above = _trailing(order)
        else:
            activation = order.trail
    elif order.is_market:
        return NEVER
    if order.side > 0:
        if activation is not None:
            below = max(below, activation + 1)
        rising, falling = order.stop, order.limit
    else:
        if activation is not None:
            above = min(above, activation)
        rising, falling = order.limit, order.stop
    if rising is not None and rising < above:
        above = rising
    if falling is not None and falling >= below:
        below = falling + 1
    return below, above


def _trailing(order: Order) -> Range:
    """Return between which prices an armed trailing exit neither fills nor follows."""
    if order.trail_stop is None:
        return NEVER
    best = order.trail_stop - order.side * order.trail_offset
    return (best, order.trail_stop) if order.side > 0 else (order.trail_stop + 1, best + 1)


def _covered(broker: "Broker") -> Range:
    """Return from which price to below which the margin of the position is covered beyond doubt.

    What is missing, `size * P * ratio - capital - side * size * (P - average)`, is a straight line.
    """
    account = broker.account
    ratio = margin_ratio(broker, account.position)
    if not account.position or ratio <= 0:
        return -inf, inf
    if account.lasting_calls and account.lasting_calls[0][1] < account.lots_opened:
        return NEVER
    worth = account.size * account.point_value
    slope = abs(worth) * ratio - worth
    base = worth * account.average_price - account.realised_equity
    # Large sums are compared in whole ticks, up to ten of them.
    noise = 10 * broker.tick_grid.step if account.equity >= LARGE / 2 else 0.0
    noise += NOISE * (abs(base) + abs(account.realised_equity) + abs(worth * account.average_price) * (1 + ratio))
    if slope == 0:
        return (-inf, inf) if base < -noise else NEVER
    limit = (-noise - base) / slope / broker.tick_grid.step
    if abs(limit) > 1e15:
        return (-inf, inf) if base < -noise else NEVER
    return (floor(limit) + 1, inf) if slope < 0 else (-inf, ceil(limit))
