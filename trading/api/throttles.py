"""Limits of the trader API beside the general one."""

from typing import TYPE_CHECKING

from rest_framework.request import Request

from forexpro.core.http.throttles import Limit, Throttle

if TYPE_CHECKING:
    from trading.api.views import AccountView


def order_limit(account_id: int, orders_per_minute: int) -> Limit:
    """Return the limit on new orders of an account, which pages and API count together."""
    return Limit(f"orders:account:{account_id}", orders_per_minute, 60)


class OrderThrottle(Throttle):
    """New orders of one account per minute, as many as its group allows."""

    def limit(self, request: Request, view: "AccountView") -> Limit | None:
        account = view.account
        return None if account.orders_per_minute is None else order_limit(account.id, account.orders_per_minute)


class PreviewThrottle(Throttle):
    """Previews have a budget of their own, so that typing in a ticket costs no orders."""

    scope = "previews"
