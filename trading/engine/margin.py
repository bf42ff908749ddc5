"""Margin as MetaTrader 5 computes it: by mode, conversion frozen at the opening deal, hedged by the larger leg."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from forexpro.core.money import ZERO, quantize, quantum
from trading.engine.conversion import Conversion, DealPrice, QuoteSide, find_conversion
from trading.engine.market import Instrument, MarginMode, Market
from trading.engine.state import AccountState, Order, Position, Side

# Frozen rates are kept with this many decimal places.
RATE_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Exposure:
    """What margin is charged for: volume in lots, its price, and the margin currency to account currency rate."""

    volume: Decimal
    price: Decimal
    conversion: Decimal


def effective_leverage(instrument: Instrument, leverage: Decimal) -> Decimal:
    """Return the account's leverage, or the instrument's cap where that is lower."""
    return leverage if instrument.leverage_cap is None else min(leverage, instrument.leverage_cap)


def base_margin(instrument: Instrument, volume: Decimal, price: Decimal, leverage: Decimal) -> Decimal:
    """Return the margin of `volume` lots at `price`, unrounded, in the margin currency, before the margin rate.

    Source: MT5, margin calculation, basic formulae by mode; a fixed initial margin overrides them and is divided by
    the leverage in the modes Forex and CFD with leverage only.
    """
    divisor = effective_leverage(instrument, leverage)
    leveraged = instrument.margin_mode in (MarginMode.FOREX, MarginMode.CFD_LEVERAGE)
    if instrument.initial_margin or instrument.margin_mode is MarginMode.FUTURES:
        fixed = volume * instrument.initial_margin
        return fixed / divisor if leveraged else fixed
    units = volume * instrument.contract_size
    match instrument.margin_mode:
        case MarginMode.FOREX:
            return units / divisor
        case MarginMode.FOREX_NO_LEVERAGE:
            return units
        case MarginMode.CFD_LEVERAGE:
            return units * price / divisor
        case MarginMode.CFD_INDEX:
            return units * price * instrument.tick_value / instrument.tick_size
        case _:
            return units * price


def margin_conversion(instrument: Instrument, side: Side, price: Decimal, currency: str, market: Market) -> Conversion:
    """Return the margin currency to account currency rate of a deal at `price`: a buy's at ask, a sell's at bid.

    Where the traded pair itself converts, the deal price counts.
    """
    return find_conversion(
        instrument.margin_currency,
        currency,
        QuoteSide.ASK if side is Side.BUY else QuoteSide.BID,
        market,
        deal=DealPrice(instrument.symbol, price),
    )


def frozen_rate(conversion: Conversion) -> Decimal:
    """Return the rate of `conversion` in the precision in which a position keeps it."""
    return conversion.rate.quantize(quantum(RATE_DIGITS), rounding=ROUND_HALF_UP).normalize()


def exposure_margin(instrument: Instrument, exposures: Sequence[Exposure], leverage: Decimal) -> Decimal:
    """Return the unrounded margin, in account currency, of exposures in one direction taken as one.

    Volumes add up; price and conversion rate are weighted by volume (MT5, positions of the same direction).
    """
    volume = sum((exposure.volume for exposure in exposures), ZERO)
    if not volume:
        return ZERO
    price = sum((exposure.volume * exposure.price for exposure in exposures), ZERO) / volume
    conversion = sum((exposure.volume * exposure.conversion for exposure in exposures), ZERO) / volume
    return base_margin(instrument, volume, price, leverage) * conversion * instrument.margin_rate


def order_margin(order: Order, state: AccountState, market: Market) -> Decimal:
    """Return the unrounded margin that a working order reserves, in account currency."""
    instrument = market.instrument(order.symbol)
    if not instrument.pending_margin_rate:
        return ZERO
    conversion = margin_conversion(instrument, order.side, order.working_price, state.currency, market)
    exposure = Exposure(order.volume, order.working_price, conversion.rate)
    return exposure_margin(instrument, [exposure], state.policy.leverage) * instrument.pending_margin_rate


def margin_required(state: AccountState, market: Market) -> Decimal:
    """Return the margin of all positions and working orders, in account currency, rounded per symbol."""
    positions: dict[str, list[Position]] = defaultdict(list)
    reserved: dict[str, dict[Side, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for position in state.positions.values():
        positions[position.symbol].append(position)
    for order in state.orders.values():
        reserved[order.symbol][order.side] += order_margin(order, state, market)
    return sum(
        (
            quantize(_larger_leg(positions[symbol], reserved[symbol], symbol, state, market), state.currency)
            for symbol in positions.keys() | reserved.keys()
        ),
        ZERO,
    )


def _larger_leg(
    positions: Iterable[Position], reserved: dict[Side, Decimal], symbol: str, state: AccountState, market: Market
) -> Decimal:
    """Return the margin of the larger of the two directions of a symbol (MT5, hedged margin by the larger leg)."""
    legs: dict[Side, list[Exposure]] = {Side.BUY: [], Side.SELL: []}
    for position in positions:
        legs[position.side].append(Exposure(position.volume, position.open_price, position.margin_conversion))
    instrument = market.instrument(symbol)
    return max(
        exposure_margin(instrument, exposures, state.policy.leverage) + reserved[side]
        for side, exposures in legs.items()
    )
