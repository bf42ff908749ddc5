"""What the CRM changes about a client: their standing, access, limits and group, all of it or nothing."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.locks import locked_user
from accounts.models import AccessLevel, User
from accounts.services.clients import client_access_set_apply, client_update_apply
from accounts.services.profile import user_touch_apply
from accounts.services.staff import user_set_active_apply
from crm.selectors.clients import client_of, etag_of, paused_accounts_of, version_of
from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from trading.models import AccountGroup
from trading.services.client_terms import (
    client_accounts_lock,
    client_accounts_roll_over,
    client_group_set_apply,
    client_leverage_lower_apply,
    client_trading_pause_apply,
    client_trading_resume_apply,
    ensure_all_locked,
)

# What the accounts of a client carry out.
OF_ACCOUNTS = frozenset({"group", "leverage_max", "access_level"})
# What stands on the person alone.
OF_PERSON = (
    "full_name", "time_zone", "language", "external_id", "flags", "leverage_max", "deposits_maximum",
    "withdrawals_allowed",
)  # fmt: skip


# What a flag looks like: names of the house's own.
FLAG_PATTERN = "^[a-z0-9][a-z0-9_-]*$"
FLAG_LENGTH = 32
FLAGS_MAX = 50
# Concerns money or access: whoever changes it by hand says why.
LIMITS = frozenset({"access_level", "leverage_max", "deposits_maximum", "withdrawals_allowed"})


def client_set(
    *, actor: User, user_id: int, wanted: Mapping[str, Any], reason: str = "", if_match: str = "", origin: Origin
) -> User:
    """Change flags or limits of a client by hand; return the client as they are then.

    Refuses `client_change_forbidden`, `own_account` (both 403), `reason_required`, and as `client_change_apply`.
    """
    limits = LIMITS.intersection(wanted)
    if not actor.has_perm("accounts.limit_client" if limits else "accounts.annotate_client"):
        raise Refused(
            "client_change_forbidden", _("Your role does not change this. Ask compliance or an admin."), http_status=403
        )
    if limits and not reason.strip():
        raise Refused("reason_required", _("Say why: it stays on record."), {"field": "reason"})
    ensure_not_oneself(actor, user_id)
    with transaction.atomic(durable=True):
        return client_change_apply(
            user_id=user_id, wanted=wanted, reason=reason, if_match=if_match, actor=actor, origin=origin
        )


def ensure_not_oneself(actor: User, user_id: int) -> None:
    """Refuse `own_account` to whoever would change what the house has set or noted about themselves."""
    if actor.pk == user_id:
        raise Refused("own_account", _("Ask a colleague: nobody changes this about themselves."), http_status=403)


def client_change_prepare(*, user_id: int, wanted: Mapping[str, Any], origin: Origin) -> None:
    """Charge the nights of a client who is to change group: it is a transaction of its own, for each account."""
    if "group" in wanted:
        client_accounts_roll_over(owner_id=user_id, origin=origin)


def client_change_apply(
    *, user_id: int, wanted: Mapping[str, Any], reason: str, if_match: str, actor: Actor, origin: Origin
) -> User:
    """Change what `wanted` names of a client inside the caller's transaction, and return the client as they are then.

    `if_match` is the header of that name, empty for none. Refuses `client_not_found`, `precondition_failed` (412),
    `group_not_found`, `leverage_not_allowed`, `nights_due`, `client_busy` (409), `external_id_taken` (409).
    """
    if OF_ACCOUNTS & set(wanted):
        accounts = client_accounts_lock(user_id)
        user = locked_client(user_id)
        ensure_all_locked(user_id, accounts)
    else:
        user = locked_client(user_id)
    _ensure_match(user, if_match)
    if "group" in wanted:
        group = AccountGroup.objects.filter(name=wanted["group"]).first()
        if group is None:
            names = list(AccountGroup.objects.order_by("name").values_list("name", flat=True))
            raise Refused(
                "group_not_found",
                _("There is no group of this name, only %(names)s.") % {"names": ", ".join(names)},
                {"group": wanted["group"], "groups": names},
            )
        client_group_set_apply(owner_id=user_id, group=group, origin=origin)
        user_touch_apply(user_id)
    if wanted.get("leverage_max") is not None:
        client_leverage_lower_apply(owner_id=user_id, leverage_max=wanted["leverage_max"], origin=origin)
    if "access_level" in wanted:
        _set_access(user, AccessLevel(wanted["access_level"]), reason=reason, origin=origin)
    of_person = {name: wanted[name] for name in OF_PERSON if name in wanted}
    client_update_apply(user, of_person, reason=reason, origin=origin)
    if "active" in wanted:
        user_set_active_apply(user, actor=actor, active=wanted["active"], reason=reason, origin=origin)
    return client_of(user_id)


def locked_client(user_id: int) -> User:
    """Return a client, locked until the transaction ends; staff are none. Refuses `client_not_found`."""
    client_of(user_id)
    return locked_user(user_id)


def _set_access(user: User, level: AccessLevel, *, reason: str, origin: Origin) -> None:
    """Pause the accounts of whoever had full access, let those go on again that were paused when it comes back."""
    if level == user.access_level:
        return
    paused: list[int] = []
    if level == AccessLevel.FULL:
        client_trading_resume_apply(owner_id=user.pk, paused=paused_accounts_of(user), origin=origin)
    elif user.access_level == AccessLevel.FULL:
        paused = client_trading_pause_apply(owner_id=user.pk, origin=origin)
    else:
        paused = paused_accounts_of(user)
    client_access_set_apply(user, level=level, reason=reason, paused_accounts=paused, origin=origin)


def _ensure_match(user: User, if_match: str) -> None:
    # What compresses answers on their way calls their ETag weak.
    shown = {etag.removeprefix("W/") for etag in parse_etags(if_match)}
    if not if_match or if_match.strip() == "*" or etag_of(user) in shown:
        return
    raise Refused(
        "precondition_failed",
        _("The client has been changed since. Read the client again, look at what is new, and repeat with that ETag."),
        {"version": version_of(user)},
        http_status=412,
    )
