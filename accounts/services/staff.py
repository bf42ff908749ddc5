"""What staff do to people: suspend and activate, sign out, invite, change roles, take a lost second factor away."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, is_person
from accounts.locks import locked_user
from accounts.mails import mail_after_commit
from accounts.models import User
from accounts.roles import Role
from accounts.selectors import role_group
from accounts.services.force_logout import sessions_end
from accounts.services.registration import user_create
from accounts.services.second_factor import totp_reset_apply
from accounts.services.sessions import everything_end_apply
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused


def user_suspend(*, actor: User, user_id: int, reason: str, origin: Origin) -> User:
    """Forbid a person to sign in and end their sessions.

    Refuses `own_account` (nobody locks themselves out) and `super_admin_required` (for staff).
    """
    return _set_active(actor=actor, user_id=user_id, active=False, reason=reason, origin=origin)


def user_activate(*, actor: User, user_id: int, reason: str, origin: Origin) -> User:
    """Let a suspended person sign in again. Refuses like `user_suspend`."""
    return _set_active(actor=actor, user_id=user_id, active=True, reason=reason, origin=origin)


def user_force_logout(*, actor: User, user_id: int, reason: str, with_api_keys: bool, origin: Origin) -> User:
    """Sign a person out everywhere, who can sign in again. Refuses `super_admin_required` (for staff)."""
    if User.objects.filter(pk=user_id, is_staff=True).exists():
        _require_super_admin(actor)
    return sessions_end(user_id, reason=reason, with_api_keys=with_api_keys, origin=origin)


def staff_invite_apply(*, actor: User, email: str, full_name: str, role: Role, origin: Origin) -> User:
    """Create a member of staff, who chooses a password through a mailed link, inside the caller's transaction.

    Refuses `super_admin_required`.
    """
    _require_super_admin(actor)
    user = user_create(email=email, full_name=full_name, password=None, role=role, origin=origin)
    mail_after_commit("password_reset", user.email)
    return user


def user_set_role(*, actor: User, user_id: int, role: Role, origin: Origin) -> User:
    """Give a person exactly this role. Refuses `super_admin_required` and `own_account`."""
    _require_super_admin(actor)
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        _refuse_own_account(actor, user)
        before = sorted(user.groups.values_list("name", flat=True))
        user.groups.set([role_group(role)])
        user.is_staff = role.is_staff
        user.is_superuser = role is Role.SUPER_ADMIN
        user.save(update_fields=["is_staff", "is_superuser"])
        changed = NewEvent(user.stream, "user.role_changed", {"before": before, "after": [role.value]})
        record([changed], origin=origin)
    return user


def totp_reset(*, actor: User, user_id: int, reason: str, origin: Origin) -> User:
    """Take the second factor from a person who has lost it, sign them out everywhere and tell them by mail.

    Refuses `totp_reset_forbidden`, `own_account`, and `super_admin_required` (for staff).
    """
    if not actor.has_perm("accounts.reset_totp"):
        raise Refused("totp_reset_forbidden", _("Your role does not reset two-step sign-in."), http_status=403)
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        _refuse_own_account(actor, user)
        if user.is_staff:
            _require_super_admin(actor)
        totp_reset_apply(user, reason=reason, origin=origin)
    return user


def _set_active(*, actor: User, user_id: int, active: bool, reason: str, origin: Origin) -> User:
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        user_set_active_apply(user, actor=actor, active=active, reason=reason, origin=origin)
    return user


def user_set_active_apply(user: User, *, actor: Actor, active: bool, reason: str, origin: Origin) -> None:
    """Suspend or activate a locked person inside the caller's transaction; nothing happens where they are so."""
    _refuse_own_account(actor, user)
    if user.is_staff:
        _require_super_admin(actor)
    if user.is_active != active:
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            # For good: whoever is activated again signs in again.
            everything_end_apply(user)
        type = "user.activated" if active else "user.suspended"
        record([NewEvent(user.stream, type, {"reason": reason})], origin=origin)


def _require_super_admin(actor: Actor) -> None:
    if not actor.has_perm("accounts.manage_staff"):
        raise Refused("super_admin_required", _("Only a super admin manages staff."), http_status=403)


def _refuse_own_account(actor: Actor, user: User) -> None:
    if is_person(actor, user.pk):
        raise Refused("own_account", _("Ask a colleague: nobody changes this about themselves."), http_status=403)
