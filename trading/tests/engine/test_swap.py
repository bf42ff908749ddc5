"""Worked examples of swaps; the ids are those of the conformance collection."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import PlaceOrder
from trading.engine.market import MarginMode
from trading.engine.preview import preview
from trading.engine.state import OrderType, PositionMode, Side
from trading.engine.swap import lot_cost, night_swap
from trading.engine.terms import SwapConversion, SwapMode, SwapTerms
from trading.tests.engine.builders import account, contract, forex, market, position, quote

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
ONE = D(1)


def terms(mode, long="0", short="0", **changes):
    return SwapTerms(mode=mode, long=D(long), short=D(short), **changes)


def charged(instrument, side, volume, *quotes, currency="USD", multiplier="1", open_price="1"):
    """Return the swap of one night of a position."""
    at = market(*quotes, instruments=[instrument])
    held = position(1, instrument.symbol, side, volume, open_price)
    return night_swap(instrument, held, D(multiplier), currency, at).amount


POINTS = SwapMode.POINTS


@pytest.mark.parametrize(
    ("symbol", "rates", "side", "volume", "quotes", "expected"),
    [
        # 5 × 100,000 × 0.00001 = 5 TRY = 1.14 USD.
        pytest.param("USDTRY", ("-11.35", "0"), BUY, "5", ("4.3964", "4.3970"), "-12.94", id="S01"),
        pytest.param("EURUSD", ("2.17", "-5.45"), BUY, "1", ("1.1", "1.1"), "2.17", id="S09 long"),
        pytest.param("EURUSD", ("2.17", "-5.45"), SELL, "1", ("1.1", "1.1"), "-5.45", id="S09 short"),
        pytest.param("AUDUSD", ("8.34", "0"), BUY, "0.24", ("0.66", "0.66"), "2.00", id="S11"),
    ],
)
def test_points(symbol, rates, side, volume, quotes, expected):
    instrument = forex(symbol, swap=terms(POINTS, *rates))
    assert charged(instrument, side, volume, quote(symbol, *quotes)) == D(expected)


def test_s02_the_value_of_a_point_of_a_tiny_position_rounds_to_nothing():
    instrument = forex("EURUSD", contract_size=D(1000), swap=terms(POINTS, "-9999"))
    assert charged(instrument, BUY, "0.01", quote("EURUSD", "1.1")) == 0
    exact = replace(instrument, swap=replace(instrument.swap, rounds_point_value=False))
    assert charged(exact, BUY, "0.01", quote("EURUSD", "1.1")) == D("-1.00")


def test_x02_a_point_of_a_yen_pair_is_not_a_pip():
    quotes = quote("USDJPY", "148.52")
    rounded = forex("USDJPY", swap=terms(POINTS, "16.4"))
    exact = forex("USDJPY", swap=terms(POINTS, "16.4", rounds_point_value=False))
    assert charged(exact, BUY, "1", quotes) == D("11.04")  # and not 110.42
    assert charged(rounded, BUY, "1", quotes) == D("10.99")  # 0.67 × 16.4


def test_x09_a_negative_rate_costs():
    instrument = forex("USDTRY", swap=terms(POINTS, "-11.35"))
    assert charged(instrument, BUY, "5", quote("USDTRY", "4.3964", "4.3970")) != D("12.94")


def test_points_are_worth_what_a_position_wins_by_one():
    """MT5, swaps in points: the point price is the profit of a move by one point, by the symbol's own calculation."""
    ticks = {"tick_value": D("12.5"), "tick_size": D("0.25"), "swap": terms(POINTS, "-10")}
    future = contract("ES", 50, MarginMode.FUTURES, **ticks)
    assert charged(future, BUY, "2", quote("ES", "5000")) == D("-10.00")  # 0.01 × 12.5 / 0.25 × 2 = 1.00
    index = contract("US30", 5, MarginMode.CFD_INDEX, **ticks)
    assert charged(index, BUY, "2", quote("US30", "39000")) == D("-1.00")  # 0.01 × 5 × 2 = 0.10


@pytest.mark.parametrize("mode", [SwapMode.PERCENT, SwapMode.PERCENT_OPEN])
@pytest.mark.parametrize(("days", "expected"), [(360, "-16.67"), (365, "-16.44"), (366, "-16.39")])
def test_s03_percent_of_a_currency_pair_does_not_depend_on_its_price(mode, days, expected):
    instrument = forex("EURUSD", swap=terms(mode, "-6", days_in_year=days))
    for price in ("1.0", "1.3"):
        assert charged(instrument, BUY, "1", quote("EURUSD", price), currency="EUR") == D(expected)


def test_s04_cost_of_a_lot():
    future = contract("OIL", 100, MarginMode.FUTURES, tick_value=D(1), tick_size=D("0.1"))
    assert lot_cost(future, D(33)) == 33_000
    assert lot_cost(contract("OIL", 100, MarginMode.CFD), D(33)) == 3_300
    assert lot_cost(forex("EURUSD"), D(33)) == 100_000


def test_s13_percent_of_the_present_price():
    share = contract("AAPL", 1, MarginMode.CFD, swap=terms(SwapMode.PERCENT, short="-3.31"))
    assert charged(share, SELL, "200", quote("AAPL", "119.18", "119.19"), open_price="50") == D("-2.19")


def test_percent_of_the_price_at_opening():
    share = contract("AAPL", 1, MarginMode.CFD, swap=terms(SwapMode.PERCENT_OPEN, short="-3.31"))
    assert charged(share, SELL, "200", quote("AAPL", "50", "51"), open_price="119.19") == D("-2.19")


def test_s15_the_differential_of_two_rates():
    instrument = forex("AUDUSD", swap=terms(SwapMode.PERCENT, "-0.75", days_in_year=365))
    amount = charged(instrument, BUY, "10", quote("AUDUSD", "0.66"), currency="AUD")
    assert amount == D("-20.55")  # 1,000,000 × −0.0000205479


@pytest.mark.parametrize(("rate", "expected", "wrong"), [("-6", "-2.71", "-2.75"), ("-8", "-3.62", "-3.61")])
def test_x03_a_year_of_365_days(rate, expected, wrong):
    bitcoin = contract("BTCUSD", 1, swap=terms(SwapMode.PERCENT, rate, days_in_year=365))
    amount = charged(bitcoin, BUY, "1", quote("BTCUSD", "16500"))
    assert amount == D(expected)
    assert amount != D(wrong)


EURJPY_QUOTES = (quote("EURJPY", "160", "160.1"), quote("EURUSD", "1.10", "1.11"), quote("USDJPY", "145", "146"))


@pytest.mark.parametrize(
    ("mode", "rate", "expected"),
    [
        # Negative: bought at ask. Positive: sold at bid.
        pytest.param(SwapMode.MONEY_DEPOSIT, "-5", "-10.00", id="deposit"),
        pytest.param(SwapMode.MONEY_BASE, "-5", "-11.10", id="base, paid"),
        pytest.param(SwapMode.MONEY_BASE, "5", "11.00", id="base, received"),
        pytest.param(SwapMode.MONEY_MARGIN, "-5", "-11.10", id="margin"),
        pytest.param(SwapMode.MONEY_PROFIT, "-500", "-6.90", id="profit, paid: 1,000 / 145"),
        pytest.param(SwapMode.MONEY_PROFIT, "500", "6.85", id="profit, received: 1,000 / 146"),
    ],
)
def test_s08_money_is_converted_at_the_worse_side(mode, rate, expected):
    instrument = forex("EURJPY", swap=terms(mode, rate))
    assert charged(instrument, BUY, "2", *EURJPY_QUOTES) == D(expected)


def test_two_legs_at_the_worse_side_of_each():
    instrument = forex("EURGBP", swap=terms(SwapMode.MONEY_PROFIT, "-100", "100"))
    quotes = (quote("GBPUSD", "1.25", "1.26"), quote("USDCHF", "0.90", "0.91"))
    assert charged(instrument, BUY, "1", *quotes, currency="CHF") == D("-114.66")
    assert charged(instrument, SELL, "1", *quotes, currency="CHF") == D("112.50")


@pytest.mark.parametrize(("currency", "expected"), [("JPY", "-1314"), ("KWD", "-2.757")])
def test_amounts_have_the_digits_of_the_account(currency, expected):
    instrument = forex("EURUSD", swap=terms(SwapMode.MONEY_PROFIT, "-9"))
    quotes = (quote("USDJPY", "145.9", "146"), quote("KWDUSD", "3.2647", "3.27"))
    assert charged(instrument, BUY, "1", *quotes, currency=currency) == D(expected)


@pytest.mark.parametrize(
    ("conversion", "mode", "side", "expected"),
    [
        (SwapConversion.WORST, POINTS, BUY, "-10.10"),
        (SwapConversion.WORST, POINTS, SELL, "-10.10"),
        (SwapConversion.DIRECTION, POINTS, BUY, "-10.10"),
        (SwapConversion.DIRECTION, POINTS, SELL, "-10.00"),
        (SwapConversion.WORST, SwapMode.PERCENT_OPEN, BUY, "-29.46"),
        (SwapConversion.DIRECTION, SwapMode.PERCENT_OPEN, BUY, "-29.17"),
        (SwapConversion.DIRECTION, SwapMode.PERCENT_OPEN, SELL, "-29.46"),
        (SwapConversion.DIRECTION, SwapMode.MONEY_BASE, SELL, "-10.61"),
    ],
)
def test_the_side_of_the_conversion_is_an_option(conversion, mode, side, expected):
    instrument = forex("CHFGBP", swap=terms(mode, "-10", "-10", conversion=conversion))
    quotes = (quote("GBPUSD", "1.00", "1.01"), quote("CHFUSD", "1.05", "1.0606"))
    assert charged(instrument, side, "1", *quotes) == D(expected)


def test_the_multiplier_goes_in_before_the_rounding():
    """X01: four nights of −13.472 are −53.89, one of them tripled; five would be −67.36, rounding first −53.88."""
    instrument = forex("EURUSD", swap=terms(SwapMode.MONEY_DEPOSIT, "-13.472"))
    nights = [charged(instrument, BUY, "1", multiplier=multiplier) for multiplier in ("1", "3")]
    assert sum(nights) == D("-53.89")


def test_no_swap_needs_no_price():
    for swap in (terms(SwapMode.DISABLED, "-5", "-5"), terms(POINTS)):
        assert charged(forex("EURJPY", swap=swap), BUY, "1") == 0


def test_a_missing_price_is_said():
    with pytest.raises(Refused) as refusal:
        charged(forex("EURJPY", swap=terms(POINTS, "-5")), BUY, "1")
    assert refusal.value.code == "conversion_unavailable"


# --- When -----------------------------------------------------------------------------------------
def nights(swap, opened_at, now):
    return list(swap.nights(swap.next_day(opened_at), now))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 3, 6), "2026-03-06T22:00"),
        (date(2026, 3, 8), "2026-03-08T21:00"),  # the clocks went forward that morning
        (date(2026, 10, 31), "2026-10-31T21:00"),
        (date(2026, 11, 1), "2026-11-01T22:00"),  # and back
    ],
)
def test_the_day_ends_at_five_in_the_afternoon_in_new_york(day, moment):
    assert SwapTerms().rollover_at(day) == at(moment)


def test_the_day_that_a_moment_belongs_to():
    swap = SwapTerms()
    assert swap.next_day(at("2026-03-03T21:59")) == date(2026, 3, 3)
    assert swap.next_day(at("2026-03-03T22:00")) == date(2026, 3, 4)
    assert swap.next_day(at("2026-03-04T03:00")) == date(2026, 3, 4)  # still the third in New York


def test_s07_x06_a_week_is_seven_nights():
    week = nights(SwapTerms(), at("2026-03-01T23:00"), at("2026-03-08T23:00"))
    assert [multiplier for _, multiplier in week] == [1, 1, 3, 1, 1]
    assert sum(multiplier for _, multiplier in week) == 7  # and not 9, tripled on Wednesday and Friday


@pytest.mark.parametrize(
    ("opened", "closed"), [("2026-03-02T10:00", "2026-03-09T10:00"), ("2026-10-26T10:00", "2026-11-02T10:00")]
)
def test_d08_from_monday_to_monday(opened, closed):
    """Both weeks have a change of the clocks in them."""
    held = nights(SwapTerms(), at(opened), at(closed))
    assert sum(multiplier for _, multiplier in held) * D("-6.50") == D("-45.50")


def test_x01_tuesday_afternoon_to_thursday():
    held = nights(SwapTerms(), at("2026-03-03T15:00"), at("2026-03-05T20:00"))
    assert held == [(date(2026, 3, 3), 1), (date(2026, 3, 4), 3)]


def test_s05_a_holiday_is_charged_on_the_day_before():
    swap = SwapTerms(holidays=frozenset({date(2026, 3, 4)}))
    assert swap.multiplier(date(2026, 3, 3)) == 4
    assert swap.multiplier(date(2026, 3, 4)) == 0
    assert sum(multiplier for _, multiplier in nights(swap, at("2026-03-01T23:00"), at("2026-03-08T23:00"))) == 7


def test_holidays_in_a_row_are_charged_together():
    swap = SwapTerms(holidays=frozenset({date(2026, 3, 4), date(2026, 3, 5)}))
    assert [swap.multiplier(date(2026, 3, day)) for day in (3, 4, 5, 6)] == [5, 0, 0, 1]


def test_crypto_is_charged_every_day():
    swap = SwapTerms(week=(ONE,) * 7)
    assert len(nights(swap, at("2026-03-01T23:00"), at("2026-03-08T23:00"))) == 7


@pytest.mark.parametrize(
    ("now", "multiplier", "swap"),
    [("2026-03-03T12:00", 1, "-13.00"), ("2026-03-04T12:00", 3, "-39.00"), ("2026-03-06T23:00", 0, "0.00")],
)
def test_a_preview_tells_tonights_swap(now, multiplier, swap):
    instrument = forex("EURUSD", swap=terms(SwapMode.MONEY_DEPOSIT, "-6.50"))
    open_market = market(quote("EURUSD", "1.1"), instruments=[instrument], now=at(now))
    foreseen = preview(account(), PlaceOrder(1, "EURUSD", BUY, OrderType.MARKET, D(2)), open_market)
    assert (foreseen.swap_multiplier, str(foreseen.swap_tonight)) == (multiplier, swap)


def test_a_preview_without_the_price_for_its_swap_tells_all_else():
    instrument = forex("EURUSD", swap=terms(SwapMode.MONEY_BASE, "-6.50"), base_currency="CHF")
    open_market = market(quote("EURUSD", "1.1"), instruments=[instrument])
    foreseen = preview(account(), PlaceOrder(1, "EURUSD", BUY, OrderType.MARKET, D(2)), open_market)
    assert foreseen.swap_tonight is None
    assert foreseen.margin > 0


def test_a_preview_counts_what_is_added_to_a_netted_position():
    instrument = forex("EURUSD", swap=terms(SwapMode.MONEY_DEPOSIT, "-6.50", "1.00"))
    open_market = market(quote("EURUSD", "1.1"), instruments=[instrument])
    state = account(positions=[position(1, "EURUSD", BUY, "1", "1.1")], position_mode=PositionMode.NETTING)

    def tonight(side, volume):
        return preview(state, PlaceOrder(2, "EURUSD", side, OrderType.MARKET, D(volume)), open_market).swap_tonight

    assert [tonight(BUY, "2"), tonight(SELL, "1"), tonight(SELL, "3")] == [D("-13.00"), 0, D("2.00")]
