"""Trading hours: `{"timezone": "America/New_York", "hours": [["sun 17:00", "fri 17:00"], …], "holidays": {…}}`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01]\d|2[0-4]):([0-5]\d)"
_MOMENT = re.compile(rf"({'|'.join(_WEEKDAYS)}) {_CLOCK}")
_TIME = re.compile(_CLOCK)
_MINUTES_OF_DAY = 24 * 60
# Longer than any market stays shut; what is closed for longer has no next opening.
_LONGEST_CLOSURE_DAYS = 15

MinuteRange = tuple[int, int]


def _minutes_of_day(opens: str, closes: str) -> MinuteRange:
    """Return the minutes after midnight that `"09:30"` and `"13:00"` name. Raises ValueError."""
    matches = _TIME.fullmatch(opens), _TIME.fullmatch(closes)
    if not all(matches) or opens >= closes:
        raise ValueError(f"{opens!r} to {closes!r} are not two times of one day such as '09:30' and '13:00'")
    first, last = (int(match[1]) * 60 + int(match[2]) for match in matches if match)
    return first, last


def _minute_of_week(text: str) -> int:
    """Return the minute after Monday 00:00 that `"tue 09:30"` names. Raises ValueError."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a moment of a week such as 'sun 17:00'")
    weekday, hour, minute = match.groups()
    return _WEEKDAYS.index(weekday) * _MINUTES_OF_DAY + int(hour) * 60 + int(minute)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is not as usual, from midnight to midnight; `sessions` are its open minutes, none if it is shut."""

    day: date
    sessions: tuple[MinuteRange, ...] = ()


@dataclass(frozen=True, slots=True)
class TradingHours:
    """When a market is open, in its own time zone. No sessions at all mean always, but for holidays."""

    timezone: ZoneInfo
    # Half-open ranges of minutes after Monday 00:00; one that ends at or before its start runs into the next week.
    sessions: tuple[MinuteRange, ...] = ()
    holidays: tuple[Holiday, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the form that `Symbol.sessions` stores. Raises ValueError with what is wrong with it."""
        if not isinstance(value, Mapping) or set(value) - {"timezone", "hours", "holidays"}:
            raise ValueError("sessions are an object of 'timezone', 'hours' and 'holidays'")
        if not value:
            return cls(ZoneInfo("UTC"))
        try:
            timezone = ZoneInfo(str(value["timezone"]))
            hours = tuple((_minute_of_week(opens), _minute_of_week(closes)) for opens, closes in value["hours"])
            holidays = tuple(
                Holiday(date.fromisoformat(day), tuple(_minutes_of_day(opens, closes) for opens, closes in ranges))
                for day, ranges in sorted(value.get("holidays", {}).items())
            )
        except (ZoneInfoNotFoundError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"sessions need a known 'timezone', 'hours' in pairs, and 'holidays' as pairs of times by date: {error}"
            ) from error
        return cls(timezone, hours, holidays)

    def is_open(self, at: datetime) -> bool:
        """Return whether the market is open at an aware moment."""
        if not self.sessions and not self.holidays:
            return True
        local = at.astimezone(self.timezone)
        minute = local.hour * 60 + local.minute
        if self.holidays:
            holiday = self._holiday(local.date())
            if holiday is not None:
                return any(opens <= minute < closes for opens, closes in holiday.sessions)
        minute += local.weekday() * _MINUTES_OF_DAY
        return not self.sessions or any(
            opens <= minute < closes if opens < closes else minute >= opens or minute < closes
            for opens, closes in self.sessions
        )

    def next_opening(self, after: datetime) -> datetime | None:
        """Return the first moment (UTC) after an aware one at which a market that is closed then is open."""
        turning_points = (moment.astimezone(UTC) for moment in self._turning_points(after))
        return next((moment for moment in turning_points if self.is_open(moment)), None)

    def next_closing(self, after: datetime) -> datetime | None:
        """Return the first moment (UTC) after an aware one at which a market that is open then is closed."""
        if not self.sessions and not self.holidays:
            return None
        turning_points = (moment.astimezone(UTC) for moment in self._turning_points(after))
        return next((moment for moment in turning_points if not self.is_open(moment)), None)

    def open_times(self, after: datetime, count: int) -> list[tuple[datetime, datetime | None]]:
        """Return the next `count` times at which the market opens and closes, a running one first; fewer if it ends."""
        found: list[tuple[datetime, datetime | None]] = []
        opens = after if self.is_open(after) else self.next_opening(after)
        while opens is not None and len(found) < count:
            closes = self.next_closing(opens)
            found.append((opens, closes))
            opens = None if closes is None else self.next_opening(closes)
        return found

    def _holiday(self, day: date) -> Holiday | None:
        return next((holiday for holiday in self.holidays if holiday.day == day), None)

    def _turning_points(self, after: datetime) -> Iterator[datetime]:
        """Yield the moments at which the market may open or close, in order."""
        today = after.astimezone(self.timezone).date()
        for days in range(_LONGEST_CLOSURE_DAYS):
            day = today + timedelta(days=days)
            # Midnight too: a holiday ends there, and a session from the day before may go on.
            holiday = self._holiday(day)
            minutes = {0, *(minute for session in holiday.sessions for minute in session)} if holiday else {0}
            minutes |= {
                minute % _MINUTES_OF_DAY
                for session in self.sessions
                for minute in session
                if minute // _MINUTES_OF_DAY == day.weekday()
            }
            minutes.discard(_MINUTES_OF_DAY)  # that is the next midnight
            for minute in sorted(minutes):
                moment = datetime.combine(day, time(minute // 60, minute % 60), self.timezone)
                if moment > after:
                    yield moment


ALWAYS_OPEN = TradingHours(ZoneInfo("UTC"))
