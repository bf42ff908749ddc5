"""Reads of webhooks for people."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from forexpro.core.models import WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Trouble:
    """Endpoints that need somebody: those that fail now, and those that the platform has turned off."""

    failing: int
    turned_off: int


def trouble() -> Trouble:
    """Return how many endpoints fail or were turned off because they did."""
    reasons = WebhookEndpoint.DisabledReason
    counted = WebhookEndpoint.objects.aggregate(
        failing=Count("pk", filter=Q(enabled=True, failing_since__isnull=False)),
        turned_off=Count("pk", filter=Q(enabled=False, disabled_reason__in=[reasons.GONE, reasons.FAILING])),
    )
    return Trouble(**counted)


def endpoints_with_counts() -> "QuerySet[WebhookEndpoint]":
    """Return all endpoints, each with how many deliveries wait for it (`waiting`) and were given up (`given_up`)."""
    status = WebhookDelivery.Status
    return WebhookEndpoint.objects.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__status=status.WAITING)),
        given_up=Count("deliveries", filter=Q(deliveries__status=status.FAILED)),
    )
