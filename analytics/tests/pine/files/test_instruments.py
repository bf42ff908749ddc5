"""What instrument and timeframe a file is of."""

from itertools import accumulate

import pytest

from analytics.pine.histories import History
from analytics.pine.instruments import named_symbol, read_symbol, symbol_of, timeframe_of
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError

MONDAY = 1_704_067_200_000
MINUTE = 60_000
DAY = 1440 * MINUTE


def history(*distances, decimals=2):
    times = accumulate(distances, initial=MONDAY)
    return History([Bar(time, 1.0, 1.0, 1.0, 1.0, 1.0) for time in times], decimals)


@pytest.mark.parametrize(
    ("ticker", "kind", "mintick", "mincontract", "currency"),
    [
        ("EURUSD", "forex", 0.00001, 0.1, "USD"),
        ("USDJPY", "forex", 0.001, 0.1, "JPY"),
        ("XAUUSD", "commodity", 0.01, 1.0, "USD"),
        ("BTCUSDT", "crypto", 0.01, 0.000001, "USDT"),
        ("ETHUSD.P", "crypto", 0.01, 0.000001, "USD"),
        ("US500", "index", 0.01, 1.0, "USD"),
        ("AAPL", "stock", 0.01, 1.0, "USD"),
    ],
)
def test_tickers_tell_the_kind_and_its_least_quantity(ticker, kind, mintick, mincontract, currency):
    symbol = named_symbol(ticker, decimals=2)

    assert (symbol.type, symbol.mintick, symbol.mincontract, symbol.currency) == (kind, mintick, mincontract, currency)
    assert symbol.pricescale == round(1 / mintick)


@pytest.mark.parametrize(
    ("name", "tickerid", "kind"),
    [
        ("FX_EURUSD, 60.csv", "FX:EURUSD", "forex"),
        ("BINANCE_BTCUSDT, 5_a1b2c.csv.gz", "BINANCE:BTCUSDT", "crypto"),
        ("CAPITALCOM_EURUSD_60.csv", "CAPITALCOM:EURUSD", "forex"),
        ("NASDAQ_AAPL, 1D_a1b2c.csv", "NASDAQ:AAPL", "stock"),
        ("EURUSD.csv", "EURUSD", "forex"),
        ("EURUSD_H1.csv", "EURUSD", "forex"),
        ("XAUUSD_60.csv", "XAUUSD", "commodity"),
        ("CME_MINI_ES1!, 60.csv", "CME_MINI:ES1!", "futures"),
        ("NYMEX_CL1!, 1D.csv", "NYMEX:CL1!", "futures"),
        ("ohlcv.csv", "OHLCV", "forex"),
    ],
)
def test_names_of_files_tell_the_ticker(tmp_path, name, tickerid, kind):
    symbol = symbol_of(tmp_path / name, history(DAY))

    assert (symbol.tickerid, symbol.type) == (tickerid, kind)


def test_futures_have_a_root_and_the_hours_of_chicago():
    symbol = named_symbol("NQ1!", decimals=2)

    assert (symbol.root, symbol.timezone, symbol.hours) == ("NQ", "America/Chicago", "1700-1600:23456")


def test_what_trades_on_saturdays_is_crypto(tmp_path):
    assert symbol_of(tmp_path / "ohlcv.csv", history(*[DAY] * 6)).type == "crypto"


def test_the_name_that_is_given_wins(tmp_path):
    symbol = symbol_of(tmp_path / "FX_EURUSD, 60.csv", history(DAY), "oanda:gbpjpy")

    assert (symbol.tickerid, symbol.mintick) == ("OANDA:GBPJPY", 0.001)


DESCRIBED = """
[symbol]
prefix = "FX"
ticker = "EURUSD"
period = "15"
type = "forex"
mintick = 0.0001
minmove = 1.0
timezone = "US/Eastern"
[[opening_hours]]
day = 6
start = "17:00:00"
end = "00:00:00"
[[opening_hours]]
day = 0
start = "00:00:00"
end = "16:59:50"
[[opening_hours]]
day = 1
start = "09:30:00"
end = "16:00:00"
"""


def test_a_description_beside_the_file_is_used(tmp_path):
    (tmp_path / "x.toml").write_text(DESCRIBED)
    path = tmp_path / "x.csv.gz"

    symbol = symbol_of(path, history(MINUTE))

    assert (symbol.tickerid, symbol.mintick, symbol.timezone, symbol.minmove) == ("FX:EURUSD", 0.0001, "US/Eastern", 1)
    assert symbol.mincontract == 0.1
    assert symbol.hours == "1700-1700:2|0930-1600:3"
    assert timeframe_of(path, history(MINUTE).bars).period == "15"
    assert timeframe_of(path, history(MINUTE).bars, "1D").period == "1D"


def test_hours_without_a_pause_are_written_as_such(tmp_path):
    rows = "\n".join(f'[[opening_hours]]\nday = {day}\nstart = "00:00:00"\nend = "00:00:00"' for day in range(7))
    (tmp_path / "x.toml").write_text(f'[symbol]\nticker = "BTCUSD"\ntype = "crypto"\n{rows}')

    assert read_symbol(tmp_path / "x.toml").hours == "24x7"


@pytest.mark.parametrize(
    "text", ["[symbol", "a = 1", '[symbol]\nmintick = "x"', "[symbol]\n[[opening_hours]]\nday = 1"]
)
def test_descriptions_that_describe_nothing_are_refused(tmp_path, text):
    (tmp_path / "x.toml").write_text(text)

    with pytest.raises(PineRuntimeError, match=r"x\.toml"):
        read_symbol(tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("distances", "period"),
    [
        ([10_000, 10_000, 30_000], "10S"),
        ([5 * MINUTE, 65 * MINUTE, 5 * MINUTE], "5"),
        ([240 * MINUTE] * 3, "240"),
        ([DAY, 3 * DAY, DAY], "1D"),
        ([7 * DAY] * 3, "1W"),
        ([31 * DAY, 28 * DAY, 31 * DAY], "1M"),
        ([92 * DAY, 90 * DAY, 92 * DAY], "3M"),
    ],
)
def test_the_commonest_distance_is_the_timeframe(tmp_path, distances, period):
    assert timeframe_of(tmp_path / "x.csv", history(*distances).bars).period == period


def test_one_candle_has_no_timeframe(tmp_path):
    with pytest.raises(PineRuntimeError, match="--timeframe"):
        timeframe_of(tmp_path / "x.csv", history().bars)
