"""How the house's own programs prove which one they are: `X-API-Key` with a service key, and nothing else."""

from rest_framework import authentication
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from crm.credentials import ServiceCaller, service_caller
from forexpro.core.http.origin import client_ip
from forexpro.core.http.throttles import address_limit, take
from forexpro.core.refusals import Refused

CHALLENGE = 'ApiKey realm="crm"'


class ServiceKeyAuthentication(authentication.BaseAuthentication):
    """No session, token or personal key opens these calls. Who goes on showing something wrong is slowed down."""

    def authenticate(self, request: Request) -> tuple[ServiceCaller, None] | None:
        shown = request.headers.get("X-API-Key", "").strip()
        if not shown:
            return None
        try:
            return service_caller(shown, client_ip(request)), None
        except Refused:
            if (wait := take(address_limit("credentials", request))) is not None:
                raise Throttled(wait) from None
            raise

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE
