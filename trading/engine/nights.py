"""The nights that a position was held and is not charged for yet."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from forexpro.core.refusals import Refused
from trading.engine.decision import Decision
from trading.engine.events import SwapCharged
from trading.engine.evidence import swap_evidence
from trading.engine.margin import frozen_rate, margin_conversion
from trading.engine.market import Instrument, Market
from trading.engine.state import Position
from trading.engine.swap import night_swap
from trading.engine.terms import SwapTerms
from trading.engine.valuation import opening_price

# What is charged later than this after the end of the day is charged at other quotes than those of its end.
LATE_AFTER = timedelta(minutes=5)


def due_nights(position: Position, terms: SwapTerms, now: datetime) -> Iterator[tuple[date, Decimal]]:
    """Yield the trading days, with their multipliers, over whose end a position was held and is not charged yet."""
    day = position.swap_day
    return terms.nights(terms.next_day(position.opened_at) if day is None else day + timedelta(days=1), now)


def charge_nights(decision: Decision, position: Position, *, until: datetime | None = None) -> Position:
    """Charge the nights that are due on a position, each as an event of its own, and return it as it is then.

    With `until`, only those that have ended by that moment.
    A night whose swap needs a price that is missing is left for later, and those after it.
    """
    market = decision.market
    instrument = market.instruments.get(position.symbol)
    if instrument is None:  # the symbol has left the catalogue
        return position
    accrued = position.swap
    for day, multiplier in due_nights(position, instrument.swap, until or market.now):
        try:
            swap = night_swap(instrument, position, multiplier, decision.state.currency, market)
        except Refused:
            break
        accrued += swap.amount
        ended_at = instrument.swap.rollover_at(day)
        decision.emit(
            SwapCharged(
                position_id=position.id,
                symbol=position.symbol,
                day=day,
                multiplier=multiplier,
                amount=swap.amount,
                swap=accrued,
                late=market.now - ended_at > LATE_AFTER,
                evidence=swap_evidence(swap, market.quotes.get(position.symbol), ended_at, market.now),
                margin_conversion=_refreshed(position, instrument, decision.state.currency, market),
            )
        )
    return decision.state.positions[position.id]


def _refreshed(position: Position, instrument: Instrument, currency: str, market: Market) -> Decimal | None:
    """Return the present rate of a position's margin, as if it were opened now; None where that stays as it is.

    Source: MT5, end-of-day recalculation of the margin conversion rate: after swaps, and not without a price.
    """
    if not instrument.margin_refreshed_nightly:
        return None
    try:
        price = opening_price(position.side, market.quote(position.symbol))
        rate = frozen_rate(margin_conversion(instrument, position.side, price, currency, market))
    except Refused:
        return None
    return None if rate == position.margin_conversion else rate
