"""Visits: allowed to somebody, begun once by a token, left or over; and what was looked at in them.

What a visit does to the client's own sign-in is nothing: no session of theirs, no device, no "last seen", no mail.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, Visit, VisitStep
from accounts.services.security_events import record_alone
from accounts.visit_tokens import NewVisitToken, new_visit_token, read_visit_token
from accounts.visits import VISIT_KEY, issuer_holds, known_scopes, visit_of
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import request_origin
from forexpro.core.http.sessions import ENDS_AT, SIGNED_IN_AT, SessionStore
from forexpro.core.refusals import Refused

VISIT_LIFETIME = timedelta(minutes=30)
REASON_LENGTH = 300
# How many pages the event of the end names; the rows of the visit have them all.
_STEPS_NAMED = 50
_PATH_LENGTH = 300
# What ends visits by itself.
_NOBODY = Origin(actor="system:visits")
_BACKEND = "accounts.backends.AccountsBackend"
# In the data of a visit's session: the session that this browser had before, and the page to go back to.
_BEFORE = "session_before"
_BACK_TO = "back_to"


def visit_grant(
    *,
    issuer: str,
    admin_id: str,
    admin_name: str,
    client_id: int,
    reason: str,
    scopes: list[str],
    origin: Origin,
) -> tuple[Visit, NewVisitToken]:
    """Allow somebody to visit a client once, within two minutes; return the visit and the token that begins it.

    `issuer` answers for the visitor (`staff:7`). Refuses `reason_required`, `visit_scope_unknown`, `client_not_found`
    (404), `client_suspended` and `client_is_staff` (403).
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise Refused("reason_required", _("Say why you have to see the pages of this client; the client reads it."))
    scopes = known_scopes(scopes)
    client = User.objects.filter(pk=client_id).first()
    if client is None:
        raise Refused("client_not_found", _("There is no such client."), {"client_id": str(client_id)}, http_status=404)
    _refuse_client(client)
    token = new_visit_token()
    with transaction.atomic(durable=True):
        visit = Visit.objects.create(
            token_id=token.token_id,
            client=client,
            issuer=issuer,
            admin_id=admin_id,
            admin_name=admin_name or admin_id,
            reason=reason,
            scopes=scopes,
            granted_at=timezone.now(),
            token_expires_at=token.expires_at,
        )
        record([NewEvent(client.stream, "user.visit_granted", _described(visit))], origin=origin)
    return visit, token


def visit_grant_by_staff(*, actor: User, client_id: int, reason: str, origin: Origin) -> tuple[Visit, NewVisitToken]:
    """Allow a member of staff to look at the pages of a client. Refuses `visits_forbidden`, and like `visit_grant`."""
    if not actor.has_perm("accounts.view_as_client"):
        raise Refused("visits_forbidden", _("Your role does not look at the pages of clients."), http_status=403)
    return visit_grant(
        issuer=f"staff:{actor.pk}",
        admin_id=str(actor.pk),
        admin_name=actor.full_name or actor.email,
        client_id=client_id,
        reason=reason,
        scopes=[],
        origin=origin,
    )


def visit_begin(*, request: HttpRequest, token: str, back_to: str = "") -> Visit:
    """Begin the visit of a token in this browser, once: the request has its session from now on.

    The session that the browser had stays as it is, and is the browser's again when the visit is left; then the page
    `back_to` is shown. Refuses `visit_token_invalid` (400), `visit_token_expired` and `visit_token_used` (410),
    `client_suspended`, `client_is_staff` and `visit_issuer_revoked` (403).
    """
    token_id = read_visit_token(token)
    origin = request_origin(request)
    try:
        with transaction.atomic(durable=True):
            visit = _taken(token_id, origin)
            client = User.objects.get(pk=visit.client_id)
            _refuse_client(client)
            if not issuer_holds(visit.issuer):
                raise Refused(
                    "visit_issuer_revoked",
                    _("Whoever allowed this visit may not do so any more. Ask the administrator of the platform."),
                    http_status=403,
                )
            before = _session_before(request)
            if (other := visit_of(request)) is not None:
                visit_end_apply(visit=other, reason=Visit.EndReason.LEFT, origin=origin)
            request.session = _session_of(visit, client, before, back_to)
            by_visitor = replace(origin, actor=visit.actor)
            record([NewEvent(client.stream, "user.visit_begun", _described(visit))], origin=by_visitor)
    except Refused as refusal:
        _record_refusal(token_id, refusal, origin)
        raise
    rotate_token(request)
    return visit


def visit_leave(*, request: HttpRequest) -> str:
    """End the visit of this request, and give the browser the session that it had before.

    Return the page to go back to; empty where there is none. Sockets of the visit close within seconds.
    """
    visit = visit_of(request)
    assert visit is not None
    back_to = str(request.session.get(_BACK_TO, ""))
    before = request.session.get(_BEFORE)
    with transaction.atomic(durable=True):
        visit_end_apply(visit=visit, reason=Visit.EndReason.LEFT, origin=request_origin(request))
        request.session.delete()
    session = SessionStore(before)
    if before is None or SESSION_KEY not in session:
        session, back_to = SessionStore(), ""
    session.modified = before is not None
    _put(request, session)
    return back_to


def visit_break_off(*, request: HttpRequest, visit: Visit) -> None:
    """End a visit that does not hold any more; the request goes on as that of nobody."""
    is_over = visit.ends_at is not None and visit.ends_at <= timezone.now()
    reason = Visit.EndReason.TIME if is_over else Visit.EndReason.WITHDRAWN
    with transaction.atomic(durable=True):
        visit_end_apply(visit=visit, reason=reason, origin=request_origin(request))
        request.session.delete()
    _put(request, SessionStore())


def visit_end_apply(*, visit: Visit, reason: str, origin: Origin, at: datetime | None = None) -> bool:
    """End a visit inside the caller's transaction; return False for one that has ended already."""
    at = at or timezone.now()
    if not Visit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=at, end_reason=reason):
        return False
    visit.ended_at, visit.end_reason = at, reason
    steps = list(visit.steps.all())
    payload = _described(visit) | {
        "ended_because": str(reason),
        "looked_at": [step.path for step in steps if not step.refused][:_STEPS_NAMED],
        "refused": [f"{step.method} {step.path}" for step in steps if step.refused][:_STEPS_NAMED],
    }
    record([NewEvent(f"user:{visit.client_id}", "user.visit_ended", payload)], origin=origin)
    return True


def visits_over_end(*, now: datetime | None = None) -> int:
    """Write down that visits are over whose time is, as their sessions are already; return how many."""
    now = now or timezone.now()
    over = Visit.objects.filter(begun_at__isnull=False, ended_at=None, ends_at__lte=now)
    count = 0
    for visit in over.order_by("ends_at"):
        with transaction.atomic(durable=True):
            count += visit_end_apply(visit=visit, reason=Visit.EndReason.TIME, origin=_NOBODY, at=visit.ends_at)
    return count


def visits_at_client_end_apply(client: User) -> None:
    """End every visit at a client inside the caller's transaction: somebody has ended all of the client's sessions."""
    for visit in Visit.objects.filter(client=client, begun_at__isnull=False, ended_at=None):
        visit_end_apply(visit=visit, reason=Visit.EndReason.SIGNED_OUT, origin=_NOBODY)


def visit_step(*, visit: Visit, method: str, path: str, refused: bool) -> None:
    """Write down what was looked at, or tried in vain; the same again is counted."""
    now = timezone.now()
    step = {"visit": visit, "method": method[:8], "path": path[:_PATH_LENGTH], "refused": refused}
    if not VisitStep.objects.filter(**step).update(times=F("times") + 1, last_at=now):
        VisitStep.objects.bulk_create([VisitStep(**step, first_at=now, last_at=now)], ignore_conflicts=True)


def _taken(token_id: uuid.UUID, origin: Origin) -> Visit:
    """Return the visit of a token that nobody has used before, begun."""
    visit = Visit.objects.filter(token_id=token_id).first()
    if visit is None:
        raise Refused("visit_token_invalid", _("This link begins no visit here. Ask for another one."), http_status=400)
    now = timezone.now()
    begun = {
        "begun_at": now,
        "ends_at": now + VISIT_LIFETIME,
        "ip": origin.ip,
        "user_agent": origin.user_agent,
    }
    if not _take(visit, begun):
        raise Refused(
            "visit_token_used",
            _("This link was used already: it is good once. Ask for another one."),
            http_status=410,
        )
    for name, value in begun.items():
        setattr(visit, name, value)
    return visit


def _take(visit: Visit, begun: dict[str, Any]) -> bool:
    """Begin a visit unless it was begun already, in one statement: of several requests one does."""
    return Visit.objects.filter(pk=visit.pk, begun_at=None).update(**begun) == 1


def _session_of(visit: Visit, client: User, before: str | None, back_to: str) -> SessionStore:
    """Return the new session of a visit. Django's `login` is not called: it writes down when the client signed in."""
    assert visit.begun_at is not None
    assert visit.ends_at is not None
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(client.pk),
            BACKEND_SESSION_KEY: _BACKEND,
            HASH_SESSION_KEY: client.get_session_auth_hash(),
            SIGNED_IN_AT: visit.begun_at.timestamp(),
            ENDS_AT: visit.ends_at.timestamp(),
            VISIT_KEY: visit.pk,
            _BEFORE: before,
            _BACK_TO: back_to,
        }
    )
    session.save()
    return session


def _session_before(request: HttpRequest) -> str | None:
    """Return the key of the session to come back to: that of somebody signed in, or what a visit would go back to."""
    if visit_of(request) is not None:
        before: str | None = request.session.get(_BEFORE)
        request.session.delete()
        return before
    return request.session.session_key if SESSION_KEY in request.session else None


def _put(request: HttpRequest, session: SessionStore) -> None:
    """Give the request another session, and nobody in it."""

    async def nobody() -> AnonymousUser:
        return AnonymousUser()

    request.session = session
    request.user = AnonymousUser()
    request.auser = nobody
    for name in ("visit", "acts_as"):
        if hasattr(request, name):
            delattr(request, name)


def _refuse_client(client: User) -> None:
    if client.is_staff:
        raise Refused("client_is_staff", _("Nobody looks at pages as a member of staff."), http_status=403)
    if not client.is_active:
        raise Refused(
            "client_suspended",
            _("This client is suspended and cannot be visited. Activate the client first."),
            http_status=403,
        )


def _record_refusal(token_id: uuid.UUID, refusal: Refused, origin: Origin) -> None:
    visit = Visit.objects.filter(token_id=token_id).first()
    if visit is not None:
        payload = _described(visit) | {"code": refusal.code}
        record_alone(NewEvent(f"user:{visit.client_id}", "user.visit_refused", payload), origin=origin)


def _described(visit: Visit) -> dict[str, Any]:
    """Return what every event of a visit says."""
    return {
        "visit": visit.pk,
        "issuer": visit.issuer,
        "admin_id": visit.admin_id,
        "admin": visit.admin_name,
        "client": visit.client_id,
        "reason": visit.reason,
        "scopes": visit.scopes,
    }
