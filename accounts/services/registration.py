"""From a stranger to a person whose e-mail address is verified."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.links import link_invalid, verification_claim
from accounts.locks import locked_user
from accounts.mails import requested_mail_after_commit
from accounts.models import User
from accounts.roles import Role
from accounts.selectors import role_group
from accounts.services.security_events import security_event
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record


def user_register(*, email: str, full_name: str, password: str, origin: Origin) -> None:
    """Create a trader who still has to verify the address; the mail says how.

    Whoever registers an address that is taken learns nothing from it, neither by the answer nor by its duration;
    the owner of the address gets a mail instead.
    """
    email = User.objects.normalize_email(email)
    try:
        with transaction.atomic(durable=True):
            user = user_create(email=email, full_name=full_name, password=password, role=Role.TRADER, origin=origin)
            requested_mail_after_commit("registration", email)
    except IntegrityError:
        with transaction.atomic(durable=True):
            user = User.objects.get(email=email)
            record([security_event(user.stream, "user.registration_repeated", {}, origin=origin)], origin=origin)
            requested_mail_after_commit("registration", email)


def user_create(*, email: str, full_name: str, password: str | None, role: Role, origin: Origin) -> User:
    """Create a person with a role, inside the caller's transaction; no password means that one is set by mail."""
    user = User.objects.create_user(
        email, password, full_name=full_name, is_staff=role.is_staff, is_superuser=role is Role.SUPER_ADMIN
    )
    user.groups.add(role_group(role))
    created = NewEvent(
        user.stream, "user.created", {"email": user.email, "full_name": user.full_name, "role": role.value}
    )
    record([created], origin=origin)
    return user


def verification_request(*, email: str) -> None:
    """Mail the verification link again; does and answers the same whether or not anybody has this address."""
    requested_mail_after_commit("registration", email)


def email_verify(*, token: str, origin: Origin) -> User:
    """Verify the address that the token was mailed to; a second time changes nothing.

    Refuses `link_invalid`: forged, expired, or mailed to an address that the person no longer has.
    """
    claim = verification_claim(token)
    if claim is None:
        raise link_invalid()
    user_id, email = claim
    with transaction.atomic(durable=True):
        try:
            user = locked_user(user_id)
        except User.DoesNotExist:
            raise link_invalid() from None
        if user.email != email:
            raise link_invalid()
        email_verify_apply(user, origin=origin)
    return user


def email_verify_apply(user: User, *, origin: Origin) -> None:
    """Mark the address of a locked person as verified, unless it is."""
    if user.is_email_verified:
        return
    user.email_verified_at = timezone.now()
    user.save(update_fields=["email_verified_at"])
    record([security_event(user.stream, "email.verified", {"email": user.email}, origin=origin)], origin=origin)
