"""How the positions and orders of one symbol offset each other in its margin: hedged, netted, on an exchange."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from forexpro.core.money import ZERO, quantize
from trading.engine.margin_formulae import Exposure, combined, exposure_margin
from trading.engine.margin_tiers import Charge, is_tiered, tiered
from trading.engine.market import Instrument
from trading.engine.state import OrderType, Side

Legs = Mapping[Side, Sequence[Exposure]]


def _legs() -> dict[Side, list[Exposure]]:
    return {Side.BUY: [], Side.SELL: []}


@dataclass(slots=True)
class Holding:
    """What an account holds in one instrument, with its leverage and currency.

    By side its positions and the market orders that are on their way; by side and type the pending orders that reserve.
    """

    instrument: Instrument
    leverage: Decimal
    currency: str
    positions: dict[Side, list[Exposure]] = field(default_factory=_legs)
    in_flight: dict[Side, list[Exposure]] = field(default_factory=_legs)
    pending: dict[tuple[Side, OrderType], list[Exposure]] = field(default_factory=dict)

    @property
    def has_in_flight(self) -> bool:
        return any(self.in_flight.values())

    def filled(self) -> Legs:
        """Return the positions as they would be after the orders on their way, on a hedging account."""
        return {side: [*self.positions[side], *self.in_flight[side]] for side in Side}

    def charge(self, exposures: Sequence[Exposure]) -> Charge:
        """Return what exposures in one direction are charged."""
        return self._charge(self.instrument, exposures, tuple(exposures))

    def charge_covered(self, covered: Exposure) -> Charge:
        """Return what covered lots are charged by their hedged size, or their hedged amount where margin is fixed."""
        hedged = self.instrument.hedged_margin
        if hedged is None:
            return self.charge([covered])
        if self.instrument.initial_margin:
            return self.charge([replace(covered, amount=hedged)])
        sized = replace(self.instrument, contract_size=hedged)
        counted = replace(covered, volume=covered.volume * hedged / self.instrument.contract_size)
        return self._charge(sized, [covered], (counted,))

    def reserved(self) -> dict[tuple[Side, OrderType], Charge]:
        """Return what pending orders reserve, each type of each side by itself."""
        return {kind: self.charge(exposures) for kind, exposures in self.pending.items()}

    def margin(self, charges: Iterable[Charge]) -> Decimal:
        """Return what charges come to together, tiers considered, rounded."""
        total = sum(charges, Charge(ZERO))
        if is_tiered(self.instrument):
            total = Charge(tiered(self.instrument, self.leverage, total))
        return quantize(total.margin, self.currency)

    def _charge(self, instrument: Instrument, exposures: Sequence[Exposure], sized_by: tuple[Exposure, ...]) -> Charge:
        """Return a part of the margin, rounded before all are added, unless tiers go by what they add up to."""
        margin = exposure_margin(instrument, exposures, self.leverage)
        if is_tiered(instrument):
            return Charge(margin, sized_by)
        return Charge(quantize(margin, self.currency))


def larger_leg(held: Holding) -> Decimal:
    """Return the margin of the larger direction: positions, orders on their way and pending orders.

    Source: MT5, hedged margin calculated by the larger leg.
    """
    reserved = held.reserved()
    filled = held.filled()
    return max(
        held.margin([held.charge(filled[side]), *(charge for (of, _), charge in reserved.items() if of is side)])
        for side in Side
    )


def basic_hedged(held: Holding) -> Decimal:
    """Return the margin of the uncovered lots, of the covered ones by their hedged size, and of pending orders.

    Orders on their way count as filled where that is more, so they can only raise the margin. With fixed initial and
    maintenance amounts they are charged on top of what is held: covered lots the hedged amount, others the initial.
    Source: MT5, hedged margin, basic calculation, and its specifics of fixed margin.
    """
    pending = list(held.reserved().values())
    positions = _covered_and_uncovered(held, held.positions)
    if held.has_in_flight and held.instrument.initial_margin and held.instrument.maintenance_margin:
        return held.margin([*positions, *_fixed_on_its_way(held), *pending])
    margin = held.margin([*positions, *pending])
    if not held.has_in_flight:
        return margin
    return max(margin, held.margin([*_covered_and_uncovered(held, held.filled()), *pending]))


def netted(held: Holding) -> Decimal:
    """Return the margin of a netting account's position and orders.

    The larger of the two directions counts, limits and what is opposed to the position included; other stops and
    stop-limits are charged on top. Orders on their way count as filled where that is more.
    Source: MT5, margin of retail forex, netting.
    """
    margin = _netted_legs(held, held.positions)
    if not held.has_in_flight:
        return margin
    return max(margin, _netted_legs(held, _net(held)))


def exchange_sides(held: Holding) -> dict[Side, Decimal]:
    """Return the margin of the position with all buy orders and with all sell orders; the larger one is charged.

    A position is collateral on the other side. Stops and market orders count at their own price, stop-limits at their
    limit.
    Source: MT5, margin of exchange futures.
    """
    sides = {}
    for side in Side:
        orders = [*held.in_flight[side], *(e for (of, _), es in held.pending.items() if of is side for e in es)]
        own, opposite = held.positions[side], held.positions[side.opposite]
        charged, credited = (exchange_margin(held.instrument, side, part) for part in ([*own, *orders], opposite))
        sides[side] = quantize(charged - credited, held.currency)
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


def _covered_and_uncovered(held: Holding, legs: Legs) -> list[Charge]:
    buys, sells = combined(legs[Side.BUY]), combined(legs[Side.SELL])
    larger, covered = (buys, sells.volume) if buys.volume > sells.volume else (sells, buys.volume)
    charges = [held.charge([replace(larger, volume=larger.volume - covered)])]
    if covered:
        rate = (buys.rate + sells.rate) / 2
        whole = combined([*legs[Side.BUY], *legs[Side.SELL]])
        charges.append(held.charge_covered(replace(whole, volume=covered, rate=rate)))
    return charges


def _fixed_on_its_way(held: Holding) -> list[Charge]:
    charges = []
    for side in Side:
        arriving = combined(held.in_flight[side])
        own, opposite = combined(held.positions[side]), combined(held.positions[side.opposite])
        covered = min(arriving.volume, max(opposite.volume - own.volume, ZERO))
        charges.append(held.charge([replace(arriving, volume=arriving.volume - covered)]))
        if covered:
            rate = (arriving.rate + opposite.rate) / 2
            charges.append(held.charge_covered(replace(arriving, volume=covered, rate=rate)))
    return charges


def _netted_legs(held: Holding, positions: Legs) -> Decimal:
    legs = {side: [held.charge(positions[side])] for side in Side}
    on_top: list[Charge] = []
    for (side, kind), charge in held.reserved().items():
        (legs[side] if kind is OrderType.LIMIT or positions[side.opposite] else on_top).append(charge)
    return max(held.margin([*leg, *on_top]) for leg in legs.values())


def _net(held: Holding) -> Legs:
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
