"""Worked examples of profit, pips and their conversion; the ids are those of the conformance collection."""

from decimal import Decimal

import pytest

from trading.engine.commands import ClosePosition, PlaceOrder
from trading.engine.conversion import QuoteSide, find_conversion
from trading.engine.events import PositionClosed
from trading.engine.market import MarginMode, ProfitConversion
from trading.engine.preview import pip_value
from trading.engine.profit import closing_profit, quote_profit
from trading.engine.state import OrderType, Side
from trading.engine.valuation import pips_between, value_account
from trading.tests.engine.builders import account, contract, forex, market, of_type, position, quote, run

BUY, SELL = Side.BUY, Side.SELL


@pytest.mark.parametrize(
    ("instrument", "side", "volume", "open_price", "close_price", "expected"),
    [
        pytest.param(forex("EURUSD"), BUY, "1", "1.2000", "1.2050", "500.00", id="P01"),
        pytest.param(
            forex("EURUSD", margin_mode=MarginMode.CFD), BUY, "1", "1.2000", "1.2050", "500.00", id="P02 not forex"
        ),
        pytest.param(forex("AUDUSD"), BUY, "1", "1.00001", "1.00050", "49.00", id="P07 long"),
        pytest.param(forex("AUDUSD"), SELL, "1", "1.00001", "1.00050", "-49.00", id="P07 short"),
        pytest.param(forex("AUDUSD"), BUY, "0.5", "1.00001", "1.00048", "23.50", id="P08"),
        pytest.param(forex("AUDUSD"), SELL, "1", "1.000015", "1.00050", "-48.50", id="P09"),
        pytest.param(forex("AUDUSD"), BUY, "1.5", "1.00001", "1.00011", "15.00", id="P10 before commission"),
        pytest.param(forex("USDJPY"), BUY, "0.5", "90.005", "100.003", "499900", id="P13"),
        pytest.param(contract("BTCUSD", 1), SELL, "0.5", "50000", "48000", "1000.00", id="P15"),
        pytest.param(contract("BTCUSD", 1), BUY, "1", "50000", "50001", "1.00", id="P21 bitcoin"),
        pytest.param(contract("US30", 1), BUY, "1", "39000", "39001", "1.00", id="P21 index"),
        pytest.param(
            contract("ES", 50, MarginMode.FUTURES, tick_value=Decimal("12.5"), tick_size=Decimal("0.25")),
            BUY, "2", "5000", "5001.25", "125.00", id="futures: by ticks, whatever the contract size",
        ),
        pytest.param(
            contract("US30", 5, MarginMode.CFD_INDEX, tick_value=Decimal(5), tick_size=Decimal("0.5")),
            SELL, "2", "39000", "38990.5", "95.00", id="CFD index: by contract size, whatever its ticks",
        ),
    ],
)  # fmt: skip
def test_profit_in_the_quote_currency(instrument, side, volume, open_price, close_price, expected):
    profit = quote_profit(instrument, side, Decimal(volume), Decimal(open_price), Decimal(close_price))
    assert profit == Decimal(expected)


def test_p01_p02_rounding_each_value_differs_from_rounding_the_difference():
    prices = Decimal("1.234565"), Decimal("1.234574")
    mini = {"contract_size": Decimal(1000)}
    assert quote_profit(forex("EURUSD", **mini), BUY, Decimal(1), *prices) == Decimal("0.00")
    other = forex("EURUSD", margin_mode=MarginMode.CFD, **mini)
    assert quote_profit(other, BUY, Decimal(1), *prices) == Decimal("0.01")


def amount(symbol, side, open_price, close_price, quotes, *, instruments=(), currency="USD", volume="1"):
    at = market(*quotes, instruments=instruments)
    return closing_profit(symbol, side, Decimal(volume), Decimal(open_price), Decimal(close_price), currency, at).amount


def test_p03_everything_but_forex_converts_at_the_worst_side():
    dax = contract("GER40", 1, quote_currency="EUR", margin_currency="EUR")
    eurusd = quote("EURUSD", "1.1000", "1.2000")
    assert amount("GER40", BUY, "100", "200", [eurusd], instruments=[dax]) == Decimal("110.00")
    assert amount("GER40", BUY, "200", "100", [eurusd], instruments=[dax]) == Decimal("-120.00")
    assert amount("GER40", SELL, "200", "100", [eurusd], instruments=[dax]) == Decimal("110.00")


@pytest.mark.parametrize(
    ("side", "open_price", "close_price", "expected"),
    [
        pytest.param(BUY, "0.85000", "0.86000", "1300.00", id="long in profit at ask"),
        pytest.param(BUY, "0.86000", "0.85000", "-1300.00", id="long in loss at ask"),
        pytest.param(SELL, "0.86000", "0.85000", "1200.00", id="short in profit at bid"),
        pytest.param(SELL, "0.85000", "0.86000", "-1200.00", id="short in loss at bid"),
    ],
)
def test_p04_forex_converts_by_deal_whatever_the_sign(side, open_price, close_price, expected):
    quotes = [quote("EURGBP", "0.85", "0.86"), quote("GBPUSD", "1.2000", "1.3000")]
    assert amount("EURGBP", side, open_price, close_price, quotes) == Decimal(expected)


@pytest.mark.parametrize(
    ("side", "open_price", "close_price", "expected"),
    [
        pytest.param(BUY, "0.85000", "0.86000", "1200.00", id="long in profit at bid"),
        pytest.param(BUY, "0.86000", "0.85000", "-1300.00", id="long in loss at ask"),
        pytest.param(SELL, "0.86000", "0.85000", "1200.00", id="short in profit at bid"),
        pytest.param(SELL, "0.85000", "0.86000", "-1300.00", id="short in loss at ask"),
    ],
)
def test_forex_converts_by_market_where_that_is_set(side, open_price, close_price, expected):
    """MT5, conversion of profit, by market: what is won is sold at bid, what is lost is bought at ask."""
    quotes = [quote("EURGBP", "0.85", "0.86"), quote("GBPUSD", "1.2000", "1.3000")]
    eurgbp = forex("EURGBP", profit_conversion=ProfitConversion.BY_MARKET)
    assert amount("EURGBP", side, open_price, close_price, quotes, instruments=[eurgbp]) == Decimal(expected)


@pytest.mark.parametrize(
    ("conversion", "expected"),
    [
        pytest.param(ProfitConversion.BY_DEAL, "552.49", id="500 / 0.9050, the price of the deal"),
        pytest.param(ProfitConversion.BY_MARKET, "551.88", id="500 / 0.9060, the bid of the francs"),
    ],
)
def test_the_closed_pair_itself_converts_at_the_deal_or_at_the_market(conversion, expected):
    usdchf = forex("USDCHF", profit_conversion=conversion)
    quotes = [quote("USDCHF", "0.9050", "0.9060")]
    assert amount("USDCHF", BUY, "0.9000", "0.9050", quotes, instruments=[usdchf]) == Decimal(expected)


def test_without_a_pair_of_its_own_a_profit_is_converted_through_the_dollar():
    """MT5, conversion of profit: USDRUB on an account in lira, through USDTRY."""
    quotes = [quote("USDRUB", "63.40", "63.50"), quote("USDTRY", "5.70", "5.80")]
    # 10,000 roubles, a long: RUBUSD at ask is 1 / 63.40, the price of the deal; USDTRY at ask.
    rubles = amount("USDRUB", BUY, "63.30", "63.40", quotes, currency="TRY")
    assert rubles == Decimal("914.83")


def test_d03_the_closing_price_converts_where_the_closed_pair_itself_would():
    at_open, at_close = market(quote("USDCHF", "0.8999", "0.9000")), market(quote("USDCHF", "0.9050", "0.9060"))
    state, _ = run(account("100000"), PlaceOrder(1, "USDCHF", BUY, OrderType.MARKET, Decimal(1)), at_open)
    state, events = run(state, ClosePosition(1), at_close)
    (closed,) = of_type(events, PositionClosed)
    assert closed.profit == Decimal("552.49")
    assert closed.evidence["profit_conversion"]["legs"][0] == {
        "symbol": "USDCHF", "side": "bid", "price": "0.90500", "inverted": True, "tick": "USDCHF-0.9050",
    }  # fmt: skip
    assert state.balance == Decimal("100552.49")


def test_p11_buy_at_ask_sell_at_bid():
    at_open, at_close = market(quote("AUDUSD", "1.00000", "1.00001")), market(quote("AUDUSD", "1.00011", "1.00012"))
    state, _ = run(account("1000000"), PlaceOrder(1, "AUDUSD", BUY, OrderType.MARKET, Decimal(1)), at_open)
    state, _ = run(state, ClosePosition(1), at_close)
    assert state.balance == Decimal("1000010.00"), "the published 1,000,006 after two commissions of 2"


def test_p17_an_inverse_rate_is_one_over_the_price():
    middle = market(quote("USDJPY", "110.80005"))
    rate = find_conversion("JPY", "USD", QuoteSide.BID, middle).rate
    assert round(rate, 18) == Decimal("0.009025266685348969")
    mean_of_inverses = (1 / Decimal("110.80000") + 1 / Decimal("110.80010")) / 2
    assert rate != mean_of_inverses


def test_p18_two_legs_through_the_dollar():
    at = market(quote("EURUSD", "1.10"), quote("GBPUSD", "0.71"))
    assert round(1000 * find_conversion("EUR", "GBP", QuoteSide.BID, at).rate, 13) == Decimal("1549.2957746478873")


def test_each_leg_takes_its_own_side():
    at = market(quote("EURUSD", "1.10", "1.20"), quote("USDJPY", "100", "110"), quote("GBPUSD", "1.30", "1.40"))
    assert find_conversion("EUR", "JPY", QuoteSide.BID, at).rate == Decimal("110")
    assert find_conversion("EUR", "JPY", QuoteSide.ASK, at).rate == Decimal("132")
    assert find_conversion("EUR", "GBP", QuoteSide.BID, at).rate == Decimal("1.10") * (1 / Decimal("1.40"))
    assert find_conversion("EUR", "GBP", QuoteSide.ASK, at).rate == Decimal("1.20") * (1 / Decimal("1.30"))


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [("EURUSD", "10.00"), ("USDCHF", "10.00"), ("EURJPY", "1000")],
)
def test_p19_the_pip_of_a_lot_in_the_quote_currency(symbol, expected):
    pair = forex(symbol)
    assert pip_value(pair, BUY, Decimal(1), Decimal(1), pair.quote_currency, market()) == Decimal(expected)


@pytest.mark.parametrize(
    ("symbol", "open_price", "price", "expected"),
    [("EURUSD", "1.23456", "1.23956", 50), ("USDJPY", "100.300", "99.900", -40), ("EURGBP", "0.89012", "0.90012", 100)],
)
def test_p22_pips_between_two_prices(symbol, open_price, price, expected):
    assert pips_between(forex(symbol), BUY, Decimal(open_price), Decimal(price)) == expected
    assert pips_between(forex(symbol), SELL, Decimal(open_price), Decimal(price)) == -expected


def test_x02_a_point_of_a_three_digit_pair_is_a_tenth_of_a_pip():
    usdjpy = forex("USDJPY")
    value = Decimal("16.4") * usdjpy.point * usdjpy.contract_size / Decimal("148.5")
    assert round(value, 2) == Decimal("11.04") != Decimal("110.42")


def test_x07_profit_is_converted_at_the_present_rate_not_at_a_stale_one():
    stale, present = Decimal("90.0025"), Decimal("100.003")
    profit = amount("USDJPY", BUY, "90.005", str(present), [quote("USDJPY", str(present))])
    assert profit == round(Decimal(999_800) / present, 2) != round(Decimal(999_800) / stale, 2)


def test_equity_is_balance_and_credit_and_floating_profit_with_swap():
    state = account(
        "1000", credit="50", positions=[position(1, "EURUSD", BUY, "1", "1.1", swap="-2.50", margin_conversion="1.1")]
    )
    value = value_account(state, market(quote("EURUSD", "1.1010", "1.1012")))
    assert (value.floating, value.equity) == (Decimal("97.50"), Decimal("1147.50"))
    assert (value.margin, value.free_margin) == (Decimal("1100.00"), Decimal("47.50"))
    assert value.margin_level == Decimal("104.32")


def test_the_margin_level_without_margin_is_undefined():
    assert value_account(account("1000"), market()).margin_level is None
