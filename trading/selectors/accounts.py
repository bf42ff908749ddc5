"""Whose account it is."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.core.database import fetch_one
from forexpro.core.refusals import Refused
from trading.models import TradingAccount
from trading.selectors.conditions import group_conditions

OWNED_ACCOUNT = """
    SELECT id, currency, group_id, (SELECT version FROM trading_configuration) FROM trading_tradingaccount
    WHERE id = %s AND owner_id = %s
"""


@dataclass(frozen=True, slots=True)
class OwnedAccount:
    """What every request about an account needs of it."""

    id: int
    currency: str
    orders_per_minute: int | None


def accounts_of_user(user: User | AnonymousUser) -> QuerySet[TradingAccount]:
    """Return a person's trading accounts, oldest first."""
    return TradingAccount.objects.filter(owner_id=user.pk).select_related("group")


def account_for_user(user: User | AnonymousUser, account_id: int) -> TradingAccount:
    """Return an account that `user` owns; refuse any other as if it did not exist."""
    try:
        return accounts_of_user(user).get(pk=account_id)
    except TradingAccount.DoesNotExist:
        raise _not_found(account_id) from None


def owned_account(user: User | AnonymousUser, account_id: int) -> OwnedAccount:
    """Return what a request needs of an account that `user` owns; refuse any other as if it did not exist."""
    row = fetch_one(OWNED_ACCOUNT, [account_id, user.pk])
    if row is None:
        raise _not_found(account_id)
    id, currency, group_id, version = row
    return OwnedAccount(id, currency, group_conditions(group_id, version).orders_per_minute)


def _not_found(account_id: int) -> Refused:
    return Refused(
        "account_not_found", _("You have no such trading account."), {"account_id": account_id}, http_status=404
    )


def accounts_in_margin_call() -> int:
    """Return how many accounts are in margin call."""
    return TradingAccount.objects.filter(margin_call=True).count()
