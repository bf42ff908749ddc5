"""How often a caller may ask: rates such as `600/15m` for everything, and scopes of their own for what is dearer."""

import logging
import re
from typing import Any

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from forexpro.core.http.origin import client_ip

logger = logging.getLogger(__name__)

_RATE = re.compile(r"(?P<requests>\d+)/(?P<count>\d*)(?P<unit>[smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Throttle(SimpleRateThrottle):
    """Counts the requests of each `identity` in a sliding window; `scope` names the rate in the settings.

    While Redis is away nothing is counted and nobody is locked out.
    """

    def get_rate(self) -> str | None:
        return settings.RATE_LIMITS[str(self.scope)] or None

    def parse_rate(self, rate: str | None) -> tuple[int | None, int | None]:
        if not rate:
            return None, None
        match = _RATE.fullmatch(rate)
        if match is None:
            raise ValueError(f"{rate!r} is not a rate such as 600/15m")
        return int(match["requests"]), int(match["count"] or 1) * _SECONDS[match["unit"]]

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except redis.RedisError as error:
            logger.warning("requests are not counted: %s", error)
            return True

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        identity = self.identity(request, view)
        return None if identity is None else f"throttle:{self.scope}:{identity}"

    def identity(self, request: Request, view: Any) -> str | None:
        """Return whose requests are counted together; None for a request that does not count."""
        if request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"address:{client_ip(request)}"


class AnonymousThrottle(Throttle):
    scope = "anonymous"

    def identity(self, request: Request, view: Any) -> str | None:
        return None if request.user.is_authenticated else super().identity(request, view)


class UserThrottle(Throttle):
    scope = "user"

    def identity(self, request: Request, view: Any) -> str | None:
        return super().identity(request, view) if request.user.is_authenticated else None
