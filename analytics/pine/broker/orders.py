"""Orders that wait, and the book they wait in."""

from collections.abc import Iterator, Sized
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple

from analytics.pine.runtime.errors import LimitReached

MOST_WAITING = 9_000
"""How many orders of a kind may wait at once."""


class Kind(StrEnum):
    """What command an order comes from; `close` includes orders that close everything."""

    ENTRY = "entry"
    ORDER = "order"
    EXIT = "exit"
    CLOSE = "close"


class Reason(StrEnum):
    """Which of the prices of an order filled it."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    TRAILING = "trailing"


# A member read from its class is a call of a function in Python 3.11, longer than most of what is done with it here.
ENTRY, ORDER, EXIT, CLOSE = Kind
MARKET, LIMIT, STOP, TRAILING = Reason


class Notes(NamedTuple):
    """What a script wants to be written and told when an order fills."""

    comment: str | None = None
    comment_profit: str | None = None
    comment_loss: str | None = None
    comment_trailing: str | None = None
    alert: str | None = None
    alert_profit: str | None = None
    alert_loss: str | None = None
    alert_trailing: str | None = None
    silent: bool = False

    def commented(self, reason: Reason) -> str:
        """Return the comment for an order filled for a reason, empty if there is none."""
        own = None
        if reason is LIMIT:
            own = self.comment_profit
        elif reason is STOP:
            own = self.comment_loss
        elif reason is TRAILING:
            own = self.comment_trailing
        return own or self.comment or ""

    def alerted(self, reason: Reason) -> str:
        """Return the alert message for an order filled for a reason, empty if there is none."""
        own = None
        if reason is LIMIT:
            own = self.alert_profit
        elif reason is STOP:
            own = self.alert_loss
        elif reason is TRAILING:
            own = self.alert_trailing
        return own or self.alert or ""


NO_NOTES = Notes()


class ExitTerms(NamedTuple):
    """The arguments of one `strategy.exit`: quantities in units, distances in ticks, prices in whole ticks."""

    id: str
    quantity: float | None = None
    percent: float | None = None
    profit: float | None = None
    limit: int | None = None
    loss: float | None = None
    stop: int | None = None
    trail: int | None = None
    trail_points: float | None = None
    trail_offset: int = 0
    oca_name: str | None = None
    notes: Notes = NO_NOTES

    @property
    def is_at_prices(self) -> bool:
        """Return whether prices alone say where it fills, not distances and no trailing."""
        return self.profit is None and self.loss is None and self.trail is None and self.trail_points is None

    @property
    def is_empty(self) -> bool:
        """Return whether no price would ever fill it."""
        return all(
            value is None for value in (self.profit, self.limit, self.loss, self.stop, self.trail, self.trail_points)
        )


@dataclass(slots=True, eq=False)
class Order:
    """An order: `side` is 1 to buy and -1 to sell, quantities are in lots, prices in ticks.

    An entry's `quantity` is what it opens; `flip` is what it closes before that, known when the order was placed at a
    price, and counted only at the fill when it is a market order (unless `no_flip`). An exit belongs to the lot
    numbered `lot`, or to one that its entry is yet to open (0), a margin call may be for one lot; `terms` are the
    arguments an exit was made from.
    """

    kind: Kind
    id: str
    side: int
    quantity: int
    entry_id: str | None = None
    limit: int | None = None
    stop: int | None = None
    oca_name: str | None = None
    oca_type: str = "none"
    notes: Notes = NO_NOTES
    sequence: int = 0
    bar: int = 0
    fills_before: int = 0
    flip: int = 0
    no_flip: bool = False
    budget: float | None = None
    budget_point_value: float = 1.0
    budget_ticks: int = 0
    limit_armed: bool = False
    # Closing orders.
    site: int = 0
    immediately: bool = False
    # Exits.
    terms: ExitTerms | None = None
    lot: int = 0
    adopts: bool = False
    reserved: int = 0
    bound: int = 0
    consumed: bool = False
    spent: bool = False
    withdrawn: bool = False
    committed: bool = False
    levels_known: bool = False
    trail: int | None = None
    trail_offset: int = 0
    armed: bool = False
    trail_stop: int | None = None
    # At which price the market first reached a limit that it has to pass by some ticks.
    reached: int | None = None

    @property
    def is_market(self) -> bool:
        """Return whether the order fills at the next price, whatever it is."""
        return self.kind is not EXIT and self.limit is None and self.stop is None

    @property
    def total(self) -> int:
        """Return all that the order trades, in lots."""
        return self.quantity + self.flip

    @property
    def waits_for_stop(self) -> bool:
        """Return whether this is a stop-limit order whose stop was not reached yet."""
        return self.kind is not EXIT and self.limit is not None and self.stop is not None and not self.limit_armed

    def terms_now(self) -> ExitTerms | None:
        """Return the terms; those of an exit at prices with the ones that it has been moved to."""
        terms = self.terms
        if terms is not None and terms.is_at_prices and (terms.limit, terms.stop) != (self.limit, self.stop):
            terms = self.terms = terms._replace(limit=self.limit, stop=self.stop)
        return terms

    def same_terms(self, other: "Order") -> bool:
        """Return whether an order placed again under its name is the same in prices and quantity."""
        return (
            self.quantity == other.quantity
            and self.limit == other.limit
            and self.stop == other.stop
            and (
                self.terms is other.terms
                or (
                    self.terms is not None
                    and other.terms is not None
                    and self.terms.profit == other.terms.profit
                    and self.terms.loss == other.terms.loss
                    and self.terms.trail == other.terms.trail
                    and self.terms.trail_points == other.terms.trail_points
                    and self.terms.trail_offset == other.terms.trail_offset
                )
            )
        )

    def save(self) -> tuple[Any, ...]:
        """Return the fields as plain values."""
        return tuple(getattr(self, name) for name in _FIELDS)

    @classmethod
    def restored(cls, saved: tuple[Any, ...]) -> "Order":
        """Return the order that `save()` described."""
        return cls(*saved)


_FIELDS = tuple(field.name for field in fields(Order))

ExitKey = tuple[str, str | None, int]
CloseKey = tuple[str | None, int]


def exit_key(order: Order) -> ExitKey:
    """Return what makes an exit one and the same order when it is issued again."""
    return (order.id, order.entry_id, order.lot)


class Book:
    """The orders that wait, in the order in which they were placed.

    Entries and plain orders share their names. An exit is known by its own name, its entry's and its lot; a closing
    order by the entry it closes and the place in the script that asked for it. `standing` are the terms of exits that
    name no entry, which hold for all entries of the position, also for those that come later.
    """

    __slots__ = ("closes", "entries", "exits", "placed", "standing")

    def __init__(self) -> None:
        self.entries: dict[str, Order] = {}
        self.exits: dict[ExitKey, Order] = {}
        self.closes: dict[CloseKey, Order] = {}
        self.standing: dict[str, ExitTerms] = {}
        self.placed = 0

    def __bool__(self) -> bool:
        return bool(self.entries or self.exits or self.closes)

    def next_sequence(self) -> int:
        """Return the next place in the queue."""
        self.placed += 1
        return self.placed

    def _room(self, before: Order | None, waiting: Sized) -> None:
        if before is None and len(waiting) >= MOST_WAITING:
            raise LimitReached("too-many-orders", f"A strategy may have {MOST_WAITING} orders waiting at most.")

    def add(self, order: Order) -> None:
        """Put an order in, in place of the one of the same name; unchanged it keeps its place in the queue."""
        before: Order | None
        if order.kind is EXIT:
            key = exit_key(order)
            before = self.exits.get(key)
            self._room(before, self.exits)
            self.exits[key] = order
        elif order.kind is CLOSE:
            close_key = (order.entry_id, order.site)
            before = self.closes.get(close_key)
            self._room(before, self.closes)
            self.closes[close_key] = order
        else:
            before = self.entries.get(order.id)
            self._room(before, self.entries)
            self.entries[order.id] = order
        keeps_place = before is not None and (
            before.same_terms(order) or (order.is_market and before.is_market and before.bar == order.bar)
        )
        if before is not None and before.limit_armed and (before.limit, before.stop) == (order.limit, order.stop):
            order.limit_armed = True
        if before is not None and before.limit == order.limit:
            order.reached = before.reached
        order.sequence = before.sequence if before is not None and keeps_place else self.next_sequence()

    def remove(self, order: Order) -> None:
        """Take an order out, if it is in."""
        if order.kind is EXIT:
            if self.exits.get(exit_key(order)) is order:
                del self.exits[exit_key(order)]
        elif order.kind is CLOSE:
            if self.closes.get((order.entry_id, order.site)) is order:
                del self.closes[(order.entry_id, order.site)]
        elif self.entries.get(order.id) is order:
            del self.entries[order.id]

    def holds(self, order: Order) -> bool:
        """Return whether an order still waits."""
        if order.kind is EXIT:
            return self.exits.get(exit_key(order)) is order
        if order.kind is CLOSE:
            return self.closes.get((order.entry_id, order.site)) is order
        return self.entries.get(order.id) is order

    def move_to_lot(self, order: Order, lot: int) -> None:
        """Bind an exit to another lot, 0 being the one its entry is yet to open."""
        del self.exits[exit_key(order)]
        order.lot = lot
        self.exits[exit_key(order)] = order

    def market(self) -> list[Order]:
        """Return the orders that fill at the next price, first placed first."""
        orders = [order for order in self.entries.values() if order.is_market]
        orders.extend(self.closes.values())
        orders.sort(key=_sequence)
        return orders

    def priced(self) -> Iterator[Order]:
        """Return the entries and plain orders that wait for a price."""
        return (order for order in self.entries.values() if not order.is_market)

    def group(self, oca_name: str, oca_type: str) -> list[Order]:
        """Return the orders of a group that still can fill; orders of another type are another group."""
        return [
            order
            for order in (*self.entries.values(), *self.exits.values())
            if order.oca_name == oca_name and order.oca_type == oca_type and not order.consumed
        ]

    def cancel(self, name: str) -> None:
        """Remove entries, plain orders and exits of a name."""
        self.entries.pop(name, None)
        for key in [key for key in self.exits if key[0] == name]:
            del self.exits[key]
        self.standing.pop(name, None)

    def clear(self) -> None:
        """Remove all orders."""
        self.entries.clear()
        self.exits.clear()
        self.closes.clear()
        self.standing.clear()

    def save(self) -> Any:
        """Return the orders as plain values."""
        return (
            self.placed,
            [order.save() for book in (self.entries, self.exits, self.closes) for order in book.values()],
            list(self.standing.values()),
        )

    def restore(self, saved: Any) -> None:
        """Go back to the orders that `save()` returned."""
        self.clear()
        self.placed = saved[0]
        self.standing = {terms.id: terms for terms in saved[2]}
        for row in saved[1]:
            order = Order.restored(row)
            if order.kind is EXIT:
                self.exits[exit_key(order)] = order
            elif order.kind is CLOSE:
                self.closes[(order.entry_id, order.site)] = order
            else:
                self.entries[order.id] = order


def _sequence(order: Order) -> int:
    return order.sequence
