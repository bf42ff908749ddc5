"""Reads of webhooks for people."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from forexpro.core.models import WebhookDelivery, WebhookEndpoint
from forexpro.core.refusals import Refused


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
    return WebhookEndpoint.objects.annotate(waiting=_count(status.WAITING), given_up=_count(status.FAILED))


def endpoint_of(endpoint_id: int) -> WebhookEndpoint:
    """Return an endpoint with the same counts. Refuses `webhook_not_found`."""
    endpoint: WebhookEndpoint | None = endpoints_with_counts().filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Refused("webhook_not_found", _("There is no such endpoint."), {"id": str(endpoint_id)}, http_status=404)
    return endpoint


def endpoint_choices() -> list[tuple[int, str]]:
    """Return the endpoints by name, for a choice."""
    return list(WebhookEndpoint.objects.order_by("name").values_list("pk", "name"))


def _count(status: WebhookDelivery.Status) -> Coalesce:
    of_endpoint = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), status=status).order_by()
    counted = of_endpoint.values("endpoint").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
