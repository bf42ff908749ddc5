"""Deliveries that are due, handed to whoever sends them on a lease, and what became of them.

A delivery is leased by moving its next attempt to the end of the lease. So a sender that dies loses nothing: what it
held is due again when its lease ends.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Q, Subquery
from django.utils import timezone

from forexpro.core.models import WebhookDelivery, WebhookEndpoint, WebhookSecret
from forexpro.core.webhooks.disabling import endpoint_disable_apply
from forexpro.core.webhooks.schedule import Health, delay_after, health_after, succeeded

Status = WebhookDelivery.Status

LEASE = timedelta(seconds=60)
# Of an endpoint that wants its events in order, so many are taken together and sent one after the other.
RUN_LENGTH = 50

# Of each endpoint at most as many as there is room for, the longest due first.
_TAKE = """
    WITH taken AS (UPDATE core_webhookdelivery SET lease = %(lease)s, next_attempt_at = %(until)s
    WHERE id IN (
        SELECT due.id FROM unnest(%(endpoints)s::bigint[], %(room)s::int[]) AS endpoint (id, room)
        CROSS JOIN LATERAL (
            SELECT id FROM core_webhookdelivery
            WHERE endpoint_id = endpoint.id AND status = 'waiting' AND next_attempt_at <= %(now)s
            ORDER BY next_attempt_at, id LIMIT endpoint.room FOR UPDATE SKIP LOCKED
        ) due
    )
    RETURNING id, endpoint_id, message_id, attempts_made)
"""
_TAKEN = """
    SELECT taken.id, taken.endpoint_id, taken.message_id, message.type, message.body, taken.attempts_made
    FROM taken JOIN core_webhookmessage message ON message.id = taken.message_id ORDER BY taken.id
"""
# Of an endpoint that wants order only the first that waits counts: while it is not due, or anything is under way to the
# endpoint, nothing is taken.
_TAKE_FIRST = """
    UPDATE core_webhookdelivery SET lease = %(lease)s, next_attempt_at = %(until)s
    WHERE id IN (
        SELECT first.id FROM unnest(%(endpoints)s::bigint[]) AS endpoint (id)
        CROSS JOIN LATERAL (
            SELECT id FROM core_webhookdelivery
            WHERE id = (
                SELECT id FROM core_webhookdelivery
                WHERE endpoint_id = endpoint.id AND status = 'waiting' ORDER BY id LIMIT 1
            ) AND status = 'waiting' AND next_attempt_at <= %(now)s AND NOT EXISTS (
                SELECT 1 FROM core_webhookdelivery under_way
                WHERE under_way.endpoint_id = endpoint.id AND under_way.status = 'waiting'
                    AND under_way.lease IS NOT NULL AND under_way.next_attempt_at > %(now)s
            )
            FOR UPDATE SKIP LOCKED
        ) first
    )
    RETURNING endpoint_id
"""
# Whoever has the first has those behind it, too.
_TAKE_BEHIND = """
    WITH taken AS (UPDATE core_webhookdelivery SET lease = %(lease)s, next_attempt_at = %(until)s
    WHERE id IN (
        SELECT behind.id FROM unnest(%(endpoints)s::bigint[]) AS endpoint (id)
        CROSS JOIN LATERAL (
            SELECT id FROM core_webhookdelivery
            WHERE endpoint_id = endpoint.id AND status = 'waiting' ORDER BY id LIMIT %(length)s
        ) behind
    )
    RETURNING id, endpoint_id, message_id, attempts_made)
"""
_LOG = """
    INSERT INTO core_webhookattempt
        (delivery_id, started_at, duration_ms, url, request_headers, response_status, response_body, error)
    SELECT * FROM unnest(
        %s::bigint[], %s::timestamptz[], %s::int[], %s::text[], %s::jsonb[], %s::smallint[], %s::text[], %s::text[]
    )
"""
# Only what is still on the lease: whoever took a delivery over after its lease had ended says what becomes of it.
_FINISH = """
    UPDATE core_webhookdelivery d
    SET status = done.status, attempts_made = done.attempts, next_attempt_at = done.next, delivered_at = done.delivered,
        lease = NULL
    FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[])
        AS done (id, lease, status, attempts, next, delivered)
    WHERE d.id = done.id AND d.lease = done.lease
"""
_RELEASE = """
    UPDATE core_webhookdelivery SET lease = NULL, next_attempt_at = %s WHERE id = ANY(%s) AND lease = %s
"""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where and how an endpoint is told; `room` is how many requests may be under way to it at once."""

    id: int
    url: str
    secrets: tuple[str, ...]
    ordered: bool
    version: int
    room: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until `until`."""

    delivery_id: int
    lease: uuid.UUID
    until: datetime
    receiver: Receiver
    message_id: str
    type: str
    body: str
    attempts_made: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one request; `status` is None where there was no answer, `error` says what was wrong with it."""

    claim: Claim
    started_at: datetime
    finished_at: datetime
    headers: Mapping[str, str]
    status: int | None
    body: str = ""
    error: str = ""
    retry_after: timedelta | None = None


def receivers(*, room: int) -> list[Receiver]:
    """Return the endpoints to which something may be sent now, each with its secrets and with `room` requests.

    An endpoint that keeps failing has room for one, by which it shows whether it is back.
    """
    now = timezone.now()
    endpoints = WebhookEndpoint.objects.filter(Q(paused_until=None) | Q(paused_until__lte=now), enabled=True)
    secrets: dict[int, list[str]] = defaultdict(list)
    for kept in WebhookSecret.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), endpoint__in=endpoints
    ).order_by("-id"):
        secrets[kept.endpoint_id].append(kept.secret)
    return [
        Receiver(
            id=endpoint.pk,
            url=endpoint.url,
            secrets=tuple(secrets[endpoint.pk]),
            ordered=endpoint.ordered,
            version=endpoint.payload_version,
            room=1 if endpoint.ordered or endpoint.paused_until is not None else room,
        )
        for endpoint in endpoints
        if secrets[endpoint.pk]
    ]


def deliveries_claim(asked: Sequence[Receiver]) -> list[Claim]:
    """Lease deliveries that are due, of each receiver at most its room, and return them in order of their numbers."""
    now = timezone.now()
    lease, until = uuid.uuid4(), now + LEASE
    by_id = {receiver.id: receiver for receiver in asked}
    free = [receiver for receiver in asked if not receiver.ordered]
    ordered = [receiver for receiver in asked if receiver.ordered]
    taken: list[tuple[Any, ...]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        common: dict[str, Any] = {"lease": lease, "until": until, "now": now, "length": RUN_LENGTH}
        if free:
            cursor.execute(
                _TAKE + _TAKEN,
                common | {"endpoints": [one.id for one in free], "room": [one.room for one in free]},
            )
            taken += cursor.fetchall()
        if ordered:
            cursor.execute(_TAKE_FIRST, common | {"endpoints": [one.id for one in ordered]})
            if first := [id for (id,) in cursor.fetchall()]:
                cursor.execute(_TAKE_BEHIND + _TAKEN, common | {"endpoints": first})
                taken += cursor.fetchall()
    return [
        Claim(id, lease, until, by_id[endpoint_id], message_id, type, body, attempts)
        for id, endpoint_id, message_id, type, body, attempts in taken
    ]


def deliveries_release(claims: Sequence[Claim]) -> None:
    """Give back what was leased and not sent: it is due again at once."""
    by_lease: dict[uuid.UUID, list[int]] = defaultdict(list)
    for claim in claims:
        by_lease[claim.lease].append(claim.delivery_id)
    with transaction.atomic(), connection.cursor() as cursor:
        for lease, ids in by_lease.items():
            cursor.execute(_RELEASE, [timezone.now(), sorted(ids), lease])


def results_record(results: Sequence[Result]) -> None:
    """Write what came of requests: the log of attempts, the next attempts, and how the endpoints are doing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LOG, _columns(_attempt(result) for result in results))
            cursor.execute(_FINISH, _columns(sorted(_finished(result) for result in results)))
        _healths_update(results)


def anybody_listening() -> bool:
    """Tell whether there is anybody to whom something might have to be sent."""
    return WebhookEndpoint.objects.filter(enabled=True).exists()


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _attempt(result: Result) -> tuple[Any, ...]:
    return (
        result.claim.delivery_id,
        result.started_at,
        max(int((result.finished_at - result.started_at).total_seconds() * 1000), 0),
        result.claim.receiver.url,
        orjson.dumps(result.headers).decode(),
        result.status,
        result.body,
        result.error,
    )


def _finished(result: Result) -> tuple[Any, ...]:
    claim, attempts = result.claim, result.claim.attempts_made + 1
    now = result.finished_at
    if succeeded(result.status):
        return claim.delivery_id, claim.lease, Status.DELIVERED.value, attempts, now, now
    delay = delay_after(attempts, chance=random())  # noqa: S311  # spreads load, keeps no secret
    if delay is None:
        return claim.delivery_id, claim.lease, Status.FAILED.value, attempts, now, None
    wait = max(delay, result.retry_after or timedelta(0))
    return claim.delivery_id, claim.lease, Status.WAITING.value, attempts, now + wait, None


def _healths_update(results: Sequence[Result]) -> None:
    by_endpoint: dict[int, list[Result]] = defaultdict(list)
    for result in sorted(results, key=lambda result: result.finished_at):
        by_endpoint[result.claim.receiver.id].append(result)
    failed = {id for id, of_one in by_endpoint.items() if not all(succeeded(result.status) for result in of_one)}
    # An endpoint that does well is not written at all.
    unwell = WebhookEndpoint.objects.filter(Q(pk__in=failed) | Q(pk__in=by_endpoint, failures__gt=0))
    for endpoint in WebhookEndpoint.objects.filter(pk__in=Subquery(unwell.values("pk"))).order_by(
        "pk"
    ).select_for_update():  # fmt: skip
        before = health = Health(endpoint.failures, endpoint.failing_since, endpoint.paused_until)
        for result in by_endpoint[endpoint.pk]:
            health = health_after(
                health, status=result.status, asked=result.retry_after, now=result.finished_at
            )  # fmt: skip
            if health.disabled is not None:
                break
        if health != before:
            endpoint.failures, endpoint.failing_since = health.failures, health.failing_since
            endpoint.paused_until = health.paused_until
            endpoint.save(update_fields=["failures", "failing_since", "paused_until"])
        if health.disabled is not None and endpoint.enabled:
            endpoint_disable_apply(endpoint, reason=health.disabled)
