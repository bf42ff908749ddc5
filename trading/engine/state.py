"""The state of one trading account, as folded from its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of the account's group, and limits set from above. Levels are percent of margin.

    `leverage` is what the account was given (1:leverage); an instrument may cap it.
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


@dataclass(frozen=True, slots=True)
class Order:
    """A working order. `price` is the limit or stop price; `limit_price` the limit that a stop-limit arms.

    An armed stop-limit rests as a limit at `limit_price`.
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
    `commission` is what the opening deal charged for the volume still open, zero or negative, account currency.
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


@dataclass(frozen=True, slots=True)
class AccountState:
    """Everything a decision about one account depends on, apart from the market.

    Money is in `currency`. `orders` holds working orders and `positions` open positions, by id.
    """

    id: int
    currency: str
    balance: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    margin_call: bool = False
    policy: Policy = Policy()
    orders: Mapping[int, Order] = field(default_factory=dict)
    positions: Mapping[int, Position] = field(default_factory=dict)
