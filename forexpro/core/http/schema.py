"""What the OpenAPI document shows alike for every operation: errors of one shape, headers, examples."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from forexpro.core.http.fields import TextInput

REQUEST_ID = "5f0c9c1e8b7d4c0f9a3b2d1e0f9a8b7c"
IDEMPOTENCY_KEY = "Idempotency-Key"


class ErrorDetail(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="A sentence for people, which says what to do next.")
    details = serializers.DictField(help_text="The numbers behind it; amounts and prices are text.")
    request_id = serializers.CharField(help_text="The same as `X-Request-ID`: name it when you ask for help.")


class ErrorOutput(serializers.Serializer[Any]):
    """The one shape of every error."""

    error = ErrorDetail()


_DESCRIPTIONS = {
    400: "The request cannot be understood: `details.fields` says what is wrong with which field.",
    401: "Nothing was shown that proves who is calling, or it is not valid any more.",
    403: "Whoever is calling may not do this.",
    404: "There is no such object, or it is somebody else's.",
    409: "The first request with this `Idempotency-Key` is still running, or the object has changed meanwhile.",
    415: "Bodies are JSON.",
    422: "Understood and refused; `code` says why.",
    429: "Called too often; `Retry-After` says when to go on.",
    503: "The database does not answer. Repeat the request unchanged and under the same `Idempotency-Key`.",
}
_EXAMPLES: dict[int, tuple[str, str, dict[str, Any]]] = {
    400: ("invalid_input", "Some fields need correction.", {"fields": {"limit": ["A valid integer is required."]}}),
    401: (
        "not_authenticated",
        "Show who you are: an access token as Authorization: Bearer …, or an API key as X-API-Key.",
        {},
    ),
    403: ("permission_denied", "You do not have permission to perform this action.", {}),
    404: ("not_found", "Not found.", {}),
    409: (
        "request_in_progress",
        "The first request with this Idempotency-Key is still running. Repeat it in a moment.",
        {},
    ),
    415: ("unsupported_media_type", "Send the body as application/json, and say so in Content-Type.", {}),
    422: (
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request. Use a new key for a new request.",
        {},
    ),
    429: ("throttled", "Too many requests. Try again in 12 seconds.", {}),
    503: ("database_unavailable", "The database does not answer right now. Repeat it in a moment, unchanged.", {}),
}
# Of a list, which is refused for nothing else.
_CURSOR: tuple[str, str, dict[str, Any]] = (
    "cursor_invalid",
    "Take the cursor from the `next` or `previous` link of another page.",
    {},
)
_HEADERS = {"X-Request-ID": "The number of this request, in the logs and in its events."}
_ERROR_HEADERS = {
    401: {"WWW-Authenticate": "What to show."},
    429: {"Retry-After": "Seconds to wait."},
    503: {"Retry-After": "Seconds to wait."},
}


class ApiSchema(AutoSchema):
    """Describe a view with the errors and headers that its kind of operation can have."""

    def get_description(self) -> str:  # type: ignore[override]  # of the library, which has no types here
        # Of the view's class only its author reads.
        method = getattr(self.view, self.method.lower(), None)
        return (getattr(method, "__doc__", None) or "").strip() if method is not None else ""

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> str:
        # What is sent and what is answered are serializers of their own already.
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return name.removesuffix("Request") if name.endswith("InputRequest") else name

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)
        if isinstance(field, TextInput) and "oneOf" in schema:  # the pattern says itself whether it may be empty
            schema.update(schema.pop("oneOf")[0])

    def get_auth(self) -> list[dict[str, Any]]:
        auths: list[dict[str, Any]] = super().get_auth()
        return [*auths, {}] if getattr(self.view, "open_to_everybody", False) else auths

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        if direction == "response":
            for status in self._possible_errors():
                if str(status) not in responses:
                    worked = _CURSOR if status == 422 and self.method == "GET" else _EXAMPLES[status]
                    example = error_example(_DESCRIPTIONS[status], status, *worked)
                    error = OpenApiResponse(ErrorOutput, description=_DESCRIPTIONS[status], examples=[example])
                    responses[str(status)] = self._get_response_for_code(error, str(status), direction=direction)
        return dict(sorted(responses.items()))

    def _get_response_headers_for_code(self, status_code: Any, direction: Any = "response") -> dict[str, Any]:
        headers: dict[str, Any] = super()._get_response_headers_for_code(status_code, direction)
        if direction == "response":
            for name, description in {**_HEADERS, **_ERROR_HEADERS.get(int(status_code), {})}.items():
                headers[name] = {"schema": {"type": "string"}, "description": description}
        return headers

    def _possible_errors(self) -> list[int]:
        parameters = self._get_parameters()
        has_body = self.method in {"POST", "PUT", "PATCH"} and self._get_request_body() is not None
        asked = {parameter["in"] for parameter in parameters}
        is_idempotent = any(parameter["name"] == IDEMPOTENCY_KEY for parameter in parameters)
        errors = [429, 503]
        if has_body or asked & {"query", "header"}:
            errors.append(400)
        if self.view.get_authenticators():
            errors += [401, 403]
        if "path" in asked or has_body:  # of which some name objects
            errors.append(404)
        if has_body:
            errors += [415, 422]
        if any(parameter["name"] == "cursor" for parameter in parameters):
            errors.append(422)
        if is_idempotent:
            errors += [409, 422]
        return errors


def idempotency_key(description: str, length_max: int) -> OpenApiParameter:
    """Return the header that makes a request safe to repeat."""
    schema = {"type": "string", "minLength": 1, "maxLength": length_max, "pattern": r"\S"}
    return OpenApiParameter(IDEMPOTENCY_KEY, schema, OpenApiParameter.HEADER, required=True, description=description)


def error_example(
    name: str, status: int, code: str, message: str, details: Mapping[str, Any] | None = None
) -> OpenApiExample:
    """Return a worked example of the one error shape."""
    error = {"code": code, "message": message, "details": dict(details or {}), "request_id": REQUEST_ID}
    return OpenApiExample(name, {"error": error}, response_only=True, status_codes=[str(status)])


def asked(name: str, body: Any) -> OpenApiExample:
    """Return a worked example of a request's body."""
    return OpenApiExample(name, body, request_only=True)


def worked(name: str, value: Any, status: int = 200) -> OpenApiExample:
    """Return a worked example of an answer."""
    return OpenApiExample(name, value, response_only=True, status_codes=[str(status)])
