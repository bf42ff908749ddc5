"""How the OpenAPI document names the ways to prove who one is."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of a signed-in browser; changes need its CSRF token as `X-CSRFToken`.",
        }


class CredentialScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.CredentialAuthentication"
    name = ["token", "key"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]  # either, not both

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        token = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token of `POST /api/v1/auth/token`, good for 15 minutes.",
        }
        key = {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": (
                "A personal API key, made on the page `/security/api-keys`: `read` to look, `trade` for orders and "
                "positions, `funding` for deposits and transfers."
            ),
        }
        return [token, key]
