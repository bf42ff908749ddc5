"""How far apart simulated bid and ask are."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# Banks value trades for the next day from 17:00 in New York on: for minutes around it few of them quote.
_NEW_YORK = ZoneInfo("America/New_York")
_ROLLOVER_SECOND = 17 * 3600
_WIDENING_SECONDS = 15 * 60
_WIDEST = 6.0


def rollover_widening(time_ms: int) -> float:
    """Return by what a spread is multiplied: 6 at 17:00 in New York, falling evenly to 1 a quarter of an hour away."""
    local = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(_NEW_YORK)
    distance = abs(local.hour * 3600 + local.minute * 60 + local.second - _ROLLOVER_SECOND)
    return max(1.0, _WIDEST - (_WIDEST - 1.0) * distance / _WIDENING_SECONDS)
