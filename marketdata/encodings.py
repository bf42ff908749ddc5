"""The two forms in which price sockets write prices: the pages' own and Twelve Data's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import orjson

from marketdata.models import Symbol
from marketdata.ticks import PRICE_DIGITS, PRICE_SCALE, Tick, format_price


class Pricing(Protocol):
    """What turns a tick into the prices that one kind of viewer sees; hashable."""

    def apply(self, tick: Tick) -> tuple[int, int]:
        """Return bid and ask in units of 10^-8."""
        ...


@dataclass(frozen=True, slots=True)
class BasePricing:
    """The feed's own prices."""

    def apply(self, tick: Tick) -> tuple[int, int]:
        return tick.bid, tick.ask


class Encoding(Protocol):
    """How prices become WebSocket frames; hashable."""

    def record(self, tick: Tick, bid: int, ask: int, symbol: Symbol | None) -> str:
        """Return one symbol's price; `symbol` is None for a tick of a symbol outside the catalogue."""
        ...

    def frames(self, records: Sequence[str]) -> list[str]:
        """Return what is sent for the prices of one flush."""
        ...


@dataclass(frozen=True, slots=True)
class Joined:
    """The pages' form: all prices of a flush in one frame, as strings with the symbol's digits."""

    def record(self, tick: Tick, bid: int, ask: int, symbol: Symbol | None) -> str:
        digits = symbol.digits if symbol else PRICE_DIGITS
        return (
            f'{{"s":"{tick.symbol}","b":"{format_price(bid, digits)}","a":"{format_price(ask, digits)}",'
            f'"t":{tick.time_ms}}}'
        )

    def frames(self, records: Sequence[str]) -> list[str]:
        return ['{"type":"prices","prices":[' + ",".join(records) + "]}"]


@dataclass(frozen=True, slots=True)
class TwelveData:
    """The form of Twelve Data's `quotes/price` socket: one frame per symbol, prices as JSON numbers.

    `slashed` writes pairs as `EUR/USD`, as the vendor does; without it they are written `EURUSD`.
    """

    slashed: bool

    TYPES: ClassVar[Mapping[str, str]] = {
        Symbol.AssetClass.FOREX: "Physical Currency",
        Symbol.AssetClass.METAL: "Physical Currency",
        Symbol.AssetClass.ENERGY: "Commodity",
        Symbol.AssetClass.INDEX: "Index",
        Symbol.AssetClass.CRYPTO: "Digital Currency",
    }

    def name(self, symbol: Symbol) -> str:
        """Return how this form writes a symbol."""
        if self.slashed and symbol.code == symbol.base_currency + symbol.quote_currency:
            return f"{symbol.base_currency}/{symbol.quote_currency}"
        return symbol.code

    def description(self, symbol: Symbol) -> dict[str, Any]:
        """Return the fields that say what a symbol is."""
        base, separator, quote = symbol.name.partition(" / ")
        currencies = (
            {"currency_base": base, "currency_quote": quote} if separator else {"currency": symbol.quote_currency}
        )
        return {"symbol": self.name(symbol), "type": self.TYPES[symbol.asset_class], **currencies}

    def record(self, tick: Tick, bid: int, ask: int, symbol: Symbol | None) -> str:
        described = self.description(symbol) if symbol else {"symbol": tick.symbol}
        frame = {
            "event": "price",
            **described,
            "timestamp": tick.time_ms // 1000,
            "price": (bid + ask) / 2 / PRICE_SCALE,
            "bid": bid / PRICE_SCALE,
            "ask": ask / PRICE_SCALE,
        }
        return orjson.dumps(frame).decode()

    def frames(self, records: Sequence[str]) -> list[str]:
        return list(records)
