"""What can be asked of an account. Ids of new orders are given by the caller, so that deciding stays pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from trading.engine.market import Quote
from trading.engine.state import BreakEven, OrderType, PartialTakeProfit, Side, TimeInForce, TrailingStop


class Unchanged:
    """The type of `UNCHANGED`: a field that a modification leaves as it is (None removes a level)."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
Value = TypeVar("Value")


def given(value: Value | Unchanged, present: Value) -> Value:
    """Return `value`, or the present one where it is to stay."""
    return present if isinstance(value, Unchanged) else value


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Place an order. A market order has a `price` only together with `deviation_points`: the one that was seen."""

    order_id: int
    symbol: str
    side: Side
    type: OrderType
    volume: Decimal
    price: Decimal | None = None
    limit_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    comment: str = ""
    time_in_force: TimeInForce = TimeInForce.GTC
    expires_at: datetime | None = None
    deviation_points: int | None = None
    oco_group: str = ""
    parent_id: int | None = None
    trailing_stop: TrailingStop | None = None
    break_even: BreakEven | None = None
    partial_take_profits: tuple[PartialTakeProfit, ...] = ()


@dataclass(frozen=True, slots=True)
class ModifyOrder:
    order_id: int
    price: Decimal | Unchanged = UNCHANGED
    limit_price: Decimal | Unchanged = UNCHANGED
    stop_loss: Decimal | Unchanged | None = UNCHANGED
    take_profit: Decimal | Unchanged | None = UNCHANGED
    expires_at: datetime | Unchanged | None = UNCHANGED
    trailing_stop: TrailingStop | Unchanged | None = UNCHANGED
    break_even: BreakEven | Unchanged | None = UNCHANGED
    partial_take_profits: tuple[PartialTakeProfit, ...] | Unchanged = UNCHANGED


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Withdraw a working order; at the client's request or by the dealer, whom no freeze level keeps from it."""

    order_id: int
    by_dealer: bool = False


@dataclass(frozen=True, slots=True)
class ModifyPosition:
    position_id: int
    stop_loss: Decimal | Unchanged | None = UNCHANGED
    take_profit: Decimal | Unchanged | None = UNCHANGED
    trailing_stop: TrailingStop | Unchanged | None = UNCHANGED
    break_even: BreakEven | Unchanged | None = UNCHANGED
    partial_take_profits: tuple[PartialTakeProfit, ...] | Unchanged = UNCHANGED


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """Close a position, wholly or (with `volume` in lots) in part; at the client's request or by the dealer."""

    position_id: int
    volume: Decimal | None = None
    by_dealer: bool = False


@dataclass(frozen=True, slots=True)
class CloseBy:
    """Close a position against one of the other direction in the same symbol, for the smaller of their volumes."""

    position_id: int
    opposite_position_id: int


@dataclass(frozen=True, slots=True)
class CloseAll:
    """Close every position, optionally of one symbol only. All of them or none."""

    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessTick:
    """Work through what the newest quote of `symbol` causes: triggers, TP and SL, then margin call and stop-out.

    With `missed`, levels are tested against that older quote, which came while the engine was out for too long, and
    whatever it triggers fills at the newest quote instead.
    """

    symbol: str
    missed: Quote | None = None


@dataclass(frozen=True, slots=True)
class ExpireOrders:
    """Withdraw the orders whose time has come, whether or not there are prices."""


@dataclass(frozen=True, slots=True)
class RollOver:
    """Charge every night that a position was held and is not charged yet; settle commission that has become due.

    With `until`, nights that ended later are left for another time.
    """

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckMargin:
    """Re-examine margin call and stop-out at the present quotes (sweeps, and after money has moved)."""


class BalanceReason(StrEnum):
    """Why a balance changed; the ledger's kinds of transaction."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    CREDIT = "credit"
    ADJUSTMENT = "adjustment"
    TRADE = "trade"
    COMMISSION = "commission"
    SWAP = "swap"
    FEE = "fee"
    TRANSFER = "transfer"
    NEGATIVE_BALANCE_COMPENSATION = "negative_balance_compensation"


@dataclass(frozen=True, slots=True)
class ChangeBalance:
    """Move money into (positive) or out of (negative) the account, for a reason other than trading."""

    amount: Decimal
    reason: BalanceReason
    reference: str = ""


@dataclass(frozen=True, slots=True)
class BookDeposit:
    """Credit a payment of the client, and charge what the way it came costs. Account currency, neither negative."""

    amount: Decimal
    fee: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class ReserveMoney:
    """Keep money out of equity for a withdrawal that was requested, as long as it is neither paid nor given up."""

    reservation_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReleaseMoney:
    """Give reserved money back to the account: the withdrawal was declined, cancelled or has failed."""

    reservation_id: int


@dataclass(frozen=True, slots=True)
class PayReservation:
    """Let reserved money leave the account; `fee` is the part of it that the house keeps."""

    reservation_id: int
    fee: Decimal
    reference: str


Command = (
    PlaceOrder
    | ModifyOrder
    | CancelOrder
    | ModifyPosition
    | ClosePosition
    | CloseBy
    | CloseAll
    | ProcessTick
    | ExpireOrders
    | RollOver
    | CheckMargin
    | ChangeBalance
    | BookDeposit
    | ReserveMoney
    | ReleaseMoney
    | PayReservation
)
