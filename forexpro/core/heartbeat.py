"""The signs of life of the task queue: beat says that it runs and asks the workers for theirs, regularly."""

from datetime import datetime

from django.utils import timezone

from forexpro.core.realtime.connections import name, redis_client


def heartbeat_record() -> None:
    """Note that a worker has just worked."""
    _record("heartbeat")


def heartbeat_age() -> float | None:
    """Return how many seconds ago a worker last worked, or None when none has yet."""
    return _age("heartbeat")


def beat_record() -> None:
    """Note that beat runs."""
    _record("beat")


def beat_age() -> float | None:
    """Return how many seconds ago beat last said that it runs, or None when it never has."""
    return _age("beat")


def _record(key: str) -> None:
    redis_client().set(name(key), timezone.now().isoformat())


def _age(key: str) -> float | None:
    recorded = redis_client().get(name(key))
    if not isinstance(recorded, bytes):
        return None
    return (timezone.now() - datetime.fromisoformat(recorded.decode())).total_seconds()
