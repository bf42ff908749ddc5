"""`request.security` and `request.security_lower_tf`: an expression computed on bars of another timeframe or symbol.

The expression is a script of its own, with a context of its own. A higher timeframe of the chart's symbol is put
together from the chart's bars; other symbols and lower timeframes come from whoever runs the script. On the history a
bar of a higher timeframe is seen when it has closed, with lookahead from its first moment; in real time it is seen as
it is so far.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from analytics.pine.broker.idle import IdleBroker
from analytics.pine.generator.loops import Budget
from analytics.pine.generator.support import Keeping
from analytics.pine.heikin_ashi import named_within, smooth
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.calendars import calendar_of
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.messages import warn
from analytics.pine.runtime.snapshots import Snapshot
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

Market = Callable[[str, Timeframe], tuple[Symbol, Sequence[Bar]] | None]
"""Returns the bars of a symbol in a timeframe, None where there is no such symbol."""
Maker = Callable[..., Callable[[], Any]]
MOST_FEEDS = 40
MOST_FEEDS_IN_ALL = 127


class Feed:
    """One expression on the bars of one symbol and timeframe; `starts` and `ends` are when these open and close."""

    def __init__(self, chart: Context, keep: Keeping, symbol: Symbol, timeframe: Timeframe, bars: list[Bar]) -> None:
        self.chart = chart
        self.calendar = calendar_of(symbol)
        self.context = Context(
            symbol=symbol,
            timeframe=timeframe,
            bars=bars,
            declaration=chart.declaration,
            main_timeframe=chart.main_timeframe or chart.timeframe,
            broker=chart.broker and IdleBroker(chart.broker.settings, symbol),
            now=chart.now,
            rates=chart.rates,
        )
        self.keep = Keeping(keep.market, keep.asked)
        self.budget = Budget()
        self.bar: Callable[[], Any]
        self.starts: list[int] = [bar.time for bar in bars]
        self.ends = [self.calendar.bar_closing(bar.time, timeframe) for bar in bars]
        self.values: list[Any] = []
        self.before: Any = None

    def at(self, place: int, *, fresh: bool = False) -> Any:
        """Return the value on a bar; a fresh one is computed again, because its bar has changed."""
        values = self.values
        while len(values) <= place:
            if len(values) == len(self.context.bars) - 1:
                self.before = self._save()
            values.append(self._compute(len(values)))
        if fresh and place == len(values) - 1 and self.before is not None:
            self._restore(self.before)
            values[place] = self._compute(place)
        return values[place]

    def _compute(self, place: int) -> Any:
        self.context.begin(place)
        return self.bar()

    def _save(self) -> Any:
        kept = self.keep.save()
        return kept, Snapshot(value for values in kept[2] for value in values), self.context.save()

    def _restore(self, saved: Any) -> None:
        kept, contents, context = saved
        self.keep.restore(kept)
        contents.restore()
        self.context.restore(context)

    def closed(self, moment: int) -> int:
        """Return the last bar that has closed by a moment, -1 if none has."""
        return bisect_right(self.ends, moment) - 1

    def opened(self, moment: int) -> int:
        """Return the last bar that has opened by a moment."""
        return bisect_right(self.starts, moment) - 1

    def keep_last(self, count: int) -> None:
        """Forget the bars before the last ones, as if there were none; nothing has been computed yet."""
        for bars in (self.context.bars, self.starts, self.ends):
            del bars[:-count]


class ChartFeed(Feed):
    """A feed whose bars are put together from the chart's own: `whole`, which may be smoothed to Heikin-Ashi."""

    def __init__(self, chart: Context, keep: Keeping, timeframe: Timeframe, *, smoothed: bool = False) -> None:
        super().__init__(chart, keep, chart.symbol, timeframe, [])
        self.same = timeframe == chart.timeframe
        self.smoothed = smoothed
        self.whole: list[Bar] = [] if smoothed else self.context.bars
        # Of the first smoothed candle, if those before it are forgotten.
        self.opening: float | None = None
        self.firsts: list[int] = []
        self.grouped = 0
        self.following = 0
        self.follow()

    def follow(self) -> None:
        """Take in the bars of the chart that have come, and the last one as it is now."""
        bars = self.chart.bars
        for index in range(self.grouped, len(bars)):
            bar = bars[index]
            if self.same or bar.time >= self.following or not self.firsts:
                start = bar.time
                if not self.same:
                    start, self.following = self.calendar.bar(bar.time, self.context.timeframe)
                self.firsts.append(index)
                self.starts.append(start)
                self.ends.append(self.calendar.bar_closing(start, self.context.timeframe))
                self.whole.append(bar._replace(time=start))
            else:
                self.whole[-1] = self.whole[-1].and_then(bar)
        self.grouped = len(bars)
        self._smooth()

    def _smooth(self) -> None:
        """Bring the bars up to date of which the last may have changed since."""
        if self.smoothed:
            del self.context.bars[-1:]
            smooth(self.whole, self.context.bars, self.opening)

    def keep_last(self, count: int) -> None:
        """Forget the bars before the last ones, as if there were none."""
        super().keep_last(count)
        del self.firsts[:-count]
        if self.smoothed and len(self.whole) > count:
            del self.whole[:-count]
            self.opening = self.context.bars[0].open

    def refresh(self) -> None:
        """Take in the bars of the chart that have come, and put the last bar together from these as they are now.

        A bar that has closed since it was asked for is computed again: nobody may have asked for it as it closed.
        """
        if self.firsts and self.grouped < len(self.chart.bars):
            known, computed = len(self.starts), self.context.bars[-1]
            self._put_together(self.grouped)
            self.follow()
            has_changed = self.context.bars[known - 1] != computed
            if has_changed and len(self.starts) > known == len(self.values) and self.before is not None:
                self._restore(self.before)
                self.values.pop()
        else:
            self.follow()
        self._put_together(len(self.chart.bars))

    def _put_together(self, end: int) -> None:
        """Put the last bar together from the chart's before a place."""
        first = self.firsts[-1]
        bars = self.chart.bars
        whole = bars[first]._replace(time=self.starts[-1])
        for bar in bars[first + 1 : end]:
            whole = whole.and_then(bar)
        self.whole[-1] = whole
        self._smooth()


class Asking:
    """A place that asks for values on other bars."""

    def __init__(self, context: Context, keep: Keeping, make: Maker, inputs: tuple[Any, ...], missing: Any) -> None:
        self.context = context
        self.keep = keep
        self.make = make
        self.inputs = inputs
        self.missing = missing
        self.feeds: dict[tuple[str, str], Feed | None] = {}
        self.calendar = calendar_of(context.symbol)

    def feed(self, symbol: str, timeframe: str, *, ignore: bool, count: float) -> Feed | None:
        """Return the feed of a symbol and timeframe, None if there is no such symbol and that is to be ignored.

        Of more than `count` bars it has the last ones only.
        """
        key = (symbol, timeframe)
        if key in self.feeds:
            return self.feeds[key]
        if len(self.feeds) >= MOST_FEEDS:
            message = f"One call may ask for {MOST_FEEDS} symbols and timeframes at most."
            raise LimitReached("too-many-requests", message)
        if len(self.keep.asked) >= MOST_FEEDS_IN_ALL:
            message = f"All calls together may ask {MOST_FEEDS_IN_ALL} times for a symbol and timeframe at most."
            raise LimitReached("too-many-requests", message)
        self.keep.asked.append(key)
        chart = self.context
        frame = Timeframe.parse(timeframe) if timeframe else chart.timeframe
        smoothed = named_within(symbol)
        symbol = (symbol if smoothed is None else smoothed) or chart.symbol.tickerid
        own = symbol in (chart.symbol.tickerid, chart.symbol.ticker)
        of_ticks = frame.unit == "T"  # candles of ticks nobody has, whatever else there is
        feed: Feed | None = None
        if own and (frame == chart.timeframe or (not of_ticks and frame.seconds > chart.timeframe.seconds)):
            feed = ChartFeed(chart, self.keep, frame, smoothed=smoothed is not None)
        else:
            found = None if of_ticks or self.keep.market is None else self.keep.market(symbol, frame)
            if found is not None:
                bars = list(found[1])
                if smoothed is not None:
                    bars = []
                    smooth(found[1], bars)
                feed = Feed(chart, self.keep, found[0], frame, bars)
            elif self.keep.market is None:
                self._tell_missing(symbol, frame)
            elif not ignore:
                raise PineRuntimeError(f'There are no bars of "{symbol}" in the timeframe "{frame.period}" here.')
        if feed is not None:
            self._shorten(feed, count)
            self.begin(feed)
        self.feeds[key] = feed
        return feed

    def _shorten(self, feed: Feed, count: float) -> None:
        """Leave a feed its last `count` bars, and no more than fit into the part of the history a script declares."""
        declared = self.context.declaration.calc_bars_count
        if declared > 0:
            frame, own = feed.context.timeframe.seconds, (self.context.main_timeframe or self.context.timeframe).seconds
            feed.keep_last(max(declared * own // frame, 1))
        if count == count and count > 0:
            feed.keep_last(int(count))

    def _tell_missing(self, symbol: str, frame: Timeframe) -> None:
        """Say that nobody here has other bars: the script goes on, and sees na."""
        missing = f'There are no bars of "{symbol}" in the timeframe "{frame.period}" here'
        warn(self.context, f"{missing}: what is asked of them is na.")

    def begin(self, feed: Feed) -> None:
        """Make the expression a script of its own on the bars of a feed."""
        feed.bar = self.make(feed.context, feed.keep, feed.budget, *self.inputs)

    def save(self) -> None:
        """Return nothing: a feed goes back by itself when the bar it is on has changed."""

    def restore(self, saved: None) -> None:
        """Do nothing, for the same reason."""


class Requested(Asking):
    """A place that calls `request.security`."""

    def __call__(
        self, symbol: str, timeframe: str, gaps: bool, lookahead: bool, ignore: bool, currency: Any, count: Any
    ) -> Any:
        feed = self.feed(symbol, timeframe, ignore=ignore, count=count)
        if feed is None:
            return self.missing
        context = self.context
        if context.is_realtime and isinstance(feed, ChartFeed):
            return self._now(feed, gaps=gaps)
        place, before = self._places(feed, lookahead=lookahead)
        if place < 0 or (gaps and place == before):
            return self.missing
        return feed.at(place)

    def _places(self, feed: Feed, *, lookahead: bool) -> tuple[int, int]:
        """Return which bar is seen on this bar of the chart, and which was on the one before."""
        bars, index = self.context.bars, self.context.bar_index
        times = [bars[index].time, bars[index - 1].time if index else -1]
        if lookahead:
            return feed.opened(times[0]), feed.opened(times[1])
        frame = self.context.timeframe
        moments = [self.calendar.bar_closing(time, frame) if time >= 0 else -1 for time in times]
        return feed.closed(moments[0]), feed.closed(moments[1])

    def _now(self, feed: ChartFeed, *, gaps: bool) -> Any:
        feed.refresh()
        place = len(feed.starts) - 1
        end = self.calendar.bar_closing(self.context.time, self.context.timeframe)
        value = feed.at(place, fresh=True)
        return self.missing if gaps and end < feed.ends[place] else value


class RequestedInside(Asking):
    """A place that calls `request.security_lower_tf`: the values on all bars inside the chart's bar."""

    def __call__(
        self, symbol: str, timeframe: str, ignore: bool, currency: Any, ignore_timeframe: bool, count: Any
    ) -> Any:
        feed = self.feed(symbol, timeframe, ignore=ignore or ignore_timeframe, count=count)
        if feed is None:
            return []
        moves = False
        if self.context.is_realtime and isinstance(feed, ChartFeed):
            feed.refresh()
            moves = True
        time = self.context.time
        end = self.calendar.bar_closing(time, self.context.timeframe)
        places = range(bisect_left(feed.starts, time), bisect_left(feed.starts, end))
        return [feed.at(place, fresh=moves) for place in places]
