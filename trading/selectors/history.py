"""Orders, positions, deals and ledger of an account, as lists to be paged through, newest first."""

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused
from trading.models import Deal, Order, Position, Posting, TradingAccount


def working_orders(account: TradingAccount) -> QuerySet[Order]:
    """Return the orders that wait for their price."""
    return Order.objects.filter(account=account, status=Order.Status.WORKING).order_by("-id")


def finished_orders(account: TradingAccount) -> QuerySet[Order]:
    """Return the orders that were filled, cancelled or rejected."""
    return Order.objects.filter(account=account).exclude(status=Order.Status.WORKING).order_by("-id")


def open_positions(account: TradingAccount) -> QuerySet[Position]:
    """Return the positions of which something is open."""
    return Position.objects.filter(account=account, closed_at=None).order_by("-id")


def closed_positions(account: TradingAccount) -> QuerySet[Position]:
    """Return the positions that are closed wholly."""
    return Position.objects.filter(account=account, closed_at__isnull=False).order_by("-id")


def order_of(account: TradingAccount, order_id: int) -> Order:
    """Return an order of the account. Refuses `order_not_found` (404)."""
    order = Order.objects.filter(account=account, pk=order_id).first()
    if order is None:
        raise Refused(
            "order_not_found", _("There is no such order on this account."), {"order_id": order_id}, http_status=404
        )
    return order


def position_of(account: TradingAccount, position_id: int) -> Position:
    """Return a position of the account. Refuses `position_not_found` (404)."""
    position = Position.objects.filter(account=account, pk=position_id).first()
    if position is None:
        raise Refused(
            "position_not_found",
            _("There is no such position on this account."),
            {"position_id": position_id},
            http_status=404,
        )
    return position


def deals(account: TradingAccount) -> QuerySet[Deal]:
    """Return the account's executions."""
    return Deal.objects.filter(account=account).order_by("-id")


def ledger(account: TradingAccount) -> QuerySet[Posting]:
    """Return the postings to the account's balance and credit with their transactions.

    Each is annotated with `kind` (of the ledger account).
    """
    return (
        Posting.objects.filter(ledger_account__trading_account=account)
        .select_related("transaction")
        .annotate(kind=F("ledger_account__kind"))
        .order_by("-id")
    )
