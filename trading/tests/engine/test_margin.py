"""Worked examples of margin; the ids are those of the conformance collection."""

from decimal import Decimal

import pytest

from trading.engine.commands import PlaceOrder
from trading.engine.margin import margin_required
from trading.engine.margin_formulae import base_margin
from trading.engine.margin_terms import LeverageTier, MarginRates
from trading.engine.market import MarginMode
from trading.engine.state import OrderType, Side
from trading.tests.engine.builders import account, contract, forex, market, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
OIL = contract("OIL", 100, MarginMode.CFD)
GOLD = contract("XAUUSD", 100)
SILVER = contract("XAGUSD", 5000)
BITCOIN = contract("BTCUSD", 1)
DOW = contract("US30", 1)
DOW_INDEX = contract("US30", 1, MarginMode.CFD_INDEX, tick_value=Decimal(5), tick_size=Decimal("0.5"))
FUTURE = contract(
    "ES", 1, MarginMode.FUTURES, initial_margin=Decimal(1000), tick_value=Decimal(1), tick_size=Decimal(1)
)
NO_LEVERAGE = forex("EURUSD", margin_mode=MarginMode.FOREX_NO_LEVERAGE)


@pytest.mark.parametrize(
    ("instrument", "volume", "price", "leverage", "expected"),
    [
        pytest.param(forex("EURUSD"), "1", "1.2790", 100, "1000", id="M01 forex, the price does not matter"),
        pytest.param(NO_LEVERAGE, "1", "1.2790", 100, "100000", id="M04 forex without leverage"),
        pytest.param(OIL, "1", "80", 100, "8000", id="M20 CFD"),
        pytest.param(GOLD, "4", "904", 100, "3616", id="M25 gold"),
        pytest.param(GOLD, "0.1", "2000", 500, "40", id="M27 gold 1:500"),
        pytest.param(SILVER, "0.1", "23", 500, "23", id="M28 silver"),
        pytest.param(GOLD, "0.1", "1944", 100, "194.4", id="M29 gold 1:100"),
        pytest.param(BITCOIN, "0.2", "45000", 5, "1800", id="M31 bitcoin 1:5"),
        pytest.param(BITCOIN, "0.5", "60000", 2, "15000", id="D07 bitcoin 1:2"),
        pytest.param(DOW, "2", "39000", 20, "3900", id="D07 US30 1:20"),
        pytest.param(DOW_INDEX, "2", "39000", 20, "780000", id="CFD index: price × tick value / tick size"),
        pytest.param(FUTURE, "3", "5000", 20, "3000", id="futures: initial margin per lot, no leverage"),
        pytest.param(forex("EURUSD", initial_margin=Decimal(500)), "2", "1.1", 100, "10", id="fixed margin, leveraged"),
        pytest.param(
            contract("OIL", 100, MarginMode.CFD, initial_margin=Decimal(500)), "2", "80", 100, "1000", id="fixed margin"
        ),
    ],
)
def test_base_margin(instrument, volume, price, leverage, expected):
    assert base_margin(instrument, Decimal(volume), Decimal(price), Decimal(leverage)) == Decimal(expected)


@pytest.mark.parametrize(
    ("cap", "expected"),
    [(30, "3333.33"), (20, "5000.00"), (10, "10000.00"), (5, "20000.00"), (2, "50000.00")],
    ids=["majors", "minors, gold, major indices", "other commodities", "shares", "crypto"],
)
def test_m32_a_leverage_cap_limits_what_the_account_was_given(cap, expected):
    usdchf = forex("USDCHF", leverage_cap=Decimal(cap))
    state = account(leverage=500, positions=[position(1, "USDCHF", BUY, "1", "0.9")])
    assert margin_required(state, market(quote("USDCHF", "0.9"), instruments=[usdchf])) == Decimal(expected)


def opened(side, volume, symbol, quotes, *, currency="USD", leverage=100, balance="1000000"):
    """Return an account that holds one market order's position, and its market."""
    at = market(*quotes)
    state, _ = run(
        account(balance, currency=currency, leverage=leverage),
        PlaceOrder(1, symbol, side, OrderType.MARKET, Decimal(volume)),
        at,
    )
    return state, at


@pytest.mark.parametrize(
    ("side", "symbol", "quotes", "currency", "expected"),
    [
        pytest.param(BUY, "EURUSD", [("EURUSD", "1.2788", "1.2790")], "USD", "1279.00", id="M02 a buy at ask"),
        pytest.param(SELL, "EURUSD", [("EURUSD", "1.2788", "1.2790")], "USD", "1278.80", id="M02 a sell at bid"),
        pytest.param(BUY, "EURUSD", [("EURUSD", "1.2788", "1.2790")], "EUR", "1000.00", id="M01 in the base currency"),
        pytest.param(BUY, "USDJPY", [("USDJPY", "110.80", "110.81")], "USD", "1000.00", id="D02 at any price"),
        pytest.param(BUY, "USDJPY", [("USDJPY", "150.80", "150.81")], "USD", "1000.00", id="D02 at another price"),
        pytest.param(
            BUY,
            "EURGBP",
            [("EURGBP", "0.85", "0.86"), ("EURUSD", "1.0850", "1.0852"), ("GBPUSD", "1.27", "1.28")],
            "USD",
            "1085.20",
            id="D01 buy",
        ),
        pytest.param(
            SELL,
            "EURGBP",
            [("EURGBP", "0.85", "0.86"), ("EURUSD", "1.0850", "1.0852"), ("GBPUSD", "1.27", "1.28")],
            "USD",
            "1085.00",
            id="D01 sell",
        ),
        pytest.param(BUY, "USDJPY", [("USDJPY", "110.80", "110.81")], "JPY", "110810", id="a currency without digits"),
    ],
)
def test_margin_of_one_lot(side, symbol, quotes, currency, expected):
    state, at = opened(side, "1", symbol, [quote(*entry) for entry in quotes], currency=currency)
    assert margin_required(state, at) == Decimal(expected)


def test_m05_two_buys_are_margined_at_ask_not_bid():
    at = market(quote("EURUSD", "1.1000", "1.1005"))
    state = account("100000", leverage=100)
    for id in (1, 2):
        state, _ = run(state, PlaceOrder(id, "EURUSD", BUY, OrderType.MARKET, Decimal(1)), at)
    assert margin_required(state, at) == Decimal("2201.00") != Decimal("2200.00")


def test_p06_the_deal_price_converts_where_the_pair_itself_would():
    slipping = forex("EURUSD")
    at = market(quote("EURUSD", "1.1000", "1.1005"), instruments=[slipping])
    state = account(positions=[position(1, "EURUSD", BUY, "1", "1.2", margin_conversion="1.2")])
    assert margin_required(state, at) == Decimal("1200.00")


def test_m06_margin_of_a_small_sell():
    state, at = opened(SELL, "0.02", "USDJPY", [quote("USDJPY", "110.80", "110.81")], leverage=300)
    assert margin_required(state, at) == Decimal("6.67")


def test_m07_an_order_in_the_same_direction_raises_the_margin():
    state, at = opened(SELL, "0.02", "USDJPY", [quote("USDJPY", "110.80", "110.81")], leverage=300)
    state, _ = run(state, PlaceOrder(2, "USDJPY", SELL, OrderType.MARKET, Decimal("0.03")), at)
    assert margin_required(state, at) == Decimal("16.67")


def test_h01_opposite_lots_are_charged_once():
    state, at = opened(BUY, "1", "EURUSD", [quote("EURUSD", "1.1", "1.1")], currency="EUR")
    state, _ = run(state, PlaceOrder(2, "EURUSD", SELL, OrderType.MARKET, Decimal(1)), at)
    assert margin_required(state, at) == Decimal("1000.00")


def test_h05_the_larger_leg_counts_with_its_pending_orders():
    eurusd = forex("EURUSD", margin_rates=MarginRates(buy_limit=Decimal(1), sell_stop=Decimal(1)))
    at = market(quote("EURUSD", "1.16186", "1.16192"), instruments=[eurusd])
    longs = [
        position(1, "EURUSD", BUY, "1", "1.16214", margin_conversion="1.16214"),
        position(2, "EURUSD", BUY, "2", "1.16207", margin_conversion="1.16207"),
    ]
    shorts = [
        position(3, "EURUSD", SELL, "1", "1.16184", margin_conversion="1.16184"),
        position(4, "EURUSD", SELL, "1", "1.16189", margin_conversion="1.16189"),
    ]
    buys = [order(5, "EURUSD", BUY, OrderType.LIMIT, "1", "1.16053")]
    sells = [
        order(6, "EURUSD", SELL, OrderType.STOP, "1", "1.15808"),
        order(7, "EURUSD", SELL, OrderType.STOP, "1", "1.16067"),
    ]

    def margin(positions=(), orders=()):
        return margin_required(account(positions=positions, orders=orders), at)

    assert margin(longs) == Decimal("3486.28")
    assert margin((), buys) == Decimal("1160.53")
    assert margin(longs, buys) == Decimal("4646.81")
    assert margin(shorts) == Decimal("2323.73")
    assert margin((), sells) == Decimal("2318.75")
    assert margin(shorts, sells) == Decimal("4642.48")
    assert margin(longs + shorts, buys + sells) == Decimal("4646.81")


def test_pending_orders_reserve_nothing_by_default():
    state = account(orders=[order(1, "EURUSD", BUY, OrderType.LIMIT, "1", "1.1")])
    assert margin_required(state, market(quote("EURUSD", "1.2"))) == 0


def test_the_margin_of_a_position_is_frozen_at_its_opening_rate():
    state, _ = opened(BUY, "1", "EURUSD", [quote("EURUSD", "1.1000", "1.1005")])
    assert margin_required(state, market(quote("EURUSD", "1.3000", "1.3005"))) == Decimal("1100.50")


def test_the_same_direction_is_margined_at_the_average_price():
    state = account(
        leverage=10,
        positions=[position(1, "XAUUSD", BUY, "1", "1000"), position(2, "XAUUSD", BUY, "3", "2000")],
    )
    at = market(quote("XAUUSD", "1500"), instruments=[GOLD])
    assert margin_required(state, at) == Decimal("70000.00")


# --- Leverage tiers ----------------------------------------------------------------------------
TIERS = (
    LeverageTier(Decimal(0), Decimal(500)),
    LeverageTier(Decimal(100_000), Decimal(200)),
    LeverageTier(Decimal(1_000_000), Decimal(50)),
)


@pytest.mark.parametrize(
    ("volume", "leverage", "expected"),
    [
        pytest.param("1", 500, "200.00", id="in the first tier"),
        pytest.param("5", 500, "2200.00", id="200 and 400,000 / 200"),
        pytest.param("12", 500, "8700.00", id="200, 900,000 / 200 and 200,000 / 50"),
        pytest.param("12", 100, "14000.00", id="the account's leverage bounds every tier"),
    ],
)
def test_each_part_of_the_notional_has_the_leverage_of_its_tier(volume, leverage, expected):
    usdchf = forex("USDCHF", leverage_tiers=TIERS)
    state = account(leverage=leverage, positions=[position(1, "USDCHF", BUY, volume, "0.9")])
    assert margin_required(state, market(quote("USDCHF", "0.9"), instruments=[usdchf])) == Decimal(expected)


def test_tiers_count_in_account_currency_and_all_positions_of_a_direction_together():
    eurusd = forex("EURUSD", leverage_tiers=TIERS)
    held = [position(id, "EURUSD", BUY, "1", "1.25", margin_conversion="1.25") for id in (1, 2)]
    at = market(quote("EURUSD", "1.25"), instruments=[eurusd])
    # 250,000 dollars: 100,000 / 500 and 150,000 / 200.
    assert margin_required(account(leverage=500, positions=held), at) == Decimal("950.00")


def test_tiers_do_not_count_where_leverage_does_not():
    cfd = contract("OIL", 100, MarginMode.CFD, leverage_tiers=TIERS)
    state = account(leverage=500, positions=[position(1, "OIL", BUY, "20", "80")])
    assert margin_required(state, market(quote("OIL", "80"), instruments=[cfd])) == Decimal("160000.00")


def test_a_fixed_margin_is_divided_by_what_the_tiers_come_to():
    fixed = forex("USDCHF", initial_margin=Decimal(100_000), leverage_tiers=TIERS)
    state = account(leverage=500, positions=[position(1, "USDCHF", BUY, "5", "0.9")])
    assert margin_required(state, market(quote("USDCHF", "0.9"), instruments=[fixed])) == Decimal("2200.00")
