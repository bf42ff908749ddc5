"""Prices, the state of the chart, the symbol."""

from dataclasses import replace

import pytest

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import START, Calls, same

SYMBOL = Symbol("EURUSD", prefix="FX", description="Euro / Dollar", basecurrency="EUR", country="EU", root="EUR")
BARS = [Bar(START + i * 60_000, 2.0, 6.0, 1.0, 4.0, 7.0) for i in range(3)]


@pytest.fixture
def context() -> Context:
    context = Context(SYMBOL, Timeframe.parse("1"), list(BARS))
    context.begin(1)
    return context


def test_prices(context: Context) -> None:
    calls = Calls(context)
    values = {
        "open": 2.0, "high": 6.0, "low": 1.0, "close": 4.0, "volume": 7.0, "hl2": 3.5, "hlc3": 11 / 3, "hlcc4": 3.75,
        "ohlc4": 3.25, "ask": NA, "bid": NA, "bar_index": 1, "last_bar_index": 2, "last_bar_time": START + 120_000,
        "chart.left_visible_bar_time": START, "chart.right_visible_bar_time": START + 120_000,
    }  # fmt: skip
    for name, wanted in values.items():
        assert same(calls[name](), wanted), name


def test_symbol(context: Context) -> None:
    calls = Calls(context)
    values = {
        "syminfo.basecurrency": "EUR", "syminfo.country": "EU", "syminfo.currency": "USD",
        "syminfo.current_contract": "", "syminfo.description": "Euro / Dollar", "syminfo.industry": "",
        "syminfo.isin": "", "syminfo.main_tickerid": "FX:EURUSD", "syminfo.mincontract": 1.0, "syminfo.minmove": 1,
        "syminfo.mintick": 0.00001, "syminfo.pointvalue": 1.0, "syminfo.prefix": "FX", "syminfo.pricescale": 100_000,
        "syminfo.root": "EUR", "syminfo.sector": "", "syminfo.session": "regular", "syminfo.ticker": "EURUSD",
        "syminfo.tickerid": "FX:EURUSD", "syminfo.timezone": "America/New_York", "syminfo.type": "forex",
        "syminfo.volumetype": "tick",
    }  # fmt: skip
    for name, wanted in values.items():
        assert same(calls[name](), wanted), name
    assert Symbol("X").tickerid == "X"


def test_the_root_of_what_is_no_future_is_its_ticker(context: Context) -> None:
    context.symbol = replace(context.symbol, root="")

    assert Calls(context)["syminfo.root"]() == "EURUSD"


def test_names_of_symbols(context: Context) -> None:
    calls = Calls(context)
    assert (calls["syminfo.prefix()"]("A:B"), calls["syminfo.ticker()"]("A:B")) == ("A", "B")
    assert (calls["syminfo.prefix()"]("B"), calls["syminfo.ticker()"]("B")) == ("", "B")
    assert calls["ticker.new"]("FX", "GBPUSD", "regular") == "FX:GBPUSD"
    assert calls["ticker.new"]("", "GBPUSD") == "GBPUSD"
    assert calls["ticker.modify"]("FX:GBPUSD", "extended") == "FX:GBPUSD"
    assert calls["ticker.heikinashi"]("FX:GBPUSD") == "heikinashi(FX:GBPUSD)"
    renko = calls["ticker.renko"]("FX:GBPUSD", "ATR", 14)
    assert renko == "renko(FX:GBPUSD,ATR,14)"
    assert calls["ticker.kagi"]("A", 3) == "kagi(A,3)"
    assert calls["ticker.linebreak"]("A", 3) == "linebreak(A,3)"
    assert calls["ticker.pointfigure"]("A", "hl", "ATR", 14, 3) == "pointfigure(A,hl,ATR,14,3)"
    assert calls["ticker.inherit"]("heikinashi(A)", "B") == "heikinashi(B)"
    assert calls["ticker.inherit"]("A", "B") == "B"
    assert [calls["ticker.standard"](name) for name in (renko, "A", None)] == ["FX:GBPUSD", "A", "FX:EURUSD"]


STATES = [
    "barstate.isfirst", "barstate.islast", "barstate.ishistory", "barstate.isrealtime", "barstate.isnew",
    "barstate.isconfirmed", "barstate.islastconfirmedhistory",
]  # fmt: skip


def states(context: Context) -> set[str]:
    calls = Calls(context)
    return {name.removeprefix("barstate.is") for name in STATES if calls[name]()}


def test_states_of_the_bar_through_history_and_real_time(context: Context) -> None:
    context.begin(0)
    assert states(context) == {"first", "history", "new", "confirmed"}
    context.begin(1)
    assert states(context) == {"history", "new", "confirmed"}
    context.begin(2)
    assert states(context) == {"last", "history", "new", "confirmed", "lastconfirmedhistory"}
    context.bars.append(BARS[2])
    context.begin(3, realtime=True, confirmed=False)
    assert states(context) == {"last", "realtime", "new"}
    context.begin(3, realtime=True, confirmed=True, new=False)
    assert states(context) == {"last", "realtime", "confirmed"}


def test_chart(context: Context) -> None:
    calls = Calls(context)
    kinds = [
        "chart.is_standard", "chart.is_heikinashi", "chart.is_kagi", "chart.is_linebreak", "chart.is_pnf",
        "chart.is_range", "chart.is_renko",
    ]  # fmt: skip
    assert [name for name in kinds if calls[name]()] == ["chart.is_standard"]
    assert (calls["chart.bg_color"](), calls["chart.fg_color"]()) == (0x00000000, 0xFFFFFF00)
    assert calls["max_bars_back"](1.0, 100) is None
