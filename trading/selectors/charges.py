"""Swap and commission terms as they apply to one account group."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from forexpro.core.money import ZERO, trimmed
from marketdata.models import CommissionFields, Symbol
from marketdata.models.charges import commission_tiers, swap_week
from marketdata.sessions import TradingHours
from trading.engine.terms import (
    CommissionEntry,
    CommissionPer,
    CommissionSettlement,
    CommissionTerms,
    CommissionTier,
    CommissionUnit,
    SwapConversion,
    SwapMode,
    SwapTerms,
    TierRange,
)
from trading.models import AccountGroup, GroupInstrument


def swap_terms(symbol: Symbol, group: AccountGroup, rule: GroupInstrument | None) -> SwapTerms:
    """Return the rates of the group's rule, where it has its own, and the calendar of the symbol."""
    terms = symbol_swap_terms(symbol)
    if group.swap_free:
        return replace(terms, mode=SwapMode.DISABLED)
    return terms if rule is None or not rule.swap_mode else replace(terms, **_rates(rule))


def symbol_swap_terms(symbol: Symbol) -> SwapTerms:
    """Return what a symbol says about swap: its rates, and when they are charged."""
    holidays = TradingHours.from_json(symbol.sessions).holidays
    closed = (holiday.day for holiday in holidays if not holiday.sessions)
    return SwapTerms(
        **_rates(symbol),
        week=swap_week(symbol.swap_week),
        holidays=frozenset(closed) if symbol.swap_considers_holidays else frozenset(),
        rollover_time=symbol.rollover_time,
        timezone=ZoneInfo(symbol.rollover_timezone),
        days_in_year=symbol.swap_days_in_year,
        conversion=SwapConversion(symbol.swap_conversion),
        rounds_point_value=symbol.swap_rounds_point_value,
    )


def _rates(source: Symbol | GroupInstrument) -> dict[str, Any]:
    return {
        "mode": SwapMode(source.swap_mode),
        "long": trimmed(source.swap_long),
        "short": trimmed(source.swap_short),
    }


def commission_terms(symbol: Symbol, rule: GroupInstrument | None) -> CommissionTerms | None:
    """Return the commission of the group's rule, where it has its own, or of the symbol; None where there is none."""
    terms: CommissionFields = rule if rule is not None and rule.commission_unit else symbol
    if terms.commission_unit == "none":
        return None
    maximum = terms.commission_maximum
    tiers = commission_tiers(terms.commission_tiers) or ((ZERO, None, trimmed(terms.commission_rate)),)
    return CommissionTerms(
        tiers=tuple(
            CommissionTier(
                rate=rate,
                start=start,
                end=end,
                minimum=trimmed(terms.commission_minimum),
                maximum=None if maximum is None else trimmed(maximum),
            )
            for start, end, rate in tiers
        ),
        unit=CommissionUnit(terms.commission_unit),
        per=CommissionPer(terms.commission_per),
        entry=CommissionEntry(terms.commission_entry),
        settlement=CommissionSettlement(terms.commission_settlement),
        tiered_by=TierRange(terms.commission_tiered_by),
        currency=_currency(terms.commission_currency, symbol),
        range_currency=_currency(terms.commission_range_currency, symbol),
    )


def _currency(text: str, symbol: Symbol) -> str:
    """Return the currency that a code, or the name of one of the symbol's currencies, stands for."""
    of_symbol = {"base": symbol.base_currency, "quote": symbol.quote_currency, "margin": symbol.margin_currency}
    return of_symbol.get(text, text)
