"""The nights that a position was held and is not charged for yet."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from forexpro.core.refusals import Refused
from trading.engine.decision import Decision
from trading.engine.events import SwapCharged
from trading.engine.evidence import swap_evidence
from trading.engine.state import Position
from trading.engine.swap import night_swap
from trading.engine.terms import SwapTerms

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
            )
        )
    return decision.state.positions[position.id]
