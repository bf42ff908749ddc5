"""How often a caller may ask: rates such as `600/15m` for everything, and scopes of their own for what is dearer."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest
from redis.commands.core import Script
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from forexpro.core.http.origin import client_ip
from forexpro.core.realtime.connections import name, redis_client

logger = logging.getLogger(__name__)

_RATE = re.compile(r"(?P<requests>\d+)/(?P<count>\d*)(?P<unit>[smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

# A list for each key holds when its newest requests were made, as many as are allowed. It answers the milliseconds to
# wait, or counts the request under every key.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
    local requests, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local oldest = requests > 0 and redis.call('LINDEX', key, requests - 1) or requests == 0 and now
    if oldest then wait = math.max(wait, oldest + window - now) end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
    redis.call('LPUSH', key, now)
    redis.call('LTRIM', key, 0, ARGV[2 * i - 1] - 1)
    redis.call('PEXPIRE', key, ARGV[2 * i])
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many `requests` in any `seconds` of those that are counted under `key`."""

    key: str
    requests: int
    seconds: int


def take(limits: Sequence[Limit]) -> float | None:
    """Count a request under all of `limits` in one round trip; where one is used up, count none: the seconds to wait.

    While Redis is away nothing is counted and nobody is locked out.
    """
    if not limits:
        return None
    try:
        wait: Any = _script()(
            keys=[name("throttle", limit.key) for limit in limits],
            args=[number for limit in limits for number in (limit.requests, limit.seconds * 1000)],
        )
    except redis.RedisError as error:
        logger.warning("requests are not counted: %s", error)
        return None
    return int(wait) / 1000 if wait else None


@cache
def _script() -> Script:
    return redis_client().register_script(_TAKE)


@cache
def parse_rate(rate: str) -> tuple[int, int]:
    """Return the requests and the seconds of a rate such as `600/15m`."""
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(f"{rate!r} is not a rate such as 600/15m")
    return int(match["requests"]), int(match["count"] or 1) * _SECONDS[match["unit"]]


def address_limit(scope: str, request: HttpRequest) -> list[Limit]:
    """Return the limit on what one address may do, whoever it is; none where the settings have none."""
    rate = settings.RATE_LIMITS[scope]
    return [Limit(f"{scope}:address:{client_ip(request)}", *parse_rate(rate))] if rate else []


class Throttle(BaseThrottle):
    """Counts the requests of each `identity` in a sliding window; `scope` names the rate in the settings."""

    scope: str
    _wait: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        limit = self.limit(request, view)
        self._wait = None if limit is None else take([limit])
        return self._wait is None

    def wait(self) -> float | None:
        return self._wait

    def limit(self, request: Request, view: Any) -> Limit | None:
        """Return what `request` counts under; None where it is not counted."""
        rate = settings.RATE_LIMITS[self.scope]
        identity = self.identity(request)
        return Limit(f"{self.scope}:{identity}", *parse_rate(rate)) if rate and identity else None

    def identity(self, request: Request) -> str | None:
        """Return whose requests are counted together; None for a request that does not count."""
        if request.user.is_authenticated:
            # Who looks at a client's pages uses up nothing of the client's.
            return getattr(request, "acts_as", None) or f"user:{request.user.pk}"
        return f"address:{client_ip(request)}"


class AnonymousThrottle(Throttle):
    scope = "anonymous"

    def identity(self, request: Request) -> str | None:
        return None if request.user.is_authenticated else super().identity(request)


class UserThrottle(Throttle):
    scope = "user"

    def identity(self, request: Request) -> str | None:
        return super().identity(request) if request.user.is_authenticated else None
