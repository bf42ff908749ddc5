"""What the OpenAPI document shows alike for every operation."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample


def error_example(
    name: str, status: int, code: str, message: str, details: Mapping[str, Any] | None = None
) -> OpenApiExample:
    """Return a worked example of the one error shape."""
    error = {
        "code": code,
        "message": message,
        "details": dict(details or {}),
        "request_id": "5f0c9c1e8b7d4c0f9a3b2d1e0f9a8b7c",
    }
    return OpenApiExample(name, {"error": error}, response_only=True, status_codes=[str(status)])
