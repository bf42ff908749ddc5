"""What instrument and timeframe a file of candles is of: by a name, a description beside it, or the candles."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import mode
from typing import Any

from analytics.pine.histories import History
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

_CURRENCIES = frozenset((
    "AUD", "BRL", "CAD", "CHF", "CNH", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "INR", "JPY", "KRW",
    "MXN", "NOK", "NZD", "PLN", "RON", "RUB", "SEK", "SGD", "THB", "TRY", "USD", "ZAR",
))  # fmt: skip
_METALS = frozenset(("XAU", "XAG", "XPT", "XPD"))
_COINS = frozenset((
    "ADA", "AVAX", "BCH", "BNB", "BTC", "DOGE", "DOT", "ETH", "LINK", "LTC", "MATIC", "SHIB", "SOL", "TRX", "UNI",
    "XLM", "XMR", "XRP",
))  # fmt: skip
_STABLE = ("USDT", "USDC", "BUSD", "FDUSD", "TUSD", "DAI")
_INDEX = re.compile(
    r"(SPX|NDX|DJI|VIX|DXY|RUT|DAX|CAC|FTSE)(USD)?|(SPX|NAS|US|UK|GER|DE|FRA|JP|JPN|EU|AUS|HK|SPA)\d{2,4}(USD|CASH)?"
)
_FUTURE = re.compile(r"([A-Z0-9]+)\d!")
"""The contract of a future that is next to end, such as ES1!."""
_CHART_FILE = re.compile(r"(?:([A-Z][A-Z0-9]*(?:_(?:MINI|DL))?)_)?([A-Z0-9]{2,}[.!A-Z0-9]*)(?:[, _-].*)?")

# The least quantity: tenths of a unit are what TradingView's lists of trades in currencies are rounded to.
_MINCONTRACT = {"forex": 0.1, "crypto": 0.000001}
_NEW_YORK = "America/New_York"
_HOURS = {
    "forex": (_NEW_YORK, "1700-1700:23456"),
    "commodity": (_NEW_YORK, "1800-1700:23456"),
    "index": (_NEW_YORK, "1800-1700:23456"),
    "crypto": ("Etc/UTC", "24x7"),
    "stock": (_NEW_YORK, "0930-1600:23456"),
    "futures": ("America/Chicago", "1700-1600:23456"),
}
_SATURDAY = 5
_DAY = 86_400_000


def symbol_of(path: Path, history: History, named: str = "") -> Symbol:
    """Return the instrument of a file: by `named` (a ticker such as FX:EURUSD, or a TOML file), otherwise by a TOML
    file beside it, by the name that charts give their exports (`FX_EURUSD, 60.csv`), or by its candles.
    """
    described = description_of(path, named)
    if described is not None:
        return read_symbol(described)
    if named:
        prefix, _, ticker = named.rpartition(":")
        return named_symbol(ticker.upper(), prefix=prefix.upper(), decimals=history.decimals)
    found = _CHART_FILE.fullmatch(_stem(path))
    if found is not None:
        first = named_symbol(found[1] or "", decimals=history.decimals)
        if first.basecurrency:  # a pair with its timeframe behind it, such as EURUSD_60
            return first
        return named_symbol(found[2], prefix=found[1] or "", decimals=history.decimals)
    kind = "crypto" if _trades_on_saturdays(history.bars) else "forex"
    return _of_type(kind, _stem(path).upper(), "", history.decimals)


def description_of(path: Path, named: str = "") -> Path | None:
    """Return the TOML file that describes the instrument, if there is one."""
    if named.endswith(".toml"):
        return Path(named)
    beside = path.with_name(f"{_stem(path)}.toml")
    return beside if not named and beside.is_file() else None


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".csv").removesuffix(".CSV")


def named_symbol(ticker: str, *, prefix: str = "", decimals: int) -> Symbol:
    """Return an instrument by its ticker; `decimals` are those of its prices, where the ticker does not say."""
    plain = ticker.removesuffix(".P")
    base, quote = plain[:-3], plain[-3:]
    stable = next((coin for coin in _STABLE if plain.endswith(coin) and plain != coin), "")
    if stable:
        return _of_type("crypto", ticker, prefix, decimals, plain.removesuffix(stable), stable)
    if base in _CURRENCIES and quote in _CURRENCIES:
        return _of_type("forex", ticker, prefix, 3 if quote == "JPY" else 5, base, quote)
    if base in _METALS and quote in _CURRENCIES:
        return _of_type("commodity", ticker, prefix, decimals, base, quote)
    if base in _COINS and quote in _CURRENCIES | _COINS:
        return _of_type("crypto", ticker, prefix, decimals, base, quote)
    future = _FUTURE.fullmatch(plain)
    if future is not None:
        return replace(_of_type("futures", ticker, prefix, decimals), root=future[1])
    return _of_type("index" if _INDEX.fullmatch(plain) else "stock", ticker, prefix, decimals)


def _of_type(kind: str, ticker: str, prefix: str, decimals: int, base: str = "", currency: str = "USD") -> Symbol:
    timezone, hours = _HOURS[kind]
    return Symbol(
        ticker,
        prefix=prefix,
        type=kind,
        basecurrency=base,
        currency=currency,
        timezone=timezone,
        hours=hours,
        mintick=float(f"1e-{decimals}"),
        pricescale=10**decimals,
        mincontract=_MINCONTRACT.get(kind, 1.0),
    )


def _trades_on_saturdays(bars: Sequence[Bar]) -> bool:
    return any(datetime.fromtimestamp(bar.time / 1000, UTC).weekday() == _SATURDAY for bar in bars[:10_000])


def timeframe_of(path: Path, bars: Sequence[Bar], named: str = "", *, symbol: str = "") -> Timeframe:
    """Return the timeframe: as `named`, as a TOML file with the symbol says, or the commonest distance of candles."""
    described = description_of(path, symbol)
    if not named and described is not None:
        named = str(_described(described).get("period", ""))
    if named:
        return Timeframe.parse(named)
    distance = distance_of(bars)
    if distance is None:
        raise PineRuntimeError("One candle does not tell its timeframe. Name it, as in --timeframe 60.")
    return distance


def distance_of(bars: Sequence[Bar]) -> Timeframe | None:
    """Return the commonest distance of candles as a timeframe, None for a single one."""
    if len(bars) <= 1:
        return None
    distance = mode(after.time - before.time for before, after in pairwise(bars))
    days = round(distance / _DAY)
    if distance < 60_000:
        return Timeframe(max(1, distance // 1000), "S")
    if distance < _DAY:
        return Timeframe(distance // 60_000, "")
    if days >= 28:
        return Timeframe(round(days / 30.4), "M")
    return Timeframe(days // 7, "W") if days % 7 == 0 else Timeframe(days, "D")


def read_symbol(path: Path) -> Symbol:
    """Return the instrument that a TOML file describes: a table `symbol`, and `opening_hours` with 0 for Monday."""
    described = _described(path)
    known = {name: described[name] for name in Symbol.__dataclass_fields__ if name in described and name != "hours"}
    kind = str(described.get("type", "forex"))
    decimals = max(0, len(str(described.get("pricescale", 100_000))) - 1)
    try:
        known = {name: type(getattr(_EXAMPLE, name))(value) for name, value in known.items()}
        symbol = _of_type(kind if kind in _HOURS else "stock", str(described.get("ticker", "")), "", decimals)
        hours = _hours(described["opening_hours"]) if described.get("opening_hours") else symbol.hours
        return replace(symbol, hours=hours, **known)
    except (ValueError, TypeError, KeyError) as error:
        raise PineRuntimeError(f"{path.name} does not describe an instrument: {error}. Correct that value.") from error


_EXAMPLE = Symbol("")


def _described(path: Path) -> dict[str, Any]:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PineRuntimeError(f"{path.name} cannot be read: {error}. Give a TOML file.") from error
    table = read.get("symbol")
    if not isinstance(table, dict):
        raise PineRuntimeError(f"{path.name} has no table [symbol]. Add one with the ticker and its type.")
    return {"opening_hours": read.get("opening_hours"), **table}


def _hours(rows: Sequence[dict[str, Any]]) -> str:
    """Return opening hours as a symbol writes them; what goes on after midnight is one range with what came before."""
    spans = sorted((int(row["day"]), _minutes(row["start"]), _minutes(row["end"], up=True) or 1440) for row in rows)
    evenings = {day: start for day, start, end in spans if start and end == 1440}
    mornings = {day for day, start, end in spans if not start and end < 1440}
    days: dict[tuple[int, int], list[int]] = {}
    for day, start, end in spans:
        after, before = (day + 1) % 7, (day - 1) % 7
        if end == 1440 and start and after in mornings:
            continue  # the morning that follows has it
        if not start and end < 1440 and before in evenings:
            start = evenings[before]
        days.setdefault((start, end), []).append((day + 1) % 7 + 1)
    if days == {(0, 1440): [2, 3, 4, 5, 6, 7, 1]}:
        return "24x7"
    return "|".join(
        f"{_clock(start)}-{_clock(end)}:{''.join(map(str, sorted(on)))}" for (start, end), on in days.items()
    )


def _minutes(text: Any, *, up: bool = False) -> int:
    hours, minutes, *seconds = (int(part) for part in str(text).split(":"))
    return hours * 60 + minutes + (1 if up and any(seconds) else 0)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}{minutes % 60:02}"
