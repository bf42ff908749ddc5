"""Moving a client with all their accounts to another group by hand, as they were shown to whoever does it."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.locks import locked_user
from accounts.models import User
from accounts.services.profile import user_touch_apply
from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from trading.models import AccountGroup
from trading.selectors.client_group import shown_state
from trading.services.client_terms import (
    client_accounts_lock,
    client_accounts_roll_over,
    client_group_set_apply,
    ensure_all_locked,
    open_accounts,
)


def client_set_group(*, actor: User, owner_id: int, group_id: int, reason: str, seen: str, origin: Origin) -> list[int]:
    """Let all open accounts of a client trade under another group's conditions, or none of them; return those moved.

    `seen` is the `shown_state` that whoever moves them has looked at. Refuses `group_forbidden` and `own_account` (both
    403), `reason_required`, `no_accounts`, `preview_outdated` (409) and as `account_set_group`, naming the account.
    """
    if not actor.has_perm("trading.change_account_group"):
        raise Refused("group_forbidden", _("Your role moves nobody. Ask a dealer or an admin."), http_status=403)
    if actor.pk == owner_id:
        raise Refused("own_account", _("Ask a colleague: nobody moves their own accounts."), http_status=403)
    if not reason.strip():
        raise Refused("reason_required", _("Say why: it stays on record."), {"field": "reason"})
    group = AccountGroup.objects.get(pk=group_id)
    client_accounts_roll_over(owner_id=owner_id, origin=origin)
    with transaction.atomic(durable=True):
        locked = client_accounts_lock(owner_id)
        locked_user(owner_id)
        ensure_all_locked(owner_id, locked)
        accounts = open_accounts(owner_id)
        if not accounts:
            raise Refused("no_accounts", _("This client has no open account."))
        if shown_state(accounts, group) != seen:
            raise Refused(
                "preview_outdated",
                _("An account or the group was changed since you have looked. Look again, and repeat it."),
                http_status=409,
            )
        moved = client_group_set_apply(owner_id=owner_id, group=group, reason=reason.strip(), origin=origin)
        if moved:
            user_touch_apply(owner_id)
    return moved
