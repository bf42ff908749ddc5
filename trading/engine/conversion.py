"""Rates between currencies: direct, inverse or in two legs, with the right side of the quote at each leg."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from forexpro.core.refusals import Refused
from trading.engine.market import Market, Quote

# Currencies without a pair of their own are converted through this one.
VEHICLE_CURRENCY = "USD"


class QuoteSide(StrEnum):
    BID = "bid"
    ASK = "ask"

    @property
    def opposite(self) -> "QuoteSide":
        return QuoteSide.ASK if self is QuoteSide.BID else QuoteSide.BID


@dataclass(frozen=True, slots=True)
class Leg:
    """One quote used: `price` is what was multiplied by, or divided by when `inverted`."""

    symbol: str
    side: QuoteSide
    price: Decimal
    inverted: bool
    tick_id: str

    @property
    def rate(self) -> Decimal:
        return 1 / self.price if self.inverted else self.price


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many units of the target currency one unit of the source currency is; no legs between equal currencies."""

    rate: Decimal
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, slots=True)
class DealPrice:
    """The price of the deal being converted, which counts instead of a quote where its own symbol converts."""

    symbol: str
    price: Decimal


def find_conversion(
    source: str, target: str, side: QuoteSide, market: Market, *, deal: DealPrice | None = None
) -> Conversion:
    """Return the rate from `source` to `target` at `side` of that (perhaps imaginary) pair.

    Inverting a pair swaps its side. Without a direct or inverse pair the rate is made of two legs through USD, each at
    `side`. Raises `Refused` when the quotes for it are missing. Source: MT5, conversion of profit and margin.
    """
    if source == target:
        return Conversion(Decimal(1))
    leg = _find_leg(source, target, side, market, deal)
    if leg is not None:
        return Conversion(leg.rate, (leg,))
    first = _find_leg(source, VEHICLE_CURRENCY, side, market, deal)
    second = _find_leg(VEHICLE_CURRENCY, target, side, market, deal)
    if first is None or second is None:
        raise Refused(
            "conversion_unavailable",
            f"There is no price to convert {source} to {target} yet. Try again shortly.",
            {"source": source, "target": target},
        )
    return Conversion(first.rate * second.rate, (first, second))


def conversion_symbols(source: str, target: str) -> tuple[str, ...]:
    """Return the symbols that a conversion may look at, existing or not; a pair is named by its currencies."""
    if source == target:
        return ()
    pairs = ((source, target), (source, VEHICLE_CURRENCY), (VEHICLE_CURRENCY, target))
    return tuple(name for one, other in pairs if one != other for name in (one + other, other + one))


def _find_leg(source: str, target: str, side: QuoteSide, market: Market, deal: DealPrice | None) -> Leg | None:
    direct, inverse = source + target, target + source
    if direct in market.quotes:
        return _leg(market.quotes[direct], side, deal, inverted=False)
    if inverse in market.quotes:
        return _leg(market.quotes[inverse], side.opposite, deal, inverted=True)
    return None


def _leg(quote: Quote, side: QuoteSide, deal: DealPrice | None, *, inverted: bool) -> Leg:
    if deal is not None and deal.symbol == quote.symbol:
        price = deal.price
    else:
        price = quote.bid if side is QuoteSide.BID else quote.ask
    return Leg(quote.symbol, side, price, inverted, quote.tick_id)
