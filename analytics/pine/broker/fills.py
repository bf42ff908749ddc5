"""What a fill does: to trades and lots, to the exits bound to them, and to the other orders of its group."""

from typing import TYPE_CHECKING, NamedTuple

from analytics.pine.broker.commissions import Fee
from analytics.pine.broker.exits import bind, settle
from analytics.pine.broker.margin import can_fill
from analytics.pine.broker.orders import CLOSE, ENTRY, EXIT, ORDER, Order, Reason
from analytics.pine.broker.settings import CLOSE_ANY, OCA_CANCEL, OCA_REDUCE
from analytics.pine.broker.sizing import granted_lots
from analytics.pine.broker.trades import OpenTrade

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker


class Fill(NamedTuple):
    """An order filled on the current bar; `size` is negative for a sale, `alert` is the script's message about it."""

    order_id: str
    size: float
    price: float
    reason: str
    comment: str
    alert: str
    silent: bool
    time: int
    position: float


def fill(broker: "Broker", order: Order, ticks: int, reason: Reason) -> bool:
    """Fill an order at a price, as far as rules and position let it; return whether anything was traded.

    An order that may not be filled is removed.
    """
    account, book = broker.account, broker.book
    quantity = _left_to_close(broker, order) if order.kind in (EXIT, CLOSE) else _admitted(broker, order, ticks)
    position = account.position
    closing = min(abs(position), quantity) if position * order.side < 0 else 0
    opening = quantity - closing
    if order.kind is ENTRY:
        if not broker.risk.allows(order.side):
            opening = 0
    elif order.kind is not ORDER and not order.committed:
        opening = 0
    if closing + opening <= 0:
        book.remove(order)
        return False
    _trade(broker, order, ticks, reason, closing, opening)
    broker.risk.order_filled(broker, order, ticks)
    return True


def _left_to_close(broker: "Broker", order: Order) -> int:
    """Return what an order closes: no more than is left of its entry, an exit's except beside others at one moment."""
    account = broker.account
    if order.kind is CLOSE:
        return order.quantity if order.entry_id is None else min(order.quantity, account.remaining_of(order.entry_id))
    if order.committed or len(account.lots) < 2:
        return order.quantity
    lot = account.lot(order.lot)
    return order.quantity if lot is None else min(order.quantity, lot.remaining)


def _admitted(broker: "Broker", order: Order, ticks: int) -> int:
    """Return how much of an entry or plain order may fill."""
    position, risk = broker.account.position, broker.risk
    if risk.is_halted or risk.orders_used_up:
        return 0
    if order.budget is not None:
        resize(broker, order, ticks)
    quantity = order.total
    opposite = position * order.side < 0
    if order.kind is ENTRY:
        full = len(broker.account.lots) >= broker.settings.entries_allowed
        # One at a price was let in when it was placed.
        if position and not opposite and order.is_market and full:
            return 0
        if opposite:
            quantity += market_flip(order, position)
        if risk.max_position is not None:
            largest = broker.lot_grid.whole(risk.max_position)
            quantity = min(quantity, largest + abs(position) if opposite else largest - abs(position))
    elif not _can_pay(broker, order, quantity, ticks):
        return 0
    return quantity


def _can_pay(broker: "Broker", order: Order, lots: int, ticks: int) -> bool:
    """Return whether a plain order may fill: what it leaves can be paid for, now or had it been the first of the bar.

    One that only makes the position smaller always may.
    """
    account = broker.account
    left = account.position + order.side * lots
    if abs(left) <= abs(account.position) and left * account.position >= 0:
        return True
    position, equity = broker.start
    return can_fill(broker, order.side, account.position, lots, ticks, account.equity) or (
        account.position != position and can_fill(broker, order.side, position, lots, ticks, equity)
    )


def market_flip(order: Order, position: int) -> int:
    """Return what a market entry against the position closes first, which is not part of its quantity."""
    return abs(position) if order.kind is ENTRY and order.is_market and not order.no_flip else 0


def resize(broker: "Broker", order: Order, ticks: int) -> None:
    """Settle what an order of default size buys: the money set aside when it was placed, at the price of its fill.

    A stop-limit order is sized at the price at which it would have filled when it was placed.
    """
    if order.budget is None:
        return
    if order.limit is not None and order.stop is not None:
        ticks = order.budget_ticks
    price = broker.tick_grid.value(ticks)
    order.quantity = granted_lots(broker, order.budget, price, order.budget_point_value)
    order.budget = None


def _trade(broker: "Broker", order: Order, ticks: int, reason: Reason, closing: int, opening: int) -> None:
    account, book = broker.account, broker.book
    price = broker.tick_grid.value(ticks)
    comment = order.notes.commented(reason)
    account.orders_filled += 1
    ordinal = account.orders_filled
    lots = closing + opening
    fee = broker.charges.fee(lots, broker.lot_grid.value(lots), ticks, account.point_value)
    if closing:
        closing = _close(broker, order, price, reason, closing, fee, reverses=opening > 0)
        if not account.position:
            book.standing.clear()
    if opening:
        trade = OpenTrade(
            entry_id=order.id,
            comment=comment,
            side=order.side,
            lots=opening,
            price=price,
            ticks=ticks,
            bar=broker.bar_index,
            time=broker.time,
            commission=fee.part(opening),
            order=ordinal,
            moment=broker.moment,
        )
        lot = account.open_trade(trade, from_exit=order.kind is EXIT)
        book.remove(order)
        broker.fresh.extend(bind(broker, lot))
    if not account.position:
        account.lots.clear()
        for exit_order in list(book.exits.values()):
            if (exit_order.lot or exit_order.entry_id not in book.entries) and not exit_order.committed:
                book.remove(exit_order)
    account.mark(broker.tick_grid.value(broker.mark_ticks))
    account.forget_old_orders()
    broker.fills.append(
        Fill(
            order_id=order.id,
            size=order.side * broker.lot_grid.value(closing + opening),
            price=price,
            reason=reason.value,
            comment=comment,
            alert=order.notes.alerted(reason),
            silent=order.notes.silent,
            time=broker.time,
            position=account.size,
        )
    )
    if order.oca_name:
        _settle_group(broker, order, closing + opening)


def _close(
    broker: "Broker", order: Order, price: float, reason: Reason, quantity: int, fee: Fee, *, reverses: bool
) -> int:
    account, book = broker.account, broker.book
    comment = order.notes.commented(reason)
    bound = order.kind in (EXIT, CLOSE)

    def closed_by(trade: OpenTrade) -> tuple[str, str, bool]:
        # Of two opposite orders that waited together and fill at one moment, the long one is recorded as the entry.
        swapped = not bound and trade.side < 0 and trade.moment == broker.moment and order.fills_before < trade.order
        return order.id, comment, swapped

    # What goes on to the other side leaves nothing of this one, whoever has entered it.
    by_entry = bound and not reverses and broker.settings.close_entries_rule == CLOSE_ANY
    only = order.entry_id if by_entry else None
    closed = account.close_trades(
        quantity,
        price,
        only=only,
        lot=order.lot if order.kind is CLOSE else 0,
        fee=fee,
        closed_by=closed_by,
        bar=broker.bar_index,
        time=broker.time,
    )
    broker.closed_on_bar += 1
    settle(broker, order, closed)
    if order.kind is EXIT:
        for other in book.exits.values():
            if other.id == order.id and other.entry_id == order.entry_id:
                other.spent = True
        if book.holds(order) and account.lot(order.lot) is not None and not reverses:
            order.consumed = True
            order.quantity = 0
            return closed
    book.remove(order)
    return closed


def _settle_group(broker: "Broker", order: Order, filled: int) -> None:
    """Cancel or reduce the other orders of a group."""
    for other in broker.book.group(order.oca_name or "", order.oca_type):
        if other is order:
            continue
        if order.oca_type == OCA_CANCEL:
            broker.book.remove(other)
        elif order.oca_type == OCA_REDUCE:
            left = other.total - filled
            if left <= 0:
                broker.book.remove(other)
            else:
                other.flip = min(other.flip, left)
                other.quantity = left - other.flip
