"""Limits of the trader API beside the general one."""

from typing import TYPE_CHECKING, Any

from rest_framework.request import Request

from forexpro.core.http.throttles import Throttle

if TYPE_CHECKING:
    from trading.api.views import AccountView


class OrderThrottle(Throttle):
    """New orders of one account per minute, as many as its group allows."""

    scope = "orders"

    def get_rate(self) -> str | None:
        return None

    def allow_request(self, request: Request, view: Any) -> bool:
        per_minute = view.account.group.orders_per_minute
        if per_minute is None:
            return True
        self.rate = f"{per_minute}/m"
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def identity(self, request: Request, view: "AccountView") -> str:
        return f"account:{view.account.pk}"


class PreviewThrottle(Throttle):
    """Previews have a budget of their own, so that typing in a ticket costs no orders."""

    scope = "previews"
