"""Sending again what was sent, and sending what an endpoint has missed: the same ids, so that receivers can tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.reader import Position, RecordedEvent
from forexpro.core.events.record import record
from forexpro.core.locks import locked_endpoint
from forexpro.core.models import Event, WebhookAttempt, WebhookDelivery, WebhookMessage
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.disabling import endpoint_stream
from forexpro.core.webhooks.fan_out import deliveries_add

# Rows that one transaction locks.
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Which:
    """Which deliveries of an endpoint: None leaves a field out. `since` and `until` are times of the events."""

    status: WebhookDelivery.Status | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    message_ids: Sequence[str] | None = None


def deliveries_matching(endpoint_id: int, which: Which) -> "QuerySet[WebhookDelivery]":
    """Return the deliveries of an endpoint that are meant."""
    conditions = {
        "status": which.status,
        "message__type": which.type,
        "message__occurred_at__gte": which.since,
        "message__occurred_at__lt": which.until,
        "message__in": which.message_ids,
    }
    given = {lookup: value for lookup, value in conditions.items() if value is not None}
    return WebhookDelivery.objects.filter(endpoint_id=endpoint_id, **given)


def deliveries_replay(*, endpoint_id: int, which: Which, origin: Origin) -> int:
    """Send an endpoint again what it was sent, word for word and with the same ids; return how much.

    What is under way is left alone. Refuses `webhook_nothing_to_replay`.
    """
    ids = list(deliveries_matching(endpoint_id, which).order_by("id").values_list("id", flat=True))
    replayed = _replay(ids)
    _require(replayed)
    _record(endpoint_id, replayed, which, origin)
    return replayed


def deliveries_replay_chosen(*, delivery_ids: Sequence[int], origin: Origin) -> int:
    """Send these deliveries again, of any endpoints. Refuses `webhook_nothing_to_replay`."""
    by_endpoint: dict[int, list[tuple[int, str]]] = {}
    rows = WebhookDelivery.objects.filter(pk__in=delivery_ids).order_by("endpoint", "id")
    for id, endpoint_id, message_id in rows.values_list("id", "endpoint", "message"):
        by_endpoint.setdefault(endpoint_id, []).append((id, message_id))
    replayed = 0
    for endpoint_id, chosen in by_endpoint.items():
        count = _replay([id for id, _message in chosen])
        if count:
            _record(endpoint_id, count, Which(message_ids=[message for _id, message in chosen]), origin)
        replayed += count
    _require(replayed)
    return replayed


def _replay(ids: Sequence[int]) -> int:
    replayed = 0
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            rows = WebhookDelivery.objects.filter(pk__in=ids[start : start + BATCH]).order_by("pk")
            locked = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
            now = timezone.now()
            replayed += (
                WebhookDelivery.objects.filter(pk__in=locked)
                .exclude(lease__isnull=False, next_attempt_at__gt=now)
                .update(status="waiting", attempts_made=0, next_attempt_at=now, lease=None, delivered_at=None)
            )
    return replayed


def missed_send(*, endpoint_id: int, since: datetime, until: datetime, origin: Origin) -> int:
    """Send an endpoint what happened in a time of which it was told nothing; return how many events it was not told of.

    It is told of what it asks for now. Refuses `webhook_nothing_to_replay`.
    """
    with transaction.atomic():
        endpoint = locked_endpoint(endpoint_id)
    before = endpoint.deliveries.count()
    position = 0
    while events := _events(since, until, position):
        position = events[-1].position.id
        with transaction.atomic():
            deliveries_add(events, [endpoint])
    missed = endpoint.deliveries.count() - before
    _require(missed)
    _record(endpoint_id, missed, Which(since=since, until=until), origin)
    return missed


def forget_old(*, before: datetime) -> int:
    """Forget what was delivered or given up before a moment, with its attempts; return how many deliveries."""
    forgotten = 0
    while True:
        with transaction.atomic():
            ids = list(
                WebhookDelivery.objects.filter(created_at__lt=before, next_attempt_at__lt=before)
                .exclude(status=WebhookDelivery.Status.WAITING)
                .order_by("id")
                .values_list("id", flat=True)[:BATCH]
            )
            WebhookAttempt.objects.filter(delivery__in=ids).delete()
            WebhookDelivery.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)
        if len(ids) < BATCH:
            break
    kept = WebhookDelivery.objects.filter(message=OuterRef("pk"))
    WebhookMessage.objects.filter(~Exists(kept), created_at__lt=before).delete()
    return forgotten


def _events(since: datetime, until: datetime, after: int) -> list[RecordedEvent]:
    rows = Event.objects.filter(occurred_at__gte=since, occurred_at__lt=until, id__gt=after).order_by("id")[:BATCH]
    return [
        RecordedEvent(Position(0, row.pk), row.stream, row.seq, row.type, row.actor, row.occurred_at, row.payload)
        for row in rows
    ]


def _require(count: int) -> None:
    if not count:
        raise Refused(
            "webhook_nothing_to_replay", _("There is nothing like that to send. Choose another time or filter.")
        )


def _record(endpoint_id: int, count: int, which: Which, origin: Origin) -> None:
    with transaction.atomic():
        endpoint = locked_endpoint(endpoint_id)
        chosen: Mapping[str, Any] = {
            "status": which.status,
            "type": which.type,
            "since": which.since and which.since.isoformat(),
            "until": which.until and which.until.isoformat(),
            "messages": which.message_ids and list(which.message_ids)[:20],
        }
        payload = {
            "object": f"core.webhookendpoint:{endpoint_id}",
            "name": endpoint.name,
            "count": count,
            "which": {name: value for name, value in chosen.items() if value},
        }
        record([NewEvent(endpoint_stream(endpoint_id), "webhook.replayed", payload)], origin=origin)
