"""Weekly trading hours: `{"timezone": "America/New_York", "hours": [["sun 17:00", "fri 17:00"], …]}`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOMENT = re.compile(rf"({'|'.join(_WEEKDAYS)}) ([01]\d|2[0-4]):([0-5]\d)")
_MINUTES_OF_DAY = 24 * 60


def _minute_of_week(text: str) -> int:
    """Return the minute after Monday 00:00 that `"tue 09:30"` names. Raises ValueError."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a moment of a week such as 'sun 17:00'")
    weekday, hour, minute = match.groups()
    return _WEEKDAYS.index(weekday) * _MINUTES_OF_DAY + int(hour) * 60 + int(minute)


@dataclass(frozen=True, slots=True)
class TradingHours:
    """When a market is open, in its own time zone. No sessions at all mean always."""

    timezone: ZoneInfo
    # Half-open ranges of minutes after Monday 00:00; one that ends at or before its start runs into the next week.
    sessions: tuple[tuple[int, int], ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the form that `Symbol.sessions` stores. Raises ValueError with what is wrong with it."""
        if not isinstance(value, Mapping) or set(value) - {"timezone", "hours"}:
            raise ValueError("sessions are an object of 'timezone' and 'hours'")
        if not value:
            return cls(ZoneInfo("UTC"))
        try:
            timezone = ZoneInfo(str(value["timezone"]))
            hours = tuple((_minute_of_week(opens), _minute_of_week(closes)) for opens, closes in value["hours"])
        except (ZoneInfoNotFoundError, KeyError, TypeError) as error:
            raise ValueError(f"sessions need a known 'timezone' and 'hours' in pairs: {error}") from error
        return cls(timezone, hours)

    def is_open(self, at: datetime) -> bool:
        """Return whether the market is open at an aware moment."""
        if not self.sessions:
            return True
        local = at.astimezone(self.timezone)
        minute = local.weekday() * _MINUTES_OF_DAY + local.hour * 60 + local.minute
        return any(
            opens <= minute < closes if opens < closes else minute >= opens or minute < closes
            for opens, closes in self.sessions
        )


def validate_sessions(value: Any) -> None:
    """Refuse, as a model validator, sessions that `TradingHours` cannot read."""
    try:
        TradingHours.from_json(value)
    except ValueError as error:
        raise ValidationError(_("Trading hours cannot be read: %(reason)s"), params={"reason": str(error)}) from error
