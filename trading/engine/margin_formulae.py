"""The margin of lots in one direction: the formula of each mode, leverage, averages over deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forexpro.core.money import ZERO
from trading.engine.market import Instrument, MarginMode


@dataclass(frozen=True, slots=True)
class Exposure:
    """What margin is charged for.

    `volume` in lots, `price`, `conversion` from margin to account currency, the margin `rate`, and `amount`, the fixed
    margin of a lot where the instrument has one. `is_order` counts where tiers have a rate of their own for orders.
    """

    volume: Decimal
    price: Decimal
    conversion: Decimal
    rate: Decimal = Decimal(1)
    amount: Decimal = ZERO
    is_order: bool = False


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
) -> Decimal:
    """Return the margin of `volume` lots at `price`, unrounded, in the margin currency, before the margin rate.

    `amount` is the fixed margin of a lot, by default the instrument's initial margin. Source: MT5, margin calculation,
    basic formulae by mode; a fixed margin overrides them and is divided by the leverage in the modes Forex and CFD with
    leverage only.
    """
    fixed = instrument.initial_margin if amount is None else amount
    if instrument.initial_margin or instrument.margin_mode in (MarginMode.FUTURES, MarginMode.FIXED):
        margin = volume * fixed
    else:
        margin = notional_value(instrument, volume, price)
    return margin / effective_leverage(instrument, leverage) if instrument.margin_mode.is_leveraged else margin


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
        is_order=all(exposure.is_order for exposure in exposures),
    )


def exposure_margin(instrument: Instrument, exposures: Sequence[Exposure], leverage: Decimal) -> Decimal:
    """Return the unrounded margin, in account currency, of exposures in one direction taken as one."""
    if not exposures:
        return ZERO
    whole = combined(exposures)
    margin = base_margin(instrument, whole.volume, whole.price, leverage, amount=whole.amount)
    return margin * whole.conversion * whole.rate
