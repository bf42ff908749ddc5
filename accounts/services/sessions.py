"""The sessions of a person: begun at sign-in, seen while they are used, ended one by one or together."""

import logging
from datetime import UTC, datetime

from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SignedInSession, User
from accounts.services.security_events import security_event
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
    """End every session of a person but the one of this request; return how many there were."""
    origin = request_origin(request)
    with transaction.atomic(durable=True):
        user = User.objects.get(pk=user_id)
        count = sessions_end_apply(user=user, keep=request.session.session_key)
        if count:
            payload = {"sessions": count}
            record([security_event(user.stream, "user.sessions_ended", payload, origin=origin)], origin=origin)
    return count


def sessions_end_apply(*, user: User, keep: str | None = None) -> int:
    """End the sessions of a person inside the caller's transaction, but for the one with the key `keep`.

    The caller records an event of this person: it is what tells open sockets to look.
    """
    doomed = Session.objects.filter(signed_in__user=user)
    if keep is not None:
        doomed = doomed.exclude(session_key=keep)
    _total, by_model = doomed.delete()
    return by_model.get("sessions.Session", 0)
