"""Swap: what it costs or earns to hold a position over the end of a trading day."""

from dataclasses import dataclass
from decimal import Decimal

from forexpro.core.money import ZERO, quantize
from trading.engine.conversion import Conversion, QuoteSide, find_conversion
from trading.engine.market import Instrument, Market
from trading.engine.profit import lot_size, price_change_value
from trading.engine.state import Position, Side
from trading.engine.terms import SwapConversion, SwapMode, SwapTerms
from trading.engine.valuation import closing_price


@dataclass(frozen=True, slots=True)
class Swap:
    """`amount` in account currency, rounded, negative where the client pays; `formula` with its numbers."""

    amount: Decimal
    conversion: Conversion
    formula: str


def swap_rate(terms: SwapTerms, side: Side) -> Decimal:
    """Return the rate of longs or of shorts."""
    return terms.long if side is Side.BUY else terms.short


def point_value(instrument: Instrument, volume: Decimal) -> Decimal:
    """Return what `volume` lots win, in the quote currency and unrounded, when the price moves one point.

    Source: MT5, swaps and commission in points: the profit from a move of one point, by the symbol's own calculation.
    """
    return price_change_value(instrument, volume, instrument.point)


def lot_cost(instrument: Instrument, price: Decimal) -> Decimal:
    """Return the value of one lot at `price` in the margin currency, unrounded.

    Source: MT5, swaps in percent: the contract size for currency pairs, contract size × price for everything else,
    for futures × tick value / tick size.
    """
    if instrument.margin_mode.is_forex:
        return instrument.contract_size
    cost = instrument.contract_size * price
    if instrument.margin_mode.is_futures:
        return cost * instrument.tick_value / instrument.tick_size
    return cost


def night_swap(instrument: Instrument, position: Position, multiplier: Decimal, currency: str, market: Market) -> Swap:
    """Return the swap of one night that is charged `multiplier` times; raises `Refused` while a price is missing.

    Source: MT5, swaps. The multiplier goes in before the rounding.
    """
    terms = instrument.swap
    rate = swap_rate(terms, position.side)
    if terms.mode is SwapMode.DISABLED or not rate:
        return Swap(quantize(ZERO, currency), Conversion(Decimal(1)), f"0 × {multiplier} = 0 {currency}")
    source = swap_currency(instrument, currency)
    conversion = find_conversion(source, currency, _conversion_side(instrument, position.side, rate), market)
    if terms.mode is SwapMode.POINTS:
        return _in_points(instrument, position.volume, rate, multiplier, conversion, currency)
    terms_text = f"{position.volume} × {rate}"
    if terms.mode.is_percent:
        price = position.open_price
        if terms.mode is SwapMode.PERCENT:
            price = closing_price(position.side, market.quote(position.symbol))
        cost = lot_cost(instrument, price)
        in_source = cost * position.volume * rate / 100 / terms.days_in_year
        terms_text = f"{cost} × {position.volume} × {rate} / 100 / {terms.days_in_year}"
    else:
        in_source = position.volume * rate
    amount = quantize(in_source * multiplier * conversion.rate, currency)
    return Swap(amount, conversion, f"{terms_text} × {multiplier} × {conversion.rate:f} = {amount} {currency}")


def swap_currency(instrument: Instrument, currency: str) -> str:
    """Return the currency in which an instrument's swap is reckoned before it is converted to `currency`."""
    match instrument.swap.mode:
        case SwapMode.POINTS | SwapMode.MONEY_PROFIT:
            return instrument.quote_currency
        case SwapMode.MONEY_BASE:
            return instrument.base_currency
        case SwapMode.MONEY_MARGIN | SwapMode.PERCENT | SwapMode.PERCENT_OPEN:
            return instrument.margin_currency
        case _:
            return currency


def _in_points(
    instrument: Instrument,
    volume: Decimal,
    rate: Decimal,
    multiplier: Decimal,
    conversion: Conversion,
    currency: str,
) -> Swap:
    """Return rate × value of a point; the value is rounded in itself, so that the swap of tiny volumes is zero."""
    value = point_value(instrument, volume) * conversion.rate
    if instrument.swap.rounds_point_value:
        value = quantize(value, currency)
    amount = quantize(value * rate * multiplier, currency)
    formula = (
        f"{instrument.point} × {lot_size(instrument)} × {volume} × {conversion.rate:f} = {value}; "
        f"{value} × {rate} × {multiplier} = {amount} {currency}"
    )
    return Swap(amount, conversion, formula)


def _conversion_side(instrument: Instrument, side: Side, rate: Decimal) -> QuoteSide:
    """Return the side of the swap currency's pair: what is paid is bought at ask, what is received is sold at bid.

    By direction, points of currency pairs convert as their profit does and percent the other way round (MT5, swaps).
    """
    at_ask = rate < 0
    if instrument.swap.conversion is SwapConversion.DIRECTION:
        if instrument.swap.mode is SwapMode.POINTS and instrument.margin_mode.is_forex:
            at_ask = side is Side.BUY
        elif instrument.swap.mode.is_percent:
            at_ask = side is Side.SELL
    return QuoteSide.ASK if at_ask else QuoteSide.BID
