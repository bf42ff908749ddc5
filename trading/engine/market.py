"""What the engine knows of the world outside an account: instruments and their quotes at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from forexpro.core.refusals import Refused
from marketdata.sessions import ALWAYS_OPEN, TradingHours
from trading.engine.margin_terms import STANDARD_RATES, LeverageTier, MarginRates, MarginTier
from trading.engine.terms import NO_SWAP, CommissionTerms, SwapTerms, TierRange


class MarginMode(StrEnum):
    """How the base margin of one position follows from volume, contract size, leverage and price (MT5 names)."""

    FOREX = "forex"
    FOREX_NO_LEVERAGE = "forex_no_leverage"
    CFD = "cfd"
    CFD_LEVERAGE = "cfd_leverage"
    CFD_INDEX = "cfd_index"
    FUTURES = "futures"
    EXCHANGE_FUTURES = "exchange_futures"
    FIXED = "fixed"

    @property
    def is_forex(self) -> bool:
        """Whether profit is rounded and converted by the rules for currency pairs."""
        return self in (MarginMode.FOREX, MarginMode.FOREX_NO_LEVERAGE)

    @property
    def is_futures(self) -> bool:
        """Whether profit goes by ticks instead of units."""
        return self in FUTURES

    @property
    def is_leveraged(self) -> bool:
        """Whether the account's leverage divides the margin."""
        return self in (MarginMode.FOREX, MarginMode.CFD_LEVERAGE)


FUTURES = frozenset((MarginMode.FUTURES, MarginMode.EXCHANGE_FUTURES))


class ProfitConversion(StrEnum):
    """The side at which profits of currency pairs are converted: by the closing deal's direction, or by their sign."""

    BY_DEAL = "by_deal"
    BY_MARKET = "by_market"


class TradeMode(StrEnum):
    """What may be done in a symbol (MT5 names). Protections and closing work in all but the last."""

    FULL = "full"
    LONG_ONLY = "long_only"
    SHORT_ONLY = "short_only"
    CLOSE_ONLY = "close_only"
    DISABLED = "disabled"


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
    Levels keep `stops_level_points` from the market; within `freeze_level_points` of it nothing can be changed.
    `volume_limit` is the most lots that positions and orders of one direction may have together. A gap wider than
    `gap_level_points` fills stops at the market's price under every gap policy.
    `leverage_cap` is the highest leverage this instrument allows, `leverage_tiers` lower it as a holding grows, the
    smallest first. `margin_tiers` multiply the margin instead, by lots or by value in account currency.
    `tick_value` (money per `tick_size` and lot) counts for the margin of indices and for futures.
    A positive `initial_margin` is a fixed amount per lot that replaces the formula, `maintenance_margin` the amount for
    what is open (zero: the same). `hedged_margin` is what a covered lot counts as under basic hedged margin: a contract
    size, or an amount where margin is fixed; None charges it like any other lot.
    With `margin_refreshed_nightly` the rate of a position's margin, frozen at its opening, is taken anew each night.
    Exchange futures: initial margin is for buying, maintenance margin for selling; `settlement_price` is the session's
    clearing price, `margin_currency_rate` the exchange's percentage on price differences.
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
    margin_rates: MarginRates = STANDARD_RATES
    leverage_cap: Decimal | None = None
    leverage_tiers: tuple[LeverageTier, ...] = ()
    margin_tiers: tuple[MarginTier, ...] = ()
    margin_tiers_by: TierRange = TierRange.VOLUME
    tick_size: Decimal = Decimal(0)
    tick_value: Decimal = Decimal(0)
    initial_margin: Decimal = Decimal(0)
    maintenance_margin: Decimal = Decimal(0)
    hedged_margin: Decimal | None = None
    settlement_price: Decimal = Decimal(0)
    margin_currency_rate: Decimal = Decimal(0)
    profit_conversion: ProfitConversion = ProfitConversion.BY_DEAL
    margin_refreshed_nightly: bool = False
    stops_level_points: int = 0
    freeze_level_points: int = 0
    gap_level_points: int = 0
    volume_limit: Decimal | None = None
    slippage: Slippage = Slippage()
    trade_mode: TradeMode = TradeMode.FULL
    hours: TradingHours = ALWAYS_OPEN
    swap: SwapTerms = NO_SWAP
    commission: CommissionTerms | None = None

    @property
    def charges_entry(self) -> bool:
        """Whether an order on its way may need more margin than what it opens."""
        rates = (self.margin_rates.buy, self.margin_rates.sell)
        return (
            self.margin_mode is MarginMode.EXCHANGE_FUTURES
            or bool(self.maintenance_margin)
            or any(rate.held != rate.initial for rate in rates)
        )

    @property
    def converts_by_deal(self) -> bool:
        """Whether the direction of the closing deal, and not the sign of a profit, says how that is converted."""
        return self.margin_mode.is_forex and self.profit_conversion is ProfitConversion.BY_DEAL

    @property
    def point(self) -> Decimal:
        return Decimal(1).scaleb(-self.digits)

    @property
    def pip(self) -> Decimal:
        """Ten points where prices have 3 or 5 digits, one point elsewhere."""
        return self.point * 10 if self.digits in (3, 5) else self.point


@dataclass(frozen=True, slots=True)
class Market:
    """Instruments by symbol, the newest quotes by symbol, and the moment of the decision (aware, UTC)."""

    now: datetime
    instruments: Mapping[str, Instrument]
    quotes: Mapping[str, Quote]

    def instrument(self, symbol: str) -> Instrument:
        """Return the specification of `symbol`, or refuse: the account's group does not trade it."""
        try:
            return self.instruments[symbol]
        except KeyError:
            raise Refused("symbol_unknown", f"{symbol} is not traded on this account.", {"symbol": symbol}) from None

    def quote(self, symbol: str) -> Quote:
        """Return the newest quote of `symbol`, or refuse: there has been none yet."""
        try:
            return self.quotes[symbol]
        except KeyError:
            raise Refused(
                "quote_unavailable", f"There is no price for {symbol} yet. Try again shortly.", {"symbol": symbol}
            ) from None
