"""Time zones as scripts name them, and moments in them."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.pine.runtime.errors import PineRuntimeError

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """Return the zone of an IANA name, or of an offset such as `UTC-5`, `GMT+0530` or `+02:00`."""
    if name in ("", "UTC", "GMT", "Etc/UTC"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PineRuntimeError(f'There is no time zone "{name}": write "America/New_York" or "UTC-5".') from error


def local(milliseconds: float, where: tzinfo) -> datetime:
    """Return a moment as the clocks of a zone show it."""
    return (_EPOCH + timedelta(milliseconds=milliseconds)).astimezone(where)


def moment(when: datetime) -> int:
    """Return an aware date and time as milliseconds UTC."""
    return round((when - _EPOCH) / timedelta(milliseconds=1))
