"""Whose account it is."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from forexpro.core.refusals import Refused
from trading.models import TradingAccount


def accounts_of_user(user: User | AnonymousUser) -> QuerySet[TradingAccount]:
    """Return a person's trading accounts, oldest first."""
    return TradingAccount.objects.filter(owner_id=user.pk).select_related("group")


def account_for_user(user: User | AnonymousUser, account_id: int) -> TradingAccount:
    """Return an account that `user` owns; refuse any other as if it did not exist."""
    try:
        return accounts_of_user(user).get(pk=account_id)
    except TradingAccount.DoesNotExist:
        raise Refused(
            "account_not_found", "You have no such trading account.", {"account_id": account_id}, http_status=404
        ) from None


def accounts_in_margin_call() -> int:
    """Return how many accounts are in margin call."""
    return TradingAccount.objects.filter(margin_call=True).count()
