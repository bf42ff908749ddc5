"""The session of whoever opens a WebSocket."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.auth import AuthMiddleware
from channels.sessions import CookieMiddleware
from django.conf import settings

from forexpro.core.http.sessions import SessionStore


class SessionReader:
    """Put the session of the cookie into the scope.

    Sockets never write sessions. Channels' own middleware asks before every frame whether this one was, which takes a
    tenth of what a price socket costs.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]):
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        session = SessionStore(scope["cookies"].get(settings.SESSION_COOKIE_NAME))
        await self._application({**scope, "session": session}, receive, send)


def with_viewer(application: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return `application` with the session and the user of the cookie in its scope."""
    wrapped: Callable[..., Awaitable[None]] = CookieMiddleware(SessionReader(AuthMiddleware(application)))
    return wrapped
