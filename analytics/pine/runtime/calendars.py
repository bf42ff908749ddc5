"""Trading hours: which trading day a moment belongs to, and which bar of a larger timeframe."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.zones import local, moment, zone

_DAY = timedelta(days=1)
_MINUTES_OF_A_DAY = 1440
_SECTION = re.compile(r"([\d,-]+)(?::([1-7]*))?")
_RANGE = re.compile(r"(\d{2})(\d{2})-(\d{2})(\d{2})")
_WORKING_DAYS = "23456"
_REMEMBERED = 5000
"""How many days a calendar remembers the hours of."""
_FORWARD = 14
"""How many days may lie between two trading days."""


class Hours(NamedTuple):
    """A range of minutes of a day on weekdays; a range over midnight belongs to the weekday of its last minute."""

    start: int
    end: int
    weekdays: frozenset[int]

    @property
    def overnight(self) -> bool:
        """Return whether the range begins on the evening before its day."""
        return self.end <= self.start and self.end != 0


def parse_hours(text: str) -> tuple[Hours, ...]:
    """Return the ranges of trading hours written as `0930-1600:23456`: ranges divided by `,`, sections by `|`.

    A lone range is one of all days. Otherwise a section without days takes the working days that no other names, and
    a day that several name belongs to the last of them.
    """
    if text == "24x7":
        text = "0000-0000"
    lone = _RANGE.fullmatch(text.strip())
    if lone is not None:
        return (_hours(lone, "1234567", text),)
    by_day: dict[str, list[re.Match[str]]] = {}
    others: list[re.Match[str]] = []
    for section in _cut(text, "|"):
        form = _SECTION.fullmatch(section.strip())
        ranges = [_RANGE.fullmatch(part) for part in _cut(form[1], ",")] if form else []
        days = (form[2] or "") if form else ""
        found = [each for each in ranges if each is not None]
        if not found or len(found) < len(ranges) or (others and not days):
            raise PineRuntimeError(f'"{text}" is no session: write "0930-1600" or "0930-1600:23456".')
        by_day |= dict.fromkeys(days, found)
        others = others if days else found
    if others:
        by_day |= dict.fromkeys([day for day in _WORKING_DAYS if day not in by_day], others)
    days_of: dict[re.Match[str], str] = {}
    for day, found in by_day.items():
        for each in found:
            days_of[each] = days_of.get(each, "") + day
    return tuple(_hours(each, days, text) for each, days in days_of.items())


def _cut(text: str, sign: str) -> list[str]:
    """Return the parts of a text between signs, without the one behind a sign at its end."""
    return text.removesuffix(sign).split(sign)


def _hours(form: re.Match[str], days: str, text: str) -> Hours:
    start, end = int(form[1]) * 60 + int(form[2]), int(form[3]) * 60 + int(form[4])
    if start >= _MINUTES_OF_A_DAY:
        start -= _MINUTES_OF_A_DAY
        if not 0 < (end or _MINUTES_OF_A_DAY) - start <= _MINUTES_OF_A_DAY:
            raise PineRuntimeError(f'"{text}" is no session: it ends more than a day after it begins.')
    weekdays = frozenset((int(day) + 5) % 7 for day in days)
    return Hours(start % _MINUTES_OF_A_DAY, end % _MINUTES_OF_A_DAY, weekdays)


class Calendar:
    """Trading hours in a time zone."""

    def __init__(self, hours: str, where: tzinfo) -> None:
        self.zone = where
        self.ranges = parse_hours(hours)
        evenings = [hours.start for hours in self.ranges if hours.overnight]
        self.evening = min(evenings) if evenings else None
        self._day: tuple[int, int, date] = (0, 0, date.min)
        self._spans: dict[date, list[tuple[int, int]]] = {}
        self._bars: dict[Timeframe, tuple[int, int, int]] = {}

    def _at(self, day: date, minutes: int) -> int:
        return moment(datetime.combine(day, time(minutes // 60, minutes % 60), self.zone))

    def spans(self, day: date) -> list[tuple[int, int]]:
        """Return the ranges of a trading day as moments, in order."""
        known = self._spans.get(day)
        if known is not None:
            return known
        spans = []
        for hours in self.ranges:
            if day.weekday() in hours.weekdays:
                start = self._at(day - _DAY if hours.overnight else day, hours.start)
                last = (hours.end or _MINUTES_OF_A_DAY) - 1
                end = self._at(day, last) + 60_000  # of an hour that a clock change repeats, the first counts
                spans.append((start, end))
        if len(self._spans) >= _REMEMBERED:
            self._spans.clear()
        self._spans[day] = sorted(spans)
        return self._spans[day]

    def trades_on(self, day: date) -> bool:
        """Return whether a date is a trading day."""
        return any(day.weekday() in hours.weekdays for hours in self.ranges)

    def next_day(self, day: date) -> date:
        """Return the first trading day from a date on."""
        for _ in range(_FORWARD):
            if self.trades_on(day):
                return day
            day += _DAY
        return day

    def day_of(self, milliseconds: int) -> date:
        """Return the trading day a moment belongs to: of closed hours, the next one."""
        start, end, day = self._day
        if start <= milliseconds < end:
            return day
        there = local(milliseconds, self.zone)
        day = there.date()
        if self.evening is not None and there.hour * 60 + there.minute >= self.evening:
            day += _DAY
        trading_day = self.next_day(day)
        self._day = (milliseconds, self._begin(day + _DAY), trading_day)
        return trading_day

    def _begin(self, day: date) -> int:
        """Return the moment from which on everything belongs to a trading day that is open or the next one."""
        if self.evening is not None:
            return self._at(day - _DAY, self.evening)
        return self._at(day, 0)

    def opening(self, day: date) -> int:
        """Return when a trading day opens."""
        return self.spans(day)[0][0]

    def closing(self, day: date) -> int:
        """Return when a trading day closes."""
        return max(end for _, end in self.spans(day))

    def base(self, day: date) -> int:
        """Return the moment from which the intraday bars of a trading day are counted."""
        return self._begin(day) if self.evening is not None else self.opening(day)

    def span_around(self, milliseconds: int) -> tuple[int, int] | None:
        """Return the range of trading hours a moment lies in, if any."""
        day = local(milliseconds, self.zone).date()
        for candidate in (day, day + _DAY):
            for start, end in self.spans(candidate):
                if start <= milliseconds < end:
                    return start, end
        return None

    def last_before(self, milliseconds: int) -> int:
        """Return the last moment of trading before another."""
        if self.span_around(milliseconds - 1):
            return milliseconds - 1
        day = local(milliseconds, self.zone).date() + _DAY
        for _ in range(_FORWARD):
            ends = [end for _, end in self.spans(day) if end <= milliseconds]
            if ends:
                return max(ends) - 1
            day -= _DAY
        return milliseconds - 1

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether there is trading in a range of moments."""
        day = local(start, self.zone).date()
        return any(
            opening < end and closing > start
            for candidate in (day, day + _DAY)
            for opening, closing in self.spans(candidate)
        )

    def bar(self, milliseconds: int, timeframe: Timeframe) -> tuple[int, int]:
        """Return when the bar of a timeframe that a moment lies in opens and when the next one does.

        Days are counted in groups from the first weekday of their year on, weeks from the year's first Monday.
        """
        return self._bar(milliseconds, timeframe)[:2]

    def bar_closing(self, milliseconds: int, timeframe: Timeframe) -> int:
        """Return when the bar of a timeframe that a moment lies in closes."""
        return self._bar(milliseconds, timeframe)[2]

    def _bar(self, milliseconds: int, timeframe: Timeframe) -> tuple[int, int, int]:
        known = self._bars.get(timeframe)
        if known is None or not known[0] <= milliseconds < known[1]:
            known = self._bars[timeframe] = self._find_bar(milliseconds, timeframe)
        return known

    def _find_bar(self, milliseconds: int, timeframe: Timeframe) -> tuple[int, int, int]:
        day = self.day_of(milliseconds)
        if timeframe.is_intraday:
            base = self.base(day)
            length = timeframe.seconds * 1000
            start = base + (milliseconds - base) // length * length
            following = min(start + length, self.base(self.next_day(day + _DAY)))
            return start, following, min(following, max(self.closing(day), start + 1))
        first, next_date = self.period(day, timeframe)
        opening = self.opening(self.next_day(first))
        return opening, self.opening(self.next_day(next_date)), self.closing(self._day_before(next_date))

    def period(self, day: date, timeframe: Timeframe) -> tuple[date, date]:
        """Return the first date of the group of days, weeks or months that a trading day is in, and of the next."""
        count = timeframe.multiplier
        if timeframe.unit == "M":
            months = (day.year * 12 + day.month - 1) // count * count
            return date(months // 12, months % 12 + 1, 1), date((months + count) // 12, (months + count) % 12 + 1, 1)
        if timeframe.unit == "W":
            monday = day - day.weekday() * _DAY
            first = _monday_from(date(monday.year, 1, 1))
            start = first + (monday - first) // (7 * count * _DAY) * (7 * count * _DAY)
            return start, min(start + 7 * count * _DAY, _monday_from(date(monday.year + 1, 1, 1)))
        if count == 1:
            return day, day + _DAY
        new_year = date(day.year, 1, 1)
        passed = sum(self.trades_on(new_year + back * _DAY) for back in range((day - new_year).days))
        start = day
        for _ in range(passed % count):
            start = self._day_before(start)
        following = start
        for _ in range(count):
            following = self.next_day(following + _DAY)
        return start, min(following, date(day.year + 1, 1, 1))

    def _day_before(self, day: date) -> date:
        day -= _DAY
        while not self.trades_on(day):
            day -= _DAY
        return day


def _monday_from(day: date) -> date:
    return day + (-day.weekday() % 7) * _DAY


@lru_cache(maxsize=128)
def calendar(hours: str, timezone: str) -> Calendar:
    """Return the calendar of trading hours in a time zone."""
    return Calendar(hours, zone(timezone))


def calendar_of(symbol: Symbol) -> Calendar:
    """Return the calendar of a symbol."""
    return calendar(symbol.hours, symbol.timezone)
