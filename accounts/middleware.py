"""When a session was last used."""

from datetime import timedelta
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.services.sessions import session_seen
from forexpro.core.realtime.database import in_database

# Every request uses its session; writing that down each time would cost more than the request.
SEEN_EVERY = timedelta(minutes=5)


class SeenMiddleware:
    """Write down that a session is in use, where that was last done more than a few minutes ago."""

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
        response = self.get_response(request)
        if _due(request):
            session_seen(request=request)
        return response

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self.get_response(request)
        if _due(request):
            await in_database(session_seen)(request=request)
        return response


def _due(request: HttpRequest) -> bool:
    """Return whether it is time, from what the request has read of its session anyway."""
    session = request.session
    last_used_at = getattr(session, "last_used_at", None)
    return (
        last_used_at is not None
        and not getattr(session, "unattended", False)
        and session.session_key is not None
        and SESSION_KEY in session
        and timezone.now() - last_used_at >= SEEN_EVERY
    )
