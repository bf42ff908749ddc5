"""Show pages in the language that their reader has chosen."""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation


class LanguageMiddleware:
    """Activate the language of the signed-in user's profile for the length of the request.

    Whoever has chosen none reads what the browser asks for, which `LocaleMiddleware` has found out before.
    """

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
        language = _language_of(request.user)
        with translation.override(language):
            return _named(self.get_response(request), language)

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        language = _language_of(await request.auser())
        with translation.override(language):
            return _named(await self.get_response(request), language)


def _language_of(user: Any) -> str:
    chosen = getattr(user, "language", "")
    # One that was taken out of the settings is no reason to fail.
    if chosen in dict(settings.LANGUAGES):
        return str(chosen)
    return translation.get_language()


def _named(response: HttpResponseBase, language: str) -> HttpResponseBase:
    response.headers.setdefault("Content-Language", language)
    return response
