"""What is seen of a bar of the history at each price on its assumed way, as if it were still forming."""

from collections.abc import Iterator, Sequence

from analytics.pine.broker.path import path_of
from analytics.pine.broker.rounding import Grid
from analytics.pine.runtime.bars import Bar


def forming(bar: Bar, inside: Sequence[Bar], grid: Grid) -> Iterator[Bar]:
    """Return a bar as it is at each of its prices: four, or four of each shorter bar inside.

    The price goes to the nearer extreme first, and each of the four brings a quarter of the volume.
    """
    high, low, volume = bar.open, bar.open, 0.0
    for part in inside or (bar,):
        ticks = path_of(grid, *(grid.nearest(price) for price in (part.open, part.high, part.low, part.close)))
        extremes = (part.high, part.low) if ticks[1] > ticks[2] else (part.low, part.high)
        for number, price in enumerate((part.open, *extremes, part.close), start=1):
            high, low = max(high, price), min(low, price)
            yield Bar(bar.time, bar.open, high, low, price, volume + part.volume * number / 4)
        volume += part.volume
