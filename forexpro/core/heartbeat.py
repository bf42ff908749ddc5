"""The sign of life of the task queue: beat asks for it regularly, a worker gives it."""

from datetime import datetime

from django.utils import timezone

from forexpro.core.realtime.connections import name, redis_client


def heartbeat_record() -> None:
    """Note that a worker has just worked."""
    redis_client().set(name("heartbeat"), timezone.now().isoformat())


def heartbeat_age() -> float | None:
    """Return how many seconds ago a worker last worked, or None when none has yet."""
    recorded = redis_client().get(name("heartbeat"))
    if not isinstance(recorded, bytes):
        return None
    return (timezone.now() - datetime.fromisoformat(recorded.decode())).total_seconds()
