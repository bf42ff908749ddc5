"""When a session was last used."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.services.sessions import session_seen
from forexpro.core.http.both_ways import Middleware
from forexpro.core.realtime.database import in_database

# Every request uses its session; writing that down each time would cost more than the request.
SEEN_EVERY = timedelta(minutes=5)


class SeenMiddleware(Middleware):
    """Write down that a session is in use, where that was last done more than a few minutes ago."""

    def answer(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        if _due(request):
            session_seen(request=request)
        return response

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
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
