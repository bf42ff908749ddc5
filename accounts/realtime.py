"""WebSockets of programs, which have no session: their headers name who they are. And those of visits."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.security.websocket import WebsocketDenier

from accounts.credentials import credential_of
from accounts.models import Scope
from accounts.viewers import VisitViewer
from accounts.visits import VISIT_KEY
from forexpro.core.http.origin import address_behind_proxies
from forexpro.core.realtime.database import in_database
from forexpro.core.refusals import Refused

Application = Callable[..., Awaitable[None]]


class WithCredentials:
    """Put into the scope whom the headers `Authorization` or `X-API-Key` name, and refuse those that name nobody.

    A credential in the address is none: addresses end up in logs. Without one the session of the cookie counts; where
    that is a visit, the socket lives as long as the visit.
    """

    def __init__(self, application: Application):
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
        shown = {"authorization": headers.get("authorization", ""), "api_key": headers.get("x-api-key", "")}
        if any(shown.values()):
            peer, _port = scope.get("client") or ("", 0)
            address = address_behind_proxies(peer, headers.get("x-forwarded-for", ""))
            try:
                credential = await in_database(credential_of)(**shown, address=address)
            except Refused:
                credential = None
            if credential is None or not credential.allows(Scope.READ):
                await WebsocketDenier.as_asgi()(scope, receive, send)
                return
            scope = {**scope, "user": credential.user, "viewer": credential.viewer}
        elif scope["user"].is_authenticated and VISIT_KEY in scope["session"]:
            session = scope["session"]
            viewer = VisitViewer(session.session_key, scope["user"].pk, session[VISIT_KEY])
            if not await in_database(VisitViewer.holding)([viewer]):
                await WebsocketDenier.as_asgi()(scope, receive, send)
                return
            scope = {**scope, "viewer": viewer}
        await self._application(scope, receive, send)
