"""Show times in the reader's own zone."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone


class TimeZoneMiddleware:
    """Activate the time zone of the signed-in user for the length of the request; everybody else reads UTC."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any):
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self._call_async(request)
        with timezone.override(_zone_of(request.user)):
            return self.get_response(request)

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(_zone_of(await request.auser())):
            response: HttpResponseBase = await self.get_response(request)
        return response


def _zone_of(user: Any) -> ZoneInfo:
    name = getattr(user, "time_zone", "UTC")
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")  # zones get renamed; the profile page offers those that exist
