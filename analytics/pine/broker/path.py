"""The way of the price through a bar, and what fills on it.

A bar's price is assumed to go from the open to the nearer extreme, then to the other, then to the close; levels
between are reached in the order in which it passes them. Only before the open does it jump.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from analytics.pine.broker.admission import Admission, drop
from analytics.pine.broker.exits import adopt, drop_orphans, follow, is_active
from analytics.pine.broker.fills import resize
from analytics.pine.broker.orders import EXIT, LIMIT, MARKET, STOP, TRAILING, Order, Reason
from analytics.pine.broker.rounding import Grid

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

# A node of a bar's way: from where, to where, and whether it is the jump to the first price of a bar or of a part of
# it.
Step = tuple[int, int, bool]


def path_of(grid: Grid, open_: int, high: int, low: int, close: int) -> tuple[int, int, int, int]:
    """Return the four prices that a bar is assumed to go through; equally near extremes put the low first.

    How near they are is told by the prices as floats: of two equal distances in ticks one may come out smaller.
    """
    begin = grid.value(open_)
    if grid.value(high) - begin < begin - grid.value(low):
        return open_, high, low, close
    return open_, low, high, close


def steps_through(grid: Grid, parts: Iterable[tuple[int, int, int, int]], previous: int) -> list[Step]:
    """Return the way through the parts of a bar (open, high, low, close) from the price before it."""
    steps: list[Step] = []
    for part in parts:
        first, second, third, last = path_of(grid, *part)
        steps += [(previous, first, True), (first, second, False), (second, third, False), (third, last, False)]
        previous = last
    return steps


def marketable(order: Order, price: int, assumption: int) -> Reason | None:
    """Return which price of an order has been reached when the market stands at a price.

    `assumption` is by how many ticks the market has to pass a limit. A stop-limit order whose stop is reached is armed.
    """
    if order.withdrawn:
        return None
    beyond = price * order.side
    stop, limit = order.stop, order.limit
    if stop is not None and beyond >= stop * order.side and (limit is None or order.kind is EXIT):
        return STOP
    if order.waits_for_stop:
        if stop is None or beyond < stop * order.side:
            return None
        order.limit_armed = True
    if limit is not None and beyond <= limit * order.side - assumption:
        return LIMIT
    return None


def _limit_price(order: Order, price: int) -> int:
    """Return at which price a limit fills: the one at which the market first reached it, else this one."""
    return price if order.reached is None else order.reached


def _note_reached(orders: Iterable[Order], price: int, *, jumped: bool) -> None:
    """Keep at which price the market, now here, has reached limits that it has to pass before they fill.

    They fill later for that, but at the price at which they would have filled otherwise: where it `jumped`, at the one
    beyond the limit.
    """
    for order in orders:
        if order.limit is None or order.reached is not None or order.waits_for_stop or order.withdrawn:
            continue
        if (price - order.limit) * order.side <= 0 and (order.kind is not EXIT or is_active(order)):
            order.reached = price if jumped else order.limit


def fill_at_market(broker: "Broker", orders: list[Order], price: int, admission: Admission | None = None) -> None:
    """Fill market orders in the order of their placing; entries that cannot be paid for are dropped."""
    admission = admission or Admission(broker)
    for order in orders:
        if not broker.book.holds(order):
            continue
        ticks = price + order.side * broker.settings.slippage
        if not admission.allows(broker, order, ticks):
            drop(broker, order, admission)
        elif broker.fill(order, ticks, MARKET):
            admission.filled(order)


def open_at(broker: "Broker", price: int, previous: int, *, market: bool) -> None:
    """Fill what waits for a new bar, or a part of one, at its first price.

    Market orders come first, then what the jump passed over: entries, then exits, each nearest first. A limit is filled
    at the open, which is better than its price.
    """
    book, assumption = broker.book, broker.settings.backtest_fill_limits_assumption
    broker.moment += 1
    if book.exits:
        drop_orphans(broker)
    orders = book.market() if market else []
    gap: list[tuple[bool, int, int, Order, Reason]] = []
    jump = (price > previous) - (price < previous)
    for order in (*book.priced(), *book.exits.values()):
        if order.kind is EXIT and not is_active(order):
            continue
        reason = marketable(order, price, assumption)
        if reason is not None:
            level = order.stop if reason is STOP else order.limit
            # What the market was beyond already, the jump has not passed.
            way = 0 if level is None else (level - previous) * jump
            passed = way if 0 < way <= abs(price - previous) else 0
            gap.append((order.kind is EXIT, passed, order.sequence, order, reason))
    admission = Admission(broker)
    fill_at_market(broker, orders, price, admission)
    if gap:
        gap.sort(key=lambda entry: entry[:3])
        _fill_gap(broker, [(order, reason) for *_, order, reason in gap], price, admission)
    if book.exits:
        broker.fresh.extend(adopt(broker))
        activate(broker, price)
        _trail_open(broker, price)
    if assumption:
        _note_reached((*book.priced(), *book.exits.values()), price, jumped=True)


def _fill_gap(broker: "Broker", gap: list[tuple[Order, Reason]], price: int, admission: Admission) -> None:
    book = broker.book
    if any(order.kind is not EXIT for order, _ in gap):
        commit(broker, [order for order, _ in gap if order.kind is EXIT and book.holds(order)])
    for order, reason in gap:
        if not book.holds(order):
            continue
        passed = reason is LIMIT
        ticks = _limit_price(order, price) if passed else price + order.side * broker.settings.slippage
        # A stop that the jump passed was sized when it was placed.
        resize(broker, order, order.budget_ticks + ticks - price if reason is STOP else ticks)
        if not admission.allows(broker, order, ticks):
            drop(broker, order, admission)
        elif broker.fill(order, ticks, reason):
            admission.filled(order)
    for order, _ in gap:
        order.committed = False


def commit(broker: "Broker", exits: list[Order]) -> None:
    """Let exits reached at the same moment as others fill with what they have now, whatever those close first."""
    for order in exits:
        lot = broker.account.lot(order.lot)
        if lot is not None and not order.adopts and not order.consumed:
            order.committed = True
            order.quantity = min(order.quantity, lot.remaining)


def activate(broker: "Broker", price: int) -> None:
    """Fill exits that a fill has just called to life at a price beyond theirs, at that price."""
    while broker.fresh:
        fresh, broker.fresh = broker.fresh, []
        for order in fresh:
            if not broker.book.holds(order) or not is_active(order):
                continue
            reason = marketable(order, price, broker.settings.backtest_fill_limits_assumption)
            if reason is not None:
                _fill_beyond(broker, order, price, reason)
                continue
            _note_reached([order], price, jumped=True)
            if order.trail is not None and not order.armed and (price - order.trail) * order.side <= 0:
                _arm(broker, order, price)


def _fill_beyond(broker: "Broker", order: Order, price: int, reason: Reason) -> None:
    """Fill an order at a price that is beyond its own."""
    if reason is LIMIT:
        broker.fill(order, _limit_price(order, price), reason)
    else:
        broker.fill(order, price + order.side * broker.settings.slippage, reason)


def _arm(broker: "Broker", order: Order, price: int) -> None:
    """Start a trailing exit at a price; without an offset it fills there."""
    order.armed = True
    order.trail_stop = price + order.side * order.trail_offset
    if not order.trail_offset:
        broker.fill(order, price + order.side * broker.settings.slippage, TRAILING)


def _trail_open(broker: "Broker", price: int) -> None:
    for order in list(broker.book.exits.values()):
        if order.trail is None or not is_active(order) or not broker.book.holds(order):
            continue
        if order.armed and order.trail_stop is not None:
            follow(order, price)
            if (price - order.trail_stop) * order.side >= 0:
                broker.fill(order, price + order.side * broker.settings.slippage, TRAILING)
        elif (price - order.trail) * order.side <= 0:
            _arm(broker, order, price)


def run_leg(broker: "Broker", start: int, end: int) -> None:
    """Move the price from one point of the path to the next and fill what it passes, nearest first."""
    book = broker.book
    if start == end:
        return
    direction = 1 if end > start else -1
    price = start
    while book.entries or book.exits:
        reached: list[tuple[int, Order, Reason | None]] = []
        nearest = end * direction
        for order in (*book.priced(), *book.exits.values()):
            if order.kind is EXIT and not is_active(order):
                continue
            hit = _next_level(order, direction, price, broker.settings.backtest_fill_limits_assumption)
            if hit is None:
                continue
            level = hit[0] * direction
            if level < nearest:
                reached, nearest = [], level
            if level <= nearest:
                reached.append((order.sequence, order, hit[1]))
        _follow_all(broker, nearest * direction)
        if not reached:
            if broker.settings.backtest_fill_limits_assumption:
                _note_reached((*book.priced(), *book.exits.values()), end, jumped=False)
            return
        price = nearest * direction
        broker.moment += 1
        reached.sort(key=lambda entry: entry[0])
        _fill_level(broker, [(order, reason) for _, order, reason in reached], price)


def _next_level(order: Order, direction: int, price: int, assumption: int) -> tuple[int, Reason | None] | None:
    """Return the nearest price ahead at which something happens to an order; no reason means that it only changes."""
    best: tuple[int, Reason | None] | None = None
    stop, limit = (None, None) if order.withdrawn else (order.stop, order.limit)
    if order.side == direction:
        # The market moves against it: stops.
        if stop is not None and (order.kind is EXIT or not order.limit_armed or limit is None):
            reason = None if order.waits_for_stop else STOP
            if (stop - price) * direction >= 0:
                best = (stop, reason)
        trailing = order.trail_stop if order.armed else None
        if trailing is not None and (trailing - price) * direction >= 0:
            return best if best is not None and (trailing - best[0]) * direction >= 0 else (trailing, TRAILING)
        return best
    if limit is not None and not order.waits_for_stop:
        level = limit + direction * assumption
        if (level - price) * direction >= 0:
            best = (level, LIMIT)
    activation = None if order.armed else order.trail
    if activation is not None and (activation - price) * direction >= 0:
        return best if best is not None and (activation - best[0]) * direction > 0 else (activation, None)
    return best


def _follow_all(broker: "Broker", price: int) -> None:
    for order in broker.book.exits.values():
        if order.armed and not order.consumed:
            follow(order, price)


def _fill_level(broker: "Broker", reached: list[tuple[Order, Reason | None]], price: int) -> None:
    book, slippage = broker.book, broker.settings.slippage
    locked: list[Order] = []
    if len(reached) > 1:
        behind_entry = False
        for order, _ in reached:
            if order.kind is not EXIT:
                behind_entry = True
            elif behind_entry:
                locked.append(order)
        commit(broker, locked)
    for order, reason in reached:
        if not book.holds(order):
            continue
        if reason is LIMIT:
            broker.fill(order, _limit_price(order, price if order.limit is None else order.limit), reason)
        elif reason is not None:
            broker.fill(order, price + order.side * slippage, reason)
        elif order.kind is EXIT:
            _arm(broker, order, price)
        else:
            order.limit_armed = True
            if marketable(order, price, broker.settings.backtest_fill_limits_assumption) is LIMIT:
                broker.fill(order, price, LIMIT)
            else:
                _note_reached([order], price, jumped=True)
        activate(broker, price)
    for order in locked:
        order.committed = False


def activate_all(broker: "Broker", price: int, admission: Admission | None = None) -> None:
    """Fill what was just placed within a bar at a price that the market has reached already, there and then.

    An `admission` lets in only entries that can be paid for.
    """
    fresh, broker.fresh = broker.fresh, []
    for order in fresh:
        if order.kind is EXIT:
            broker.fresh.append(order)
            continue
        reason = marketable(order, price, broker.settings.backtest_fill_limits_assumption)
        if reason is None:
            _note_reached([order], price, jumped=True)
        elif not broker.book.holds(order):
            continue
        elif admission is not None and not admission.allows(broker, order, price):
            broker.book.remove(order)
        else:
            _fill_beyond(broker, order, price, reason)
    activate(broker, price)


def fill_at_close(broker: "Broker") -> None:
    """Fill the orders placed on this bar at its close: those at market, then those whose price it has reached."""
    book, price = broker.book, broker.close_ticks
    broker.moment += 1
    admission = Admission(broker, at_close=True)
    fill_at_market(broker, [order for order in book.market() if order.bar == broker.bar_index], price, admission)
    broker.fresh = []
    for order in (*book.priced(), *book.exits.values()):
        if order.bar == broker.bar_index:
            broker.fresh.append(order)
    activate_all(broker, price, admission)
