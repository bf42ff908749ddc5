"""Sign-in in steps: `user_authenticate` proves who it is, `user_sign_in` begins the session.

Between the two stands the second factor, for whoever has one: `sign_in_pend` keeps who gave the right password until
`second_factor_verify` (in `second_factor`) has accepted a code. An entrance without a session verifies the code at
once.
"""

from time import time

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.lockout import Attempt, attempt_of, attempt_take_back, locked
from accounts.models import User
from accounts.selectors import user_by_email
from accounts.services.devices import device_remember_apply
from accounts.services.security_events import record_alone, security_event
from accounts.services.sessions import session_begin_apply
from accounts.step_up import remember_confirmation
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import request_origin
from forexpro.core.http.sessions import SIGNED_IN_AT
from forexpro.core.refusals import Refused

# How long the right password waits for the code.
PENDING_SECONDS = 300
_PENDING = "pending_sign_in"
_BACKEND = "accounts.backends.AccountsBackend"


def user_authenticate(*, request: HttpRequest, email: str, password: str) -> User:
    """Return the person with this address and password.

    Refuses `credentials_invalid` for an unknown address, a wrong password and a suspended account alike, after the
    same work (one password hash, one event), `email_not_verified` to whoever knows the password, and `sign_in_locked`
    (429) after too many failures, without trying the password.
    """
    user = authenticate(request, email=email, password=password)
    if user is None:
        if getattr(request, "axes_locked_out", False):
            raise locked(request, email)
        attempt = attempt_of(request)
        _record_failure(user_by_email(email), attempt, origin=request_origin(request))
        if attempt is not None and attempt.is_last:
            raise locked(request, email)
        raise Refused(
            "credentials_invalid",
            _(
                "No active account has this e-mail address and password. Check both, reset the password, "
                "or ask support if your account was suspended."
            ),
            http_status=400,
        )
    assert isinstance(user, User)
    attempt_take_back(request)
    if not user.is_email_verified:
        origin = request_origin(request)
        payload = {"reason": "email_not_verified"}
        record_alone(security_event(user.stream, "user.sign_in_failed", payload, origin=origin), origin=origin)
        raise Refused(
            "email_not_verified",
            _("Verify your e-mail address first: open the link that we mailed you, or have it sent again."),
            http_status=403,
        )
    return user


def sign_in_pend(*, request: HttpRequest, user: User) -> None:
    """Keep in the session, under a new key, that this person gave the right password and still owes a code.

    Nobody is signed in by that: nothing but `pending_user` looks at it.
    """
    request.session.cycle_key()
    request.session[_PENDING] = {"user": user.pk, "at": time(), "hash": user.get_session_auth_hash()}


def pending_user(request: HttpRequest) -> User | None:
    """Return who gave the right password in this session within the last minutes, while it is still the right one."""
    pending = request.session.get(_PENDING)
    if pending is None or not 0 <= time() - pending["at"] < PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(pending["hash"], user.get_session_auth_hash()):
        return None
    return user


def user_sign_in(*, request: HttpRequest, user: User) -> str:
    """Begin the session of a person who has proved to be who they are, under a new session key.

    Return the token of this browser, which belongs into its cookie (`accounts.devices.remember_device`).
    """
    with transaction.atomic(durable=True):
        login(request, user, backend=_BACKEND)
        request.session.pop(_PENDING, None)
        request.session[SIGNED_IN_AT] = time()
        remember_confirmation(request)
        session_begin_apply(request=request, user=user)
        token = device_remember_apply(request=request, user=user)
        origin = request_origin(request)
        record([NewEvent(user.stream, "user.signed_in", {"user_agent": origin.user_agent})], origin=origin)
    return token


def user_sign_out(*, request: HttpRequest) -> None:
    """End the session, on the server too."""
    if isinstance(request.user, User):
        origin = request_origin(request)
        record_alone(security_event(request.user.stream, "user.signed_out", {}, origin=origin), origin=origin)
    logout(request)


def _record_failure(user: User | None, attempt: Attempt | None, *, origin: Origin) -> None:
    if user is not None:
        stream, kind = user.stream, "user"
        reason = "wrong_password" if user.is_active else "suspended"
    else:
        # Filed under the network address: it takes as long as the other branch, and guessing shows in the audit log.
        # The address that was typed stays out: people type passwords into the wrong field.
        stream, kind, reason = f"address:{origin.ip}", "visitor", "unknown_account"
    events = [security_event(stream, f"{kind}.sign_in_failed", {"reason": reason}, origin=origin)]
    if attempt is not None and attempt.is_last:
        events.append(security_event(stream, f"{kind}.sign_in_locked", attempt.lock, origin=origin))
    record_alone(*events, origin=origin)
