"""How callers of the API prove who they are: a session, an access token or an API key, in this order."""

from typing import Any

from rest_framework import authentication
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from accounts.credentials import Credential, credential_of
from accounts.models import User
from forexpro.core.http.origin import client_ip
from forexpro.core.http.throttles import address_limit, take
from forexpro.core.refusals import CHALLENGE, Refused


class SessionAuthentication(authentication.SessionAuthentication):
    """The cookie of a signed-in browser, which alone needs a CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        # The first class speaks for all: whoever shows nothing, or nothing that is good, gets 401 instead of 403.
        return CHALLENGE


class CredentialAuthentication(authentication.BaseAuthentication):
    """What programs show: `Authorization: Bearer` with an access token or an API key, or `X-API-Key`.

    Who shows something wrong is refused even where everybody may call; who goes on doing so is slowed down.
    """

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        try:
            credential = credential_of(
                authorization=request.headers.get("Authorization", ""),
                api_key=request.headers.get("X-API-Key", ""),
                address=client_ip(request),
            )
        except Refused:
            if (wait := take(address_limit("credentials", request))) is not None:
                raise Throttled(wait) from None
            raise
        return None if credential is None else (credential.user, credential)

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def credential(request: Any) -> Credential | None:
    """Return what a program has shown; None for a session."""
    shown = request.auth
    return shown if isinstance(shown, Credential) else None
