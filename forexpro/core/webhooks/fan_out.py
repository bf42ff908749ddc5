"""From the outbox to deliveries: what is told of an event, and whom."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from forexpro.core.events.reader import Position, RecordedEvent
from forexpro.core.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from forexpro.core.webhooks.catalogue import EVERYTHING, VERSIONS, messages_of

BATCH = 500
# One at a time, so that the deliveries of an endpoint are numbered in the order in which its events were recorded.
_ONLY_ONE = "SELECT pg_try_advisory_xact_lock(hashtext('webhooks.fan_out'))"
_NEXT = """
    SELECT o.event_id, e.xid::text, e.stream, e.seq, e.type, e.actor, e.occurred_at, e.payload::text
    FROM (SELECT event_id FROM core_webhookoutbox ORDER BY event_id LIMIT %s) o JOIN core_event e ON e.id = o.event_id
    ORDER BY o.event_id
"""


def fan_out() -> int:
    """Turn the oldest events of the outbox into deliveries; return how many events that were.

    Events of one stream are taken in their order: a later one is visible only after the earlier ones are.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_ONLY_ONE)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_NEXT, [BATCH])
        events = [
            RecordedEvent(Position(int(xid), id), stream, seq, type, actor, occurred_at, orjson.loads(payload))
            for id, xid, stream, seq, type, actor, occurred_at, payload in cursor.fetchall()
        ]
        if events:
            deliveries_add(events, WebhookEndpoint.objects.filter(enabled=True))
            cursor.execute(
                "DELETE FROM core_webhookoutbox WHERE event_id = ANY(%s)", [[event.position.id for event in events]]
            )
    return len(events)


def deliveries_add(events: Sequence[RecordedEvent], endpoints: Iterable[WebhookEndpoint]) -> None:
    """Let `endpoints` be told of those of `events` that they ask for, each once whatever they were told before."""
    now = timezone.now()
    listening = [endpoint for endpoint in endpoints if endpoint.event_types]
    deliveries: list[WebhookDelivery] = []
    for version in VERSIONS:
        told = [endpoint for endpoint in listening if endpoint.payload_version == version]
        names = {name for endpoint in told for name in endpoint.event_types}
        wanted = frozenset(names).__contains__ if EVERYTHING not in names else _anything
        messages = _messages_keep(events, messages_of(events, wanted=wanted), version, now)
        deliveries += [
            WebhookDelivery(endpoint=endpoint, message=message, next_attempt_at=now, created_at=now)
            for message in messages
            for endpoint in told
            if EVERYTHING in endpoint.event_types or message.type in endpoint.event_types
        ]
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True, batch_size=2_000)


def message_new(
    *, type: str, data: Any, occurred_at: datetime, event_id: int | None = None, version: int = VERSIONS[0]
) -> WebhookMessage:
    """Return a message that is not saved, with an id of its own and the body that will be sent and signed."""
    body = orjson.dumps({"type": type, "timestamp": occurred_at.astimezone(UTC), "data": data}, option=orjson.OPT_UTC_Z)
    return WebhookMessage(
        id=f"msg_{uuid.uuid4().hex}",
        event_id=event_id,
        type=type,
        version=version,
        body=body.decode(),
        occurred_at=occurred_at,
    )


def _messages_keep(
    events: Sequence[RecordedEvent], told: Sequence[tuple[int, str, Any]], version: int, now: datetime
) -> list[WebhookMessage]:
    """Save what is told, in its order; what was told of an event before keeps its id and its words."""
    if not told:
        return []
    occurred = {event.position.id: event.occurred_at for event in events}
    new = [
        message_new(type=name, data=data, occurred_at=occurred[id], event_id=id, version=version)
        for id, name, data in told
    ]
    for message in new:
        message.created_at = now
    WebhookMessage.objects.bulk_create(new, ignore_conflicts=True, batch_size=2_000)
    kept = {
        (message.event_id, message.type): message
        for message in WebhookMessage.objects.filter(event_id__in=occurred, version=version)
    }
    return [kept[id, name] for id, name, _data in told]


def _anything(_name: str) -> bool:
    return True
