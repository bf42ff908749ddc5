"""Tokens of programs: issued for a person who has proved who they are, refreshed once each, ended.

A family is one sign-in. Its refresh tokens are good once each, in a row; showing one twice proves that there is a copy,
and ends the family with every token of it. See `docs/decisions/tokens-and-keys.md`.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.credentials import person_of
from accounts.devices import device_name
from accounts.mails import mail_after_commit
from accounts.models import RefreshFamily, User
from accounts.services.security_events import security_event
from accounts.tokens import Claims, TokenPair, read_token, token_pair
from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import actor_name
from forexpro.core.refusals import Refused

# Ended families stay for as long as somebody may ask what happened to them.
FORGOTTEN_AFTER = timedelta(days=90)


def tokens_issue(*, user: User, origin: Origin) -> TokenPair:
    """Begin a family of tokens for a person who has proved to be who they are.

    A program at an address that were not seen together before are told to them by mail.
    """
    now = timezone.now()
    family_id = uuid.uuid4()
    pair = token_pair(user, family_id, refresh_expires_at=_expiry(started_at=now, now=now))
    with transaction.atomic(durable=True):
        if not RefreshFamily.objects.filter(user=user, user_agent=origin.user_agent, ip=origin.ip).exists():
            _tell_owner(user, now, origin)
        RefreshFamily.objects.create(
            id=family_id,
            user=user,
            user_agent=origin.user_agent,
            ip=origin.ip,
            current=pair.refresh_digest,
            started_at=now,
            refreshed_at=now,
            expires_at=pair.refresh_expires_at,
        )
        issued = security_event(user.stream, "user.tokens_issued", {"family": str(family_id)}, origin=origin)
        record([issued], origin=origin)
    return pair


def tokens_refresh(*, refresh_token: str, origin: Origin) -> TokenPair:
    """Exchange a refresh token for the next pair; of any number of exchanges of one token exactly one succeeds.

    Refuses `token_invalid` (forged, expired, of another type, or ended), and `refresh_token_reused`, which ends the
    family for whoever holds the newest token too.
    """
    claims = read_token(refresh_token, RefreshToken)
    user = None if claims is None else person_of(claims)
    if claims is None or user is None:
        raise _invalid()
    now = timezone.now()
    family = RefreshFamily.objects.get(pk=claims.family_id)
    pair = token_pair(user, family.pk, refresh_expires_at=_expiry(started_at=family.started_at, now=now))
    with transaction.atomic(durable=True):
        if _take_turn(claims, pair, now):
            return pair
        is_reused = _end(user, RefreshFamily.EndReason.REUSED, family_id=family.pk, origin=origin)
    if not is_reused:
        raise _invalid()  # it has ended since it was read, by something else
    raise Refused(
        "refresh_token_reused",
        _("This refresh token was used before, so somebody may have a copy. All its tokens have ended: sign in again."),
        http_status=401,
    )


def tokens_revoke(*, refresh_token: str, origin: Origin) -> None:
    """End the family of a refresh token. One that is not good (any more) is revoked already: nothing happens."""
    claims = read_token(refresh_token, RefreshToken)
    user = None if claims is None else person_of(claims)
    if claims is None or user is None:
        return
    with transaction.atomic(durable=True):
        by_owner = replace(origin, actor=actor_name(user))
        _end(user, RefreshFamily.EndReason.REVOKED, family_id=claims.family_id, origin=by_owner)


def family_end(*, user: User, family_id: uuid.UUID, origin: Origin) -> None:
    """End one sign-in of a program for its owner. Refuses `session_unknown` (404)."""
    with transaction.atomic(durable=True):
        if not _end(user, RefreshFamily.EndReason.REVOKED, family_id=family_id, origin=origin):
            raise Refused("session_unknown", _("This session has ended already."), http_status=404)


def families_end_apply(user: User) -> int:
    """End every family of a person inside the caller's transaction, which records why; return how many there were."""
    now = timezone.now()
    living = RefreshFamily.objects.filter(user=user, ended_at=None, expires_at__gt=now)
    return living.update(ended_at=now, end_reason=RefreshFamily.EndReason.SIGNED_OUT)


def families_forget() -> int:
    """Delete families that expired long ago; return how many."""
    count, _by_model = RefreshFamily.objects.filter(expires_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
    return count


def _expiry(*, started_at: datetime, now: datetime) -> datetime:
    return min(now + settings.REFRESH_TOKEN_LIFETIME, started_at + settings.TOKEN_FAMILY_LIFETIME)


def _take_turn(claims: Claims, pair: TokenPair, now: datetime) -> bool:
    """Put the next refresh token in the place of this one, unless another request has.

    Of concurrent updates PostgreSQL lets one at a row; the others look at the row again and find another token there.
    """
    this_one = RefreshFamily.objects.filter(pk=claims.family_id, current=claims.digest, ended_at=None)
    return bool(this_one.update(current=pair.refresh_digest, refreshed_at=now, expires_at=pair.refresh_expires_at))


def _end(user: User, reason: RefreshFamily.EndReason, *, family_id: uuid.UUID, origin: Origin) -> bool:
    """End a family of a person; return whether there was one to end."""
    living = RefreshFamily.objects.filter(pk=family_id, user=user, ended_at=None)
    if not living.update(ended_at=timezone.now(), end_reason=reason):
        return False
    payload = {"family": str(family_id), "reason": reason.value}
    record([security_event(user.stream, "user.tokens_ended", payload, origin=origin)], origin=origin)
    return True


def _tell_owner(user: User, now: datetime, origin: Origin) -> None:
    details = {
        "device": device_name(origin.user_agent),
        "address": origin.ip or "–",
        "time": f"{now:%Y-%m-%d %H:%M} UTC",
    }
    mail_after_commit("new_device", user.email, details)


def _invalid() -> Refused:
    return Refused("token_invalid", _("This refresh token is not valid (any more). Sign in again."), http_status=401)
