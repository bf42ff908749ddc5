"""Requests that change something are answered within seconds, if need be by a refusal."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest

from forexpro.core.deadlines import database_deadline

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
BACK_OFFICE = "/admin/"


class DeadlineMiddleware:
    """Give requests that change something a deadline. Pages may load slowly; in the back office staff change much."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]):
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if request.method in SAFE_METHODS or request.path.startswith(BACK_OFFICE):
            return self.get_response(request)
        if self.is_async:
            return self._call_async(request)
        with database_deadline(settings.ANSWER_SECONDS):
            return self.get_response(request)

    async def _call_async(self, request: HttpRequest) -> Any:
        with database_deadline(settings.ANSWER_SECONDS):
            return await self.get_response(request)
