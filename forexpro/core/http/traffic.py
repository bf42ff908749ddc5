"""How many requests there are, how many fail and how long they take, per minute, for the back office.

A request costs two additions in memory. At most once a second a process adds what it has counted to Redis; a process
that ends loses its last second, and without Redis the figures are lost and nothing else.
"""

import asyncio
import logging
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from redis import RedisError

from forexpro.core.http.both_ways import Middleware
from forexpro.core.realtime.connections import name, redis_client

logger = logging.getLogger(__name__)

# Upper ends of the histogram's ranges, in milliseconds; what takes longer counts for the last one.
BOUNDS_MS = (5, 10, 25, 50, 100, 150, 200, 300, 500, 750, 1000, 2000, 4000, 10_000)
FLUSH_SECONDS = 1.0
KEPT_SECONDS = 3 * 3600
RETRY_SECONDS = 10.0
# By minute (seconds of Unix time) what was counted in it.
Counted = dict[int, Counter[str]]


@dataclass(frozen=True, slots=True)
class Minute:
    """What was counted in one minute: `at` in seconds of Unix time, `ranges` by the upper end of each in ms."""

    at: int
    requests: int
    errors: int
    ranges: dict[int, int]

    @property
    def moment(self) -> datetime:
        """When it began, in the reader's zone."""
        return timezone.localtime(datetime.fromtimestamp(self.at, UTC))


class Traffic:
    """The counters of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: Counted = {}
        self._next_flush = 0.0

    def count(self, *, status: int, seconds: float, now: float | None = None) -> Counted:
        """Count one answered request; return what is to be added to Redis now, mostly nothing."""
        now = time.time() if now is None else now
        bound = BOUNDS_MS[min(bisect_left(BOUNDS_MS, seconds * 1000), len(BOUNDS_MS) - 1)]
        with self._lock:
            counter = self._counted.setdefault(int(now) // 60 * 60, Counter())
            counter["requests"] += 1
            counter[f"ms:{bound}"] += 1
            if status >= 500:
                counter["errors"] += 1
            if now < self._next_flush:
                return {}
            self._next_flush = now + FLUSH_SECONDS
            counted, self._counted = self._counted, {}
            return counted

    def add(self, counted: Counted) -> None:
        """Add to Redis what `count` has returned; while Redis is away it is tried rarely, and what was counted lost."""
        if not counted:
            return
        try:
            _add(counted)
        except RedisError as error:
            self._next_flush = time.time() + RETRY_SECONDS
            logger.warning("requests are not counted: %s", error)


def _add(counted: Counted) -> None:
    with redis_client().pipeline(transaction=False) as pipeline:
        for minute, counter in counted.items():
            for field, number in counter.items():
                pipeline.hincrby(_key(minute), field, number)
            pipeline.expire(_key(minute), KEPT_SECONDS)
        pipeline.execute()


def traffic_of(minutes: int, *, now: float | None = None) -> list[Minute]:
    """Return the last `minutes` minutes, oldest first, the present one last. Raises `RedisError`."""
    newest = int(time.time() if now is None else now) // 60 * 60
    wanted = range(newest - 60 * (minutes - 1), newest + 60, 60)
    with redis_client().pipeline(transaction=False) as pipeline:
        for minute in wanted:
            pipeline.hgetall(_key(minute))
        found = pipeline.execute()
    return [_minute(minute, fields) for minute, fields in zip(wanted, found, strict=True)]


def percentile(minutes: list[Minute], percent: int) -> int | None:
    """Return the milliseconds within which `percent` of the requests were answered, up to the end of a range."""
    ranges: Counter[int] = Counter()
    for minute in minutes:
        ranges.update(minute.ranges)
    wanted = ranges.total() * percent / 100
    reached = 0
    for bound in sorted(ranges):
        reached += ranges[bound]
        if reached >= wanted:
            return bound
    return None


def _minute(at: int, fields: dict[bytes, bytes]) -> Minute:
    numbers = {field.decode(): int(number) for field, number in fields.items()}
    ranges = {int(field[3:]): number for field, number in numbers.items() if field.startswith("ms:")}
    return Minute(at, numbers.get("requests", 0), numbers.get("errors", 0), ranges)


def _key(minute: int) -> str:
    return name(f"traffic:{minute}")


traffic = Traffic()


class TrafficMiddleware(Middleware):
    """Count every request, outside of everything else that may take its time."""

    def answer(self, request: HttpRequest) -> Any:
        started = time.perf_counter()
        response = self.get_response(request)
        traffic.add(traffic.count(status=response.status_code, seconds=time.perf_counter() - started))
        return response

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response: HttpResponseBase = await self.get_response(request)
        counted = traffic.count(status=response.status_code, seconds=time.perf_counter() - started)
        if counted:  # in a thread: the loop does not wait for Redis, and neither does this request
            asyncio.get_running_loop().run_in_executor(None, traffic.add, counted)
        return response
