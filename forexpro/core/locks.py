"""Row locks of the ground. In the global order endpoints come after people and before event streams."""

from forexpro.core.models import WebhookEndpoint


def locked_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """Return the webhook endpoint, locked until the transaction ends."""
    return WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
