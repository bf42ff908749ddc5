"""Exits: how `strategy.exit` becomes one order for each lot, and what becomes of them when lots come and go."""

from typing import TYPE_CHECKING

from analytics.pine.broker.orders import CLOSE, EXIT, ExitTerms, Order, exit_key
from analytics.pine.broker.rounding import share_of
from analytics.pine.broker.settings import CLOSE_ANY
from analytics.pine.broker.trades import Lot

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker


def is_active(order: Order) -> bool:
    """Return whether an exit has something to close and still means to."""
    return (order.lot != 0 and not order.consumed) or order.committed


def issue_exit(
    broker: "Broker", terms: ExitTerms, *, entry_id: str, side: int, size: int, lot: Lot | None, adopts: bool = False
) -> None:
    """Place or replace the exit that a `strategy.exit` has for one lot, or for one that a waiting entry will open.

    `side` is that of the lot, `size` what it was opened with. Exits of one lot reserve its parts in the order in
    which they are issued, and one that filled keeps its part: what is reserved, others do not get. Terms without a
    price replace the order by one that never fills, and keep its part too.
    """
    number = lot.number if lot is not None else 0
    book = broker.book
    existing = book.exits.get((terms.id, entry_id, number))
    taken = 0
    if existing is None or len(book.exits) > 1:
        for order in book.exits.values():
            if order.lot == number and order.entry_id == entry_id and order is not existing and order.bound == size:
                taken += order.reserved
    if existing is not None and existing.consumed:
        return
    reserved = _reserved(broker, terms, size, size - taken)
    if reserved <= 0:
        if terms.is_empty and existing is not None:
            broker.forget_calm()
            book.remove(existing)
        return
    if existing is not None:
        _issue_again(broker, existing, terms, reserved, size, lot, adopts=adopts)
        return
    order = Order(
        kind=EXIT,
        id=terms.id,
        side=-side,
        quantity=reserved,
        entry_id=entry_id,
        limit=terms.limit,
        stop=terms.stop,
        oca_name=terms.oca_name,
        oca_type="reduce",
        notes=terms.notes,
        bar=broker.bar_index,
        terms=terms,
        lot=number,
        adopts=adopts,
        reserved=reserved,
        bound=size,
        trail=terms.trail,
        trail_offset=terms.trail_offset,
    )
    if lot is not None:
        set_levels(broker, order, lot)
        _arm_at_issue(order, broker.mark_ticks)
    broker.forget_calm()
    book.add(order)


def _issue_again(
    broker: "Broker", order: Order, terms: ExitTerms, reserved: int, size: int, lot: Lot | None, *, adopts: bool
) -> None:
    """Change a waiting exit into what it would be if it were new; unchanged it keeps its place in the queue."""
    before = order.terms
    quantity, limit, stop, trail, trail_stop = order.quantity, order.limit, order.stop, order.trail, order.trail_stop
    if order.armed and not _same_activation(before, terms):
        order.armed, order.trail_stop = False, None
    elif order.trail_stop is not None:
        # Another distance from the best price so far, which stays the same.
        order.trail_stop += order.side * (terms.trail_offset - order.trail_offset)
    if before is not terms or not order.levels_known:
        order.terms, order.notes, order.oca_name = terms, terms.notes, terms.oca_name
        order.limit, order.stop, order.trail, order.trail_offset = (
            terms.limit, terms.stop, terms.trail, terms.trail_offset,
        )  # fmt: skip
        order.levels_known = False
        if lot is not None:
            set_levels(broker, order, lot)
    order.quantity = order.reserved = reserved
    order.bound = size
    order.bar = broker.bar_index
    order.adopts = adopts or order.adopts
    order.spent = order.committed = False
    if lot is not None and order.trail is not None:
        _arm_at_issue(order, broker.mark_ticks)
    if limit != order.limit:
        order.reached = None
    unmoved = limit == order.limit and stop == order.stop
    if not (unmoved and trail == order.trail and trail_stop == order.trail_stop) or order.withdrawn:
        order.withdrawn = False
        broker.forget_calm()
    if not (unmoved and quantity == reserved and _same_distances(before, terms)):
        order.sequence = broker.book.next_sequence()


def _same_distances(before: ExitTerms | None, after: ExitTerms) -> bool:
    return before is after or (
        before is not None
        and before.profit == after.profit
        and before.loss == after.loss
        and before.trail == after.trail
        and before.trail_points == after.trail_points
        and before.trail_offset == after.trail_offset
    )


def _reserved(broker: "Broker", terms: ExitTerms, size: int, free: int) -> int:
    if terms.quantity is not None:
        return min(broker.lot_grid.whole(terms.quantity), free)
    if terms.percent is not None:
        return min(share_of(size, terms.percent), free)
    return free


def _same_activation(old: ExitTerms | None, new: ExitTerms) -> bool:
    return old is not None and old.trail == new.trail and old.trail_points == new.trail_points


def set_levels(broker: "Broker", order: Order, lot: Lot) -> None:
    """Turn the distances of an exit into prices, from the price at which its lot was opened.

    Where a distance and a price are both given, the one that is reached first counts; in version 5 the price does.
    """
    terms = order.terms
    if terms is None or order.levels_known:
        return
    order.levels_known = True
    if terms.profit is None and terms.loss is None and terms.trail_points is None:
        return
    grid, side, prices_win = broker.tick_grid, lot.side, broker.settings.version < 6

    def nearer(price: int | None, distance: float | None, towards: int) -> int | None:
        # `towards` is 1 for levels beyond a gain, -1 for levels beyond a loss.
        if distance is None or (prices_win and price is not None):
            return price
        exact = lot.ticks + side * towards * distance
        level = grid.up(exact) if side * towards > 0 else grid.down(exact)
        if price is None:
            return level
        return min(price, level) if side * towards > 0 else max(price, level)

    order.limit = nearer(terms.limit, terms.profit, 1)
    order.stop = nearer(terms.stop, terms.loss, -1)
    order.trail = nearer(terms.trail, terms.trail_points, 1)


def _arm_at_issue(order: Order, close: int) -> None:
    """Arm a trailing exit issued when the price is beyond its activation already; it follows from the close on."""
    if order.trail is None:
        return
    side = -order.side
    if not order.armed and (close - order.trail) * side > 0:
        order.armed = True
        order.trail_stop = order.trail - side * order.trail_offset
    if order.armed:
        follow(order, close)


def follow(order: Order, price: int) -> None:
    """Move the stop of an armed trailing exit behind a price that is better than any before."""
    stop = price + order.side * order.trail_offset
    if order.trail_stop is None or (stop - order.trail_stop) * order.side < 0:
        order.trail_stop = stop


def bind(broker: "Broker", lot: Lot) -> list[Order]:
    """Give a new lot the exits that waited for it, those of earlier lots of its name and standing ones; return them."""
    book = broker.book
    bound: list[Order] = []
    for order in [order for order in book.exits.values() if order.lot == 0 and order.entry_id == lot.entry_id]:
        if order.side == lot.side:
            book.remove(order)
            continue
        book.move_to_lot(order, lot.number)
        order.sequence = book.next_sequence()
        terms = order.terms_now()
        if terms is not None and terms.quantity is None and terms.percent is None:
            # It closes the whole lot, whatever the entry was thought to open.
            order.reserved = max(order.reserved + lot.initial - order.bound, 0)
            order.bound = lot.initial
            order.quantity = order.reserved
        set_levels(broker, order, lot)
        bound.append(order)
        if order.adopts and terms is not None:
            book.standing[order.id] = terms
    inherited: dict[str, ExitTerms] = {}
    for order in book.exits.values():
        if order.entry_id == lot.entry_id and order.lot not in (0, lot.number) and not order.consumed:
            if order.spent or order.side == lot.side:
                continue
            terms = order.terms_now()
            if terms is not None:
                inherited.setdefault(order.id, terms)
    standing = {} if lot.from_exit else book.standing
    for terms in (inherited | standing).values():
        if terms.is_empty or (terms.id, lot.entry_id, lot.number) in book.exits:
            continue
        free = lot.initial
        if terms.id in standing:
            free -= sum(order.reserved for order in book.exits.values() if order.lot == lot.number)
        reserved = _reserved(broker, terms, lot.initial, free)
        if reserved <= 0:
            continue
        order = Order(
            kind=EXIT,
            id=terms.id,
            side=-lot.side,
            quantity=reserved,
            entry_id=lot.entry_id,
            limit=terms.limit,
            stop=terms.stop,
            oca_name=terms.oca_name,
            oca_type="reduce",
            notes=terms.notes,
            bar=broker.bar_index,
            terms=terms,
            lot=lot.number,
            reserved=reserved,
            bound=lot.initial,
            trail=terms.trail,
            trail_offset=terms.trail_offset,
        )
        set_levels(broker, order, lot)
        book.add(order)
        bound.append(order)
    return bound


def settle(broker: "Broker", order: Order, quantity: int) -> None:
    """Take what an order closed off its lots, oldest first, and drop the exits of those that are used up.

    What an exit closes beyond its own lot comes off the others, as it does off the trades.
    """
    account = broker.account
    if order.lot:
        lot = account.lot(order.lot)
        if lot is not None:
            quantity -= _reduce(broker, lot, quantity, order if order.kind is CLOSE else None)
    by_name = order.kind is CLOSE or broker.settings.close_entries_rule == CLOSE_ANY
    only = order.entry_id if by_name else None
    for lot in account.lots.copy():
        if not quantity:
            return
        if only is not None and lot.entry_id != only:
            continue
        quantity -= _reduce(broker, lot, quantity, order)


def _reduce(broker: "Broker", lot: Lot, quantity: int, other: Order | None) -> int:
    taken = min(lot.remaining, quantity)
    lot.remaining -= taken
    if not lot.remaining:
        broker.account.lots.remove(lot)
        _drop_exits_of(broker, lot, other)
    return taken


def _drop_exits_of(broker: "Broker", lot: Lot, other: Order | None) -> None:
    """Drop the exits of a lot that is used up, `other` being what closed it unless that was an exit of its own."""
    book = broker.book
    pending = None if other is None else book.entries.get(lot.entry_id)
    if pending is other:
        # The entry that reverses the position is no longer to come, and what it opens gets no exit of the old position.
        pending = None
    last = not broker.account.has_lot_of(lot.entry_id)
    for order in list(book.exits.values()):
        # Exits that wait for another entry of the name go with the last lot of it, too.
        waits = last and order.lot == 0 and order.entry_id == lot.entry_id
        if not (order.lot == lot.number or waits) or order.committed:
            continue
        # An exit of a lot closed by another order goes over to the next lot of the same name if a long entry for it
        # waits already; with a short one it does not. TradingView treats the sides unequally here.
        if pending is not None and pending.side > 0 and not order.consumed and order.side < 0:
            if waits:
                continue
            if (order.id, order.entry_id, 0) in book.exits:
                book.remove(order)
                continue
            book.move_to_lot(order, 0)
            order.levels_known = False
            order.armed, order.trail_stop, order.reached = False, None, None
            continue
        book.remove(order)


def drop_orphans(broker: "Broker") -> None:
    """Remove exits whose entry is gone; those that name no entry stay for the next position."""
    book = broker.book
    for order in list(book.exits.values()):
        if order.lot == 0 and not order.adopts and order.entry_id not in book.entries:
            book.remove(order)


def adopt(broker: "Broker") -> list[Order]:
    """Bind exits that name no entry and whose own entry never opened to the newest lot; return them.

    A position with an exit of its own is left alone.
    """
    account, book = broker.account, broker.book
    if not account.lots or any(order.lot and not order.adopts for order in book.exits.values()):
        return []
    adopted: list[Order] = []
    for order in list(book.exits.values()):
        if order.lot or not order.adopts or order.entry_id in book.entries or account.has_lot_of(order.entry_id):
            continue
        lot = account.lots[-1]
        book.remove(order)
        if (order.id, lot.entry_id, lot.number) in book.exits:
            continue
        order.entry_id, order.lot, order.side = lot.entry_id, lot.number, -lot.side
        order.quantity = order.reserved = order.bound = lot.remaining
        book.exits[exit_key(order)] = order
        set_levels(broker, order, lot)
        adopted.append(order)
    return adopted
