"""The log of refused authorisations: who, signed in, asked for what is not theirs.

A line each, for whatever collects the logs, and no event: refusals change nothing, and a write for each would let
anybody fill the event log. Whoever is not signed in is not written down here (nobody was authorised), and of one person
no more than some lines a minute: how many more there were is said afterwards. Every process counts for itself.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from forexpro.core.http.both_ways import Middleware
from forexpro.core.http.origin import VISITOR, actor_name, client_ip

logger = logging.getLogger("forexpro.security")

REFUSED_STATUSES = {403: "forbidden", 404: "not_found"}
LINES_PER_MINUTE = 20


class RefusalLog:
    """What one process has written down of whom in the present minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = 0
        self._refused: Counter[str] = Counter()

    def write(self, actor: str, *, now: float | None = None, **facts: Any) -> None:
        """Write one refusal down, unless there were too many of this person's."""
        minute = int(time.time() if now is None else now) // 60
        with self._lock:
            left_out: Counter[str] = Counter()
            if minute != self._minute:
                left_out = Counter({who: count - LINES_PER_MINUTE for who, count in self._refused.items()})
                self._minute, self._refused = minute, Counter()
            self._refused[actor] += 1
            is_written = self._refused[actor] <= LINES_PER_MINUTE
        for who, count in (+left_out).items():
            logger.warning("%s more requests of %s were refused", count, who, extra={"actor": who, "left_out": count})
        if is_written:
            words = " ".join(f"{name}={value}" for name, value in facts.items())
            logger.warning("refused %s: %s", actor, words, extra={"actor": actor, **facts})


refusal_log = RefusalLog()


class RefusalLogMiddleware(Middleware):
    """Write down which signed-in callers were answered that something is not for them, or does not exist for them."""

    def answer(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        if response.status_code in REFUSED_STATUSES:
            _write_down(request, response, request.user)
        return response

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self.get_response(request)
        if response.status_code in REFUSED_STATUSES:
            # Programs are put there by the API; whose the session is has been read before.
            user = await request.auser() if isinstance(request.user, SimpleLazyObject) else request.user
            _write_down(request, response, user)
        return response


def _write_down(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    actor, match = actor_name(user), request.resolver_match
    if actor == VISITOR or match is None:
        return  # an address that nobody has is nobody's either
    refusal_log.write(
        actor,
        address=client_ip(request),
        # Never the address itself: some carry a token.
        method=request.method,
        route=match.route,
        objects={name: str(value) for name, value in match.kwargs.items() if _is_number(value)},
        status=response.status_code,
        code=_code(response),
        shown=str(getattr(request, "auth", None) or "session"),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | UUID) or (isinstance(value, str) and value.isdecimal())


def _code(response: HttpResponseBase) -> str:
    data = getattr(response, "data", None)
    error = data.get("error") if isinstance(data, Mapping) else None
    return str(error["code"]) if error else REFUSED_STATUSES[response.status_code]
