"""The sessions of a person: begun at sign-in, seen while they are used, ended one by one or together."""

import logging
from datetime import UTC, datetime

from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import locked_user
from accounts.models import SignedInSession, User
from accounts.services.security_events import security_event
from accounts.services.tokens import families_end_apply
from accounts.services.visits import visits_at_client_end_apply
from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import client_ip, request_origin
from forexpro.core.http.sessions import SIGNED_IN_AT
from forexpro.core.refusals import Refused

logger = logging.getLogger(__name__)


def session_begin_apply(*, request: HttpRequest, user: User) -> None:
    """Write down whose the session of this request is, inside the caller's transaction.

    Also after its key was changed: when it began stands in its data.
    """
    now = timezone.now()
    signed_in_at = request.session.get(SIGNED_IN_AT, now.timestamp())
    request.session.save()  # a row refers to it
    origin = request_origin(request)
    SignedInSession.objects.update_or_create(
        session_id=request.session.session_key,
        defaults={
            "user": user,
            "signed_in_at": datetime.fromtimestamp(signed_in_at, UTC),
            "last_seen_at": now,
            "ip": origin.ip,
            "user_agent": origin.user_agent,
        },
    )


def session_seen(*, request: HttpRequest) -> None:
    """Let the session of this request live on, and write down when and from where it was used.

    Whatever the request was for stands: a database that is away is logged.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            request.session.keep(now)  # type: ignore[attr-defined]  # forexpro.core.http.sessions
            SignedInSession.objects.filter(session_id=request.session.session_key).update(
                last_seen_at=now, ip=client_ip(request)
            )
    except DatabaseError as error:
        logger.warning("the use of a session was not written down: %s", error)


def session_end(*, user_id: int, signed_in_id: int, origin: Origin) -> None:
    """End one session of a person by the number of its sign-in; its sockets close within seconds.

    Refuses `session_unknown` (404): it has ended already, or is somebody else's.
    """
    with transaction.atomic(durable=True):
        user = User.objects.get(pk=user_id)
        ended = SignedInSession.objects.filter(pk=signed_in_id, user=user).select_related("session").first()
        if ended is None:
            raise Refused("session_unknown", _("This session has ended already."), http_status=404)
        ended.session.delete()
        payload = {"sessions": 1, "program": ended.user_agent, "address": ended.ip or ""}
        record([security_event(user.stream, "user.sessions_ended", payload, origin=origin)], origin=origin)


def other_sessions_end(*, request: HttpRequest, user_id: int) -> int:
    """End every session of a person but the one of this request, those of programs too; return how many there were."""
    origin = request_origin(request)
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        count = everything_else_end_apply(request=request, user=user)
        if count:
            payload = {"sessions": count}
            record([security_event(user.stream, "user.sessions_ended", payload, origin=origin)], origin=origin)
    return count


def everything_end_apply(user: User) -> int:
    """Sign a locked person out everywhere, programs included, inside the caller's transaction; return of how many.

    The caller records an event of this person: it is what tells open sockets to look.
    """
    visits_at_client_end_apply(user)
    return _end_apply(user)


def everything_else_end_apply(*, request: HttpRequest, user: User) -> int:
    """Do the same, but for the session of this request: where it is that person's, it goes on under a new key."""
    here = request.session.session_key if request.user.pk == user.pk else None
    count = _end_apply(user, keep=here)
    if here is not None:
        update_session_auth_hash(request, user)
        session_begin_apply(request=request, user=user)
    return count


def _end_apply(user: User, *, keep: str | None = None) -> int:
    """End what is known row by row, and by the count whatever else was signed in, or is just being, before now.

    Somebody who has given the password already, and whose session or tokens have no row yet, carries the old count.
    """
    user.sessions_generation += 1
    user.save(update_fields=["sessions_generation"])
    doomed = Session.objects.filter(signed_in__user=user)
    if keep is not None:
        doomed = doomed.exclude(session_key=keep)
    _total, by_model = doomed.delete()
    return by_model.get("sessions.Session", 0) + families_end_apply(user)
