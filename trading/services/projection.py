"""From events to table rows: what each event means for orders, positions, deals and the ledger. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from forexpro.core.money import ZERO
from trading.engine.commands import BalanceReason
from trading.engine.events import (
    BalanceUpdated,
    EngineEvent,
    OrderArmed,
    OrderCancelled,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    PositionClosed,
    PositionIncreased,
    PositionModified,
    PositionOpened,
    PositionReduced,
    SwapCharged,
)
from trading.engine.evolve import evolve
from trading.engine.state import AccountState, Order, Position, Side


@dataclass(slots=True)
class OrderRow:
    """An order as its row will be; `is_new` tells that there is no row yet."""

    order: Order
    is_new: bool = False
    status: str = "working"
    finished_at: datetime | None = None
    fill_price: Decimal | None = None
    reason: str = ""


@dataclass(slots=True)
class PositionRow:
    """A position as its row will be; `is_new` tells that there is no row yet.

    `opened_volume` and `profit` are what these events add to the volume opened and the profit realised before.
    """

    position: Position
    is_new: bool = False
    opened_volume: Decimal = ZERO
    profit: Decimal = ZERO
    closed_at: datetime | None = None
    close_price: Decimal | None = None
    close_reason: str = ""


@dataclass(frozen=True, slots=True)
class DealRow:
    event_seq: int
    position_id: int
    order_id: int | None
    symbol: str
    side: Side
    entry: str
    volume: Decimal
    price: Decimal
    reason: str
    market_time: datetime | None
    profit: Decimal = ZERO
    swap: Decimal = ZERO
    commission: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A movement of `amount` to the client; `balance_after` is that of the credit where `reason` is credit."""

    event_seq: int
    reason: BalanceReason
    reference: str
    amount: Decimal
    balance_after: Decimal


@dataclass(slots=True)
class Changes:
    """The rows that one account's events imply, and its state after them."""

    state: AccountState
    orders: dict[int, OrderRow] = field(default_factory=dict)
    positions: dict[int, PositionRow] = field(default_factory=dict)
    deals: list[DealRow] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)

    def _order(self, order_id: int) -> OrderRow:
        if order_id not in self.orders:
            self.orders[order_id] = OrderRow(self.state.orders[order_id])
        return self.orders[order_id]

    def _position(self, position_id: int) -> PositionRow:
        if position_id not in self.positions:
            self.positions[position_id] = PositionRow(self.state.positions[position_id])
        return self.positions[position_id]

    def _finish(self, order_id: int, status: str, at: datetime, *, reason: str = "") -> OrderRow:
        row = self._order(order_id)
        row.order = self.state.orders[order_id]
        row.status, row.finished_at, row.reason = status, at, reason
        return row

    def apply(self, event: EngineEvent, seq: int, at: datetime) -> None:
        """Add what `event`, the account's number `seq`, means; it happened at `at`."""
        match event:
            case OrderPlaced(order=order):
                self.orders[order.id] = OrderRow(order, is_new=True)
            case OrderModified(order_id=order_id) | OrderArmed(order_id=order_id) | OrderReleased(order_id=order_id):
                self._order(order_id)
            case OrderCancelled(order_id=order_id, reason=reason):
                self._finish(order_id, "cancelled", at, reason=reason)
            case OrderRejected(order_id=order_id, code=code):
                self._finish(order_id, "rejected", at, reason=code)
            case OrderFilled():
                self._finish(event.order_id, "filled", at).fill_price = event.price
                opened_volume = event.volume if event.opened_volume is None else event.opened_volume
                if opened_volume:
                    self.deals.append(
                        DealRow(
                            event_seq=seq,
                            position_id=event.position_id,
                            order_id=event.order_id,
                            symbol=event.symbol,
                            side=event.side,
                            entry="in",
                            volume=opened_volume,
                            price=event.price,
                            reason="order",
                            market_time=_market_time(event.evidence),
                            commission=event.commission,
                        )
                    )
            case PositionOpened(position=position):
                self.positions[position.id] = PositionRow(position, is_new=True, opened_volume=position.volume)
            case PositionIncreased(volume=volume, position=position):
                self._position(position.id).opened_volume += volume
            case PositionModified(position_id=position_id) | SwapCharged(position_id=position_id):
                self._position(position_id)
            case PositionReduced() | PositionClosed():
                position_row = self._position(event.position_id)
                position_row.position = self.state.positions[event.position_id]
                position_row.profit += event.profit
                if isinstance(event, PositionClosed):
                    position_row.closed_at, position_row.close_price = at, event.price
                    position_row.close_reason = event.reason
                self.deals.append(
                    DealRow(
                        event_seq=seq,
                        position_id=event.position_id,
                        order_id=event.order_id,
                        symbol=event.symbol,
                        side=event.side.opposite,
                        entry="out",
                        volume=event.volume,
                        price=event.price,
                        reason=event.reason,
                        market_time=_market_time(event.evidence),
                        profit=event.profit,
                        swap=event.swap,
                        commission=event.commission,
                    )
                )
            case BalanceUpdated(reason=BalanceReason.CREDIT):
                self.ledger.append(LedgerRow(seq, event.reason, event.reference, event.amount, event.credit))
            case BalanceUpdated():
                self.ledger.append(LedgerRow(seq, event.reason, event.reference, event.amount, event.balance))
            case _:
                pass
        self.state = evolve(self.state, event)


def project(state: AccountState, events: Iterable[tuple[int, datetime, EngineEvent]]) -> Changes:
    """Return the rows that `events`, each with its number and its time, imply after `state`."""
    changes = Changes(state)
    for seq, at, event in events:
        changes.apply(event, seq, at)
    # What is still working or open shows as it is now; what is finished keeps the form it had then.
    for order_id, order_row in changes.orders.items():
        order_row.order = changes.state.orders.get(order_id, order_row.order)
    for position_id, position_row in changes.positions.items():
        position_row.position = changes.state.positions.get(position_id, position_row.position)
    return changes


def _market_time(evidence: Any) -> datetime | None:
    tick = evidence.get("tick")
    return None if tick is None else datetime.fromisoformat(tick["time"])
