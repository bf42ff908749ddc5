"""From the outbox to deliveries: what is told of an event, and whom."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from forexpro.core.events.reader import Position, RecordedEvent
from forexpro.core.models import WebhookEndpoint, WebhookMessage
from forexpro.core.webhooks.catalogue import EVERYTHING, VERSIONS, messages_of

# So few that what comes of them is under way before the next ones are looked at.
BATCH = 100
# One at a time, so that the deliveries of an endpoint are numbered in the order in which its events were recorded.
_ONLY_ONE = "SELECT pg_try_advisory_xact_lock(hashtext('webhooks.fan_out'))"
_NEXT = """
    SELECT o.event_id, e.xid::text, e.stream, e.seq, e.type, e.actor, e.occurred_at, e.payload::text
    FROM (SELECT event_id FROM core_webhookoutbox ORDER BY event_id LIMIT %s) o JOIN core_event e ON e.id = o.event_id
    ORDER BY o.event_id
"""
_ADD_MESSAGES = """
    INSERT INTO core_webhookmessage (version, created_at, id, event_id, type, body, occurred_at)
    SELECT %s, %s, * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
    ON CONFLICT DO NOTHING
"""
# Numbered in the order given.
_ADD_DELIVERIES = """
    INSERT INTO core_webhookdelivery
        (endpoint_id, message_id, status, attempts_made, next_attempt_at, created_at)
    SELECT endpoint_id, message_id, 'waiting', 0, %s, %s
    FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS told (endpoint_id, message_id, place) ORDER BY place
    ON CONFLICT DO NOTHING
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
    deliveries: list[tuple[int, str]] = []
    for version in VERSIONS:
        told = [endpoint for endpoint in listening if endpoint.payload_version == version]
        names = {name for endpoint in told for name in endpoint.event_types}
        wanted = frozenset(names).__contains__ if EVERYTHING not in names else _anything
        messages = _messages_keep(events, messages_of(events, wanted=wanted), version, now)
        asking = {
            type: [endpoint.pk for endpoint in told if not {EVERYTHING, type}.isdisjoint(endpoint.event_types)]
            for _id, type in messages
        }
        deliveries += [(endpoint_id, id) for id, type in messages for endpoint_id in asking[type]]
    if deliveries:
        with connection.cursor() as cursor:
            endpoint_ids, message_ids = zip(*deliveries, strict=True)
            cursor.execute(_ADD_DELIVERIES, [now, now, list(endpoint_ids), list(message_ids)])


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
) -> list[tuple[str, str]]:
    """Save what is told and return the ids and types, in its order; what was told before keeps its id and its words."""
    if not told:
        return []
    occurred = {event.position.id: event.occurred_at for event in events}
    new = [
        message_new(type=name, data=data, occurred_at=occurred[id], event_id=id, version=version)
        for id, name, data in told
    ]
    columns = zip(*((one.pk, one.event_id, one.type, one.body, one.occurred_at) for one in new), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_ADD_MESSAGES, [version, now, *map(list, columns)])
        added = cursor.rowcount
    if added == len(new):
        return [(message.pk, message.type) for message in new]
    kept = WebhookMessage.objects.filter(event_id__in=occurred, version=version).values_list("event_id", "type", "pk")
    ids = {(event_id, type): id for event_id, type, id in kept}
    return [(ids[id, name], name) for id, name, _data in told]


def _anything(_name: str) -> bool:
    return True
