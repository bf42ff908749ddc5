"""Personal API keys: made once and shown once, revoked for good."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import locked_user
from accounts.mails import mail_after_commit
from accounts.models import ApiKey, Scope, User
from accounts.services.security_events import security_event
from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused

# What every key starts with, so that people and programs that look for leaked secrets recognise one.
KEY_START = "fpk_"
KEYS_MAX = 20


def api_key_create(
    *,
    owner_id: int,
    name: str,
    scopes: Iterable[Scope],
    lifetime: timedelta,
    networks: Iterable[str] = (),
    origin: Origin,
) -> tuple[ApiKey, str]:
    """Return a new key of a person and its text, which nobody can read again.

    Refuses `api_key_name_taken` and `too_many_api_keys`, which expired ones do not count towards.
    """
    now = timezone.now()
    prefix = KEY_START + secrets.token_hex(4)
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic(durable=True):
        owner = locked_user(owner_id)
        _refuse_one_too_many(owner, name, now)
        key = ApiKey.objects.create(
            owner=owner,
            name=name,
            prefix=prefix,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            scopes=sorted(scope.value for scope in scopes),
            networks=list(networks),
            created_at=now,
            expires_at=now + lifetime,
        )
        created = {
            "api_key_id": key.pk,
            "name": name,
            "prefix": prefix,
            "scopes": key.scopes,
            "networks": key.networks,
            "expires_at": key.expires_at.isoformat(),
        }
        record([security_event(owner.stream, "user.api_key_created", created, origin=origin)], origin=origin)
        mail_after_commit("api_key_created", owner.email)
    return key, text


def api_key_revoke(*, owner_id: int, api_key_id: int, origin: Origin) -> None:
    """End a key of a person for good; a second time changes nothing. Refuses `api_key_not_found`."""
    with transaction.atomic(durable=True):
        owner = locked_user(owner_id)
        key = ApiKey.objects.filter(owner=owner, pk=api_key_id).first()
        if key is None:
            raise Refused("api_key_not_found", _("You have no such API key."), http_status=404)
        _revoke(owner, [key], origin=origin)


def api_keys_revoke_all_apply(owner: User, *, origin: Origin) -> None:
    """End every key of a locked person inside the caller's transaction."""
    _revoke(owner, list(ApiKey.objects.filter(owner=owner)), origin=origin)


def api_key_used(*, api_key_id: int, address: str | None, used_at: datetime) -> None:
    """Remember when and from where a key was last used."""
    earlier = ApiKey.objects.filter(pk=api_key_id).filter(Q(last_used_at=None) | Q(last_used_at__lt=used_at))
    earlier.update(last_used_at=used_at, last_used_from=address)


def _refuse_one_too_many(owner: User, name: str, now: datetime) -> None:
    usable = ApiKey.objects.filter(owner=owner, revoked_at=None)
    if usable.filter(name=name).exists():
        raise Refused("api_key_name_taken", _("You have a key of this name. Choose another, or revoke that one first."))
    if usable.filter(expires_at__gt=now).count() >= KEYS_MAX:
        raise Refused(
            "too_many_api_keys",
            _("You have %(limit)s keys. Revoke one that you do not need any more.") % {"limit": KEYS_MAX},
            {"limit": KEYS_MAX},
        )


def _revoke(owner: User, keys: list[ApiKey], *, origin: Origin) -> None:
    good = [key for key in keys if key.revoked_at is None]
    if not good:
        return
    ApiKey.objects.filter(pk__in=[key.pk for key in good]).update(revoked_at=timezone.now())
    record(
        [
            security_event(
                owner.stream,
                "user.api_key_revoked",
                {"api_key_id": key.pk, "name": key.name, "prefix": key.prefix},
                origin=origin,
            )
            for key in good
        ],
        origin=origin,
    )
