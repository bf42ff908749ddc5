"""Give every request an id that its response, its log lines and its events carry."""

import re
import uuid
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from forexpro.core.http.both_ways import Middleware

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")

# An id from outside ends up in logs and in the event log: accept only what cannot forge a line there.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware(Middleware):
    """Take `X-Request-ID` from the caller where it is well-formed, else make one; answer it on every response."""

    def answer(self, request: HttpRequest) -> Any:
        self._identify(request)
        return self._answer(self.get_response(request))

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        self._identify(request)
        return self._answer(await self.get_response(request))

    @staticmethod
    def _identify(request: HttpRequest) -> None:
        offered = request.headers.get("X-Request-ID", "")
        current_request_id.set(offered if _ACCEPTABLE.fullmatch(offered) else uuid.uuid4().hex)

    @staticmethod
    def _answer(response: HttpResponseBase) -> HttpResponseBase:
        response["X-Request-ID"] = current_request_id.get()
        return response
