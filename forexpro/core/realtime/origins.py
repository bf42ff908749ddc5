"""Which pages may open a WebSocket."""

from typing import Any

from channels.security.websocket import OriginValidator
from django.conf import settings


class SameSiteValidator(OriginValidator):
    """Refuse sockets opened by pages of other sites.

    Every browser names the page's origin; a caller without one is a program, which no other site's page can misuse.
    """

    def __init__(self, application: Any):
        super().__init__(application, settings.ALLOWED_HOSTS)

    def valid_origin(self, parsed_origin: Any) -> bool:
        return parsed_origin is None or bool(self.validate_origin(parsed_origin))
