"""The JSON Web Tokens of programs: what they claim, and how one is read."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken
from rest_framework_simplejwt.utils import datetime_from_epoch

from accounts.models import User

# The RefreshFamily that a token descends from.
FAMILY_CLAIM = "family"
# A part of what a session carries too: it changes with the password, and whenever every session is to end.
STANDING_CLAIM = "standing"
STANDING_LENGTH = 32


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token and the refresh token that gets the next one."""

    access: str
    access_expires_at: datetime
    refresh: str
    refresh_expires_at: datetime
    # The SHA-256 of the refresh token's id.
    refresh_digest: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says that this installation has signed, that is of the right type, and has not expired."""

    user_id: int
    family_id: uuid.UUID
    standing: str
    # The SHA-256 of the token's id.
    digest: str


def token_pair(user: User, family_id: uuid.UUID, *, refresh_expires_at: datetime) -> TokenPair:
    """Return a new pair of tokens of a family."""
    refresh = RefreshToken.for_user(user)
    refresh[FAMILY_CLAIM] = str(family_id)
    refresh[STANDING_CLAIM] = _standing(user)
    refresh.set_exp(lifetime=refresh_expires_at - refresh.current_time)
    access = refresh.access_token
    return TokenPair(
        access=str(access),
        access_expires_at=datetime_from_epoch(access["exp"]),
        refresh=str(refresh),
        refresh_expires_at=datetime_from_epoch(refresh["exp"]),
        refresh_digest=_digest(refresh[api_settings.JTI_CLAIM]),
    )


def read_token(text: str, kind: type[AccessToken] | type[RefreshToken]) -> Claims | None:
    """Return what a token of this kind claims; None for a forged, expired or foreign one, and for one of another kind.

    The library checks signature, algorithm, audience, issuer, expiry and type.
    """
    try:
        token = kind(text)  # type: ignore[arg-type]  # the library's annotation forgets text
        return Claims(
            user_id=int(token[api_settings.USER_ID_CLAIM]),
            family_id=uuid.UUID(token[FAMILY_CLAIM]),
            standing=token[STANDING_CLAIM],
            digest=_digest(token[api_settings.JTI_CLAIM]),
        )
    except (TokenError, KeyError):
        return None


def stands_for(standing: str, user: User) -> bool:
    """Return whether nothing has ended all tokens of a person since one that claims this standing was made."""
    return constant_time_compare(standing, _standing(user))


def _standing(user: User) -> str:
    return user.get_session_auth_hash()[:STANDING_LENGTH]


def _digest(jti: str) -> str:
    return hashlib.sha256(jti.encode()).hexdigest()
