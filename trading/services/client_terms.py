"""What the house sets for a client as a whole and accounts carry out: whether they open anything, leverage, group."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from trading.locks import lock_accounts
from trading.models import AccountGroup, TradingAccount
from trading.services.accounts import policy_change_apply
from trading.services.group_change import group_set_apply
from trading.services.rollover import account_roll_over

Accounts = list[TradingAccount]


def open_accounts(owner_id: int) -> Accounts:
    """Return the accounts of a client that are not closed, in the order in which they are locked."""
    active = TradingAccount.objects.filter(owner_id=owner_id, status=TradingAccount.Status.ACTIVE)
    return list(active.select_related("group").order_by("id"))


def client_accounts_lock(owner_id: int) -> list[int]:
    """Lock every open account of a client, before the client; return their ids."""
    return lock_accounts([account.pk for account in open_accounts(owner_id)])


def ensure_all_locked(owner_id: int, locked: Iterable[int]) -> None:
    """Refuse `client_busy` where a client, who is locked by now, has got another account since theirs were locked."""
    if {account.pk for account in open_accounts(owner_id)} - set(locked):
        raise Refused("client_busy", _("The client has just opened an account. Repeat this."), http_status=409)


def client_accounts_roll_over(*, owner_id: int, origin: Origin) -> None:
    """Charge the nights that are due on a client's accounts: by the conditions of the group that they are in now."""
    for account in open_accounts(owner_id):
        account_roll_over(account_id=account.pk, origin=origin)


def client_group_set_apply(*, owner_id: int, group: AccountGroup, reason: str = "", origin: Origin) -> list[int]:
    """Move a client's accounts, which are locked, to a group; return those that moved.

    Refuses as `account_set_group`, naming the first account that the group does not take.
    """
    moved = [account for account in open_accounts(owner_id) if account.group_id != group.pk]
    for account in moved:
        try:
            group_set_apply(account_id=account.pk, group_id=group.pk, reason=reason, origin=origin)
        except Refused as refusal:
            raise Refused(
                refusal.code,
                _("Account %(account)s: %(why)s") % {"account": account.number, "why": refusal.message},
                {**refusal.details, "account": str(account.number)},
                http_status=refusal.http_status,
            ) from refusal
    return [account.pk for account in moved]


def client_leverage_lower_apply(*, owner_id: int, leverage_max: Decimal, origin: Origin) -> None:
    """Bring the leverage of a client's accounts, which are locked, down to a highest; margin follows at once."""
    for account in open_accounts(owner_id):
        if account.leverage > leverage_max:
            policy_change_apply(account.pk, origin=origin, leverage=leverage_max)


def client_trading_pause_apply(*, owner_id: int, origin: Origin) -> list[int]:
    """Let a client's accounts, which are locked, open nothing; return those that could before."""
    paused = [account.pk for account in open_accounts(owner_id) if account.trading_enabled]
    for account_id in paused:
        policy_change_apply(account_id, origin=origin, trading_enabled=False)
    return paused


def client_trading_resume_apply(*, owner_id: int, paused: Iterable[int], origin: Origin) -> None:
    """Let those of a client's locked accounts open positions again that a pause has stopped, and no others."""
    for account in open_accounts(owner_id):
        if account.pk in set(paused):
            policy_change_apply(account.pk, origin=origin, trading_enabled=True)
