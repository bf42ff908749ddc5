"""Requests that change something are answered within seconds, if need be by a refusal."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from forexpro.core.deadlines import database_deadline
from forexpro.core.http.both_ways import Middleware

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
BACK_OFFICE = "/admin/"


class DeadlineMiddleware(Middleware):
    """Give requests that change something a deadline. Pages may load slowly; in the back office staff change much."""

    def answer(self, request: HttpRequest) -> Any:
        if _may_take_long(request):
            return self.get_response(request)
        with database_deadline(settings.ANSWER_SECONDS):
            return self.get_response(request)

    async def answer_async(self, request: HttpRequest) -> Any:
        if _may_take_long(request):
            return await self.get_response(request)
        with database_deadline(settings.ANSWER_SECONDS):
            return await self.get_response(request)


def _may_take_long(request: HttpRequest) -> bool:
    return request.method in SAFE_METHODS or request.path.startswith(BACK_OFFICE)
