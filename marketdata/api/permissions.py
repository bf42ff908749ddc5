from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class MayReadMarketData(BasePermission):
    """Everybody where the operator publishes market data, else whoever has signed in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.MARKET_DATA_PUBLIC or bool(request.user.is_authenticated)
