"""Django's messages reach the reader as toasts, whether the answer is a page or an htmx fragment."""

from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import trigger_client_event

from forexpro.core.http.both_ways import Middleware

# Django's level tags, and what the design system calls them.
_KINDS = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "error"}


class _MessageCookie(CookieStorage):
    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.cookie_name = settings.COOKIE_PREFIX + CookieStorage.cookie_name


class MessageStorage(FallbackStorage):
    """Django's: a cookie, which has its name like all others, and the session for what is too long for one."""

    storage_classes = (_MessageCookie, SessionStorage)


def toast_of(message: Message) -> dict[str, str]:
    """Return the kind, title and detail of a message; a line break in its text divides title and detail."""
    title, _, detail = str(message.message).partition("\n")
    return {"kind": _KINDS.get(message.level_tag, "info"), "title": title, "detail": detail}


class ToastMiddleware(Middleware):
    """Move pending messages into the `HX-Trigger` header of an htmx answer.

    A whole page renders its messages itself; an answer that makes htmx load another page leaves them for that page.
    """

    def answer(self, request: HttpRequest) -> Any:
        return self._add_toasts(request, self.get_response(request))

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        return self._add_toasts(request, await self.get_response(request))

    @staticmethod
    def _add_toasts(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        leaves_page = 300 <= response.status_code < 400 or any(
            response.has_header(name) for name in ("HX-Redirect", "HX-Refresh", "HX-Location")
        )
        if getattr(request, "htmx", False) and not leaves_page:
            toasts = [toast_of(message) for message in get_messages(request)]
            if toasts:
                trigger_client_event(response, "toasts", {"items": toasts})
        return response
