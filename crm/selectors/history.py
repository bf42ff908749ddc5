"""What clients have, on all their accounts."""

from django.db.models import QuerySet

from accounts.models import User
from kyc.models import Document
from kyc.selectors import documents_of
from trading.models import Deal, Position, TradingAccount
from trading.selectors import accounts_of_user


def accounts_of_client(client: User) -> QuerySet[TradingAccount]:
    """Return a client's trading accounts with their groups, oldest first."""
    return accounts_of_user(client).order_by("id")


def positions_of_client(client: User, *, status: str) -> QuerySet[Position]:
    """Return a client's positions that are `open`, `closed`, or `all` of them, newest first."""
    positions = Position.objects.filter(account__owner=client).select_related("account").order_by("-id")
    return positions if status == "all" else positions.filter(closed_at__isnull=status == "open")


def deals_of_client(client: User) -> QuerySet[Deal]:
    """Return a client's executions, newest first."""
    return Deal.objects.filter(account__owner=client).select_related("account").order_by("-id")


def documents_of_client(client: User) -> list[Document]:
    """Return what a client has sent to be verified, newest first, with its pages."""
    return list(documents_of(client.pk))
