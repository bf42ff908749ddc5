"""Proving once more who it is that sits before an open session (`accounts.step_up` says for what)."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.lockout import attempt_begin, attempt_failed, attempt_of, attempt_take_back, locked
from accounts.models import User
from accounts.services.second_factor import second_factor_verify
from accounts.services.security_events import record_alone, security_event
from accounts.step_up import remember_confirmation
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused


def identity_confirm(*, request: HttpRequest, user: User, password: str) -> None:
    """Note that the person of this session has given the password again.

    Refuses `password_incorrect` and, after too many of those, `sign_in_locked`: a session that was left open must not
    be a place to guess at.
    """
    password_check(request=request, user=user, password=password)
    _note(request, user, by="password")


def identity_confirm_by_code(*, request: HttpRequest, user: User, code: str) -> None:
    """Note that the person of this session has given a code. Refuses like `second_factor_verify`."""
    second_factor_verify(request=request, user=user, code=code, failure="user.confirmation_failed")
    _note(request, user, by="code")


def password_check(*, request: HttpRequest, user: User, password: str) -> None:
    """Refuse `password_incorrect` unless this is the password; a failure is an event and counts like one at sign-in."""
    attempt_begin(request, user.email)
    if user.check_password(password):
        attempt_take_back(request)
        return
    attempt_failed(request)
    origin = request_origin(request)
    events = [security_event(user.stream, "user.confirmation_failed", {"reason": "wrong_password"}, origin=origin)]
    attempt = attempt_of(request)
    if attempt is not None and attempt.is_last:
        events.append(security_event(user.stream, "user.sign_in_locked", attempt.lock, origin=origin))
    record_alone(*events, origin=origin)
    if attempt is not None and attempt.is_last:
        raise locked(request, user.email)
    raise Refused("password_incorrect", _("This is not your present password."), http_status=400)


def _note(request: HttpRequest, user: User, *, by: str) -> None:
    remember_confirmation(request)
    origin = request_origin(request)
    record_alone(security_event(user.stream, "user.confirmed", {"by": by}, origin=origin), origin=origin)
