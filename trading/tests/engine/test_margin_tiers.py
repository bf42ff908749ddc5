"""Margin by the size of a holding, against the examples of MetaTrader 5 and of brokers' help pages."""

from decimal import Decimal

import pytest

from trading.engine.margin import entry_margin, margin_required
from trading.engine.margin_terms import LeverageTier, MarginRate, MarginRates, MarginTier
from trading.engine.market import MarginMode
from trading.engine.state import HedgedMargin, OrderType, PositionMode, Side
from trading.engine.terms import TierRange
from trading.tests.engine.builders import account, contract, forex, market, order, position, quote

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
NETTING = {"position_mode": PositionMode.NETTING}
BASIC = {"hedged_margin": HedgedMargin.BASIC}
LARGER_LEG = {"hedged_margin": HedgedMargin.LARGER_LEG}
ALL_RESERVE = MarginRates(**{f"{side}_{kind}": D(1) for side in Side for kind in ("limit", "stop", "stop_limit")})


def tiers(*pairs):
    return tuple(MarginTier(D(start), D(rate)) for start, rate in pairs)


def margin(instrument, positions=(), orders=(), **policy):
    """Return the margin of (side, volume, price) and of orders, converted at their prices in other currencies."""
    converts = instrument.margin_currency != "USD"
    held = [
        position(id, instrument.symbol, side, volume, price, margin_conversion=price if converts else 1)
        for id, (side, volume, price) in enumerate(positions, 1)
    ]
    at = market(quote(instrument.symbol, "1.0"), instruments=[instrument])
    return margin_required(account(positions=held, orders=orders, **policy), at)


BY_LOTS = forex(
    "USDCHF", margin_rates=ALL_RESERVE, margin_tiers=tiers(("0", "1"), ("10", "2"), ("20", "3")), hedged_margin=D(0)
)


@pytest.mark.parametrize("policy", [BASIC, LARGER_LEG, NETTING], ids=["basic", "larger leg", "netting"])
def test_positions_and_orders_climb_the_tiers_together(policy):
    """MT5, leverages, margin by volume: 10 lots at 1, then 2 and 8 of the order at 2, then 2 at 3: 36,000."""
    limit = order(2, "USDCHF", BUY, OrderType.LIMIT, "10", "0.9")
    assert margin(BY_LOTS, [(BUY, "12", "0.9")], [limit], leverage=100, **policy) == D("36000.00")
    assert margin(BY_LOTS, [(BUY, "12", "0.9")], leverage=100, **policy) == D("14000.00")


def test_covered_lots_count_by_their_hedged_size():
    """MT5, leverages, margin by notional value: 25 uncovered lots and 15 of half a size, worth 3,513,087.50."""
    rates = tiers(("0", "0.1"), ("200000", "0.2"), ("1000000", "0.5"), ("2000000", "1"))
    eurusd = forex("EURUSD", margin_tiers=rates, margin_tiers_by=TierRange.NOTIONAL, hedged_margin=D(50_000))
    held = [(BUY, "20", "1.08095"), (BUY, "10", "1.08095"), (BUY, "10", "1.08095"), (SELL, "15", "1.08095")]
    assert margin(eurusd, held, leverage=500, **BASIC) == D("4386.18")  # 40 + 320 + 1,000 + 3,026.175


def test_rates_below_one_lower_the_margin_of_small_holdings():
    """MT5, leverages, conversion: 330 + 1,000 + 1,500 + 20,000 + 41,815.40 for 100 lots of AUDCHF at 1:100."""
    rates = tiers(("0", "0.33"), ("100000", "0.5"), ("300000", "0.75"), ("500000", "1"), ("2500000", "1.1"))
    audchf = forex("AUDCHF", margin_tiers=rates, margin_tiers_by=TierRange.NOTIONAL)
    held = position(1, "AUDCHF", BUY, "100", "0.57", margin_conversion="0.63014")
    at = market(quote("AUDCHF", "0.57"), instruments=[audchf])
    assert margin_required(account(positions=[held], leverage=100), at) == D("64645.40")


def test_orders_have_rates_of_their_own_and_zero_is_no_margin():
    """MT5, leverages: the initial rate is that of orders, also of those on their way; a zero is not replaced by it."""
    usdchf = forex("USDCHF", margin_rates=ALL_RESERVE, margin_tiers=(MarginTier(D(0), D(2), D(0)),))
    at = market(quote("USDCHF", "0.9"), instruments=[usdchf])
    limit = order(2, "USDCHF", BUY, OrderType.LIMIT, "1", "0.9")
    assert margin(usdchf, [(BUY, "1", "0.9")], leverage=100) == 0
    assert entry_margin(account(leverage=100), limit, D("0.9"), at) == D("2000.00")


@pytest.mark.parametrize(
    ("lots", "expected"),
    [
        pytest.param([("7", "1.2312")], "1723.68", id="861,840 / 500"),
        pytest.param([("7", "1.2312"), ("5", "1.2350")], "4396.70", id="2,000 + 479,340 / 200"),
        pytest.param(
            [("7", "1.2312"), ("5", "1.2350"), ("20", "1.2400")], "26593.40", id="7,000 + 1,959,340 / 100"
        ),
    ],
)  # fmt: skip
def test_leverage_by_the_value_of_all_positions(lots, expected):
    """fxnet.com, margin requirements: 1:500 up to a million dollars, 1:200 up to two, 1:100 up to five."""
    ladder = (LeverageTier(D(0), D(500)), LeverageTier(D(10**6), D(200)), LeverageTier(2 * D(10**6), D(100)))
    eurusd = forex("EURUSD", leverage_tiers=ladder)
    assert margin(eurusd, [(BUY, *lot) for lot in lots], leverage=500) == D(expected)


LOTS_OF_500 = tiers(("0", "1"), ("100", "2.5"), ("200", "5"), ("300", "15"))  # 1:500, 1:200, 1:100, 3 %


@pytest.mark.parametrize(
    ("instrument", "volume", "price", "leverage", "expected"),
    [
        pytest.param(
            forex("EURUSD", margin_tiers=LOTS_OF_500), "20", "1.09", 500, "4360.00", id="windsorbrokers.com, 20 lots"
        ),
        pytest.param(
            forex("EURUSD", margin_tiers=LOTS_OF_500), "120", "1.09", 500, "32700.00", id="windsorbrokers.com, 120 lots"
        ),
        pytest.param(
            forex("EURUSD", margin_tiers=LOTS_OF_500), "120", "1.01", 500, "30300.00", id="support.equiti.com, 120 lots"
        ),
        pytest.param(
            contract("EURCFD", 125_000, margin_tiers=tiers(("50", "2.5"))),
            "60", "1.11705", 500, "20944.69", id="windsorbrokers.com, a CFD of 125,000",
        ),
        pytest.param(
            contract("COFFEEC", 375, leverage_cap=D(50), margin_tiers=tiers(("50", "2"))),
            "60", "105.50", 500, "55387.50", id="windsorbrokers.com, coffee, 1:50 then 1:25",
        ),
        pytest.param(
            contract("OIL", 100, MarginMode.CFD, margin_tiers=tiers(("1", "2"))),
            "2", "80", 500, "24000.00", id="rates multiply where leverage does not count",
        ),
        pytest.param(
            forex("EURUSD", margin_tiers=tiers(("0", "1"), ("3", "2"), ("10", "4"))),
            "20", "1.07213", 2000, "3055.57", id="bdswiss.com, 1:2000, 1:1000 and 1:500",
        ),
    ],
)  # fmt: skip
def test_leverage_by_lots(instrument, volume, price, leverage, expected):
    assert margin(instrument, [(BUY, volume, price)], leverage=leverage) == D(expected)


def test_tiers_are_rounded_once_and_multiply_the_rates_of_the_side():
    rates = MarginRates(buy=MarginRate(D("1.15")))
    eurusd = forex("EURUSD", margin_rates=rates, margin_tiers=tiers(("0", "1"), ("1", "3")))
    # 1.2 lots at 1.23457 and 1:300 are 493.828, × 1.15 = 567.9022; (1 × 1 + 0.2 × 3) / 1.2 of that.
    assert margin(eurusd, [(BUY, "1.2", "1.23457")], leverage=300) == D("757.20")
