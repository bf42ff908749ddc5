"""Which price reaches which level: the conditions of orders, stop losses and take profits, and an index over many.

An index holds the levels of all accounts that see the same prices. Prices are integers in units of 10^-8.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple

from sortedcontainers import SortedList

from marketdata.ticks import to_units
from trading.engine.market import Quote
from trading.engine.state import AccountState, Order, OrderType, Position, Side, TriggerSide


class Watch(IntEnum):
    """The side of the quote that a level looks at, and the direction from which it is reached."""

    ASK_RISES = 0
    ASK_FALLS = 1
    BID_RISES = 2
    BID_FALLS = 3
    MID_RISES = 4
    MID_FALLS = 5

    @property
    def falls(self) -> bool:
        """Whether a falling price reaches the level, and not a rising one."""
        return self in (Watch.ASK_FALLS, Watch.BID_FALLS, Watch.MID_FALLS)


class TriggerKind(StrEnum):
    ORDER = "order"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    PARTIAL_TAKE_PROFIT = "partial_take_profit"
    BREAK_EVEN = "break_even"
    TRAILING_STOP = "trailing_stop"


class Trigger(NamedTuple):
    """One level of one account: `id` is that of the order, or of the position whose protection it is."""

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
            # Half a unit of 10^-8 is left to the level: only a middle at or beyond it reaches it.
            case Watch.MID_RISES:
                return (bid + ask) // 2 - self.level
            case Watch.MID_FALLS:
                return self.level + -(bid + ask) // 2


# By trigger side: what an order to sell and one to buy watch, each for a rising price and for a falling one.
_ASK, _BID = (Watch.ASK_FALLS, Watch.ASK_RISES), (Watch.BID_FALLS, Watch.BID_RISES)
_MID = (Watch.MID_FALLS, Watch.MID_RISES)
_WATCHED = {
    TriggerSide.DEFAULT: (_BID, _ASK),
    TriggerSide.INVERSE: (_ASK, _BID),
    TriggerSide.BID: (_BID, _BID),
    TriggerSide.ASK: (_ASK, _ASK),
    TriggerSide.MID: (_MID, _MID),
}


def _watch(deal: Side, trigger_side: TriggerSide, *, rises: bool) -> Watch:
    """Return the watch of a level at which a deal is due; by default those that buy watch the ask, others the bid."""
    return _WATCHED[trigger_side][deal is Side.BUY][rises]


def order_watch(order: Order, trigger_side: TriggerSide) -> Watch:
    """Return what a working order waits for: limits are reached from their better side, stops from the other."""
    return _watch(order.side, trigger_side, rises=(order.side is Side.BUY) != order.is_limit)


def winning_watch(side: Side, trigger_side: TriggerSide) -> Watch:
    """Return the watch of a level at which a position of `side` has won."""
    return _watch(side.opposite, trigger_side, rises=side is Side.BUY)


def losing_watch(side: Side, trigger_side: TriggerSide) -> Watch:
    """Return the watch of a level at which a position of `side` has lost."""
    return _watch(side.opposite, trigger_side, rises=side is Side.SELL)


def trigger_price(watch: Watch, quote: Quote) -> Decimal:
    """Return the price of a quote that a level looks at."""
    if watch in _MID:
        return (quote.bid + quote.ask) / 2
    return quote.ask if watch in _ASK else quote.bid


def order_triggers(order: Order, account_id: int, trigger_side: TriggerSide) -> list[Trigger]:
    """Return the level of a working order; one that waits for another order's fill has none yet."""
    if order.type is OrderType.MARKET or order.waits_for_parent:
        return []
    level = to_units(order.working_price)
    watch = order_watch(order, trigger_side)
    return [Trigger(order.id, TriggerKind.ORDER, account_id, order.symbol, watch, level)]


def position_triggers(position: Position, account_id: int, trigger_side: TriggerSide) -> list[Trigger]:
    """Return the levels of a position: stop loss, take profit, and where its guards act next."""
    levels = [(TriggerKind.STOP_LOSS, position.stop_loss), (TriggerKind.TAKE_PROFIT, position.take_profit)]
    guards = position.guards
    if guards is not None:
        if guards.partial_take_profits:
            levels.append((TriggerKind.PARTIAL_TAKE_PROFIT, guards.partial_take_profits[0].price))
        if guards.break_even is not None:
            levels.append((TriggerKind.BREAK_EVEN, guards.break_even.moves_at))
        if guards.trailing_stop is not None:
            levels.append((TriggerKind.TRAILING_STOP, guards.trailing_stop.moves_at))
    losing, winning = losing_watch(position.side, trigger_side), winning_watch(position.side, trigger_side)
    watches = {kind: winning for kind, _ in levels} | {TriggerKind.STOP_LOSS: losing}
    return [
        Trigger(position.id, kind, account_id, position.symbol, watches[kind], to_units(level))
        for kind, level in levels
        if level is not None
    ]


def account_triggers(state: AccountState, symbol: str | None = None) -> list[Trigger]:
    """Return every level of an account, or those of one symbol."""
    triggers = []
    for order in state.orders.values():
        if symbol in (None, order.symbol):
            triggers += order_triggers(order, state.id, state.policy.trigger_side)
    for position in state.positions.values():
        if symbol in (None, position.symbol):
            triggers += position_triggers(position, state.id, state.policy.trigger_side)
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
        nearest = [levels[0][0] if levels else _NEVER for levels in self.levels]
        ask_rises, ask_falls, bid_rises, bid_falls, mid_rises, mid_falls = nearest
        # Where the middle has risen to a level the ask is no lower, where it has fallen to one the bid is no higher.
        self.ask_rises: int = min(ask_rises, mid_rises)
        self.ask_falls: int = -ask_falls
        self.bid_rises: int = bid_rises
        self.bid_falls: int = -min(bid_falls, mid_falls)


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
        prices = (ask, -ask, bid, -bid, (bid + ask) // 2, -(bid + ask) // 2)
        reached = [
            trigger
            for price, levels in zip(prices, book.levels, strict=True)
            for _, trigger in levels[: levels.bisect_left((price + 1,))]
        ]
        return in_price_time_order(reached, bid, ask)


def _entry(trigger: Trigger) -> tuple[int, Trigger]:
    return (-trigger.level if trigger.watch.falls else trigger.level, trigger)
