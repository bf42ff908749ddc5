"""Margin that grows faster than a holding: leverage and rates by size, over positions and orders taken together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forexpro.core.money import ZERO
from trading.engine.margin_formulae import Exposure, effective_leverage, exposure_margin, notional_value
from trading.engine.margin_terms import MarginTier
from trading.engine.market import Instrument
from trading.engine.terms import TierRange


@dataclass(frozen=True, slots=True)
class Charge:
    """The margin of a part of a holding, in account currency, and the exposures by which its size counts in tiers."""

    margin: Decimal
    sized_by: tuple[Exposure, ...] = ()

    def __add__(self, other: "Charge") -> "Charge":
        return Charge(self.margin + other.margin, self.sized_by + other.sized_by)


def is_tiered(instrument: Instrument) -> bool:
    """Return whether the margin of an instrument depends on how much is held."""
    return bool(instrument.margin_tiers) or (bool(instrument.leverage_tiers) and instrument.margin_mode.is_leveraged)


def tiered(instrument: Instrument, leverage: Decimal, charge: Charge) -> Decimal:
    """Return the unrounded margin of `charge` after leverage tiers and margin tiers.

    Each part of the size has the rate of its tier; positions fill the lower tiers, orders those above.
    Source: MT5, leverages: margin calculation by volume and by notional value.
    """
    margin = charge.margin
    for tiers, by in _ladders(instrument, leverage):
        held, ordered = (_size(instrument, by, charge.sized_by, of_orders=of_orders) for of_orders in (False, True))
        if held + ordered:
            rated = _rated(tiers, ZERO, held, of_orders=False) + _rated(tiers, held, held + ordered, of_orders=True)
            margin = margin * rated / (held + ordered)
    return margin


def lone_margin(instrument: Instrument, exposure: Exposure, leverage: Decimal) -> Decimal:
    """Return the unrounded margin of an exposure as if nothing else were held, in account currency."""
    return tiered(instrument, leverage, Charge(exposure_margin(instrument, [exposure], leverage), (exposure,)))


def _ladders(instrument: Instrument, leverage: Decimal) -> Iterator[tuple[Sequence[MarginTier], TierRange]]:
    if instrument.leverage_tiers and instrument.margin_mode.is_leveraged:
        ceiling = effective_leverage(instrument, leverage)
        tiers = [
            MarginTier(tier.notional_from, ceiling / min(tier.leverage, ceiling)) for tier in instrument.leverage_tiers
        ]
        yield tiers, TierRange.NOTIONAL
    if instrument.margin_tiers:
        yield instrument.margin_tiers, instrument.margin_tiers_by


def _size(instrument: Instrument, by: TierRange, exposures: Iterable[Exposure], *, of_orders: bool) -> Decimal:
    counted = (exposure for exposure in exposures if exposure.is_order is of_orders)
    if by is TierRange.VOLUME:
        return sum((exposure.volume for exposure in counted), ZERO)
    return sum(
        (notional_value(instrument, exposure.volume, exposure.price) * exposure.conversion for exposure in counted),
        ZERO,
    )


def _rated(tiers: Sequence[MarginTier], start: Decimal, end: Decimal, *, of_orders: bool) -> Decimal:
    """Return the size from `start` to `end`, each part of it times the rate of its tier; one below the first."""
    starts = [ZERO, *(tier.start for tier in tiers)]
    rates = [Decimal(1), *(tier.initial if of_orders else tier.held for tier in tiers)]
    return sum(
        (
            (min(upper, end) - max(lower, start)) * rate
            for lower, upper, rate in zip(starts, [*starts[1:], end], rates, strict=True)
            if max(lower, start) < min(upper, end)
        ),
        ZERO,
    )
