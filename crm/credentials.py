"""Which program of the house calls: whose a service key is, read by one prepared statement."""

import hashlib
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import ServiceProgram
from accounts.credentials import is_in, is_use_due
from accounts.services.api_keys import KEY_START as PERSONAL_KEY_START
from crm.models import Scope, ServiceKey, ServiceSecret
from crm.services.keys import service_secret_used
from forexpro.core.database import fetch_one
from forexpro.core.refusals import Refused

# What a program may decide that has the scope: services ask, as they ask members of staff.
PERMISSIONS = {
    Scope.CLIENTS: frozenset({"accounts.suspend_user"}),
    Scope.SECURITY: frozenset({"accounts.suspend_user"}),
    Scope.FUNDING: frozenset({"trading.decide_deposit", "trading.decide_withdrawal"}),
    Scope.KYC: frozenset({"kyc.review_document"}),
}

_READ = f"""
    SELECT key.id, key.name, key.scopes, key.networks, key.expires_at, key.revoked_at,
           secret.id, secret.ends_at, secret.last_used_at
    FROM {ServiceSecret._meta.db_table} secret JOIN {ServiceKey._meta.db_table} key ON key.id = secret.key_id
    WHERE secret.digest = %s
"""  # noqa: S608  # our own names


@dataclass(frozen=True, slots=True)
class ServiceCaller:
    """The program that calls, in the place in which other calls have a person."""

    id: int
    name: str
    scopes: frozenset[str]

    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    pk = None

    @property
    def actor(self) -> str:
        """What events call it."""
        return f"crm:{self.name}"

    @property
    def stream(self) -> str:
        """The event stream of its calls."""
        return f"service_key:{self.id}"

    def program(self) -> ServiceProgram:
        """Return what services know it as."""
        granted = [PERMISSIONS.get(Scope(scope), frozenset()) for scope in self.scopes]
        return ServiceProgram(self.actor, frozenset().union(*granted))


def service_caller(text: str, address: str | None) -> ServiceCaller:
    """Return whose a service key is, used from `address`.

    Refuses `service_key_required` (a personal key), `service_key_invalid`, `service_key_revoked`,
    `service_key_expired` and `address_not_allowed`.
    """
    if text.startswith(PERSONAL_KEY_START):
        raise Refused(
            "service_key_required",
            _("This is the key of a person. The CRM's calls take a service key, which a super admin creates."),
            http_status=403,
        )
    row = fetch_one(_READ, [hashlib.sha256(text.encode()).hexdigest()])
    if row is None:
        raise Refused(
            "service_key_invalid", _("There is no such service key. Check it, or have it rotated."), http_status=401
        )
    id, name, scopes, networks, expires_at, revoked_at, secret_id, ends_at, last_used_at = row
    now = timezone.now()
    if revoked_at is not None:
        raise Refused(
            "service_key_revoked", _("This service key was revoked. Have another one created."), http_status=401
        )
    ended = min(filter(None, (expires_at, ends_at)), default=None)
    if ended is not None and ended <= now:
        raise Refused(
            "service_key_expired",
            _("This service key has expired, or was replaced by a newer one. Use that, or have it rotated."),
            {"expired_at": ended.isoformat()},
            http_status=401,
        )
    if networks and not is_in(address, networks):
        raise Refused(
            "address_not_allowed",
            _("This service key may not be used from %(address)s. Have the address added to it.")
            % {"address": address or _("an unknown address")},
            {"address": address},
            http_status=403,
        )
    if is_use_due(last_used_at, now):
        service_secret_used(secret_id=secret_id, address=address, used_at=now)
    return ServiceCaller(id, name, frozenset(scopes))
