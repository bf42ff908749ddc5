"""What currencies are worth in each other: closes of days that have ended."""

from math import isnan

import pytest

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.builtins import BUILTINS
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.rates import Rates
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

MONDAY = 1_704_150_000_000  # 1 January 2024, 23:00 UTC
HOUR = 3_600_000
EURUSD = Symbol("EURUSD", currency="USD", basecurrency="EUR")
HOURS = [Bar(MONDAY + place * HOUR, 1.0, 2.0, 0.5, 1.0 + place / 100, 1.0) for place in range(72)]
DAYS = {"GBPUSD": 1.25, "USDJPY": 150.0}
RATE = BUILTINS["request.currency_rate"].function


def market(name, timeframe):
    price = DAYS.get(name)
    return price and (
        Symbol(name),
        [Bar(MONDAY + day * 24 * HOUR, price, price, price, price, 1.0) for day in range(4)],
    )


@pytest.fixture
def context():
    made = Context(symbol=EURUSD, timeframe=Timeframe.parse("60"), bars=list(HOURS))
    made.rates = Rates(made, market)
    made.begin(50)
    return made


def test_the_chart_knows_its_own_pair(context):
    """The day ends at 17:00 in New York, 22:00 UTC: the candle of 21:00 is its last."""
    assert context.rates.rate("EUR", "USD", MONDAY) == 1.0  # before the first day has ended, where it opened
    assert context.rates.rate("EUR", "USD", MONDAY + 23 * HOUR) == HOURS[22].close
    assert context.rates.rate("EUR", "USD", MONDAY + 46 * HOUR) == HOURS[22].close
    assert context.rates.rate("EUR", "USD", MONDAY + 47 * HOUR) == HOURS[46].close
    assert context.rates.rate("USD", "EUR", MONDAY + 47 * HOUR) == 1 / HOURS[46].close


def test_other_pairs_come_from_the_market_also_by_way_of_the_dollar(context):
    now = MONDAY + 50 * HOUR
    assert context.rates.rate("GBP", "USDT", now) == 1.25
    assert context.rates.rate("GBP", "JPY", now) == 1.25 * 150.0
    assert context.rates.rate("EUR", "GBP", now) == pytest.approx(HOURS[46].close / 1.25)
    assert context.rates.rate("CHF", "USD", now) is None
    assert context.rates.rate("CHF", "CHF", now) == 1.0


def test_new_bars_of_the_chart_are_taken_in(context):
    now = MONDAY + 23 * HOUR
    context.bars = context.bars[:10]
    context.rates = Rates(context, None)
    assert context.rates.rate("EUR", "USD", now) == HOURS[9].close
    context.bars.extend(HOURS[10:30])
    assert context.rates.rate("EUR", "USD", now) == HOURS[22].close


def test_request_currency_rate(context):
    assert RATE(context, "EUR", "USD") == HOURS[46].close
    assert isnan(RATE(context, "CHF", "USD", True))
    with pytest.raises(PineRuntimeError, match="CHFUSD"):
        RATE(context, "CHF", "USD")


def test_without_a_market_a_rate_is_na_and_the_log_says_so_once(context):
    context.rates = Rates(context, None)
    assert isnan(RATE(context, "CHF", "USD"))
    assert isnan(RATE(context, "CHF", "USD"))
    assert [line.message for line in context.outputs.logs] == [
        'There are no daily bars of "CHFUSD" or "USDCHF" here. The rate is na.'
    ]
