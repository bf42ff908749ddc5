"""Moments and timeframes: `time`, `timestamp`, `timeframe.*`, `session.*`, the parts of dates."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, PerCall, Variable
from analytics.pine.runtime.calendars import Calendar, calendar, calendar_of
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.date_texts import moment_of_text
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.state import State
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA, is_na
from analytics.pine.runtime.zones import local, moment, zone

_MOST_PARTS = 6
_SOME_YEAR, _CYCLE_YEARS = 2000, 400
_CYCLE_MILLISECONDS = 146_097 * 86_400_000
_FARTHEST_AHEAD = 500


class TimeframeChange(State):
    """Whether the bar is the first of a bar of a larger timeframe; never the first bar that is known."""

    __slots__ = ("bar", "context", "end", "start", "text", "timeframe")
    passing = frozenset({"context", "timeframe", "text"})

    def __init__(self, context: Context) -> None:
        self.context = context
        self.text = ""
        self.timeframe = context.timeframe
        self.bar = -1
        self.start = 0
        self.end = 0

    def __call__(self, timeframe: str) -> bool:
        context = self.context
        if timeframe != self.text:
            self.timeframe = _timeframe(context, timeframe)
            self.text = timeframe
            self.bar = -1
        index = context.bar_index
        if index == 0:
            self.bar = 0
            self.start, self.end = calendar_of(context.symbol).bar(context.time, self.timeframe)
            return False
        if self.bar != index - 1:
            before = context.bars[index - 1].time
            self.start, self.end = calendar_of(context.symbol).bar(before, self.timeframe)
        self.bar = index
        if self.start <= context.time < self.end:
            return False
        self.start, self.end = calendar_of(context.symbol).bar(context.time, self.timeframe)
        return True


def _timeframe(context: Context, text: str | None) -> Timeframe:
    return Timeframe.parse(text) if text else context.timeframe


def period(context: Context, timeframe: Timeframe) -> str:
    """Return a timeframe as text; before version 6 a single day is `D`, from then on `1D`."""
    if context.declaration.version < 6 and timeframe.multiplier == 1 and timeframe.unit in ("D", "W", "M"):
        return timeframe.unit
    return timeframe.period


def in_seconds(context: Context, timeframe: str | None = "") -> int:
    """Return how many seconds a bar of a timeframe lasts."""
    return _timeframe(context, timeframe).seconds


def from_seconds(context: Context, seconds: float) -> str:
    """Return the timeframe of a number of seconds, rounded up to one that there is."""
    if is_na(seconds) or seconds < 1:
        raise PineRuntimeError("timeframe.from_seconds needs a number of seconds of at least 1.")
    length = int(seconds)
    for unit, size, most in (("M", 2_628_003, 12), ("W", 604_800, 52), ("D", 86_400, 365), ("", 60, 1439)):
        if length % size == 0 and length // size <= most:
            return f"{length // size}{unit}"
    if length < 60:
        return f"{length}S"
    minutes = -(-length // 60)
    return str(minutes) if minutes <= 1440 else f"{min(-(-length // 86_400), 365)}D"


_SESSIONS = frozenset({"regular", "extended"})
"""The symbol's own trading hours; there are no longer ones here."""


class _Asked:
    """What a call of `time` or `time_close` asks for: strings are session and zone, numbers the bars back."""

    def __init__(self, context: Context, timeframe: str | None, rest: tuple[Any, ...]) -> None:
        texts = [value for value in rest if isinstance(value, str)]
        numbers = [int(value) for value in rest if isinstance(value, (int, float)) and not is_na(value)]
        self.timeframe = _timeframe(context, timeframe)
        self.session = texts[0] if texts else ""
        self.zone = texts[1] if len(texts) > 1 and texts[1] else context.symbol.timezone
        if self.session in _SESSIONS:
            self.session, self.zone = context.symbol.hours, context.symbol.timezone
        elif self.session and not self.session.strip()[:1].isdigit():
            # What begins with no hour is no hours of its own.
            self.session = context.symbol.hours
        self.shift = numbers[1] if len(numbers) > 1 else 0
        self.at = _bar_time(context, numbers[0] if numbers else 0)

    def bar(self, context: Context) -> tuple[int, int] | None:
        """Return when the bar asked for opens and closes, or None if it is outside the session."""
        at: int | None = self.at
        if at is None:
            return None
        bounds = self._bounds(context, at)
        for _ in range(abs(self.shift)):
            if bounds is None:
                return None
            bounds = self._bounds(context, self._hours(context).last_before(bounds[0]) if self.shift > 0 else bounds[2])
        return None if bounds is None else bounds[:2]

    def _hours(self, context: Context) -> Calendar:
        return calendar(self.session, self.zone) if self.session else calendar_of(context.symbol)

    def _bounds(self, context: Context, at: int) -> tuple[int, int, int] | None:
        hours = self._hours(context)
        if not self.session:
            start, following = hours.bar(at, self.timeframe)
            return start, hours.bar_closing(at, self.timeframe), following
        span = hours.span_around(at)
        if span is None:
            return None
        if self.timeframe.is_intraday:
            length = self.timeframe.seconds * 1000
            start = span[0] + (at - span[0]) // length * length
            return start, min(start + length, span[1]), start + length
        if self.timeframe == Timeframe(1, "D"):
            return span[0], span[1], span[1]
        start, following = hours.bar(at, self.timeframe)
        return start, hours.bar_closing(at, self.timeframe), following


def _bar_time(context: Context, back: int) -> int | None:
    index = context.bar_index - back
    if index < 0 or -back > _FARTHEST_AHEAD:
        return None
    if index < len(context.bars):
        return context.bars[index].time if back else context.time
    return context.time - back * context.timeframe.seconds * 1000


def time_of(context: Context, timeframe: str | None, *rest: Any) -> float:
    """Return when the bar of a timeframe opens, na outside a session."""
    bounds = _Asked(context, timeframe, rest).bar(context)
    return NA if bounds is None else bounds[0]


def time_close_of(context: Context, timeframe: str | None, *rest: Any) -> float:
    """Return when the bar of a timeframe closes, na outside a session."""
    bounds = _Asked(context, timeframe, rest).bar(context)
    return NA if bounds is None else bounds[1]


def bar_closing(context: Context) -> int:
    """Return when the current bar closes."""
    return calendar_of(context.symbol).bar_closing(context.time, context.timeframe)


def trading_day(context: Context) -> int:
    """Return midnight UTC of the trading day the current bar belongs to."""
    day = calendar_of(context.symbol).day_of(context.time)
    return moment(datetime(day.year, day.month, day.day, tzinfo=UTC))


def timestamp(context: Context, *parts: Any) -> float:
    """Return a moment from a text, or from year, month, day, hour, minute and second, a zone before them if wanted."""
    if len(parts) == 1:
        return moment_of_text(parts[0])
    where = context.symbol.timezone
    if isinstance(parts[0], str) or len(parts) > _MOST_PARTS:
        where, parts = parts[0] or where, parts[1:]
    # A missing part counts as 0, and parts beyond their measure go over into the next.
    given = [0 if is_na(part) else int(part) for part in parts]
    year, month, day, hour, minute, second = given + [0] * (_MOST_PARTS - len(given))
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    # Every 400 years the calendar is the same again.
    cycles = (year - _SOME_YEAR) // _CYCLE_YEARS
    try:
        wall = datetime(year - cycles * _CYCLE_YEARS, month, 1) + timedelta(  # noqa: DTZ001  # its zone follows
            days=day - 1, hours=hour, minutes=minute, seconds=second
        )
    except (ValueError, OverflowError) as error:
        raise PineRuntimeError(f"There is no date {year}-{month}-{day}.") from error
    return moment(wall.replace(tzinfo=zone(where))) + cycles * _CYCLE_MILLISECONDS


_PARTS: dict[str, Callable[[datetime], int]] = {
    "year": lambda when: when.year,
    "month": lambda when: when.month,
    "weekofyear": lambda when: when.isocalendar().week,
    "dayofmonth": lambda when: when.day,
    "dayofweek": lambda when: when.isoweekday() % 7 + 1,
    "hour": lambda when: when.hour,
    "minute": lambda when: when.minute,
    "second": lambda when: when.second,
}


def _variable(part: Callable[[datetime], int]) -> Variable:
    return Variable(lambda context: part(local(context.time, zone(context.symbol.timezone))))


def _function(part: Callable[[datetime], int]) -> OfContext:
    def of(context: Context, milliseconds: float, timezone: str | None = None) -> float:
        if is_na(milliseconds):
            return NA
        return part(local(milliseconds, zone(timezone or context.symbol.timezone)))

    return OfContext(of)


def _length(context: Context) -> int:
    return context.timeframe.seconds * 1000


def is_first_bar_of_session(context: Context, index: int) -> bool:
    """Return whether a bar is the first of its trading day."""
    if not context.timeframe.is_intraday:
        return True
    hours = calendar_of(context.symbol)
    time = context.bars[index].time
    day = hours.day_of(time)
    if index:
        return hours.day_of(context.bars[index - 1].time) != day
    return time <= hours.opening(day) < time + _length(context)


def is_last_bar_of_session(context: Context) -> bool:
    """Return whether the current bar is the last of its trading day."""
    if not context.timeframe.is_intraday:
        return True
    hours = calendar_of(context.symbol)
    return context.time + _length(context) >= hours.closing(hours.day_of(context.time))


def is_market(context: Context) -> bool:
    """Return whether the current bar lies in trading hours."""
    if not context.timeframe.is_intraday:
        return True
    hours: Calendar = calendar_of(context.symbol)
    return hours.overlaps(context.time, context.time + _length(context))


BINDINGS: dict[str, Binding] = {
    "time": Variable(lambda context: context.time),
    "time_close": Variable(bar_closing),
    "time_tradingday": Variable(trading_day),
    "timenow": Variable(lambda context: context.now()),
    "time()": OfContext(time_of),
    "time_close()": OfContext(time_close_of),
    "timestamp": OfContext(timestamp),
    **{name: _variable(part) for name, part in _PARTS.items()},
    **{f"{name}()": _function(part) for name, part in _PARTS.items()},
    "timeframe.change": PerCall(TimeframeChange),
    "timeframe.in_seconds": OfContext(in_seconds),
    "timeframe.from_seconds": OfContext(from_seconds),
    "timeframe.period": Variable(lambda context: period(context, context.timeframe)),
    "timeframe.main_period": Variable(lambda context: period(context, context.main_timeframe or context.timeframe)),
    "timeframe.multiplier": Variable(lambda context: context.timeframe.multiplier),
    "timeframe.isintraday": Variable(lambda context: context.timeframe.is_intraday),
    "timeframe.isminutes": Variable(lambda context: context.timeframe.unit == ""),
    "timeframe.isseconds": Variable(lambda context: context.timeframe.unit == "S"),
    "timeframe.isticks": Variable(lambda context: context.timeframe.unit == "T"),
    "timeframe.isdaily": Variable(lambda context: context.timeframe.unit == "D"),
    "timeframe.isweekly": Variable(lambda context: context.timeframe.unit == "W"),
    "timeframe.ismonthly": Variable(lambda context: context.timeframe.unit == "M"),
    "timeframe.isdwm": Variable(lambda context: not context.timeframe.is_intraday),
    "session.isfirstbar": Variable(lambda context: is_first_bar_of_session(context, context.bar_index)),
    "session.isfirstbar_regular": Variable(lambda context: is_first_bar_of_session(context, context.bar_index)),
    "session.islastbar": Variable(is_last_bar_of_session),
    "session.islastbar_regular": Variable(is_last_bar_of_session),
    "session.ismarket": Variable(is_market),
    "session.ispremarket": Variable(lambda context: False),
    "session.ispostmarket": Variable(lambda context: False),
}
