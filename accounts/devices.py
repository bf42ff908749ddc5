"""Devices as people know them: a program in words, and the cookie by which a browser is known again."""

import hashlib
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from ua_parser import parse

DEVICE_COOKIE = "device"
# Browsers keep no cookie longer than 400 days.
COOKIE_SECONDS = 400 * 24 * 3600
_TOKEN_BYTES = 32
_NAME_LENGTH = 60


def device_name(user_agent: str) -> str:
    """Return a browser and its system in words, such as "Firefox on Windows"; the beginning of what cannot be read."""
    read = parse(user_agent)
    browser = read.user_agent.family if read.user_agent else ""
    system = read.os.family if read.os else ""
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent[:_NAME_LENGTH] or _("an unnamed program")


def device_token(request: HttpRequest) -> str:
    """Return the token of this browser's cookie; empty for a browser that has none."""
    return request.COOKIES.get(settings.COOKIE_PREFIX + DEVICE_COOKIE, "")


def new_device_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return under which hash a device is known: its token is too long to be guessed from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def remember_device(response: HttpResponseBase, token: str) -> None:
    """Give this browser the cookie by which it is known at the next sign-in; it proves nothing by itself."""
    response.set_cookie(
        settings.COOKIE_PREFIX + DEVICE_COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
