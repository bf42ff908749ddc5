"""Service keys: made once and shown once, given a new secret from time to time, revoked for good."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.locks import locked_service_key
from crm.models import Scope, ServiceKey, ServiceSecret
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused

# What every service key starts with, so that people and programs that look for leaked secrets recognise one.
KEY_START = "fps_"
# For how long the old secret is good beside a new one, and for how long at most.
OVERLAP = timedelta(hours=24)
OVERLAP_MAX = timedelta(days=30)


def service_key_create(
    *,
    name: str,
    scopes: Iterable[Scope],
    networks: Iterable[str] = (),
    expires_at: datetime | None = None,
    origin: Origin,
) -> tuple[ServiceKey, str]:
    """Return a new service key and its text, which nobody can read again. Refuses `service_key_name_taken`."""
    now = timezone.now()
    with transaction.atomic():
        key, is_new = ServiceKey.objects.get_or_create(
            name=name,
            defaults={
                "scopes": sorted(scope.value for scope in scopes),
                "networks": list(networks),
                "created_at": now,
                "expires_at": expires_at,
            },
        )
        if not is_new:
            raise Refused(
                "service_key_name_taken",
                _("There is, or was, a key of this name. Choose another name, or have that key rotated."),
            )
        secret, text = _new_secret(key, now)
        created = {
            "service_key_id": key.pk,
            "name": key.name,
            "prefix": secret.prefix,
            "scopes": key.scopes,
            "networks": key.networks,
            "expires_at": expires_at.isoformat() if expires_at else None,
        }
        record([NewEvent(key.stream, "service_key.created", created)], origin=origin)
    return key, text


def service_key_rotate(*, service_key_id: int, overlap: timedelta = OVERLAP, origin: Origin) -> tuple[ServiceKey, str]:
    """Return a key and its new text. What it had before is good for `overlap` more; none ends it at once.

    Refuses `service_key_not_found`, `service_key_revoked`, `service_key_expired`, `overlap_too_long`.
    """
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        raise Refused(
            "overlap_too_long",
            _("The old key goes on for %(days)s days at most.") % {"days": OVERLAP_MAX.days},
            {"maximum_days": OVERLAP_MAX.days},
        )
    now = timezone.now()
    with transaction.atomic():
        key = _usable_key(service_key_id)
        if key.expires_at is not None and key.expires_at <= now:
            raise Refused("service_key_expired", _("This key has expired. Create another one."), http_status=409)
        # One that ends sooner already, of an earlier rotation, still does.
        good = key.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=now + overlap))
        good.update(ends_at=now + overlap)
        secret, text = _new_secret(key, now)
        rotated = {
            "service_key_id": key.pk,
            "name": key.name,
            "prefix": secret.prefix,
            "old_good_until": (now + overlap).isoformat(),
        }
        record([NewEvent(key.stream, "service_key.rotated", rotated)], origin=origin)
    return key, text


def service_key_revoke(*, service_key_id: int, origin: Origin) -> ServiceKey:
    """End a key with all its secrets at once and for good. Refuses `service_key_not_found`, `service_key_revoked`."""
    with transaction.atomic():
        key = _usable_key(service_key_id)
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        revoked = {"service_key_id": key.pk, "name": key.name}
        record([NewEvent(key.stream, "service_key.revoked", revoked)], origin=origin)
    return key


def service_secret_used(*, secret_id: int, address: str | None, used_at: datetime) -> None:
    """Remember when and from where a secret was last used."""
    earlier = ServiceSecret.objects.filter(pk=secret_id).filter(Q(last_used_at=None) | Q(last_used_at__lt=used_at))
    earlier.update(last_used_at=used_at, last_used_from=address)


def _new_secret(key: ServiceKey, now: datetime) -> tuple[ServiceSecret, str]:
    prefix = KEY_START + secrets.token_hex(4)
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ServiceSecret.objects.create(key=key, prefix=prefix, digest=digest, created_at=now), text


def _usable_key(service_key_id: int) -> ServiceKey:
    key = locked_service_key(service_key_id)
    if key is None:
        raise Refused("service_key_not_found", _("There is no such service key."), http_status=404)
    if key.revoked_at is not None:
        raise Refused("service_key_revoked", _("This key was revoked. Create another one."), http_status=409)
    return key
