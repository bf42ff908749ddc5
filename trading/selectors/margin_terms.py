"""Margin rates and leverage tiers as the engine knows them, from the columns that staff fill in."""

from decimal import Decimal
from typing import Any

from forexpro.core.money import trimmed
from marketdata.models.margin import PENDING_KINDS, leverage_tiers, margin_rates, margin_tiers
from trading.engine.margin_terms import LeverageTier, MarginRate, MarginRates, MarginTier
from trading.engine.terms import TierRange


def margin_rate_terms(general: Decimal, by_kind: Any) -> MarginRates:
    """Return the rates `by_kind` of order; buy and sell have the `general` rate where they are not named."""
    rates = margin_rates(by_kind)
    usual = (trimmed(general),)
    return MarginRates(
        buy=MarginRate(*rates.get("buy", usual)),
        sell=MarginRate(*rates.get("sell", usual)),
        **{kind: rates[kind][0] for kind in PENDING_KINDS if kind in rates},
    )


def leverage_tier_terms(tiers: Any) -> tuple[LeverageTier, ...]:
    """Return the tiers by which leverage falls as a holding grows."""
    return tuple(LeverageTier(start, leverage) for start, leverage in leverage_tiers(tiers))


def margin_tier_terms(tiers: Any) -> tuple[TierRange, tuple[MarginTier, ...]]:
    """Return the tiers whose rates multiply the margin as a holding grows, and what its size is."""
    by, rates = margin_tiers(tiers)
    return TierRange(by), tuple(MarginTier(*tier) for tier in rates)
