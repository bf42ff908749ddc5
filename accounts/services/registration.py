"""From a stranger to a person whose e-mail address is verified."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction
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

# Whoever has just been made by a registration, which the new hash tells, gets the role; nobody else gets or loses one.
_GIVE_ROLE = f"""
    INSERT INTO {User.groups.through._meta.db_table} (user_id, group_id)
    SELECT person.id, role.id FROM {User._meta.db_table} person, {Group._meta.db_table} role
    WHERE person.id = %s AND person.password = %s AND role.name = %s
"""  # noqa: S608  # our own names


def user_register(*, email: str, full_name: str, password: str, origin: Origin) -> None:
    """Create a trader who still has to verify the address; the mail says how.

    Whoever registers an address that is taken learns nothing from it, neither by the answer nor by its duration: the
    statements are the same. The owner of the address gets a mail instead.

    Where the address is not verified, nobody knows which of the two is its owner. No password that was typed by either
    is good from then on: the mail lets its reader choose one.
    """
    stranger = User(email=User.objects.normalize_email(email), full_name=full_name)
    stranger.set_password(password)
    with transaction.atomic(durable=True):
        User.objects.bulk_create([stranger], ignore_conflicts=True)
        user = User.objects.get(email=stranger.email)
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_ROLE, [user.pk, stranger.password, Role.TRADER.value])
        is_new = user.password == stranger.password  # no two hashes have one salt
        _refuse_both(user.pk, stranger.password)
        repeated = security_event(user.stream, "user.registration_repeated", {}, origin=origin)
        record([_created(user, Role.TRADER) if is_new else repeated], origin=origin)
        requested_mail_after_commit("registration", user.email)


def _refuse_both(user_id: int, password: str) -> None:
    """Take the password of somebody who registered the address before, and has not shown to have it."""
    waiting = User.objects.filter(pk=user_id, email_verified_at=None)
    # One that was taken stays as it is, or the next registration would end the link that was mailed.
    typed = waiting.exclude(password=password).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    typed.update(password=make_password(None))


def user_create(*, email: str, full_name: str, password: str | None, role: Role, origin: Origin) -> User:
    """Create a person with a role, inside the caller's transaction; no password means that one is set by mail."""
    user = User.objects.create_user(
        email, password, full_name=full_name, is_staff=role.is_staff, is_superuser=role is Role.SUPER_ADMIN
    )
    user.groups.add(role_group(role))
    record([_created(user, role)], origin=origin)
    return user


def _created(user: User, role: Role) -> NewEvent:
    payload = {"email": user.email, "full_name": user.full_name, "role": role.value}
    return NewEvent(user.stream, "user.created", payload)


def verification_request(*, email: str) -> None:
    """Mail the verification link again; does and answers the same whether or not anybody has this address."""
    requested_mail_after_commit("registration", email)


def email_verify(*, token: str, origin: Origin) -> User:
    """Verify the address that the token was mailed to; a second time changes nothing.

    Refuses `link_invalid`: forged, expired, mailed to an address that the person no longer has, or before somebody
    registered the address again.
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
        if user.email != email or not (user.is_email_verified or user.has_usable_password()):
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
