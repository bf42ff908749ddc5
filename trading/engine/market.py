"""What the engine knows of the world outside an account: instruments and their quotes at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class MarginMode(StrEnum):
    """How the base margin of one position follows from volume, contract size, leverage and price (MT5 names)."""

    FOREX = "forex"
    FOREX_NO_LEVERAGE = "forex_no_leverage"
    CFD = "cfd"
    CFD_LEVERAGE = "cfd_leverage"
    CFD_INDEX = "cfd_index"
    FUTURES = "futures"


class SlippageMode(StrEnum):
    NONE = "none"
    FIXED = "fixed"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Quote:
    """A two-sided price as an account's group sees it, its spread policy already applied.

    `time` is the market's time of the tick; `received_at` is when the platform got it, from which its age counts.
    """

    symbol: str
    bid: Decimal
    ask: Decimal
    time: datetime
    received_at: datetime
    tick_id: str


@dataclass(frozen=True, slots=True)
class Slippage:
    """How far a market execution may land from its quote, in points, against the client."""

    mode: SlippageMode = SlippageMode.NONE
    minimum_points: int = 0
    maximum_points: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Instrument:
    """The trading specification of a symbol as it applies to one account group.

    Volumes are in lots, `contract_size` in units of the base per lot. One point is 10 to the power of minus `digits`.
    `margin_rate` multiplies the computed margin; `leverage_cap` is the highest leverage this instrument allows.
    """

    symbol: str
    base_currency: str
    quote_currency: str
    margin_currency: str
    digits: int
    contract_size: Decimal
    volume_min: Decimal
    volume_max: Decimal
    volume_step: Decimal
    margin_mode: MarginMode = MarginMode.FOREX
    margin_rate: Decimal = Decimal(1)
    leverage_cap: Decimal | None = None
    tick_size: Decimal = Decimal(0)
    tick_value: Decimal = Decimal(0)
    initial_margin: Decimal = Decimal(0)
    stops_level_points: int = 0
    slippage: Slippage = Slippage()
    trading_enabled: bool = True

    @property
    def point(self) -> Decimal:
        return Decimal(1).scaleb(-self.digits)


@dataclass(frozen=True, slots=True)
class Market:
    """Instruments by symbol, the newest quotes by symbol, and the moment of the decision (aware, UTC)."""

    now: datetime
    instruments: Mapping[str, Instrument]
    quotes: Mapping[str, Quote]
