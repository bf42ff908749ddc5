"""How the positions and orders of one symbol offset each other in its margin: hedged, netted, on an exchange."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from forexpro.core.money import ZERO, quantize
from trading.engine.margin_formulae import Exposure, combined, exposure_margin
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

    def charge(self, exposures: Sequence[Exposure]) -> Decimal:
        """Return the margin of exposures in one direction, rounded: each part of a margin is, before they are added."""
        return quantize(exposure_margin(self.instrument, exposures, self.leverage), self.currency)

    def charge_covered(self, covered: Exposure) -> Decimal:
        """Return the margin of covered lots by their hedged size, or their hedged amount where margin is fixed."""
        hedged = self.instrument.hedged_margin
        if hedged is None:
            return self.charge([covered])
        if self.instrument.initial_margin:
            return self.charge([replace(covered, amount=hedged)])
        sized = replace(self.instrument, contract_size=hedged)
        return quantize(exposure_margin(sized, [covered], self.leverage), self.currency)

    def reserved(self) -> dict[tuple[Side, OrderType], Decimal]:
        """Return what pending orders reserve, each type of each side by itself."""
        return {kind: self.charge(exposures) for kind, exposures in self.pending.items()}


def larger_leg(held: Holding) -> Decimal:
    """Return the margin of the larger direction: positions, orders on their way and pending orders.

    Source: MT5, hedged margin calculated by the larger leg.
    """
    reserved = held.reserved()
    filled = held.filled()
    return max(
        held.charge(filled[side]) + sum((margin for (of, _), margin in reserved.items() if of is side), ZERO)
        for side in Side
    )


def basic_hedged(held: Holding) -> Decimal:
    """Return the margin of the uncovered lots, of the covered ones by their hedged size, and of pending orders.

    Orders on their way count as filled where that is more, so they can only raise the margin. With fixed initial and
    maintenance amounts they are charged on top of what is held: covered lots the hedged amount, others the initial.
    Source: MT5, hedged margin, basic calculation, and its specifics of fixed margin.
    """
    pending = sum(held.reserved().values(), ZERO)
    margin = _covered_and_uncovered(held, held.positions)
    if not held.has_in_flight:
        return margin + pending
    if held.instrument.initial_margin and held.instrument.maintenance_margin:
        return margin + _fixed_on_its_way(held) + pending
    return max(margin, _covered_and_uncovered(held, held.filled())) + pending


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

    A position is collateral on the other side. Stops and market orders count at their own price.
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


def _covered_and_uncovered(held: Holding, legs: Legs) -> Decimal:
    buys, sells = combined(legs[Side.BUY]), combined(legs[Side.SELL])
    larger, covered = (buys, sells.volume) if buys.volume > sells.volume else (sells, buys.volume)
    margin = held.charge([replace(larger, volume=larger.volume - covered)])
    if covered:
        rate = (buys.rate + sells.rate) / 2
        whole = combined([*legs[Side.BUY], *legs[Side.SELL]])
        margin += held.charge_covered(replace(whole, volume=covered, rate=rate))
    return margin


def _fixed_on_its_way(held: Holding) -> Decimal:
    margin = ZERO
    for side in Side:
        arriving = combined(held.in_flight[side])
        own, opposite = combined(held.positions[side]), combined(held.positions[side.opposite])
        covered = min(arriving.volume, max(opposite.volume - own.volume, ZERO))
        margin += held.charge([replace(arriving, volume=arriving.volume - covered)])
        if covered:
            rate = (arriving.rate + opposite.rate) / 2
            margin += held.charge_covered(replace(arriving, volume=covered, rate=rate))
    return margin


def _netted_legs(held: Holding, positions: Legs) -> Decimal:
    legs = {side: held.charge(positions[side]) for side in Side}
    on_top = ZERO
    for (side, kind), margin in held.reserved().items():
        if kind is OrderType.LIMIT or positions[side.opposite]:
            legs[side] += margin
        else:
            on_top += margin
    return max(legs.values()) + on_top


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
