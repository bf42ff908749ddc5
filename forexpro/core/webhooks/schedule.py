"""When to try again, and when to stop: pure functions of what came of the attempts so far."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from forexpro.core.models import WebhookEndpoint

Reason = WebhookEndpoint.DisabledReason

# From one attempt to the next: ten attempts in 75 hours and 35 minutes.
DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS = len(DELAYS) + 1
# A delay is longer by up to this part of it, so that what failed together is not tried again together.
JITTER = 0.1
# So many failures in a row, and nothing is sent to an endpoint for a while; then one request tries whether it is back.
FAILURES_BEFORE_PAUSE = 5
PAUSE_FIRST = timedelta(seconds=30)
PAUSE_LONGEST = timedelta(minutes=10)
# Nothing but failures for so long turns an endpoint off.
DISABLED_AFTER = timedelta(days=3)
# Answers of a receiver, or of what stands before it, that cannot keep up.
THROTTLING = frozenset({429, 502, 504})
THROTTLE_PAUSE = timedelta(seconds=5)
RETRY_AFTER_LONGEST = timedelta(hours=24)
GONE = 410


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint is doing; `disabled` says why nothing more is sent to it."""

    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    disabled: Reason | None = None


def succeeded(status: int | None) -> bool:
    """Tell whether an answer counts: only 2xx does, a redirection does not."""
    return status is not None and 200 <= status < 300


def delay_after(attempts: int, *, chance: float) -> timedelta | None:
    """Return how long to wait after so many failed attempts; None when it was the last. `chance` is in [0, 1)."""
    if attempts >= ATTEMPTS:
        return None
    return DELAYS[attempts - 1] * (1 + JITTER * chance)


def retry_after(header: str, *, now: datetime) -> timedelta | None:
    """Return how long a header `Retry-After` asks to wait, in either of its forms; None where it says nothing."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        asked = timedelta(seconds=min(int(header[:9]), RETRY_AFTER_LONGEST.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return None
        asked = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(asked, timedelta(0)), RETRY_AFTER_LONGEST)


def health_after(health: Health, *, status: int | None, asked: timedelta | None, now: datetime) -> Health:
    """Return how an endpoint is doing after one more answer; `status` is None where there was none."""
    if succeeded(status):
        return Health()
    if status == GONE:
        return replace(health, disabled=Reason.GONE)
    # What was under way when the pause began adds nothing to it.
    if health.paused_until is None or health.paused_until <= now:
        health = replace(health, failures=health.failures + 1, failing_since=health.failing_since or now)
        health = replace(health, paused_until=_pause(health.failures, status, now))
    if asked is not None and asked > timedelta(0):
        health = replace(health, paused_until=max(health.paused_until or now, now + asked))
    since = health.failing_since or now
    if health.failures >= FAILURES_BEFORE_PAUSE and now - since >= DISABLED_AFTER:
        return replace(health, disabled=Reason.FAILING)
    return health


def _pause(failures: int, status: int | None, now: datetime) -> datetime | None:
    beyond = failures - FAILURES_BEFORE_PAUSE
    if beyond >= 0:
        longer: int = 2 ** min(beyond, 10)
        return now + min(PAUSE_FIRST * longer, PAUSE_LONGEST)
    return now + THROTTLE_PAUSE if status in THROTTLING else None
