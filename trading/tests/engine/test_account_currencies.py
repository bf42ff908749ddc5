"""Profit in accounts of currencies with 0, 2 and 3 digits: direct, inverse and in two legs, each at its side."""

from decimal import Decimal

import pytest

from trading.engine.profit import closing_profit
from trading.engine.state import Side
from trading.engine.swap import night_swap
from trading.engine.terms import SwapMode, SwapTerms
from trading.tests.engine.builders import contract, forex, market, position, quote

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
QUOTES = (
    quote("EURUSD", "1.10", "1.11"),
    quote("USDJPY", "145", "146"),
    quote("USDCHF", "0.90", "0.91"),
    quote("KWDUSD", "3.25", "3.26"),
)


@pytest.mark.parametrize(
    ("symbol", "prices", "currency", "side", "expected"),
    [
        # A thousand of the quote currency won. A long's close converts at ask, a short's at bid.
        pytest.param("GBPUSD", ("1.30", "1.31"), "USD", BUY, "1000.00", id="none"),
        pytest.param("GBPEUR", ("1.20", "1.21"), "USD", BUY, "1110.00", id="direct, ask"),
        pytest.param("GBPEUR", ("1.21", "1.20"), "USD", SELL, "1100.00", id="direct, bid"),
        pytest.param("GBPCHF", ("1.20", "1.21"), "USD", BUY, "1111.11", id="inverse, ask: 1 / 0.90"),
        pytest.param("GBPCHF", ("1.21", "1.20"), "USD", SELL, "1098.90", id="inverse, bid: 1 / 0.91"),
        pytest.param("GBPUSD", ("1.30", "1.31"), "JPY", BUY, "146000", id="no digits, direct, ask"),
        pytest.param("GBPUSD", ("1.31", "1.30"), "JPY", SELL, "145000", id="no digits, direct, bid"),
        pytest.param("GBPCHF", ("1.20", "1.21"), "JPY", BUY, "162222", id="no digits, two legs, ask"),
        pytest.param("GBPCHF", ("1.21", "1.20"), "JPY", SELL, "159341", id="no digits, two legs, bid"),
        pytest.param("GBPUSD", ("1.30", "1.31"), "KWD", BUY, "307.692", id="three digits, inverse, ask"),
        pytest.param("GBPUSD", ("1.31", "1.30"), "KWD", SELL, "306.748", id="three digits, inverse, bid"),
        pytest.param("GBPEUR", ("1.20", "1.21"), "KWD", BUY, "341.538", id="three digits, two legs, ask"),
        pytest.param("GBPEUR", ("1.21", "1.20"), "KWD", SELL, "337.423", id="three digits, two legs, bid"),
    ],
)
def test_currency_pairs(symbol, prices, currency, side, expected):
    open_price, close_price = map(D, prices)
    at = market(*QUOTES, instruments=[forex(symbol)])
    assert closing_profit(symbol, side, D(1), open_price, close_price, currency, at).amount == D(expected)


@pytest.mark.parametrize(
    ("currency", "won", "lost"),
    [("USD", "1000.00", "-1000.00"), ("JPY", "145000", "-146000"), ("KWD", "306.748", "-307.692")],
)
def test_everything_else_is_won_at_bid_and_lost_at_ask(currency, won, lost):
    at = market(*QUOTES, instruments=[contract("XAUUSD", 100)])
    assert closing_profit("XAUUSD", BUY, D(1), D(2000), D(2010), currency, at).amount == D(won)
    assert closing_profit("XAUUSD", BUY, D(1), D(2010), D(2000), currency, at).amount == D(lost)


@pytest.mark.parametrize(("currency", "value", "swap"), [("JPY", "146", "-1229"), ("KWD", "0.308", "-2.593")])
def test_the_value_of_a_point_is_rounded_to_the_digits_of_the_account(currency, value, swap):
    instrument = forex("EURUSD", swap=SwapTerms(mode=SwapMode.POINTS, long=D("-8.42")))
    at = market(*QUOTES, instruments=[instrument])
    charged = night_swap(instrument, position(1, "EURUSD", BUY, "1", "1.1"), D(1), currency, at)
    assert f" = {value}; " in charged.formula
    assert charged.amount == D(swap)
