"""Show times in the reader's own zone."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from forexpro.core.http.both_ways import Middleware


class TimeZoneMiddleware(Middleware):
    """Activate the time zone of the signed-in user for the length of the request; everybody else reads UTC."""

    def answer(self, request: HttpRequest) -> Any:
        with timezone.override(_zone_of(request.user)):
            return self.get_response(request)

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(_zone_of(await request.auser())):
            response: HttpResponseBase = await self.get_response(request)
        return response


def _zone_of(user: Any) -> ZoneInfo:
    name = getattr(user, "time_zone", "UTC")
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")  # zones get renamed; the profile page offers those that exist
