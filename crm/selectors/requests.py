"""Deposits and withdrawals of all clients, as programs of the house follow them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from crm.selectors.clients import OLDEST_RUNNING, Place
from trading.models import Deposit, Withdrawal
from trading.models.funding import Status
from trading.selectors.funding import DEPOSIT_PENDING, WITHDRAWAL_PENDING

# What the desk has to do something about.
PENDING = "pending"


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Requests in the order of their last change, and the place to go on from: also where nothing more is there yet."""

    requests: Sequence[Any]
    place: Place
    has_more: bool


def deposits_page(place: Place, *, status: str, limit: int) -> RequestPage:
    """Return the deposits of all clients changed after `place`, each once, as they are now.

    `status` is one of them, `pending`, or empty for all. Nobody's change is missed, as `clients_page` says.
    """
    return _page(Deposit.objects.all(), place, status, DEPOSIT_PENDING, limit)


def withdrawals_page(place: Place, *, status: str, limit: int) -> RequestPage:
    """Do the same for withdrawals; those that are approved and wait for their payment are pending, too."""
    return _page(Withdrawal.objects.all(), place, status, WITHDRAWAL_PENDING, limit)


def _page(requests: QuerySet[Any], place: Place, status: str, pending: Sequence[Status], limit: int) -> RequestPage:
    found = requests.select_related("account", "method", "change").filter(
        Q(change__changed_xid__gt=place.changed_xid) | Q(id__gt=place.id),
        change__changed_xid__gte=place.changed_xid,
        change__changed_xid__lt=OLDEST_RUNNING,
    )
    if status:
        found = found.filter(status__in=pending if status == PENDING else [status])
    if place.since is not None:
        found = found.filter(change__updated_at__gte=place.since)
    rows = list(found.order_by("change__changed_xid", "id")[: limit + 1])
    shown = rows[:limit]
    last = Place(shown[-1].change.changed_xid, shown[-1].pk, place.since) if shown else place
    return RequestPage(shown, last, has_more=len(rows) > limit)
