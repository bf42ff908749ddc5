"""Worked examples from the help pages of MetaTrader 5, cTrader and brokers; each row names the page it is from."""

from decimal import Decimal

import pytest

from trading.engine.commands import CheckMargin, PlaceOrder
from trading.engine.commission import deal_commission
from trading.engine.events import BalanceUpdated, PositionClosed, PositionReduced
from trading.engine.margin import margin_required
from trading.engine.margin_terms import MarginRate, MarginRates
from trading.engine.market import MarginMode
from trading.engine.preview import pip_value
from trading.engine.profit import closing_profit
from trading.engine.state import HedgedMargin, OrderType, PositionMode, Side, StopOutSequence
from trading.engine.swap import night_swap
from trading.engine.terms import CommissionEntry, CommissionTerms, CommissionTier, CommissionUnit, SwapMode, SwapTerms
from trading.engine.valuation import value_account
from trading.tests.engine.builders import account, contract, forex, market, of_type, order, position, quote, run

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
MINI = {"contract_size": D(10_000)}
TICKS = {"tick_value": D(1), "tick_size": D("0.1")}
BASIC = {"hedged_margin": HedgedMargin.BASIC}


# --- Margin ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("instrument", "volume", "quotes", "currency", "leverage", "expected"),
    [
        pytest.param(
            forex("AUDJPY"), "1", [("AUDJPY", "98.5"), ("EURAUD", "1.59106"), ("EURJPY", "157")], "EUR", 100, "628.51",
            id="help.afterprime.com: AUD 1,000 / 1.59106",
        ),
        pytest.param(forex("USDCAD"), "1", [("USDCAD", "1.3")], "USD", 400, "250.00", id="support.egmsecurities.com 1"),
        pytest.param(forex("EURUSD"), "0.1", [("EURUSD", "1.14")], "USD", 400, "28.50", id="egmsecurities.com 2"),
        pytest.param(
            forex("GBPCHF"), "0.2", [("GBPCHF", "1.2"), ("GBPUSD", "1.32"), ("USDCHF", "0.91")], "USD", 100, "264.00",
            id="egmsecurities.com 3: GBP 200 × 1.32",
        ),
        pytest.param(forex("EURUSD"), "1", [("EURUSD", "1.345")], "EUR", 50, "2000.00", id="tier1fx.com A"),
        pytest.param(forex("EURUSD"), "1", [("EURUSD", "1.175")], "USD", 50, "2350.00", id="tier1fx.com B"),
        pytest.param(
            forex("EURUSD", **MINI), "1", [("EURUSD", "1.5442")], "USD", 100, "154.42", id="instaforex.com EURUSD"
        ),
        pytest.param(
            forex("GBPUSD", **MINI), "2", [("GBPUSD", "1.9627")], "USD", 100, "392.54", id="instaforex.com GBPUSD"
        ),
        pytest.param(forex("EURUSD"), "0.1", [("EURUSD", "1.33")], "USD", 100, "133.00", id="stockexchange.co"),
        pytest.param(forex("GBPUSD"), "1", [("GBPUSD", "1.3")], "USD", 20, "6500.00", id="tenkofx.co.za: 5 %"),
        pytest.param(
            forex("EURUSD", margin_rates=MarginRates(buy=MarginRate(D("1.15")))), "1", [("EURUSD", "1.2790")],
            "USD", 100, "1470.85", id="MT5, margin rate: 1,279 × 1.15",
        ),
        pytest.param(
            forex("USDKWD", quote_currency="KWD"), "1", [("USDKWD", "0.30705")], "KWD", 100, "307.050",
            id="MT5, conversion, a currency with three digits",
        ),
        pytest.param(
            contract("GER40", 1, MarginMode.CFD, quote_currency="EUR", margin_currency="EUR"), "2",
            [("GER40", "18000"), ("EURUSD", "1.1"), ("USDJPY", "150")], "JPY", 100, "5940000",
            id="MT5, CFD: EUR 36,000 through the dollar to yen",
        ),
    ],
)  # fmt: skip
def test_margin_of_a_market_order(instrument, volume, quotes, currency, leverage, expected):
    at = market(*(quote(*entry) for entry in quotes), instruments=[instrument])
    order = PlaceOrder(1, instrument.symbol, BUY, OrderType.MARKET, D(volume))
    state, _ = run(account("10000000", currency=currency, leverage=leverage), order, at)
    assert margin_required(state, at) == D(expected)


@pytest.mark.parametrize("policy", [BASIC, {}, {"position_mode": PositionMode.NETTING}])
def test_lots_in_one_direction_are_averaged_and_a_limit_is_charged_beside_them(policy):
    """MT5, positions and orders in the same direction: 3 lots at 15.43333 are 2,315.00, the limit 770.60."""
    cfd = contract("CFD", 5000, digits=3, margin_rates=MarginRates(buy_limit=D(1)))
    held = [position(1, "CFD", BUY, "1", "15.436"), position(2, "CFD", BUY, "2", "15.432")]
    limit = order(3, "CFD", BUY, OrderType.LIMIT, "1", "15.412")
    at = market(quote("CFD", "15.43"), instruments=[cfd])
    assert margin_required(account(positions=held, leverage=100, **policy), at) == D("2315.00")
    assert margin_required(account(positions=held, orders=[limit], leverage=100, **policy), at) == D("3085.60")


@pytest.mark.parametrize(
    ("buys", "sells", "hedged", "currency", "leverage", "expected"),
    [
        pytest.param("1", "1", 100_000, "EUR", 500, "200.00", id="admiralmarkets: half of each of two lots"),
        pytest.param("1", "1.5", 100_000, "EUR", 500, "300.00", id="admiralmarkets: and half a lot uncovered"),
        pytest.param("5", "3", 0, "EUR", 500, "400.00", id="tradetaurex.com: two lots of eight"),
        pytest.param("5", "5", 0, "EUR", 500, "0", id="tradetaurex.com: none of ten"),
        pytest.param("2", "1", 50_000, "USD", 100, "1650.00", id="MT5: 1,100 uncovered, half as much covered"),
    ],
)
def test_hedged_margin(buys, sells, hedged, currency, leverage, expected):
    eurusd = forex("EURUSD", hedged_margin=D(hedged))
    rate = {"margin_conversion": "1.1" if currency == "USD" else 1}
    held = [position(1, "EURUSD", BUY, buys, "1.1", **rate), position(2, "EURUSD", SELL, sells, "1.1", **rate)]
    at = market(quote("EURUSD", "1.1"), instruments=[eurusd])
    assert margin_required(account(positions=held, currency=currency, leverage=leverage, **BASIC), at) == D(expected)


# --- Profit and pips ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("symbol", "side", "volume", "opened", "closed", "quotes", "currency", "expected"),
    [
        pytest.param(
            "CADCHF", BUY, "1", "0.75798", "0.75782", [("USDCHF", "1.01883")], "USD", "-15.70",
            id="anzocapital.com: CHF −16 / 1.01883",
        ),
        pytest.param(
            "USDJPY", BUY, "2", "95.650", "96.400", [("USDJPY", "96.400", "96.430")], "USD", "1556.02",
            id="forex-fort-plans: 150,000 / 96.400, the price of the deal",
        ),
        pytest.param(
            "USDJPY", SELL, "0.5", "150.000", "149.500", [("USDJPY", "149.480", "149.500")], "JPY", "25000",
            id="MT5: an account without decimal places",
        ),
        pytest.param(
            "EURGBP", SELL, "1", "0.86000", "0.85500", [("GBPUSD", "1.25", "1.26"), ("USDJPY", "150", "151")],
            "JPY", "93750", id="MT5: GBP 500, a short, at both bids",
        ),
        pytest.param(
            "EURGBP", BUY, "1", "0.86000", "0.85500", [("GBPUSD", "1.25", "1.26"), ("USDJPY", "150", "151")],
            "JPY", "-95130", id="MT5: GBP −500, a long, at both asks",
        ),
    ],
)  # fmt: skip
def test_profit(symbol, side, volume, opened, closed, quotes, currency, expected):
    at = market(*(quote(*entry) for entry in quotes), instruments=[forex(symbol)])
    profit = closing_profit(symbol, side, D(volume), D(opened), D(closed), currency, at)
    assert profit.amount == D(expected)


@pytest.mark.parametrize(
    ("instrument", "volume", "price", "quotes", "currency", "expected"),
    [
        pytest.param(forex("EURUSD", **MINI), "1", "1.1", [], "USD", "1.00", id="help.fxcm.com EURUSD"),
        pytest.param(
            forex("EURGBP", **MINI), "1", "0.8", [("GBPUSD", "1.66")], "USD", "1.66", id="help.fxcm.com EURGBP"
        ),
        pytest.param(
            forex("EURUSD"), "1", "1.35554", [("EURUSD", "1.35554")], "EUR", "7.38", id="stockexchange.co: 10 / 1.35554"
        ),
        pytest.param(
            contract("FUT", 50, MarginMode.FUTURES, tick_size=D("0.25"), tick_value=D("12.5")), "2", "5000", [],
            "USD", "1.00", id="MT5, futures: 0.01 × 12.5 / 0.25 × 2",
        ),
    ],
)  # fmt: skip
def test_pip_values(instrument, volume, price, quotes, currency, expected):
    at = market(*(quote(*entry) for entry in quotes), instruments=[instrument])
    assert pip_value(instrument, BUY, D(volume), D(price), currency, at) == D(expected)


# --- Swap -----------------------------------------------------------------------------------------
def swap(mode, rate, **changes):
    return {"swap": SwapTerms(mode=mode, long=D(rate), short=D(rate), **changes)}


def crypto(symbol, contract_size, rate):
    quoted = {"quote_currency": symbol[3:], "margin_currency": symbol[3:], "digits": 4}
    return contract(symbol, contract_size, **quoted, **swap(SwapMode.PERCENT, rate))


@pytest.mark.parametrize(
    ("instrument", "side", "volume", "price", "currency", "expected"),
    [
        pytest.param(
            forex("USDJPY", **swap(SwapMode.POINTS, "8.442")), SELL, "0.1", "150", "JPY", "84",
            id="help.fxon.com: 84.42, in whole yen",
        ),
        pytest.param(crypto("BTCUSD", 1, "-20"), BUY, "0.1", "36400", "USD", "-2.02", id="titanfx: BTCUSD"),
        pytest.param(crypto("BTCJPY", 1, "-10"), SELL, "0.5", "3750000", "JPY", "-521", id="titanfx: BTCJPY"),
        pytest.param(crypto("LTCJPY", 10, "-20"), BUY, "3", "14910", "JPY", "-249", id="titanfx: LTCJPY, 248.5"),
        pytest.param(
            contract("AAPL", 1, MarginMode.CFD, **swap(SwapMode.PERCENT, "-3.5")), SELL, "1", "235.82", "USD", "-0.02",
            id="helpcenter.ultimarkets.com: a share, short",
        ),
        pytest.param(
            contract("AAPL", 1, MarginMode.CFD, **swap(SwapMode.PERCENT, "-6.88")), BUY, "1", "235.94", "USD", "-0.05",
            id="helpcenter.ultimarkets.com: a share, long",
        ),
        pytest.param(
            contract("US30", 1, **swap(SwapMode.MONEY_DEPOSIT, "-11.3195")), BUY, "1", "39000", "USD", "-11.32",
            id="helpcenter.ultimarkets.com: an index, in money",
        ),
        pytest.param(
            contract("VOL75", 1, **swap(SwapMode.PERCENT, "-7.5")), BUY, "0.01", "400000", "USD", "-0.83",
            id="deriv.com: 0.01 × 400,000 × 7.5 % / 360",
        ),
        pytest.param(
            contract("IBOV", 1, quote_currency="BRL", margin_currency="BRL", **swap(SwapMode.PERCENT, "-12.067")),
            BUY, "2", "63690", "BRL", "-42.70", id="iforex: 127,380 × 12.067 % / 360",
        ),
        pytest.param(
            contract("OIL", 100, MarginMode.FUTURES, **TICKS, **swap(SwapMode.PERCENT, "-3.6")),
            BUY, "2", "33", "USD", "-6.60", id="MT5: 2 × 33,000 × 3.6 % / 360",
        ),
    ],
)  # fmt: skip
def test_swap_of_a_night(instrument, side, volume, price, currency, expected):
    at = market(quote(instrument.symbol, price), instruments=[instrument])
    held = position(1, instrument.symbol, side, volume, "1")
    assert night_swap(instrument, held, D(1), currency, at).amount == D(expected)


# --- Commission -----------------------------------------------------------------------------------
def charge(rate, **terms):
    return {"commission": CommissionTerms((CommissionTier(D(rate)),), **terms)}


PERCENT = {"unit": CommissionUnit.PERCENT}


@pytest.mark.parametrize(
    ("instrument", "volume", "price", "quotes", "expected"),
    [
        pytest.param(
            forex("EURUSD", **charge("7", currency="EUR")), "1", "1.32", [("EURUSD", "1.32")], "-9.24",
            id="kb.myfxchoice.com: EUR 7 × 1.32",
        ),
        pytest.param(
            forex("GBPCAD", **charge("5", currency="GBP")), "1", "1.75", [("GBPUSD", "1.6")], "-8.00",
            id="rvdmarkets.com: GBP 5 × 1.6",
        ),
        pytest.param(
            forex("USDJPY", **charge("0.0025", **PERCENT)), "2.5", "105.255", [], "-6.25",
            id="help.ice-markets.com: half of 12.50",
        ),
        pytest.param(
            forex("EURUSD", **charge("0.0025", **PERCENT)), "2.5", "1.2276", [("EURUSD", "1.2276")], "-7.67",
            id="help.ice-markets.com: half of 15.345",
        ),
        pytest.param(
            forex("EURUSD", **charge("0.004", **PERCENT)), "2.5", "1.2276", [("EURUSD", "1.2276")], "-12.28",
            id="help.ice-markets.com: half of 24.552",
        ),
        pytest.param(
            contract("OIL", 100, MarginMode.FUTURES, **TICKS, **charge("0.01", **PERCENT)),
            "1", "33", [], "-3.30", id="MT5, notional value: 33,000 × 0.01 %",
        ),
        pytest.param(
            contract("OIL", 100, MarginMode.CFD, **charge("0.01", **PERCENT)), "1", "33", [], "-0.33",
            id="MT5, notional value of a CFD: 3,300 × 0.01 %",
        ),
    ],
)  # fmt: skip
def test_commission_of_a_deal(instrument, volume, price, quotes, expected):
    at = market(*(quote(*entry) for entry in quotes), instruments=[instrument])
    deal = deal_commission(instrument, CommissionEntry.IN, BUY, D(volume), D(price), "USD", at)
    assert deal.amount == D(expected)


# --- Levels and stop-out --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("price", "equity", "free", "level"),
    [
        ("1.30000", "10000.00", "3500.00", "153.85"),
        ("1.26500", "6500.00", "0.00", "100.00"),
        ("1.23250", "3250.00", "-3250.00", "50.00"),
    ],
)
def test_margin_levels_of_a_falling_pound(price, equity, free, level):
    """topasiafx.com, margin call at 100 % and stop-out at 50 %: one lot of GBPUSD at 1.30000 with a margin of 5 %."""
    held = position(1, "GBPUSD", BUY, "1", "1.30000", margin_conversion="1.3")
    value = value_account(account("10000", leverage=20, positions=[held]), market(quote("GBPUSD", price)))
    assert (value.margin, value.equity, value.free_margin) == (D("6500.00"), D(equity), D(free))
    assert value.margin_level == D(level)


def test_ctraders_smart_stop_out_sells_two_thousand_of_the_larger_position():
    """roboforex.com and icmarkets.com, smart stop-out: 500 dollars, 1:500, USDJPY 10.2 pips below its opening."""
    held = [position(1, "USDJPY", BUY, "2", "101.432"), position(2, "USDJPY", BUY, "0.5", "101.432")]
    state = account("500", leverage=500, positions=held, stop_out_sequence=StopOutSequence.SMART)
    at = market(quote("USDJPY", "101.330"))
    assert value_account(state, at).margin == D("500.00")
    state, events = run(state, CheckMargin(), at)
    closed = [(event.position_id, event.volume) for event in of_type(events, PositionReduced, PositionClosed)]
    assert closed == [(1, D("0.02"))]
    value = value_account(state, at)
    assert (value.margin, value.equity) == (D("496.00"), D("248.35"))
    assert value.margin_level == D("50.07")


def test_ctraders_fair_stop_out_is_that_of_metatrader():
    """ctraderbrokers.com: without the smart sequence a whole position goes, the one that has lost the most."""
    held = [position(1, "USDJPY", BUY, "2", "101.432"), position(2, "USDJPY", BUY, "0.5", "101.432")]
    state, events = run(account("500", leverage=500, positions=held), CheckMargin(), market(quote("USDJPY", "101.330")))
    assert [event.position_id for event in of_type(events, PositionClosed)] == [1]
    assert list(state.positions) == [2]


def test_a_negative_balance_is_set_to_zero():
    """MT5, compensation after a stop-out: "negative balance -137.98 compensated"."""
    held = position(1, "EURUSD", BUY, "0.1", "1.10000", margin_conversion="1.1")
    state = account("150.02", leverage=100, positions=[held])
    state, events = run(state, CheckMargin(), market(quote("EURUSD", "1.07120")))
    assert [event.amount for event in of_type(events, BalanceUpdated)] == [D("-288.00"), D("137.98")]
    assert state.balance == 0
