"""The state of one trading account, as folded from its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        return 1 if self is Side.BUY else -1


class PositionMode(StrEnum):
    """Whether deals in one symbol stand beside each other, or make up one position in one direction."""

    HEDGING = "hedging"
    NETTING = "netting"


class OrderType(StrEnum):
    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"


class TimeInForce(StrEnum):
    """How long an order stands: until cancelled, until its trading day or a given moment ends, or not at all.

    What is immediate fills at once or goes. A deal is never split here, so "or cancel" and "or kill" come to the same.
    """

    GTC = "gtc"
    DAY = "day"
    GTD = "gtd"
    IOC = "ioc"
    FOK = "fok"

    @property
    def is_immediate(self) -> bool:
        return self in (TimeInForce.IOC, TimeInForce.FOK)


class TriggerSide(StrEnum):
    """The price that levels watch: by default the one they fill at, or the other one, or the same for all."""

    DEFAULT = "default"
    INVERSE = "inverse"
    BID = "bid"
    ASK = "ask"
    MID = "mid"


class GapPolicy(StrEnum):
    """What a stop fills at: the market's price, or its own while the gap is no wider than the symbol's gap level."""

    MARKET = "market"
    GAP_LEVEL = "gap_level"


@dataclass(frozen=True, slots=True)
class TrailingStop:
    """A stop loss that follows the price at `distance_points`, moving by at least `step_points` at a time.

    It starts once the profit is `activation_points`; None is the distance, as in MetaTrader 5. On an open position
    `moves_at` is the price at which it moves next.
    """

    distance_points: int
    step_points: int = 1
    activation_points: int | None = None
    moves_at: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Move the stop loss to the open price, `offset_points` on its winning side, once the profit is `profit_points`.

    On an open position `moves_at` is the price at which that happens.
    """

    profit_points: int
    offset_points: int = 0
    moves_at: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PartialTakeProfit:
    """Close `volume` lots of the position at `price` or better."""

    price: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class Guards:
    """What moves or takes a part of a position by itself; partial take profits with the nearest at the front."""

    trailing_stop: TrailingStop | None = None
    break_even: BreakEven | None = None
    partial_take_profits: tuple[PartialTakeProfit, ...] = ()


class HedgedMargin(StrEnum):
    """How opposite positions in a symbol are margined on hedging accounts (MT5).

    `basic` charges the uncovered lots in full and the covered ones by their hedged size; `larger_leg` charges the
    larger of the two directions, pending orders included.
    """

    BASIC = "basic"
    LARGER_LEG = "larger_leg"


class LevelUnit(StrEnum):
    """What the margin call and stop-out levels are compared with: the margin level in percent, or equity in money."""

    PERCENT = "percent"
    MONEY = "money"


class StopOutSequence(StrEnum):
    """What a stop-out closes, once orders that reserve margin are deleted; closed markets are skipped.

    `mt5` closes the position with the largest loss, whole, and looks again. `smart` trims the position that holds the
    most margin by as little as is enough. `gradual` deletes all orders first, whether they reserve or not, then closes
    all losing positions at once, then the rest.
    """

    MT5 = "mt5"
    SMART = "smart"
    GRADUAL = "gradual"


class CompensationCredit(StrEnum):
    """What becomes of credit when the last position is gone and the balance is negative.

    `bears_loss` leaves the debt standing against the credit and compensates only what exceeds it; `kept` compensates
    the whole balance and leaves the credit; `withdrawn` does so and takes the credit back (MT5's two settings).
    """

    BEARS_LOSS = "bears_loss"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


# What is settled for an account by itself; everything else in its policy is its group's.
ACCOUNT_RULES = ("position_mode", "leverage", "trading_enabled", "equity_floor")


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of the account's group, and limits set from above. Levels are in `level_unit`.

    `leverage` is what the account was given (1:leverage); an instrument may cap it. With `marketable_stops_accepted` a
    stop that the market is beyond already fills at once, without it is refused. `exposure_max` is the sum of the
    notional values of all positions, in account currency.
    """

    position_mode: PositionMode = PositionMode.HEDGING
    leverage: Decimal = Decimal(100)
    margin_call_level: Decimal = Decimal(100)
    stop_out_level: Decimal = Decimal(50)
    limit_price_improvement: bool = True
    quote_max_age_seconds: int = 15
    trading_enabled: bool = True
    negative_balance_protection: bool = True
    equity_floor: Decimal | None = None
    trigger_side: TriggerSide = TriggerSide.DEFAULT
    gap_policy: GapPolicy = GapPolicy.MARKET
    marketable_stops_accepted: bool = False
    positions_max: int | None = None
    orders_max: int | None = None
    exposure_max: Decimal | None = None
    hedged_margin: HedgedMargin = HedgedMargin.LARGER_LEG
    level_unit: LevelUnit = LevelUnit.PERCENT
    stop_out_sequence: StopOutSequence = StopOutSequence.MT5
    stop_out_fully_hedged: bool = False
    compensation_credit: CompensationCredit = CompensationCredit.BEARS_LOSS

    def with_account_rules(self, account: "Policy") -> "Policy":
        """Return this policy with the rules that `account` settles for itself."""
        return replace(self, **{name: getattr(account, name) for name in ACCOUNT_RULES})


@dataclass(frozen=True, slots=True)
class Order:
    """A working order. `price` is the limit or stop price; `limit_price` the limit that a stop-limit arms.

    An armed stop-limit rests as a limit at `limit_price`. With `deviation_points` it fills no further beyond `price`
    than that. A fill cancels the others of its `oco_group`. With `parent_id` it waits for that order's fill. `guards`
    become those of the position. Ticks received before `levels_since` do not reach it.
    """

    id: int
    symbol: str
    side: Side
    type: OrderType
    volume: Decimal
    price: Decimal
    placed_at: datetime
    limit_price: Decimal | None = None
    armed: bool = False
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    comment: str = ""
    time_in_force: TimeInForce = TimeInForce.GTC
    expires_at: datetime | None = None
    deviation_points: int | None = None
    oco_group: str = ""
    parent_id: int | None = None
    guards: Guards | None = None
    levels_since: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether it may stand until the market comes: not a market order, nor one that fills at once or not at all."""
        return self.type is not OrderType.MARKET and not self.time_in_force.is_immediate

    @property
    def waits_for_parent(self) -> bool:
        return self.parent_id is not None

    @property
    def is_limit(self) -> bool:
        """Whether it now fills at its price or better: a limit, or a stop-limit whose stop was reached."""
        return self.type is OrderType.LIMIT or self.armed

    @property
    def working_price(self) -> Decimal:
        """The price that the market has to reach next."""
        return self.limit_price if self.armed and self.limit_price is not None else self.price


@dataclass(frozen=True, slots=True)
class Position:
    """An open position; its id is the id of the order that opened it.

    `open_price` and `margin_conversion`, the margin currency to account currency rate, are frozen at the opening deal;
    on a netting account they are averages, weighted by volume, over the deals that added to the position.
    `commission` is what opening deals charged for the volume still open, zero or negative, account currency.
    `swap_day` is the last trading day that `swap` holds, None while there is none. Ticks received before
    `stop_loss_since`, where it is set, do not reach the stop loss; so with the others.
    """

    id: int
    symbol: str
    side: Side
    volume: Decimal
    open_price: Decimal
    opened_at: datetime
    margin_conversion: Decimal
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    swap: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    comment: str = ""
    guards: Guards | None = None
    stop_loss_since: datetime | None = None
    take_profit_since: datetime | None = None
    guards_since: datetime | None = None
    swap_day: date | None = None


@dataclass(frozen=True, slots=True)
class BlockedCommission:
    """Commission of deals, positive, that leaves the balance at `settles_at` and counts for nothing until then."""

    settles_at: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money, positive, that a requested withdrawal keeps out of equity until it is paid or given up."""

    id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AccountState:
    """Everything a decision about one account depends on, apart from the market.

    Money is in `currency`. `orders` holds working orders and `positions` open positions, by id and in that order;
    `blocked_commission` one entry for each moment at which some is settled, the first one first; `reservations` are in
    order of their ids.
    """

    id: int
    currency: str
    balance: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    margin_call: bool = False
    policy: Policy = Policy()
    orders: Mapping[int, Order] = field(default_factory=dict)
    positions: Mapping[int, Position] = field(default_factory=dict)
    blocked_commission: tuple[BlockedCommission, ...] = ()
    reservations: tuple[Reservation, ...] = ()

    @property
    def blocked(self) -> Decimal:
        """The part of the balance that is kept out of equity for commission."""
        return sum((entry.amount for entry in self.blocked_commission), Decimal(0))

    @property
    def reserved(self) -> Decimal:
        """The part of the balance that is kept out of equity for withdrawals."""
        return sum((entry.amount for entry in self.reservations), Decimal(0))

    @property
    def set_aside(self) -> Decimal:
        """The part of the balance that is kept out of equity."""
        return self.blocked + self.reserved
