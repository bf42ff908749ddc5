"""The token that begins a visit: signed by this installation, for nothing else, and for two minutes."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import datetime_from_epoch

from forexpro.core.refusals import Refused

AUDIENCE = "forexpro-visit"


@dataclass(frozen=True, slots=True)
class NewVisitToken:
    """A token as it is handed out, and the id under which it is stored."""

    text: str
    token_id: uuid.UUID
    expires_at: datetime


class VisitToken(Token):
    token_type = "visit"  # noqa: S105  # a name of a kind
    lifetime = timedelta(minutes=2)

    def get_token_backend(self) -> TokenBackend:
        return _backend(settings.SECRET_KEY)


@cache
def _backend(secret_key: str) -> TokenBackend:
    # A key of its own: what signs the tokens of programs signs nothing that begins a visit.
    key = salted_hmac("forexpro.visits", "", secret_key, algorithm="sha256").hexdigest()
    return TokenBackend("HS256", key, audience=AUDIENCE, issuer=settings.SITE_URL)


def new_visit_token() -> NewVisitToken:
    """Return a token that says no more than its id: what it allows stands in the row of the visit."""
    token = VisitToken()
    return NewVisitToken(str(token), uuid.UUID(token[api_settings.JTI_CLAIM]), datetime_from_epoch(token["exp"]))


def read_visit_token(text: str) -> uuid.UUID:
    """Return the id of a token.

    Refuses `visit_token_expired` (410) and `visit_token_invalid` (400): forged, or made for another audience or of
    another type.
    """
    try:
        return uuid.UUID(VisitToken(text)[api_settings.JTI_CLAIM])  # type: ignore[arg-type]  # the library's annotation forgets text
    except ExpiredTokenError:
        raise Refused(
            "visit_token_expired", _("This link was good for two minutes. Ask for another one."), http_status=410
        ) from None
    except (TokenError, ValueError, AttributeError):
        raise Refused(
            "visit_token_invalid", _("This link begins no visit here. Ask for another one."), http_status=400
        ) from None
