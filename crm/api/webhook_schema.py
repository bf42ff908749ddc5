"""The section `webhooks` of the OpenAPI document: what endpoints are sent, from the catalogue of events."""

from typing import Any

from drf_spectacular.utils import OpenApiWebhook

from crm.webhook_events import MOMENT, NAMED_EVENTS
from forexpro.core.webhooks.catalogue import NamedEvent

HEADERS = {
    "webhook-id": "The same at every attempt: ignore what you know.",
    "webhook-timestamp": "Seconds since 1970 of this attempt.",
    "webhook-signature": "`v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`, for each secret in use.",
    "webhook-version": "Of the payload.",
}
ANSWERS = {
    "2XX": "Taken, within 15 seconds.",
    "410": "Gone: the endpoint is turned off.",
    "429": "Too much at once: sent again after `Retry-After`.",
    "default": "A failure: it is sent again later.",
}
OCCURRED = "2026-03-02T09:30:00.123456Z"


def _operation(event: NamedEvent) -> dict[str, Any]:
    message = {
        "type": "object",
        "properties": {"type": {"const": event.name}, "timestamp": MOMENT, "data": event.schema},
        "required": ["type", "timestamp", "data"],
    }
    example = {"type": event.name, "timestamp": OCCURRED, "data": event.example}
    return {
        "operationId": f"webhook_{event.name.replace('.', '_')}",
        "summary": event.summary,
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": message, "examples": {"Worked": {"value": example}}}},
        },
        "responses": {status: {"description": text} for status, text in ANSWERS.items()},
    }


WEBHOOKS = [OpenApiWebhook(event.name, {"post": _operation(event)}) for event in NAMED_EVENTS]
