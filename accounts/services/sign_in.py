"""Sign-in in steps: `user_authenticate` proves who it is, `user_sign_in` begins the session.

Whatever else has to be proved (a second factor) or looked at (a new device) belongs between the two.
"""

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import user_by_email
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused

# Enough to tell devices apart; the header is as long as its sender likes.
USER_AGENT_LENGTH = 300


def user_authenticate(*, request: HttpRequest, email: str, password: str) -> User:
    """Return the person with this address and password.

    Refuses `credentials_invalid` for an unknown address, a wrong password and a suspended account alike, after the
    same work (one password hash, one event), and `email_not_verified` to whoever knows the password.
    """
    user = authenticate(request, email=email, password=password)
    if user is None:
        _record_failure(user_by_email(email), origin=request_origin(request))
        raise Refused(
            "credentials_invalid",
            _(
                "No active account has this e-mail address and password. Check both, reset the password, "
                "or ask support if your account was suspended."
            ),
            http_status=400,
        )
    assert isinstance(user, User)
    if not user.is_email_verified:
        _record(user.stream, "user.sign_in_failed", {"reason": "email_not_verified"}, origin=request_origin(request))
        raise Refused(
            "email_not_verified",
            _("Verify your e-mail address first: open the link that we mailed you, or have it sent again."),
            http_status=403,
        )
    return user


def user_sign_in(*, request: HttpRequest, user: User) -> None:
    """Begin the session of a person who has proved to be who they are, under a new session key."""
    with transaction.atomic(durable=True):
        login(request, user)
        payload = {"user_agent": request.headers.get("User-Agent", "")[:USER_AGENT_LENGTH]}
        record([NewEvent(user.stream, "user.signed_in", payload)], origin=request_origin(request))


def user_sign_out(*, request: HttpRequest) -> None:
    """End the session, on the server too."""
    if isinstance(request.user, User):
        _record(request.user.stream, "user.signed_out", {}, origin=request_origin(request))
    logout(request)


def _record_failure(user: User | None, *, origin: Origin) -> None:
    if user is not None:
        reason = "wrong_password" if user.is_active else "suspended"
        _record(user.stream, "user.sign_in_failed", {"reason": reason}, origin=origin)
    else:
        # Filed under the network address: it takes as long as the other branch, and guessing shows in the audit log.
        # The address that was typed stays out: people type passwords into the wrong field.
        _record(f"address:{origin.ip}", "visitor.sign_in_failed", {"reason": "unknown_account"}, origin=origin)


def _record(stream: str, type: str, payload: dict[str, str], *, origin: Origin) -> None:
    with transaction.atomic(durable=True):
        record([NewEvent(stream, type, payload)], origin=origin)
