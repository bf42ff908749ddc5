"""Turning an endpoint off, and letting people know when nobody but the platform has decided it."""

from collections.abc import Callable

from django.utils import timezone

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.models import WebhookEndpoint

SENDER = Origin(actor="system:webhooks")

# Called inside the transaction that turns an endpoint off.
Tell = Callable[[WebhookEndpoint], None]
_tellers: list[Tell] = []


def endpoint_stream(endpoint_id: int) -> str:
    """Return the event stream of an endpoint."""
    return f"webhook:{endpoint_id}"


def add_teller(tell: Tell) -> None:
    """Let an app tell people of endpoints that the platform turns off; the ground knows nobody."""
    if tell not in _tellers:
        _tellers.append(tell)


def endpoint_disable_apply(
    endpoint: WebhookEndpoint, *, reason: WebhookEndpoint.DisabledReason, origin: Origin = SENDER
) -> None:
    """Turn a locked endpoint off inside the caller's transaction; what waits for it stays where it is."""
    endpoint.enabled = False
    endpoint.disabled_reason = reason
    endpoint.disabled_at = timezone.now()
    endpoint.save(update_fields=["enabled", "disabled_reason", "disabled_at"])
    payload = {"object": f"core.webhookendpoint:{endpoint.pk}", "name": endpoint.name, "reason": reason.value}
    record([NewEvent(endpoint_stream(endpoint.pk), "webhook.endpoint_disabled", payload)], origin=origin)
    if reason is not WebhookEndpoint.DisabledReason.STAFF:
        for tell in _tellers:
            tell(endpoint)
