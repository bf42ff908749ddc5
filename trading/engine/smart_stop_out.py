"""The smallest closings that end a stop-out: trim the position that holds the most margin, by whole volume steps."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from forexpro.core.money import ZERO
from trading.engine.decision import Decision
from trading.engine.events import CloseReason
from trading.engine.execution import close_at_market
from trading.engine.margin import margin_required
from trading.engine.market import Market
from trading.engine.state import AccountState, HedgedMargin, Position, PositionMode, Side
from trading.engine.valuation import value_account

Closings = tuple[tuple[Position, Decimal], ...]


def smallest_closings(decision: Decision, positions: Sequence[Position]) -> Closings:
    """Return what to close of `positions`, which can be closed and of which the worst is first.

    It is the least volume of the position that holds the most margin after which the account is above its stop-out
    level: one step less would leave it there. Where all of it is not enough, it is as much as sets margin free. Where
    no position alone sets any free, because an opposite one covers it, two opposite ones are trimmed together; where
    none do, the worst position goes whole.
    """
    state, market = decision.state, decision.market
    largest_first = sorted(positions, key=lambda position: (-_own_margin(state, market, position), position.id))
    for holding in (*_alone(state, market, largest_first), *_in_pairs(state, market, largest_first)):
        if holding.relief > 0:
            return holding.trimmed(lambda closings: _is_enough(decision, closings))
    return ((positions[0], positions[0].volume),)


@dataclass(frozen=True, slots=True)
class _Holding:
    """Positions of one symbol that are trimmed together, by up to `limit` lots each."""

    state: AccountState
    market: Market
    positions: tuple[Position, ...]
    limit: Decimal

    @property
    def steps(self) -> int:
        step = self.market.instrument(self.positions[0].symbol).volume_step
        return int((self.limit / step).to_integral_value(rounding=ROUND_CEILING))

    @property
    def relief(self) -> Decimal:
        """The margin that trimming to the limit sets free, in account currency."""
        return self._margin(()) - self._margin(self.closings(self.steps))

    def closings(self, steps: int) -> Closings:
        """Return the closings of so many volume steps; a rest below the smallest volume goes too."""
        instrument = self.market.instrument(self.positions[0].symbol)
        volume = min(max(steps * instrument.volume_step, instrument.volume_min), self.limit)
        return tuple(
            (position, position.volume if position.volume - volume < instrument.volume_min else volume)
            for position in self.positions
        )

    def trimmed(self, is_enough: Callable[[Closings], bool]) -> Closings:
        """Return the least closings that are enough, or else the least that set as much margin free as all do."""
        least = self._margin(self.closings(self.steps))
        if not is_enough(self.closings(self.steps)):
            return self._first(lambda closings: self._margin(closings) <= least)
        return self._first(is_enough)

    def _first(self, holds: Callable[[Closings], bool]) -> Closings:
        steps = range(1, self.steps + 1)
        return self.closings(steps[bisect_left(steps, True, hi=len(steps) - 1, key=lambda n: holds(self.closings(n)))])

    def _margin(self, closings: Closings) -> Decimal:
        symbol = self.positions[0].symbol
        closed = {position.id: volume for position, volume in closings}
        left = (
            replace(position, volume=position.volume - closed.get(position.id, ZERO))
            for position in self.state.positions.values()
            if position.symbol == symbol
        )
        state = replace(
            self.state,
            positions={position.id: position for position in left if position.volume},
            orders={id: order for id, order in self.state.orders.items() if order.symbol == symbol},
        )
        return margin_required(state, self.market)


def _own_margin(state: AccountState, market: Market, position: Position) -> Decimal:
    """Return the margin of a position as if nothing else were held."""
    return margin_required(replace(state, positions={position.id: position}, orders={}), market)


def _alone(state: AccountState, market: Market, positions: Sequence[Position]) -> Iterator[_Holding]:
    for position in positions:
        limit = min(position.volume, _uncovered(state, position))
        if limit > 0:
            yield _Holding(state, market, (position,), limit)


def _in_pairs(state: AccountState, market: Market, positions: Sequence[Position]) -> Iterator[_Holding]:
    """Yield the first long and the first short of each symbol."""
    first: dict[tuple[str, Side], Position] = {}
    for position in positions:
        first.setdefault((position.symbol, position.side), position)
    for (symbol, side), position in first.items():
        opposite = first.get((symbol, side.opposite))
        if opposite is not None and side is Side.BUY:
            yield _Holding(state, market, (position, opposite), min(position.volume, opposite.volume))


def _uncovered(state: AccountState, position: Position) -> Decimal:
    """Return how much of a position can go before the margin rises again, as covered lots become uncovered."""
    policy = state.policy
    if policy.position_mode is PositionMode.NETTING or policy.hedged_margin is HedgedMargin.LARGER_LEG:
        return position.volume
    held = (other for other in state.positions.values() if other.symbol == position.symbol)
    return sum((position.side.sign * other.side.sign * other.volume for other in held), ZERO)


def _is_enough(decision: Decision, closings: Closings) -> bool:
    attempt = Decision(decision.state, decision.market)
    for position, volume in closings:
        quote = decision.market.quote(position.symbol)
        close_at_market(attempt, position, volume, quote, CloseReason.STOP_OUT, {})
    return not value_account(attempt.state, decision.market).is_stopped_out(decision.state.policy)
