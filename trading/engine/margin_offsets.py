"""How the positions and orders of one symbol offset each other in its margin: hedged, netted, on an exchange."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from forexpro.core.money import ZERO
from trading.engine.margin_formulae import Exposure, combined, exposure_margin
from trading.engine.market import Instrument
from trading.engine.state import OrderType, Side

Legs = Mapping[Side, Sequence[Exposure]]


def _legs() -> dict[Side, list[Exposure]]:
    return {Side.BUY: [], Side.SELL: []}


@dataclass(slots=True)
class SymbolExposures:
    """What an account holds in one symbol.

    By side its positions and the market orders that are on their way; by side and type the pending orders that reserve.
    """

    positions: dict[Side, list[Exposure]] = field(default_factory=_legs)
    in_flight: dict[Side, list[Exposure]] = field(default_factory=_legs)
    pending: dict[tuple[Side, OrderType], list[Exposure]] = field(default_factory=dict)

    def filled(self) -> Legs:
        """Return the positions as they would be after the orders on their way, on a hedging account."""
        return {side: [*self.positions[side], *self.in_flight[side]] for side in Side}

    @property
    def has_in_flight(self) -> bool:
        return any(self.in_flight.values())


def larger_leg(instrument: Instrument, held: SymbolExposures, leverage: Decimal) -> Decimal:
    """Return the margin of the larger direction: positions, orders on their way and pending orders.

    Source: MT5, hedged margin calculated by the larger leg.
    """
    reserved = _reserved(instrument, held, leverage)
    filled = held.filled()
    return max(
        exposure_margin(instrument, filled[side], leverage)
        + sum((margin for (of, _), margin in reserved.items() if of is side), ZERO)
        for side in Side
    )


def basic_hedged(instrument: Instrument, held: SymbolExposures, leverage: Decimal) -> Decimal:
    """Return the margin of the uncovered lots, of the covered ones by their hedged size, and of pending orders.

    Orders on their way count as filled where that is more, so they can only raise the margin. With fixed initial and
    maintenance amounts they are charged on top of what is held: covered lots the hedged amount, others the initial.
    Source: MT5, hedged margin, basic calculation, and its specifics of fixed margin.
    """
    pending = sum(_reserved(instrument, held, leverage).values(), ZERO)
    margin = _covered_and_uncovered(instrument, held.positions, leverage)
    if not held.has_in_flight:
        return margin + pending
    if instrument.initial_margin and instrument.maintenance_margin:
        return margin + _fixed_on_its_way(instrument, held, leverage) + pending
    return max(margin, _covered_and_uncovered(instrument, held.filled(), leverage)) + pending


def netted(instrument: Instrument, held: SymbolExposures, leverage: Decimal) -> Decimal:
    """Return the margin of a netting account's position and orders.

    The larger of the two directions counts, limits and what is opposed to the position included; other stops and
    stop-limits are charged on top. Orders on their way count as filled where that is more.
    Source: MT5, margin of retail forex, netting.
    """
    margin = _netted_legs(instrument, held.positions, held, leverage)
    if not held.has_in_flight:
        return margin
    return max(margin, _netted_legs(instrument, _net(held), held, leverage))


def exchange_sides(instrument: Instrument, held: SymbolExposures) -> dict[Side, Decimal]:
    """Return the margin of the position with all buy orders and with all sell orders; the larger one is charged.

    A position is collateral on the other side. Stops and market orders count at their own price.
    Source: MT5, margin of exchange futures.
    """
    sides = {}
    for side in Side:
        orders = [*held.in_flight[side], *(e for (of, _), es in held.pending.items() if of is side for e in es)]
        own, opposite = held.positions[side], held.positions[side.opposite]
        sides[side] = exchange_margin(instrument, side, [*own, *orders]) - exchange_margin(instrument, side, opposite)
    return sides


def exchange_margin(instrument: Instrument, side: Side, exposures: Iterable[Exposure]) -> Decimal:
    """Return the exchange's margin of exposures at the rate for `side`, in account currency."""
    initial = instrument.initial_margin
    if side is Side.SELL:
        initial = instrument.maintenance_margin or initial
    of_price = instrument.tick_value / instrument.tick_size * (1 + instrument.margin_currency_rate / 100)
    return sum(
        (
            exposure.volume
            * (initial + side.sign * (exposure.price - instrument.settlement_price) * of_price)
            * exposure.conversion
            for exposure in exposures
        ),
        ZERO,
    )


def _reserved(
    instrument: Instrument, held: SymbolExposures, leverage: Decimal
) -> dict[tuple[Side, OrderType], Decimal]:
    """Return what pending orders reserve, each type of each side by itself."""
    return {kind: exposure_margin(instrument, exposures, leverage) for kind, exposures in held.pending.items()}


def _covered_and_uncovered(instrument: Instrument, legs: Legs, leverage: Decimal) -> Decimal:
    buys, sells = combined(legs[Side.BUY]), combined(legs[Side.SELL])
    larger, covered = (buys, sells.volume) if buys.volume > sells.volume else (sells, buys.volume)
    margin = exposure_margin(instrument, [replace(larger, volume=larger.volume - covered)], leverage)
    if covered:
        rate = (buys.rate + sells.rate) / 2
        whole = combined([*legs[Side.BUY], *legs[Side.SELL]])
        margin += _hedged(instrument, replace(whole, volume=covered, rate=rate), leverage)
    return margin


def _hedged(instrument: Instrument, covered: Exposure, leverage: Decimal) -> Decimal:
    """Return the margin of covered lots by the instrument's hedged size, or hedged amount where margin is fixed."""
    if instrument.hedged_margin is None:
        return exposure_margin(instrument, [covered], leverage)
    if instrument.initial_margin:
        return exposure_margin(instrument, [replace(covered, amount=instrument.hedged_margin)], leverage)
    sized = replace(instrument, contract_size=instrument.hedged_margin)
    return exposure_margin(sized, [covered], leverage)


def _fixed_on_its_way(instrument: Instrument, held: SymbolExposures, leverage: Decimal) -> Decimal:
    margin = ZERO
    for side in Side:
        arriving = combined(held.in_flight[side])
        own, opposite = combined(held.positions[side]), combined(held.positions[side.opposite])
        covered = min(arriving.volume, max(opposite.volume - own.volume, ZERO))
        margin += exposure_margin(instrument, [replace(arriving, volume=arriving.volume - covered)], leverage)
        if covered:
            rate = (arriving.rate + opposite.rate) / 2
            margin += _hedged(instrument, replace(arriving, volume=covered, rate=rate), leverage)
    return margin


def _netted_legs(instrument: Instrument, positions: Legs, held: SymbolExposures, leverage: Decimal) -> Decimal:
    legs = {side: exposure_margin(instrument, positions[side], leverage) for side in Side}
    on_top = ZERO
    for (side, kind), margin in _reserved(instrument, held, leverage).items():
        if kind is OrderType.LIMIT or positions[side.opposite]:
            legs[side] += margin
        else:
            on_top += margin
    return max(legs.values()) + on_top


def _net(held: SymbolExposures) -> Legs:
    """Return the position of a netting account after the orders on their way."""
    buys, sells = (combined(leg) for leg in held.filled().values())
    net = buys.volume - sells.volume
    side = Side.BUY if net > 0 else Side.SELL
    legs = _legs()
    if not net:
        return legs
    if held.positions[side.opposite]:  # reversed: what is left comes from the orders alone
        legs[side] = [replace(combined(held.in_flight[side]), volume=abs(net))]
    elif held.in_flight[side.opposite]:  # reduced
        legs[side] = [replace(combined(held.filled()[side]), volume=abs(net))]
    else:
        legs[side] = list(held.filled()[side])
    return legs
