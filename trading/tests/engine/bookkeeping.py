"""What must add up about an account, kept from its events alone and in another way than the engine does it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from forexpro.core.money import ZERO, quantize
from trading.engine.commands import BalanceReason
from trading.engine.events import (
    BalanceUpdated,
    CloseReason,
    CommissionBlocked,
    CommissionSettled,
    EngineEvent,
    MoneyReleased,
    MoneyReserved,
    OrderCancelled,
    OrderFilled,
    OrderPlaced,
    OrderRejected,
    PositionClosed,
    PositionIncreased,
    PositionOpened,
    PositionReduced,
    SwapCharged,
)
from trading.engine.market import Instrument
from trading.engine.state import AccountState, Position


def _sums() -> defaultdict:
    return defaultdict(Decimal)


@dataclass
class Books:
    """Money by reason, lots and swap by position, and the one end that every order has."""

    currency: str
    money: dict[BalanceReason, Decimal] = field(default_factory=_sums)
    lots: dict[int, Decimal] = field(default_factory=_sums)
    swaps: dict[int, Decimal] = field(default_factory=_sums)
    nights: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))
    working: set[int] = field(default_factory=set)
    profit: Decimal = ZERO
    realised_swap: Decimal = ZERO
    commission: Decimal = ZERO
    blocked: Decimal = ZERO
    reserved: dict[int, Decimal] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)

    def enter(self, event: EngineEvent) -> None:
        """Take an event into the books."""
        match event:
            case OrderPlaced(order=order):
                assert order.id not in self.working
                self.working.add(order.id)
            case OrderFilled() | OrderCancelled() | OrderRejected():
                self.working.remove(event.order_id)  # a second end would fail here
                if isinstance(event, OrderFilled):
                    self.commission += event.commission
            case PositionOpened(position=position):
                assert position.id not in self.lots, "a position opens once"
                self.lots[position.id] = position.volume
            case PositionIncreased():
                self.lots[event.position.id] += event.volume
            case PositionClosed() | PositionReduced():
                self._close(event)
            case SwapCharged():
                assert event.day not in self.nights[event.position_id], "a night is charged once"
                self.nights[event.position_id].add(event.day)
                self.swaps[event.position_id] += event.amount
            case CommissionBlocked(amount=amount):
                self.blocked += amount
            case CommissionSettled(amount=amount):
                self.blocked -= amount
            case MoneyReserved(reservation_id=id, amount=amount):
                assert id not in self.reserved, "money is reserved once"
                self.reserved[id] = amount
            case MoneyReleased(reservation_id=id, amount=amount):
                assert self.reserved.pop(id) == amount, "what is released was reserved"
            case BalanceUpdated(amount=amount, reason=reason):
                assert amount == quantize(amount, self.currency), "no money smaller than the smallest coin"
                self.money[reason] += amount

    def _close(self, event: PositionClosed | PositionReduced) -> None:
        assert event.position_id not in self.closed, "a position that is closed has no further deal"
        self.profit += event.profit
        self.realised_swap += event.swap
        self.commission += event.commission
        self.lots[event.position_id] -= event.volume
        self.swaps[event.position_id] -= event.swap
        if isinstance(event, PositionClosed):
            self.closed.add(event.position_id)
        else:
            assert event.reason is not CloseReason.STOP_LOSS, "a stop loss closes all"
            assert event.remaining_volume == self.lots[event.position_id]

    def agree_with(self, state: AccountState) -> None:
        """Fail where the account is not what its events add up to."""
        money = self.money
        credit = money[BalanceReason.CREDIT]
        assert state.credit == credit
        assert state.balance == sum(money.values(), ZERO) - credit, "a balance is the sum of its entries"
        assert money[BalanceReason.TRADE] == self.profit
        assert money[BalanceReason.SWAP] == self.realised_swap
        assert money[BalanceReason.COMMISSION] == self.commission + self.blocked, "what is not booked is set aside"
        assert state.blocked == self.blocked >= 0
        assert {entry.id: entry.amount for entry in state.reservations} == self.reserved
        assert state.reserved == sum(self.reserved.values(), ZERO) >= 0
        assert set(state.orders) == self.working
        held = {id: position.volume for id, position in state.positions.items()}
        assert held == {id: lots for id, lots in self.lots.items() if lots}, "no position without its deals"
        assert {id: position.swap for id, position in state.positions.items()} == {id: self.swaps[id] for id in held}


def nights_held(position: Position, instrument: Instrument, now: datetime) -> set[date]:
    """Return the charged trading days over whose end a position has been open, counted day by day."""
    terms = instrument.swap
    first = position.opened_at.date() - timedelta(days=2)
    days = (first + timedelta(days=count) for count in range((now.date() - first).days + 3))
    return {day for day in days if position.opened_at < terms.rollover_at(day) <= now and terms.multiplier(day)}


def taken_lots(state: AccountState) -> Mapping[tuple[str, str], Decimal]:
    """Return the lots of positions and orders by symbol and direction."""
    taken: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in (*state.positions.values(), *state.orders.values()):
        taken[entry.symbol, entry.side] += entry.volume
    return taken
