"""Who a program is: whom an access token or an API key belongs to, read by one prepared statement each."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework_simplejwt.tokens import AccessToken

from accounts.backends import USER_FIELDS, user_of_row
from accounts.models import ApiKey, RefreshFamily, Scope, User
from accounts.services.api_keys import KEY_START, api_key_used
from accounts.tokens import Claims, read_token, stands_for
from accounts.viewers import KeyViewer, TokenViewer
from forexpro.core.database import fetch_one
from forexpro.core.refusals import Refused

# How exact "last used" is; written more often it would cost every request a write.
USE_RECORDED_EVERY = timedelta(minutes=5)

_PERSON = ", ".join(f"person.{field}" for field in USER_FIELDS)
PERSON_OF_TOKEN = f"""
    SELECT {_PERSON} FROM {User._meta.db_table} person
    JOIN {RefreshFamily._meta.db_table} family ON family.user_id = person.id
    WHERE family.id = %s AND family.ended_at IS NULL AND family.expires_at > %s
      AND person.id = %s AND person.is_active
"""  # noqa: S608  # our own names
PERSON_OF_KEY = f"""
    SELECT key.id, key.scopes, key.networks, key.expires_at, key.last_used_at, {_PERSON}
    FROM {ApiKey._meta.db_table} key JOIN {User._meta.db_table} person ON person.id = key.owner_id
    WHERE key.digest = %s AND key.revoked_at IS NULL AND person.is_active
"""  # noqa: S608  # our own names


@dataclass(frozen=True, slots=True)
class Credential:
    """What a program showed, and the scopes it allows; None for whatever its owner may."""

    user: User
    viewer: TokenViewer | KeyViewer
    scopes: frozenset[str] | None = None

    def __str__(self) -> str:
        """What names it in the log, and opens nothing."""
        viewer = self.viewer
        return f"api_key:{viewer.api_key_id}" if isinstance(viewer, KeyViewer) else f"tokens:{viewer.family_id}"

    @property
    def is_key(self) -> bool:
        """Whether it is an API key, which does some things only or none."""
        return self.scopes is not None

    def allows(self, scope: Scope) -> bool:
        """Return whether a program with this credential may do what `scope` names."""
        return self.scopes is None or scope.value in self.scopes


def credential_of(*, authorization: str, api_key: str, address: str | None) -> Credential | None:
    """Return whom the headers `Authorization: Bearer …` and `X-API-Key` name; None where there is neither.

    A key is accepted in either. Refuses `token_invalid`, `api_key_invalid`, `api_key_expired` and
    `address_not_allowed`.
    """
    kind, _space, bearer = authorization.partition(" ")
    if kind.lower() == "bearer":
        shown = bearer.strip()
        return key_credential(shown, address) if shown.startswith(KEY_START) else token_credential(shown)
    return key_credential(api_key.strip(), address) if api_key else None


def token_credential(text: str) -> Credential:
    """Return whom an access token belongs to. Refuses `token_invalid`."""
    claims = read_token(text, AccessToken)
    user = None if claims is None else person_of(claims)
    if claims is None or user is None:
        raise Refused(
            "token_invalid",
            _("This access token is not valid (any more). Get another with the refresh token, or sign in again."),
            http_status=401,
        )
    return Credential(user, TokenViewer(claims.family_id, user.pk, claims.standing))


def person_of(claims: Claims) -> User | None:
    """Return whom a token stands for; None where its family has ended, or the person's tokens have."""
    row = fetch_one(PERSON_OF_TOKEN, [claims.family_id, timezone.now(), claims.user_id])
    user = None if row is None else user_of_row(row)
    return user if user is not None and stands_for(claims.standing, user) else None


def key_credential(text: str, address: str | None) -> Credential:
    """Return whom an API key belongs to, used from `address`.

    Refuses `api_key_invalid`, `api_key_expired` and `address_not_allowed`.
    """
    now = timezone.now()
    row = fetch_one(PERSON_OF_KEY, [hashlib.sha256(text.encode()).hexdigest()])
    if row is None:
        raise Refused(
            "api_key_invalid", _("There is no such API key, or it was revoked. Create another one."), http_status=401
        )
    id, scopes, networks, expires_at, last_used_at, *person = row
    if expires_at <= now:
        raise Refused(
            "api_key_expired",
            _("This API key has expired. Create another one."),
            {"expired_at": expires_at.isoformat()},
            http_status=401,
        )
    if networks and not is_in(address, networks):
        raise Refused(
            "address_not_allowed",
            _("This API key may not be used from %(address)s.") % {"address": address or _("an unknown address")},
            {"address": address},
            http_status=403,
        )
    if is_use_due(last_used_at, now):
        api_key_used(api_key_id=id, address=address, used_at=now)
    user = user_of_row(person)
    return Credential(user, KeyViewer(id, user.pk), frozenset(scopes))


def is_in(address: str | None, networks: list[str]) -> bool:
    """Return whether an address lies in one of some networks; one that is not known lies in none."""
    return address is not None and any(ip_address(address) in ip_network(network) for network in networks)


def is_use_due(moment: datetime | None, now: datetime) -> bool:
    """Return whether the use of a key is written down again, which was written at `moment`."""
    return moment is None or now - moment >= USE_RECORDED_EVERY
