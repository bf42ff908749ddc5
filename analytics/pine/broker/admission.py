"""Which entries may fill at one moment, such as the open of a bar, when the account cannot carry all of them."""

from typing import TYPE_CHECKING

from analytics.pine.broker.fills import market_flip
from analytics.pine.broker.margin import can_fill, margin_of
from analytics.pine.broker.orders import CLOSE, ENTRY, EXIT, Order

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker


class Admission:
    """What has happened at a moment so far: where it began, whether anything was closed, which side an entry opened.

    An entry that leaves more than can be paid for is let in nevertheless, and left to the margin call, if a close of
    the same moment made room for it or if only an entry before it took the room; not so `at_close`.
    """

    __slots__ = ("at_close", "closed", "opened_side", "start", "start_equity")

    def __init__(self, broker: "Broker", *, at_close: bool = False) -> None:
        self.at_close = at_close
        self.start = broker.account.position
        self.start_equity = broker.account.equity
        self.closed = False
        self.opened_side = 0

    def allows(self, broker: "Broker", order: Order, ticks: int) -> bool:
        """Return whether an order may fill at a price; only entries may not."""
        if order.kind is not ENTRY:
            return True
        account = broker.account
        position, side = account.position, order.side
        lots = order.total + (market_flip(order, position) if position * side < 0 else 0)
        if self.opened_side == -side and position * side < 0:
            # The margin of a position opened a moment ago is not free before its reversal is paid for.
            both = margin_of(broker, -side, abs(position), ticks)
            return both + margin_of(broker, side, abs(position + side * lots), ticks) <= account.equity
        if can_fill(broker, side, position, lots, ticks, account.equity):
            return True
        if self.at_close:
            return False
        if self.closed and self.start * side < 0:
            return True
        return position != self.start and can_fill(broker, side, self.start, lots, ticks, self.start_equity)

    def filled(self, order: Order) -> None:
        """Take note of an order that was filled."""
        if order.kind in (CLOSE, EXIT):
            self.closed = True
        elif order.kind is ENTRY and order.is_market:
            self.opened_side = order.side


def drop(broker: "Broker", entry: Order, admission: Admission) -> None:
    """Drop an entry, and the closes of the same bar that it would have made superfluous.

    Stops and limits of the exits of the position it was to reverse are withdrawn, unless that was opened a moment ago:
    until a margin call or until they are issued again. Trailing stops go on.
    """
    broker.book.remove(entry)
    if broker.account.position * entry.side < 0:
        for order in list(broker.book.closes.values()):
            if order.bar == entry.bar and order.side == entry.side:
                broker.book.remove(order)
        if admission.opened_side == -entry.side:
            return
        for order in broker.book.exits.values():
            order.withdrawn = order.lot != 0
