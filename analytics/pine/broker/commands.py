"""What the commands of a script ask for: entries, plain orders, exits, closes."""

from typing import TYPE_CHECKING

from analytics.pine.broker.exits import issue_exit
from analytics.pine.broker.margin import can_place
from analytics.pine.broker.orders import CLOSE, ENTRY, NO_NOTES, ORDER, ExitKey, ExitTerms, Kind, Notes, Order
from analytics.pine.broker.rounding import MOST_STEPS, share_of
from analytics.pine.broker.settings import CLOSE_ANY
from analytics.pine.broker.sizing import default_budget, default_lots
from analytics.pine.broker.trades import Lot
from analytics.pine.runtime.values import NA

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

CLOSE_ALL_ID = "Close position order"


def given(value: float | None) -> float | None:
    """Return a number that a script gave, None for a missing one."""
    return None if value is None or value - value != 0 else value


def place(
    broker: "Broker",
    kind: Kind,
    order_id: str,
    side: int,
    quantity: float | None = None,
    limit: float | None = None,
    stop: float | None = None,
    *,
    oca_name: str | None = None,
    oca_type: str | None = None,
    notes: Notes = NO_NOTES,
) -> None:
    """Place an entry or a plain order, or change the one of the same name.

    A market order of default size is sized at the close of the bar with its slippage; one at a price when it fills,
    with the money it could cost now. An entry is not placed if it cannot be paid for or the position has all its
    entries; against the position it closes that first, and even one too small to open anything, or at market too large
    to be paid for, does that. One of no lot, or beyond the last entry, takes the one of its name that waits with it.
    """
    account, book, risk = broker.account, broker.book, broker.risk
    if risk.is_halted or (kind is ENTRY and risk.orders_used_up):
        return
    grid = broker.tick_grid
    limit, stop, quantity = given(limit), given(stop), given(quantity)
    # Prices go to the tick that is no better for the script than what it asked for.
    limit_ticks = None if limit is None else (grid.down if side > 0 else grid.up)(limit / grid.step)
    stop_ticks = None if stop is None else (grid.up if side > 0 else grid.down)(stop / grid.step)
    at_market = limit_ticks is None and stop_ticks is None
    before = book.entries.get(order_id)
    same_bar = before is not None and before.bar == broker.bar_index
    opposite = account.position * side < 0
    by_default = quantity is None
    price_now = _price_now(broker, side, limit_ticks, stop_ticks)
    if quantity is None:
        lots = default_lots(broker, price_now, fills_there=at_market)
    elif quantity > 0:
        lots = broker.lot_grid.whole(quantity)
    else:
        return
    if lots > MOST_STEPS:
        return
    order = Order(
        kind=kind,
        id=order_id,
        side=side,
        quantity=lots,
        limit=limit_ticks,
        stop=stop_ticks,
        oca_name=oca_name or None,
        oca_type=oca_type or "none",
        notes=notes,
        bar=broker.bar_index,
        fills_before=account.orders_filled,
    )
    if kind is ENTRY:
        # An order placed again on its bar is changed to just its quantity: it no longer closes the other side first.
        order.no_flip = same_bar
        to_come = _position_to_come(broker)
        if not lots and (same_bar or not opposite):
            _withdraw(broker, before)
            return
        slip = side * broker.settings.slippage if at_market else 0
        if not can_place(broker, side, lots, broker.mark_ticks + slip):
            if not (at_market and opposite):
                return
            order.quantity, order.no_flip = 0, False
        elif not same_bar and to_come * side > 0 and len(account.lots) >= broker.settings.entries_allowed:
            _withdraw(broker, before)
            return
        if not at_market and not same_bar and account.position and to_come * side < 0:
            order.flip = abs(to_come)
    elif not lots:
        _withdraw(broker, before)
        return
    if by_default and not at_market:
        order.budget = default_budget(broker)
        order.budget_point_value = account.point_value
        order.budget_ticks = price_now
    book.add(order)


def _withdraw(broker: "Broker", order: Order | None) -> None:
    if order is not None:
        broker.book.remove(order)


def _price_now(broker: "Broker", side: int, limit: int | None, stop: int | None) -> int:
    """Return the price at which an order would fill now, or the one it waits for."""
    price = broker.mark_ticks
    if limit is None and stop is None:
        return price + side * broker.settings.slippage
    if stop is not None:
        price = max(stop, price) if side > 0 else min(stop, price)
    if limit is not None:
        price = min(limit, price) if side > 0 else max(limit, price)
    return price


def _position_to_come(broker: "Broker") -> int:
    """Return the position as the market orders placed already will leave it, in lots."""
    position = broker.account.position
    for order in broker.book.market():
        if order.kind is CLOSE:
            if position * order.side < 0:
                position += order.side * min(order.quantity, abs(position))
        elif order.kind is ENTRY:
            if position * order.side < 0:
                position = 0
            position += order.side * order.quantity
    return position


def exit_(
    broker: "Broker",
    order_id: str,
    from_entry: str | None = None,
    quantity: float | None = None,
    percent: float | None = None,
    profit: float | None = None,
    limit: float | None = None,
    loss: float | None = None,
    stop: float | None = None,
    trail_price: float | None = None,
    trail_points: float | None = None,
    trail_offset: float | None = None,
    oca_name: str | None = None,
    notes: Notes = NO_NOTES,
) -> None:
    """Place the exits of a `strategy.exit`: one for each lot of the entry, or of all, and for those yet to come.

    An exit that names no entry takes in a waiting one only if it opens or adds to the position, not if it reverses
    it.
    """
    account, book = broker.account, broker.book
    name = from_entry or None
    side = _side_to_exit(broker, name)
    # Most are not given, as the one missing number that there is: to see that is quicker than any call.
    wanted = None if quantity is NA else given(quantity)
    share = None if percent is NA or percent == 100 else given(percent)
    offset = None if trail_offset is NA else given(trail_offset)
    if wanted is not None and wanted < broker.lot_grid.step:
        if wanted < 0:
            return
        # A quantity of no lot counts as none given.
        wanted = None
    terms = ExitTerms(
        order_id,
        wanted,
        None if share is None or share >= 100 else share,
        None if profit is NA else given(profit),
        None if limit is NA else _rounded_price(broker, limit, side),
        None if loss is NA else given(loss),
        None if stop is NA else _rounded_price(broker, stop, -side),
        None if trail_price is NA else _rounded_price(broker, trail_price, -side),
        None if trail_points is NA else given(trail_points),
        # Parts of a tick do not count.
        0 if offset is None else int(offset),
        oca_name or None,
        notes,
    )
    if name is None and account.position:
        book.standing[order_id] = terms
    # Lots that exits have opened come first.
    for lot in account.lots if len(account.lots) == 1 else sorted(account.lots, key=_opened_by_entry):
        if name is None or lot.entry_id == name:
            issue_exit(broker, terms, entry_id=lot.entry_id, side=lot.side, size=lot.initial, lot=lot)
    if not book.entries:
        return
    pending = list(book.entries.values()) if name is None else [book.entries[name]] if name in book.entries else []
    for order in pending:
        if name is None and account.position * order.side < 0:
            continue
        size = _opening(broker, order)
        if size > 0:
            issue_exit(broker, terms, entry_id=order.id, side=order.side, size=size, lot=None, adopts=name is None)


def key_of_movable(broker: "Broker", order_id: str, entry_id: str) -> ExitKey | None:
    """Return the key of an exit that `move_exit` may move as long as nothing else changes, None if there is none.

    That is the only exit of its call, for a position of one lot, that fills at prices alone.
    """
    lots, book = broker.account.lots, broker.book
    if book.entries or len(lots) != 1:
        return None
    key = (order_id, entry_id, lots[0].number)
    order = book.exits.get(key)
    if order is None or order.terms is None or not order.terms.is_at_prices or order.consumed or order.armed:
        return None
    return key


def move_exit(broker: "Broker", order: Order, limit: float, stop: float) -> None:
    """Place an exit again with other prices, as `exit_` would when all else is as it was when it was placed."""
    side, book = order.side, broker.book
    limit_ticks = None if limit is NA else _rounded_price(broker, limit, -side)
    stop_ticks = None if stop is NA else _rounded_price(broker, stop, side)
    if limit_ticks == order.limit and stop_ticks == order.stop:
        return
    if limit_ticks != order.limit:
        order.reached = None
    order.limit, order.stop = limit_ticks, stop_ticks
    order.bar = broker.bar_index
    order.sequence = book.placed = book.placed + 1
    broker.forget_calm()


def _side_to_exit(broker: "Broker", name: str | None) -> int:
    """Return the side of what an exit closes: that of the lots it is for, or of the entry it waits for."""
    for lot in broker.account.lots:
        if name is None or lot.entry_id == name:
            return lot.side
    for order in broker.book.entries.values():
        if name is None or order.id == name:
            return order.side
    return 1


def _rounded_price(broker: "Broker", price: float | None, upwards: int) -> int | None:
    """Return a price in ticks, rounded up or down, None for a missing one."""
    if price is None or price - price != 0:
        return None
    grid = broker.tick_grid
    return (grid.up if upwards > 0 else grid.down)(price / grid.step)


def _opened_by_entry(lot: Lot) -> bool:
    return not lot.from_exit


def _opening(broker: "Broker", order: Order) -> int:
    """Return what a waiting order would open, in lots."""
    account = broker.account
    if account.position * order.side > 0:
        full = len(account.lots) >= broker.settings.entries_allowed
        if order.kind is ENTRY and order.is_market and full:
            return 0
    elif account.position:
        closes = order.no_flip or order.kind is ORDER
        return order.quantity - abs(account.position) if closes else order.quantity
    return order.total


def close(
    broker: "Broker",
    entry_id: str | None,
    quantity: float | None = None,
    percent: float | None = None,
    *,
    immediately: bool = False,
    notes: Notes = NO_NOTES,
    site: int = 0,
) -> None:
    """Close what an entry opened, or a part of it, at market; without an entry close the position.

    `site` is the place in the script: orders of different places add up, one placed again from the same place is
    changed. In version 5 an entry has one such order wherever it comes from, and a later one closes no more than the
    earlier would leave.
    """
    account = broker.account
    if not account.position:
        return
    side = 1 if account.position > 0 else -1
    quantity, percent = given(quantity), given(percent)
    size = abs(account.position) if entry_id is None else account.remaining_of(entry_id)
    if quantity is not None and abs(quantity) >= broker.lot_grid.step:
        size = min(broker.lot_grid.whole(abs(quantity)), size)
    elif percent is not None:
        whole = size
        if entry_id is not None and broker.settings.close_entries_rule == CLOSE_ANY:
            # Where any trade may be closed, a part is one of what was opened.
            whole = sum(lot.initial for lot in account.lots if lot.entry_id == entry_id)
        size = min(share_of(whole, percent), size)
    if entry_id is not None and broker.settings.version < 6:
        site = 0
        pending = broker.book.closes.get((entry_id, site))
        if pending is not None and pending.bar == broker.bar_index:
            size = min(size, account.remaining_of(entry_id) - pending.quantity)
    if size <= 0:
        return
    broker.book.add(
        Order(
            kind=CLOSE,
            id=CLOSE_ALL_ID if entry_id is None else f"Close entry(s) order {entry_id}",
            side=-side,
            quantity=size,
            entry_id=entry_id,
            notes=notes,
            bar=broker.bar_index,
            site=site,
            immediately=immediately,
        )
    )
