"""Random accounts for property tests: instruments on all kinds of terms, policies, and markets that move."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from marketdata.sessions import ALWAYS_OPEN, TradingHours
from trading.engine.margin_terms import STANDARD_RATES, LeverageTier, MarginRate, MarginRates, MarginTier
from trading.engine.market import (
    Instrument,
    MarginMode,
    Market,
    ProfitConversion,
    Quote,
    Slippage,
    SlippageMode,
    TradeMode,
)
from trading.engine.state import (
    CompensationCredit,
    GapPolicy,
    HedgedMargin,
    LevelUnit,
    Policy,
    PositionMode,
    StopOutSequence,
    TriggerSide,
)
from trading.engine.terms import (
    NO_SWAP,
    CommissionEntry,
    CommissionPer,
    CommissionSettlement,
    CommissionTerms,
    CommissionTier,
    CommissionUnit,
    SwapConversion,
    SwapMode,
    SwapTerms,
    TierRange,
)
from trading.tests.engine.builders import NOW, contract, forex

# Few, so that prices meet what was placed; the other symbols only convert.
TRADED = ("EURUSD", "EURGBP", "XAUUSD")
# In points.
START = {"EURUSD": 110_000, "EURGBP": 86_000, "XAUUSD": 200_000, "GBPUSD": 128_000, "USDJPY": 150_000, "USDKWD": 30_700}
FIRST_DEPOSIT = {"USD": Decimal(3000), "EUR": Decimal(2700), "JPY": Decimal(450_000), "KWD": Decimal(900)}

D = Decimal

SWAPS = [
    NO_SWAP,
    SwapTerms(mode=SwapMode.POINTS, long=D("-8.42"), short=D("2.30"), holidays=frozenset({date(2026, 3, 5)})),
    SwapTerms(mode=SwapMode.MONEY_BASE, long=D("-7.5"), short=D("1.1"), conversion=SwapConversion.DIRECTION),
    SwapTerms(mode=SwapMode.MONEY_DEPOSIT, long=D("1.255"), short=D("-3.335")),
    SwapTerms(mode=SwapMode.PERCENT, long=D(-5), short=D(1), days_in_year=365),
    SwapTerms(mode=SwapMode.PERCENT_OPEN, long=D(3), short=D(-6), conversion=SwapConversion.DIRECTION),
]
COMMISSIONS = [
    None,
    CommissionTerms((CommissionTier(D("3.5"), minimum=D(1)),)),
    CommissionTerms((CommissionTier(D("3.5"), maximum=D(2)),), entry=CommissionEntry.IN, currency="USD"),
    CommissionTerms((CommissionTier(D("0.005")),), unit=CommissionUnit.PERCENT, settlement=CommissionSettlement.DAILY),
    CommissionTerms(
        (CommissionTier(D(4)), CommissionTier(D(2), start=D(50_000))),
        per=CommissionPer.DEAL,
        tiered_by=TierRange.NOTIONAL,
        settlement=CommissionSettlement.MONTHLY,
    ),
    CommissionTerms((CommissionTier(D(3), end=D(1)),), unit=CommissionUnit.POINTS, entry=CommissionEntry.OUT),
]
RATES = [
    STANDARD_RATES,
    MarginRates(buy_limit=D("0.5"), sell_stop=D("0.5"), buy_stop_limit=D(1)),
    MarginRates(buy=MarginRate(D("1.5"), D(1)), sell=MarginRate(D(2), D("0.5")), sell_limit=D(1)),
]
SLIPPAGES = [Slippage(), Slippage(SlippageMode.FIXED, 0, 2), Slippage(SlippageMode.RANDOM, 0, 4, seed=7)]
# Gold rests over night and over the weekend.
GOLD_HOURS = TradingHours.from_json(
    {
        "timezone": "America/New_York",
        "hours": [["sun 18:00", "mon 17:00"]]
        + [[f"{day} 18:00", f"{after} 17:00"] for day, after in (("mon", "tue"), ("tue", "wed"), ("wed", "thu"))]
        + [["thu 18:00", "fri 17:00"]],
        "holidays": {"2026-03-04": []},
    }
)


def usually(common, *rare):
    """Draw `common` half of the time."""
    return st.one_of(st.just(common), st.sampled_from((common, *rare)))


@st.composite
def instruments(draw):
    """Return instruments by symbol."""
    made = {symbol: forex(symbol) for symbol in START if symbol != "XAUUSD"}
    mode = draw(st.sampled_from([MarginMode.CFD_LEVERAGE, MarginMode.CFD, MarginMode.CFD_INDEX, MarginMode.FUTURES]))
    gold = contract("XAUUSD", 100, mode, tick_size=D("0.01"), tick_value=D("0.01"), leverage_cap=D(20))
    if mode is MarginMode.CFD_INDEX:
        gold = replace(gold, tick_value=D("0.02"), initial_margin=D(900), maintenance_margin=D(700))
    elif mode is MarginMode.FUTURES:
        gold = replace(gold, tick_value=D(1), contract_size=D(1), initial_margin=D(1000), maintenance_margin=D(500))
    made["XAUUSD"] = replace(gold, hours=draw(usually(ALWAYS_OPEN, GOLD_HOURS)))
    for symbol in TRADED:
        made[symbol] = replace(
            made[symbol],
            profit_conversion=draw(usually(*ProfitConversion)),
            margin_refreshed_nightly=draw(usually(False, True)),
            margin_tiers=draw(usually((), (MarginTier(D("0.5"), D(2), D("1.5")),))),
            swap=draw(st.sampled_from(SWAPS)),
            commission=draw(st.sampled_from(COMMISSIONS)),
            margin_rates=draw(usually(*RATES)),
            leverage_tiers=draw(usually((), (LeverageTier(D(0), D(200)), LeverageTier(D(50_000), D(25))))),
            hedged_margin=draw(usually(None, D(0), D(50_000))),
            stops_level_points=draw(usually(0, 8)),
            freeze_level_points=draw(usually(0, 5)),
            gap_level_points=draw(usually(0, 60)),
            volume_limit=draw(usually(None, D(2))),
            slippage=draw(usually(*SLIPPAGES)),
            trade_mode=draw(usually(TradeMode.FULL, *[TradeMode.FULL] * 3, TradeMode.LONG_ONLY)),
        )
    return made


@st.composite
def policies(draw, position_mode: PositionMode, sequence: StopOutSequence):
    """Return the policy of an account that nets or hedges, and is stopped out in that sequence."""
    unit = draw(usually(LevelUnit.PERCENT, LevelUnit.MONEY))
    return Policy(
        position_mode=position_mode,
        stop_out_sequence=sequence,
        leverage=draw(st.sampled_from([D(100), D(30), D(500)])),
        level_unit=unit,
        margin_call_level=D(100) if unit is LevelUnit.PERCENT else D(800),
        stop_out_level=D(50) if unit is LevelUnit.PERCENT else D(300),
        limit_price_improvement=draw(st.booleans()),
        negative_balance_protection=draw(usually(True, False)),
        compensation_credit=draw(st.sampled_from(CompensationCredit)),
        stop_out_fully_hedged=draw(st.booleans()),
        hedged_margin=draw(st.sampled_from(HedgedMargin)),
        trigger_side=draw(usually(TriggerSide.DEFAULT, *TriggerSide)),
        gap_policy=draw(st.sampled_from(GapPolicy)),
        marketable_stops_accepted=draw(st.booleans()),
        positions_max=draw(usually(None, 3)),
        orders_max=draw(usually(None, 4)),
        exposure_max=draw(usually(None, D(400_000))),
        equity_floor=draw(usually(None, D(500))),
    )


@dataclass
class MovingMarket:
    """Quotes that change symbol by symbol while time passes; a symbol's quote is as old as its last change."""

    instruments: Mapping[str, Instrument]

    def __post_init__(self):
        self.now = NOW
        self.ticks = 0
        self.levels = dict(START)
        self.quotes: dict[str, Quote] = {}
        for symbol in START:
            self.quote(symbol, 10)

    def quote(self, symbol: str, spread: int) -> None:
        """Give a symbol a quote of this moment at its level."""
        self.ticks += 1
        point = self.instruments[symbol].point
        bid, ask = self.levels[symbol] * point, (self.levels[symbol] + spread) * point
        self.quotes = {**self.quotes, symbol: Quote(symbol, bid, ask, self.now, self.now, f"{self.ticks}-0")}

    def move(self, symbol: str, steps: int, spread: int, *, after: timedelta) -> None:
        """Let a symbol go up by so many fiftieths of a percent."""
        self.now += after
        self.levels[symbol] = max(1000, self.levels[symbol] + steps * self.levels[symbol] // 5000)
        self.quote(symbol, spread)

    def pass_time(self, hours: int) -> None:
        """Let hours pass, after which every symbol is quoted as before."""
        self.now += timedelta(hours=hours)
        for symbol in START:
            self.quote(symbol, 10)

    def price(self, symbol: str, steps: int) -> Decimal:
        """Return a price so many hundredths of a percent away from the bid."""
        level = self.levels[symbol]
        return (level + steps * level // 10_000) * self.instruments[symbol].point

    @property
    def seen(self) -> Market:
        return Market(self.now, self.instruments, self.quotes)
