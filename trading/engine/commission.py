"""Commission: what a deal costs by the terms of its instrument, and when that leaves the balance."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from forexpro.core.money import ZERO, quantize
from trading.engine.conversion import Conversion, DealPrice, QuoteSide, find_conversion
from trading.engine.margin import margin_conversion
from trading.engine.market import Instrument, Market
from trading.engine.state import Side
from trading.engine.swap import lot_cost, point_value
from trading.engine.terms import (
    CommissionEntry,
    CommissionPer,
    CommissionSettlement,
    CommissionTerms,
    CommissionUnit,
    TierRange,
)


@dataclass(frozen=True, slots=True)
class Commission:
    """`amount` in account currency, rounded, zero or negative; `formula` with its numbers, empty for a free deal."""

    amount: Decimal
    conversion: Conversion
    formula: str


FREE = Commission(ZERO, Conversion(Decimal(1)), "")


def deal_commission(
    instrument: Instrument,
    entry: CommissionEntry,
    side: Side,
    volume: Decimal,
    price: Decimal,
    currency: str,
    market: Market,
) -> Commission:
    """Return what a deal that opens (`IN`) or closes (`OUT`) `volume` lots at `price` costs.

    The client buys the currency of the commission at ask; where the traded pair itself converts, the deal price
    counts. Raises `Refused` while a price for the conversion is missing. Source: MT5, commission.
    """
    terms = instrument.commission
    if terms is None or terms.entry not in (entry, CommissionEntry.BOTH):
        return FREE
    tier = terms.tier(_size(terms, instrument, side, volume, price, currency, market))
    if tier is None:
        return FREE
    deal = DealPrice(instrument.symbol, price)
    bounded_in = terms.currency or currency
    if terms.unit is CommissionUnit.PERCENT:
        source, times = instrument.margin_currency, lot_cost(instrument, price) * volume / 100
    else:
        source, times = bounded_in, volume if terms.per is CommissionPer.LOT else Decimal(1)
        if terms.unit is CommissionUnit.POINTS:
            source, times = instrument.quote_currency, point_value(instrument, times)
    first = find_conversion(source, bounded_in, QuoteSide.ASK, market, deal=deal)
    charge = max(times * tier.rate * first.rate, tier.minimum)
    if tier.maximum is not None:
        charge = min(charge, tier.maximum)
    second = find_conversion(bounded_in, currency, QuoteSide.ASK, market, deal=deal)
    amount = -quantize(charge * second.rate, currency)
    formula = f"{times} × {tier.rate} {source}"
    if first.legs:
        formula += f" × {first.rate:f}"
    formula += f", from {tier.minimum} to {'∞' if tier.maximum is None else tier.maximum} = {charge} {bounded_in}"
    if second.legs:
        formula += f" × {second.rate:f}"
    return Commission(
        amount, Conversion(first.rate * second.rate, first.legs + second.legs), f"−({formula}) = {amount}"
    )


def reversal_commission(
    instrument: Instrument,
    side: Side,
    closing: Decimal,
    opening: Decimal,
    price: Decimal,
    currency: str,
    market: Market,
) -> tuple[Commission, Commission]:
    """Return what a deal that closes one volume and opens another costs for the one and for the other.

    Where both are charged it is one deal, shared by volume. Source: MT5, commission by deal entry, reversal.
    """
    if instrument.commission is None or instrument.commission.entry is not CommissionEntry.BOTH:
        closed = deal_commission(instrument, CommissionEntry.OUT, side, closing, price, currency, market)
        return closed, deal_commission(instrument, CommissionEntry.IN, side, opening, price, currency, market)
    volume = closing + opening
    whole = deal_commission(instrument, CommissionEntry.IN, side, volume, price, currency, market)
    if whole == FREE:
        return FREE, FREE
    of_opening = quantize(whole.amount * opening / volume, currency)
    of_closing = whole.amount - of_opening

    def part(amount: Decimal, lots: Decimal) -> Commission:
        return replace(whole, amount=amount, formula=f"{whole.formula}, {lots} of {volume} lots: {amount}")

    return part(of_closing, closing), part(of_opening, opening)


def close_by_commission(
    instrument: Instrument, volume: Decimal, price: Decimal, currency: str, market: Market
) -> Commission:
    """Return what closing `volume` lots of two opposite positions against each other costs, both deals together.

    Nothing where their opening was charged already. Source: MT5, commission by deal entry, close by.
    """
    if instrument.commission is None or instrument.commission.entry is not CommissionEntry.OUT:
        return FREE
    one, other = (
        deal_commission(instrument, CommissionEntry.OUT, side, volume, price, currency, market) for side in Side
    )
    formulas = " + ".join(deal.formula for deal in (one, other) if deal.formula)
    return Commission(one.amount + other.amount, one.conversion, formulas)


def settlement_moment(instrument: Instrument, settlement: CommissionSettlement, now: datetime) -> datetime:
    """Return the end of the trading day, or of the last one of its month, that a deal at `now` belongs to."""
    calendar = instrument.swap
    day = calendar.next_day(now)
    if settlement is CommissionSettlement.MONTHLY:
        day = day.replace(day=monthrange(day.year, day.month)[1])
    return calendar.rollover_at(day)


def _size(
    terms: CommissionTerms,
    instrument: Instrument,
    side: Side,
    volume: Decimal,
    price: Decimal,
    currency: str,
    market: Market,
) -> Decimal:
    """Return what chooses the tier: lots, or the deal's value in the currency of the tiers."""
    if terms.tiered_by is TierRange.VOLUME:
        return volume
    rate = margin_conversion(instrument, side, price, terms.range_currency or currency, market).rate
    return lot_cost(instrument, price) * volume * rate
