"""Which price reaches which level: the conditions of orders, stop losses and take profits, and an index over many.

An index holds the levels of all accounts that see the same prices. Prices are integers in units of 10^-8.
"""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple

from sortedcontainers import SortedList

from marketdata.ticks import to_units
from trading.engine.state import AccountState, Order, OrderType, Position, Side


class Watch(IntEnum):
    """The side of the quote that a level looks at, and the direction from which it is reached."""

    ASK_RISES = 0
    ASK_FALLS = 1
    BID_RISES = 2
    BID_FALLS = 3


class TriggerKind(StrEnum):
    ORDER = "order"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"


class Trigger(NamedTuple):
    """One level of one account: `id` is that of the order, or of the position whose stop loss or take profit it is."""

    id: int
    kind: TriggerKind
    account_id: int
    symbol: str
    watch: Watch
    level: int

    def depth(self, bid: int, ask: int) -> int:
        """Return how far the quote is beyond the level; negative while it is not reached."""
        match self.watch:
            case Watch.ASK_RISES:
                return ask - self.level
            case Watch.ASK_FALLS:
                return self.level - ask
            case Watch.BID_RISES:
                return bid - self.level
            case Watch.BID_FALLS:
                return self.level - bid


def order_watch(order: Order) -> Watch:
    """Return what a working order waits for: buys watch the ask, sells the bid; limits from their better side."""
    if order.side is Side.BUY:
        return Watch.ASK_FALLS if order.is_limit else Watch.ASK_RISES
    return Watch.BID_RISES if order.is_limit else Watch.BID_FALLS


def order_triggers(order: Order, account_id: int) -> list[Trigger]:
    """Return the level of a working order."""
    if order.type is OrderType.MARKET:
        return []
    level = to_units(order.working_price)
    return [Trigger(order.id, TriggerKind.ORDER, account_id, order.symbol, order_watch(order), level)]


def position_triggers(position: Position, account_id: int) -> list[Trigger]:
    """Return the stop loss and take profit levels of a position: a long's watch the bid, a short's the ask."""
    long = position.side is Side.BUY
    triggers = []
    if position.stop_loss is not None:
        watch = Watch.BID_FALLS if long else Watch.ASK_RISES
        level = to_units(position.stop_loss)
        triggers.append(Trigger(position.id, TriggerKind.STOP_LOSS, account_id, position.symbol, watch, level))
    if position.take_profit is not None:
        watch = Watch.BID_RISES if long else Watch.ASK_FALLS
        level = to_units(position.take_profit)
        triggers.append(Trigger(position.id, TriggerKind.TAKE_PROFIT, account_id, position.symbol, watch, level))
    return triggers


def account_triggers(state: AccountState, symbol: str | None = None) -> list[Trigger]:
    """Return every level of an account, or those of one symbol."""
    triggers = []
    for order in state.orders.values():
        if symbol in (None, order.symbol):
            triggers += order_triggers(order, state.id)
    for position in state.positions.values():
        if symbol in (None, position.symbol):
            triggers += position_triggers(position, state.id)
    return triggers


def in_price_time_order(triggers: Iterable[Trigger], bid: int, ask: int) -> list[Trigger]:
    """Return those triggers that the quote reaches, the level that the price reached first at the front.

    That is the one furthest behind the price; at equal depth the older id goes first.
    """
    reached = [(-depth, *trigger) for trigger in triggers if (depth := trigger.depth(bid, ask)) >= 0]
    return [Trigger(*entry[1:]) for entry in sorted(reached)]


_NEVER = 2**63 - 1


class _Book:
    """The levels of one symbol, and the nearest one in each direction as a gate that most ticks do not pass."""

    __slots__ = ("ask_falls", "ask_rises", "bid_falls", "bid_rises", "levels")

    def __init__(self) -> None:
        # Per watch, (level, trigger) with the level negated where it is reached by falling: the nearest is the first.
        self.levels: tuple[SortedList, ...] = tuple(SortedList() for _ in Watch)
        self.set_gates()

    def set_gates(self) -> None:
        ask_rises, ask_falls, bid_rises, bid_falls = self.levels
        self.ask_rises: int = ask_rises[0][0] if ask_rises else _NEVER
        self.ask_falls: int = -ask_falls[0][0] if ask_falls else -_NEVER
        self.bid_rises: int = bid_rises[0][0] if bid_rises else _NEVER
        self.bid_falls: int = -bid_falls[0][0] if bid_falls else -_NEVER


class TriggerIndex:
    """The levels of many accounts by symbol: a quote that reaches none costs four comparisons."""

    def __init__(self) -> None:
        self._books: dict[str, _Book] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, trigger: Trigger) -> None:
        """Add a level."""
        book = self._books.get(trigger.symbol)
        if book is None:
            book = self._books[trigger.symbol] = _Book()
        levels = book.levels[trigger.watch]
        entry = _entry(trigger)
        levels.add(entry)
        self._size += 1
        if levels[0] is entry:
            book.set_gates()

    def remove(self, trigger: Trigger) -> None:
        """Remove a level that was added; raises ValueError if it is not there."""
        book = self._books[trigger.symbol]
        levels = book.levels[trigger.watch]
        entry = _entry(trigger)
        was_nearest = bool(levels) and levels[0] == entry
        levels.remove(entry)
        self._size -= 1
        if was_nearest:
            book.set_gates()

    def reached(self, symbol: str, bid: int, ask: int) -> list[Trigger]:
        """Return the levels that a quote reaches, in price-time order; they stay until removed."""
        book = self._books.get(symbol)
        if book is None or (book.ask_falls < ask < book.ask_rises and book.bid_falls < bid < book.bid_rises):
            return []
        prices = (ask, -ask, bid, -bid)
        reached = [
            trigger
            for price, levels in zip(prices, book.levels, strict=True)
            for _, trigger in levels[: levels.bisect_left((price + 1,))]
        ]
        return in_price_time_order(reached, bid, ask)


def _entry(trigger: Trigger) -> tuple[int, Trigger]:
    falling = trigger.watch in (Watch.ASK_FALLS, Watch.BID_FALLS)
    return (-trigger.level if falling else trigger.level, trigger)
