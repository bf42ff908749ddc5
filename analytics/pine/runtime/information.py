"""Prices of the bar, the state of the chart, the symbol, and names of symbols."""

from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, Pure, Variable, attribute
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.values import NA, is_na

_BACKGROUND = 0x00000000
_FOREGROUND = 0xFFFFFF00


def is_last_confirmed_history(context: Context) -> bool:
    """Return whether the bar is the last that had closed before the script ran in real time."""
    return context.is_history and context.bar_index == context.last_history_index


def prefix_of(context: Context, symbol: str | None = "") -> str:
    """Return the part of a symbol's name before the colon."""
    name = symbol or context.symbol.tickerid
    return name.rpartition(":")[0]


def ticker_of(context: Context, symbol: str | None = "") -> str:
    """Return the part of a symbol's name after the colon."""
    name = symbol or context.symbol.tickerid
    return name.rpartition(":")[2]


def new_ticker(prefix: str | None, ticker: str | None, *_: Any) -> str | None:
    """Return the name of a symbol of a source."""
    if ticker is None:
        return None
    return f"{prefix}:{ticker}" if prefix else ticker


def modified_ticker(tickerid: str, *_: Any) -> str:
    """Return a symbol's name: there is one session and one adjustment for each."""
    return tickerid


def inherited_ticker(from_tickerid: str | None, symbol: str | None) -> str | None:
    """Return a symbol's name with the chart type of another."""
    if from_tickerid is None or symbol is None:
        return symbol
    kind, bracket, _ = from_tickerid.partition("(")
    return f"{kind}({symbol})" if bracket else symbol


def standard_ticker(context: Context, symbol: str | None = "") -> str:
    """Return a symbol's name without chart type."""
    name = context.symbol.tickerid if is_na(symbol) or not symbol else symbol
    return name.partition("(")[2].rstrip(")").partition(",")[0] if "(" in name else name


def _chart(kind: str) -> Pure:
    """Return a function that names a symbol on a chart of another type, such as `renko(FX:EURUSD,ATR,14)`."""

    def name(symbol: str | None, *settings: Any) -> str | None:
        if symbol is None:
            return None
        return f"{kind}({','.join([symbol, *map(str, settings)])})"

    return Pure(name)


_SYMBOL = (
    "basecurrency", "country", "currency", "description", "mincontract", "minmove", "mintick", "pointvalue", "prefix",
    "pricescale", "session", "ticker", "tickerid", "timezone", "type", "volumetype",
)  # fmt: skip


def _of_symbol(name: str) -> Variable:
    return attribute(f"symbol.{name}")


def _always(value: Any) -> Variable:
    return Variable(lambda context: value)


BINDINGS: dict[str, Binding] = {
    "open": attribute("open"),
    "high": attribute("high"),
    "low": attribute("low"),
    "close": attribute("close"),
    "volume": attribute("volume"),
    "hl2": Variable(lambda context: (context.high + context.low) / 2),
    "hlc3": Variable(lambda context: (context.high + context.low + context.close) / 3),
    "hlcc4": Variable(lambda context: (context.high + context.low + 2 * context.close) / 4),
    "ohlc4": Variable(lambda context: (context.open + context.high + context.low + context.close) / 4),
    "ask": _always(NA),
    "bid": _always(NA),
    "bar_index": attribute("bar_index"),
    "last_bar_index": Variable(lambda context: len(context.bars) - 1),
    "last_bar_time": Variable(lambda context: context.bars[-1].time),
    "barstate.isfirst": attribute("is_first"),
    "barstate.islast": attribute("is_last"),
    "barstate.ishistory": attribute("is_history"),
    "barstate.isrealtime": attribute("is_realtime"),
    "barstate.isnew": attribute("is_new"),
    "barstate.isconfirmed": attribute("is_confirmed"),
    "barstate.islastconfirmedhistory": Variable(is_last_confirmed_history),
    **{f"syminfo.{name}": _of_symbol(name) for name in _SYMBOL},
    "syminfo.root": Variable(lambda context: context.symbol.root or context.symbol.ticker),
    "syminfo.main_tickerid": _of_symbol("tickerid"),
    **{f"syminfo.{name}": _always("") for name in ("current_contract", "industry", "isin", "sector")},
    "syminfo.prefix()": OfContext(prefix_of),
    "syminfo.ticker()": OfContext(ticker_of),
    "chart.bg_color": _always(_BACKGROUND),
    "chart.fg_color": _always(_FOREGROUND),
    "chart.is_standard": _always(True),
    **{f"chart.is_{name}": _always(False) for name in ("heikinashi", "kagi", "linebreak", "pnf", "range", "renko")},
    "chart.left_visible_bar_time": Variable(lambda context: context.bars[0].time),
    "chart.right_visible_bar_time": Variable(lambda context: context.bars[-1].time),
    "max_bars_back": Pure(lambda variable, count: None),
    "ticker.new": Pure(new_ticker),
    "ticker.modify": Pure(modified_ticker),
    "ticker.inherit": Pure(inherited_ticker),
    "ticker.standard": OfContext(standard_ticker),
    "ticker.heikinashi": _chart("heikinashi"),
    "ticker.renko": _chart("renko"),
    "ticker.kagi": _chart("kagi"),
    "ticker.linebreak": _chart("linebreak"),
    "ticker.pointfigure": _chart("pointfigure"),
}
