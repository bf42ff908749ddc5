"""The bars of a shorter timeframe inside each bar of the chart, on which a strategy's orders fill more exactly."""

from bisect import bisect_left
from collections.abc import Sequence

from analytics.pine.requested import Market
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.calendars import calendar_of
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.timeframes import Timeframe

_SHORTER = (
    (60, "10S"),
    (300, "30S"),
    (600, "1"),
    (900, "2"),
    (1_800, "5"),
    (3_600, "10"),
    (14_400, "30"),
    (86_400, "60"),
)
"""Up to how many seconds of a chart's bar which timeframe is taken."""
_LONGEST = "240"
_OTHERS = ("1", "5", "15", "30", "60")


class Magnifier:
    """Asks the market once; where it has no shorter bars, orders fill along the assumed path."""

    def __init__(self, context: Context, market: Market) -> None:
        self._calendar = calendar_of(context.symbol)
        self._timeframe = context.timeframe
        self._bars: Sequence[Bar] = ()
        chart = context.timeframe.seconds
        wanted = next((shorter for most, shorter in _SHORTER if chart <= most), _LONGEST)
        for period in (wanted, *_OTHERS):
            timeframe = Timeframe.parse(period)
            found = market(context.symbol.tickerid, timeframe) if timeframe.seconds < chart else None
            if found is not None and found[1]:
                self._bars = found[1]
                break
        self._starts = [bar.time for bar in self._bars]

    def inside(self, bar: Bar) -> Sequence[Bar]:
        """Return the shorter bars that make up a bar."""
        end = self._calendar.bar_closing(bar.time, self._timeframe)
        return self._bars[bisect_left(self._starts, bar.time) : bisect_left(self._starts, end)]
