from forexpro.core.models.events import Event, EventAnchor, EventStream, EventVerification
from forexpro.core.models.planned_change import PlannedChange
from forexpro.core.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookMessage,
    WebhookOutbox,
    WebhookSecret,
)

__all__ = [
    "Event",
    "EventAnchor",
    "EventStream",
    "EventVerification",
    "PlannedChange",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookMessage",
    "WebhookOutbox",
    "WebhookSecret",
]
