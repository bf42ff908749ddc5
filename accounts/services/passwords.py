"""Setting, changing and resetting passwords. A change ends every other session of the person."""

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest

from accounts.links import link_invalid, user_of_reset_link
from accounts.locks import locked_user
from accounts.mails import mail_after_commit, requested_mail_after_commit
from accounts.models import User
from accounts.selectors import user_by_email
from accounts.services.registration import email_verify_apply
from accounts.services.security_events import security_event
from accounts.services.sessions import everything_else_end_apply, everything_end_apply
from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record
from forexpro.core.http.origin import request_origin


def password_reset_request(*, email: str, origin: Origin) -> None:
    """Have a reset link mailed; does and answers the same whether or not anybody has this address."""
    user = user_by_email(email)
    requested = (
        security_event(user.stream, "user.password_reset_requested", {}, origin=origin)
        if user is not None
        else security_event(
            f"address:{origin.ip}", "visitor.password_reset_requested", {"reason": "unknown_account"}, origin=origin
        )
    )
    with transaction.atomic(durable=True):
        record([requested], origin=origin)
        requested_mail_after_commit("password_reset", email)


def password_reset_request_apply(user: User, *, origin: Origin) -> None:
    """Have a reset link mailed to a person who is known, inside the caller's transaction."""
    record([security_event(user.stream, "user.password_reset_requested", {}, origin=origin)], origin=origin)
    requested_mail_after_commit("password_reset", user.email)


def password_reset_by_link(*, uid: str, token: str, password: str, origin: Origin) -> User:
    """Set the password of the person who followed a reset link, which also proves the e-mail address.

    Refuses `link_invalid`. Of two requests with one link exactly one succeeds.
    """
    with transaction.atomic(durable=True):
        found = user_of_reset_link(uid, token)
        user = locked_user(found.pk) if found is not None else None
        if user is None or not default_token_generator.check_token(user, token):
            raise link_invalid()
        _password_set_apply(user, password)
        everything_end_apply(user)
        _record_apply(user, reason="reset", origin=origin)
        email_verify_apply(user, origin=origin)
    return user


def password_change(*, request: HttpRequest, user_id: int, password: str) -> None:
    """Change one's own password and stay signed in here, under a new session key."""
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        _password_set_apply(user, password)
        everything_else_end_apply(request=request, user=user)
        _record_apply(user, reason="change", origin=request_origin(request))


def _password_set_apply(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


def _record_apply(user: User, *, reason: str, origin: Origin) -> None:
    record([security_event(user.stream, "user.password_changed", {"reason": reason}, origin=origin)], origin=origin)
    mail_after_commit("password_changed", user.email)
