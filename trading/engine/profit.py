"""Profit of a position between two prices, in the quote currency and in the account's."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from forexpro.core.money import quantize
from trading.engine.conversion import Conversion, DealPrice, QuoteSide, find_conversion
from trading.engine.market import FUTURES, Instrument, Market, ProfitConversion
from trading.engine.state import Side


@dataclass(frozen=True, slots=True)
class Profit:
    """`amount` in account currency, rounded; `in_quote_currency` before the conversion."""

    amount: Decimal
    in_quote_currency: Decimal
    conversion: Conversion


def quote_profit(
    instrument: Instrument, side: Side, volume: Decimal, open_price: Decimal, close_price: Decimal
) -> Decimal:
    """Return the profit of `volume` lots in the quote currency, rounded to its digits.

    Currency pairs round the value at each price, everything else rounds the difference once. Ticks count for futures
    only: those of an index are part of its margin, not of its profit (MT5, profit calculation).
    """
    currency = instrument.quote_currency
    if instrument.margin_mode.is_forex:
        units = instrument.contract_size * volume
        return side.sign * (quantize(close_price * units, currency) - quantize(open_price * units, currency))
    change = side.sign * (close_price - open_price)
    return quantize(price_change_value(instrument, volume, change), currency)


def price_change_value(instrument: Instrument, volume: Decimal, change: Decimal) -> Decimal:
    """Return what `volume` lots win, in the quote currency and unrounded, when the price rises by `change`."""
    return change * lot_size(instrument) * volume


class Lot(Protocol):
    """What says how much a lot is: an instrument, or the symbol of the catalogue that it comes from."""

    @property
    def margin_mode(self) -> str: ...
    @property
    def contract_size(self) -> Decimal: ...
    @property
    def tick_size(self) -> Decimal: ...
    @property
    def tick_value(self) -> Decimal: ...


def lot_size(instrument: Lot) -> Decimal:
    """Return what a lot wins when the price rises by one: its units, or for futures what that is worth in ticks."""
    if instrument.margin_mode in FUTURES:
        return instrument.tick_value / instrument.tick_size
    return instrument.contract_size


def profit_conversion(
    instrument: Instrument, side: Side, amount: Decimal, close_price: Decimal, currency: str, market: Market
) -> Conversion:
    """Return the quote currency to account currency rate for closing a position of `side` with profit `amount`.

    Currency pairs convert by deal: a long's close at ask, a short's at bid, whatever the sign. By market, and for
    everything else, a profit is converted at bid and a loss at ask. Where the closed pair itself converts, the closing
    price counts, except by market. Source: MT5, conversion of profit.
    """
    at_ask = side is Side.BUY if instrument.converts_by_deal else amount < 0
    by_market = instrument.profit_conversion is ProfitConversion.BY_MARKET
    return find_conversion(
        instrument.quote_currency,
        currency,
        QuoteSide.ASK if at_ask else QuoteSide.BID,
        market,
        deal=None if by_market else DealPrice(instrument.symbol, close_price),
    )


def closing_profit(
    symbol: str,
    side: Side,
    volume: Decimal,
    open_price: Decimal,
    close_price: Decimal,
    currency: str,
    market: Market,
) -> Profit:
    """Return what closing `volume` lots of a position of `side` at `close_price` brings, in `currency`."""
    instrument = market.instrument(symbol)
    in_quote_currency = quote_profit(instrument, side, volume, open_price, close_price)
    conversion = profit_conversion(instrument, side, in_quote_currency, close_price, currency, market)
    amount = quantize(in_quote_currency * conversion.rate, currency)
    return Profit(amount, in_quote_currency, conversion)


def profit_formula(
    profit: Profit,
    instrument: Instrument,
    side: Side,
    volume: Decimal,
    open_price: Decimal,
    close_price: Decimal,
    currency: str,
) -> str:
    """Return how `closing_profit` came to a profit, with its numbers."""
    first, second = (close_price, open_price) if side is Side.BUY else (open_price, close_price)
    formula = (
        f"({first} − {second}) × {volume} × {lot_size(instrument)} = "
        f"{profit.in_quote_currency} {instrument.quote_currency}"
    )
    if profit.conversion.legs:
        formula += f" × {profit.conversion.rate} = {profit.amount} {currency}"
    return formula
