"""What can happen to an account. Each class has its stable event type; `payload` codecs live in `codec`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from trading.engine.commands import BalanceReason
from trading.engine.state import Guards, Order, OrderType, Policy, Position, Side, TimeInForce

# The evidence behind an event, JSON-ready: the tick (id, bid, ask, time), conversion quotes, formulae with numbers.
Evidence = Mapping[str, Any]


class CloseReason(StrEnum):
    CLIENT = "client"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    STOP_OUT = "stop_out"
    DEALER = "dealer"
    # An opposite order on a netting account, and an opposite position that it was closed against.
    ORDER = "order"
    CLOSE_BY = "close_by"


class CancelReason(StrEnum):
    CLIENT = "client"
    STOP_OUT = "stop_out"
    DEALER = "dealer"
    EXPIRED = "expired"
    # Immediate or cancel, fill or kill: the market was not at its price.
    UNFILLED = "unfilled"
    # The market went beyond the deviation that the order allows.
    DEVIATION = "deviation"
    # Another order of its group was filled; the order that it waited for is gone.
    OCO = "oco"
    PARENT = "parent"


class ModifyReason(StrEnum):
    """Who changed a position's levels."""

    CLIENT = "client"
    TRAILING_STOP = "trailing_stop"
    BREAK_EVEN = "break_even"
    PARTIAL_TAKE_PROFIT = "partial_take_profit"


@dataclass(frozen=True, slots=True)
class AccountOpened:
    type: ClassVar[str] = "account.opened"
    currency: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    type: ClassVar[str] = "account.policy_changed"
    policy: Policy


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was accepted: a pending one now works, a market one is about to fill."""

    type: ClassVar[str] = "order.placed"
    order: Order


@dataclass(frozen=True, slots=True)
class OrderModified:
    type: ClassVar[str] = "order.modified"
    order_id: int
    price: Decimal
    limit_price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    time_in_force: TimeInForce = TimeInForce.GTC
    expires_at: datetime | None = None
    guards: Guards | None = None
    levels_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """The order that this one waited for was filled: it works from now on, ticks received since count."""

    type: ClassVar[str] = "order.released"
    order_id: int
    levels_since: datetime


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """A working order was withdrawn; with the tick where a price was the reason."""

    type: ClassVar[str] = "order.cancelled"
    order_id: int
    reason: CancelReason
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderArmed:
    """A stop-limit's stop was reached: it rests as a limit from now on."""

    type: ClassVar[str] = "order.armed"
    order_id: int
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """A working order was triggered and could not be filled; it is gone."""

    type: ClassVar[str] = "order.rejected"
    order_id: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """The order was executed at `price`; `slippage_points` is signed against the client.

    `position_id` is the position that it opened, added to or, where it did neither, reduced. `opened_volume` is the
    part of the volume that did not close an opposite position; None, in older events, is all of it. `commission` is
    that of the opening deal, zero or negative.
    """

    type: ClassVar[str] = "order.filled"
    order_id: int
    symbol: str
    side: Side
    order_type: OrderType
    volume: Decimal
    price: Decimal
    requested_price: Decimal
    slippage_points: int
    position_id: int
    evidence: Evidence = field(default_factory=dict)
    opened_volume: Decimal | None = None
    commission: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PositionOpened:
    """An opening deal; its commission, if any, follows as a balance event."""

    type: ClassVar[str] = "position.opened"
    position: Position


@dataclass(frozen=True, slots=True)
class PositionIncreased:
    """A deal added `volume` lots to the position of a netting account; `position` is how it stands afterwards."""

    type: ClassVar[str] = "position.increased"
    volume: Decimal
    position: Position


@dataclass(frozen=True, slots=True)
class PositionModified:
    """Levels of a position were changed; ticks received since `levels_since` count for those that are new."""

    type: ClassVar[str] = "position.modified"
    position_id: int
    stop_loss: Decimal | None
    take_profit: Decimal | None
    guards: Guards | None = None
    levels_since: datetime | None = None
    reason: ModifyReason = ModifyReason.CLIENT
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PositionReduced:
    """A closing deal for a part: `volume` left, `remaining_volume` stays; `profit` in account currency.

    `order_id` is the order that reduced it (netting), `opposite_position_id` the position it was closed against.
    `swap` is the realised part of what has accrued, `commission` the closing deal's own, zero or negative.
    """

    type: ClassVar[str] = "position.reduced"
    position_id: int
    symbol: str
    side: Side
    volume: Decimal
    remaining_volume: Decimal
    open_price: Decimal
    price: Decimal
    profit: Decimal
    swap: Decimal
    reason: CloseReason
    evidence: Evidence = field(default_factory=dict)
    order_id: int | None = None
    opposite_position_id: int | None = None
    commission: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PositionClosed:
    """A closing deal for all that was left of a position; `side` is the position's, the rest as in a reduction."""

    type: ClassVar[str] = "position.closed"
    position_id: int
    symbol: str
    side: Side
    volume: Decimal
    open_price: Decimal
    price: Decimal
    profit: Decimal
    swap: Decimal
    reason: CloseReason
    evidence: Evidence = field(default_factory=dict)
    order_id: int | None = None
    opposite_position_id: int | None = None
    commission: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SwapCharged:
    """A position was held over the end of trading day `day`: `amount`, signed, is `multiplier` times a night's swap.

    `swap` is what the position has accrued with it. `late` tells that it is charged at the quotes of a later moment
    than the end of that day. `margin_conversion` is the rate of its margin from then on, None where that stays.
    """

    type: ClassVar[str] = "position.swap_charged"
    position_id: int
    symbol: str
    day: date
    multiplier: Decimal
    amount: Decimal
    swap: Decimal
    late: bool = False
    evidence: Evidence = field(default_factory=dict)
    margin_conversion: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CommissionBlocked:
    """The commission of a deal, positive, is kept out of equity until it leaves the balance at `settles_at`."""

    type: ClassVar[str] = "account.commission_blocked"
    position_id: int
    amount: Decimal
    settles_at: datetime


@dataclass(frozen=True, slots=True)
class CommissionSettled:
    """What was blocked until `settles_at` is free again; its balance event follows."""

    type: ClassVar[str] = "account.commission_settled"
    amount: Decimal
    settles_at: datetime


@dataclass(frozen=True, slots=True)
class MoneyReserved:
    """Money for a withdrawal, positive, is kept out of equity from now on."""

    type: ClassVar[str] = "account.money_reserved"
    reservation_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MoneyReleased:
    """What was reserved counts again; where the withdrawal is paid its balance events follow."""

    type: ClassVar[str] = "account.money_released"
    reservation_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BalanceUpdated:
    """One ledger change. `credit` changes move the credit, every other reason the balance.

    `balance` and `credit` are the values afterwards. `reference` names the cause, such as `position:42`.
    """

    type: ClassVar[str] = "balance.updated"
    amount: Decimal
    reason: BalanceReason
    balance: Decimal
    credit: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True)
class MarginCallRaised:
    type: ClassVar[str] = "account.margin_call"
    level: Decimal | None
    equity: Decimal
    margin: Decimal
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarginCallCleared:
    type: ClassVar[str] = "account.margin_call_cleared"
    level: Decimal | None
    equity: Decimal
    margin: Decimal


@dataclass(frozen=True, slots=True)
class StopOutTriggered:
    """The margin level reached the stop-out level; the cancellations and closings follow."""

    type: ClassVar[str] = "account.stop_out"
    level: Decimal | None
    equity: Decimal
    margin: Decimal
    evidence: Evidence = field(default_factory=dict)


EngineEvent = (
    AccountOpened
    | PolicyChanged
    | OrderPlaced
    | OrderModified
    | OrderReleased
    | OrderCancelled
    | OrderArmed
    | OrderRejected
    | OrderFilled
    | PositionOpened
    | PositionIncreased
    | PositionModified
    | PositionReduced
    | PositionClosed
    | SwapCharged
    | CommissionBlocked
    | CommissionSettled
    | MoneyReserved
    | MoneyReleased
    | BalanceUpdated
    | MarginCallRaised
    | MarginCallCleared
    | StopOutTriggered
)
