"""The margin of lots in one direction: the formula of each mode, leverage and its tiers, averages over deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forexpro.core.money import ZERO
from trading.engine.market import Instrument, MarginMode


@dataclass(frozen=True, slots=True)
class Exposure:
    """What margin is charged for.

    `volume` in lots, `price`, `conversion` from margin to account currency, the margin `rate`, and `amount`, the fixed
    margin of a lot where the instrument has one.
    """

    volume: Decimal
    price: Decimal
    conversion: Decimal
    rate: Decimal = Decimal(1)
    amount: Decimal = ZERO


def effective_leverage(instrument: Instrument, leverage: Decimal) -> Decimal:
    """Return the account's leverage, or the instrument's cap where that is lower."""
    return leverage if instrument.leverage_cap is None else min(leverage, instrument.leverage_cap)


def notional_value(instrument: Instrument, volume: Decimal, price: Decimal) -> Decimal:
    """Return what `volume` lots are worth in the margin currency: currency pairs in units, the rest at `price`."""
    units = volume * instrument.contract_size
    if instrument.margin_mode.is_forex:
        return units
    if instrument.margin_mode is MarginMode.CFD_INDEX:
        return units * price * instrument.tick_value / instrument.tick_size
    return units * price


def base_margin(
    instrument: Instrument,
    volume: Decimal,
    price: Decimal,
    leverage: Decimal,
    *,
    amount: Decimal | None = None,
    conversion: Decimal = Decimal(1),
) -> Decimal:
    """Return the margin of `volume` lots at `price`, unrounded, in the margin currency, before the margin rate.

    `amount` is the fixed margin of a lot, by default the instrument's initial margin. `conversion` to account currency
    counts for leverage tiers only. Source: MT5, margin calculation, basic formulae by mode; a fixed margin overrides
    them and is divided by the leverage in the modes Forex and CFD with leverage only.
    """
    fixed = instrument.initial_margin if amount is None else amount
    if instrument.initial_margin or instrument.margin_mode in (MarginMode.FUTURES, MarginMode.FIXED):
        margin = volume * fixed
    else:
        margin = notional_value(instrument, volume, price)
    if not instrument.margin_mode.is_leveraged:
        return margin
    ceiling = effective_leverage(instrument, leverage)
    if not instrument.leverage_tiers:
        return margin / ceiling
    notional = notional_value(instrument, volume, price) * conversion
    return margin * _tiered(instrument, notional, ceiling) / notional if notional else ZERO


def _tiered(instrument: Instrument, notional: Decimal, ceiling: Decimal) -> Decimal:
    """Return `notional` divided by leverage, each part of it by that of its tier and at most by `ceiling`."""
    tiers = [(ZERO, ceiling), *((tier.notional_from, tier.leverage) for tier in instrument.leverage_tiers)]
    ends = [start for start, _ in tiers[1:]] + [notional]
    return sum(
        (
            (min(end, notional) - start) / min(leverage, ceiling)
            for (start, leverage), end in zip(tiers, ends, strict=True)
            if start < notional
        ),
        ZERO,
    )


def combined(exposures: Sequence[Exposure]) -> Exposure:
    """Return exposures in one direction taken as one: volumes add up, all else is averaged by volume (MT5)."""
    if len(exposures) == 1:
        return exposures[0]
    volume = sum((exposure.volume for exposure in exposures), ZERO)
    if not volume:
        return Exposure(ZERO, ZERO, ZERO, ZERO)

    def average(values: list[Decimal]) -> Decimal:
        if values.count(values[0]) == len(values):
            return values[0]
        return sum((exposure.volume * value for exposure, value in zip(exposures, values, strict=True)), ZERO) / volume

    return Exposure(
        volume,
        price=average([exposure.price for exposure in exposures]),
        conversion=average([exposure.conversion for exposure in exposures]),
        rate=average([exposure.rate for exposure in exposures]),
        amount=average([exposure.amount for exposure in exposures]),
    )


def exposure_margin(instrument: Instrument, exposures: Sequence[Exposure], leverage: Decimal) -> Decimal:
    """Return the unrounded margin, in account currency, of exposures in one direction taken as one."""
    if not exposures:
        return ZERO
    whole = combined(exposures)
    margin = base_margin(
        instrument, whole.volume, whole.price, leverage, amount=whole.amount, conversion=whole.conversion
    )
    return margin * whole.conversion * whole.rate
