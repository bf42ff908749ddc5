"""How the OpenAPI document shows the calls of service keys: each with its scope, a worked example and its errors."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from crm.models import Scope
from forexpro.core.http.schema import ErrorOutput, error_example, idempotency_key
from forexpro.core.idempotency import KEY_LENGTH_MAX

IDEMPOTENCY_KEY = idempotency_key(
    "Any text unique to this request, such as a UUID. Sent again with the same body it returns the first answer, "
    "marked by `Idempotent-Replayed`; 409 while the first request is still running, 422 with another body. What was "
    "refused had no effect, and the same key may try again.",
    KEY_LENGTH_MAX,
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of what you have read: 412 where the client has been changed since.",
)


class ServiceKeyScheme(OpenApiAuthenticationExtension):
    target_class = "crm.api.authentication.ServiceKeyAuthentication"
    name = "service_key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "A service key of the house's own programs; a super admin creates it in the back office.",
        }


REFUSED_KEYS = (
    error_example("No key", 401, "not_authenticated", "Send a service key as the header X-API-Key."),
    error_example(
        "A wrong key", 401, "service_key_invalid", "There is no such service key. Check it, or have it rotated."
    ),
    error_example(
        "A revoked key", 401, "service_key_revoked", "This service key was revoked. Have another one created."
    ),
    error_example(
        "An expired or replaced key",
        401,
        "service_key_expired",
        "This service key has expired, or was replaced by a newer one. Use that, or have it rotated.",
        {"expired_at": "2026-03-02T09:30:00Z"},
    ),
    error_example(
        "From another address",
        403,
        "address_not_allowed",
        "This service key may not be used from 198.51.100.7. Have the address added to it.",
        {"address": "198.51.100.7"},
    ),
    error_example(
        "The key of a person",
        403,
        "service_key_required",
        "This is the key of a person. The CRM's calls take a service key, which a super admin creates.",
    ),
    error_example("Too many calls", 429, "throttled", "Too many requests. Try again in 12 seconds."),
)
REPEATED = (
    error_example(
        "Without Idempotency-Key",
        400,
        "idempotency_key_required",
        "Send an Idempotency-Key header: any text unique to this request, such as a UUID.",
    ),
    error_example(
        "The first request is still running",
        409,
        "request_in_progress",
        "The first request with this Idempotency-Key is still running. Repeat it in a moment.",
        {"idempotency_key": "5b1c"},
    ),
    error_example(
        "The key of another request",
        422,
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request. Use a new key for a new request.",
        {"idempotency_key": "5b1c"},
    ),
)
INVALID = error_example(
    "Something is wrong with the fields",
    400,
    "invalid_input",
    "Some fields need correction.",
    {"fields": {"email": ["Enter a valid email address."]}},
)
NO_TIME_ZONE = error_example(
    "No such time zone", 422, "time_zone_unknown", "Send a name such as Europe/Berlin.", {"time_zone": "Europe/Nowhere"}
)
NO_CLIENT = error_example("No such client", 404, "client_not_found", "There is no such client.", {"id": "17"})


def scope_refused(scope: Scope) -> OpenApiExample:
    """Return the example of a key that was not made for a call."""
    return error_example(
        "A key without the scope",
        403,
        "scope_missing",
        f"This service key does not allow that. Have one created with the scope {scope.value}.",
        {"scope": scope.value},
    )


def service_call(
    operation_id: str,
    summary: str,
    *,
    scope: Scope,
    answers: dict[int, Any],
    examples: Sequence[OpenApiExample],
    request: Any = None,
    parameters: Sequence[Any] = (),
    description: str = "",
    changes: bool = False,
) -> Callable[[Any], Any]:
    """Return the decorator that documents a call with its errors: those in `examples`, and those of all calls."""
    shown = [*examples, scope_refused(scope), *REFUSED_KEYS, *(REPEATED if changes else ())]
    refused = {int(code): ErrorOutput for example in shown for code in example.status_codes or () if int(code) >= 400}
    return extend_schema(
        operation_id=f"crm_{operation_id}",
        summary=summary,
        description=f"{description}\n\nScope: `{scope.value}`.".strip(),
        tags=["crm"],
        request=request,
        parameters=[*parameters, *([IDEMPOTENCY_KEY] if changes else ())],
        responses={**answers, **refused},
        examples=shown,
    )
