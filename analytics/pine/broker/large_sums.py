"""Sums of ten million and more, which TradingView compares in whole ticks of the price and on a grid of those.

There an entry may be refused, or lose a lot, though it could be paid for to a fraction of a tick, and a margin may be
called that is covered to one.
"""

from math import ceil, floor

LARGE = 1e7
"""From which sum on, in the account's currency."""
_DECADES = ((1e11, 50.0), (1e10, 5.0))
_FINEST = 0.5
# From so many ticks on a margin counts in tens of them.
_TENS_FROM = 1e10


def granted(money: float, lots: int, cost_of_lot: float, tick: float) -> int:
    """Return how many of the lots that a sum buys are granted: all, one less, or none.

    Where the sum nearly buys one lot more, that one is judged.
    """
    ticks, of_lot = money / tick, cost_of_lot / tick
    following = (lots + 1) * of_lot
    grid = _grid(following)
    if floor(ticks) >= ceil(following / grid) * grid - grid:
        lots += 1
    cost = lots * of_lot
    grid = _grid(cost)
    steps = ceil(cost / grid)
    if ticks >= steps * grid:
        return lots
    return lots - 1 if steps % 2 else 0


def covers(equity: float, margin: float, tick: float) -> bool:
    """Return whether equity lets an order be placed that needs a margin."""
    cost = margin / tick
    grid = _grid(cost)
    return equity / tick >= ceil(cost / grid) * grid


def covers_fill(equity: float, margin: float, tick: float) -> bool:
    """Return whether equity lets an order fill that needs a margin: in favour of the order."""
    return floor(equity / tick + 0.5) >= floor(margin / tick)


def shortfall(equity: float, margin: float, tick: float) -> float:
    """Return what is missing of the margin of a position, 0 or less if nothing is: against the position."""
    held, needed = floor(equity / tick), margin / tick
    if needed >= _TENS_FROM:
        return (10 * round(needed / 10) - held) * tick
    return 0.0 if held >= floor(needed + 0.5) else max(abs(margin - equity), tick * 1e-6)


def _grid(ticks: float) -> float:
    return next((grid for least, grid in _DECADES if ticks >= least), _FINEST)
