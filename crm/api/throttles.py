from rest_framework.request import Request

from crm.credentials import ServiceCaller
from forexpro.core.http.throttles import Throttle


class ServiceThrottle(Throttle):
    """How often one service key may call, whichever of its secrets it shows."""

    scope = "service"

    def identity(self, request: Request) -> str | None:
        caller = request.user
        return f"key:{caller.id}" if isinstance(caller, ServiceCaller) else super().identity(request)
