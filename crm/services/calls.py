"""Calls that change something, each of which takes effect once; and the record of all calls, of reads by the minute."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.locks import claimed
from crm.models import AnsweredCall, CountedRead
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.renderers import dumps
from forexpro.core.idempotency import ensure_key_fits, key_reused, request_in_progress

# Somebody else has created the same row at the same moment: the next attempt finds it.
ATTEMPTS = 3
_COUNT = """
    INSERT INTO crm_countedread (key_id, minute, method, path, status, code, address, last_request_id, count)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1)
    ON CONFLICT (minute, key_id, method, path, status, code, address)
    DO UPDATE SET count = crm_countedread.count + 1, last_request_id = excluded.last_request_id
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: JSON-ready. `repeated` tells that it was answered before, and this is that answer."""

    status: int
    body: Any
    etag: str = ""
    repeated: bool = False


def call_carry_out(
    *, service_key_id: int, idempotency_key: str, request_hash: str, effect: Callable[[], Answer]
) -> Answer:
    """Have `effect` in a transaction of its own, once, and keep its answer there; return the first answer otherwise.

    What is refused has no effect and is not kept: the same key may try again. Refuses `idempotency_key_invalid` (400),
    `request_in_progress` (409) and `idempotency_key_reused` (422).
    """
    ensure_key_fits(idempotency_key)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(durable=True):
                return _once(service_key_id, idempotency_key, request_hash, effect)
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _once(service_key_id: int, idempotency_key: str, request_hash: str, effect: Callable[[], Answer]) -> Answer:
    if not claimed(service_key_id, idempotency_key):
        raise request_in_progress(idempotency_key)
    first = AnsweredCall.objects.filter(key_id=service_key_id, idempotency_key=idempotency_key).first()
    if first is not None:
        if first.request_hash != request_hash:
            raise key_reused(idempotency_key)
        return Answer(first.status, orjson.loads(first.body), first.etag, repeated=True)
    answer = effect()
    body = dumps(answer.body)
    AnsweredCall.objects.create(
        key_id=service_key_id,
        idempotency_key=idempotency_key,
        request_hash=request_hash,
        status=answer.status,
        body=body.decode(),
        etag=answer.etag,
        created_at=timezone.now(),
    )
    return replace(answer, body=orjson.loads(body))


def call_record(*, stream: str, call: Mapping[str, Any], origin: Origin) -> None:
    """Put a call on record: which it was, of what, and how it was answered. What it has changed is there already."""
    with transaction.atomic():
        record([NewEvent(stream, "service_key.called", call)], origin=origin)


def read_count(*, service_key_id: int, method: str, path: str, status: int, code: str, origin: Origin) -> None:
    """Count a call that changed nothing among those like it in this minute."""
    now = timezone.now()
    values: list[Any] = [
        service_key_id, now.replace(second=0, microsecond=0), method[:8], path[:200], status, code[:64],
        origin.ip or "", origin.request_id[:64],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)


def counted_reads_forget(*, before: datetime) -> int:
    """Delete how often keys have read before a moment; return how many rows there were."""
    return CountedRead.objects.filter(minute__lt=before).delete()[0]


def answered_calls_forget(*, before: datetime) -> int:
    """Delete what is remembered of calls answered before a moment; return how many there were."""
    return AnsweredCall.objects.filter(created_at__lt=before).delete()[0]
