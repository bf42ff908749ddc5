"""Which trading day of a symbol a time belongs to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


class TradingDays:
    """The trading days of a symbol's exchange, which may begin on the evening before."""

    __slots__ = ("_day", "_quarter", "_shift", "_zone")

    def __init__(self, timezone: str, hours: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._shift = _shift(hours)
        self._quarter = self._day = -1

    def day(self, time: int) -> int:
        """Return the number of the trading day of a time."""
        # No zone is moved by anything but quarters of an hour, so a quarter has one day.
        quarter = time // 900_000
        if quarter != self._quarter:
            self._quarter = quarter
            local = datetime.fromtimestamp(time / 1000, UTC).astimezone(self._zone)
            self._day = (local + self._shift).toordinal()
        return self._day


def _shift(hours: str) -> timedelta:
    """Return by how much local time is moved for a trading day that begins in the evening to have one date."""
    first = hours.split("|")[0].split(":")[0].split(",")[0]
    begin, _, end = first.partition("-")
    if len(begin) != 4 or len(end) != 4 or begin < end or begin == "0000":
        return timedelta(0)
    return timedelta(hours=24 - int(begin[:2]), minutes=-int(begin[2:]))
