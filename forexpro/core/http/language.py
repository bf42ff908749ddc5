"""Show pages in the language that their reader has chosen."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from forexpro.core.http.both_ways import Middleware


class LanguageMiddleware(Middleware):
    """Activate the language of the signed-in user's profile for the length of the request.

    Whoever has chosen none reads what the browser asks for, which `LocaleMiddleware` has found out before.
    """

    def answer(self, request: HttpRequest) -> Any:
        language = _language_of(request.user)
        with translation.override(language):
            return _named(self.get_response(request), language)

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
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
