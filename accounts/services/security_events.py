"""Events of what concerns the security of a person: each says with which program it was done."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record


def security_event(stream: str, type: str, payload: Mapping[str, Any], *, origin: Origin) -> NewEvent:
    """Return an event that carries the program of its origin, where that has named itself."""
    program = {"user_agent": origin.user_agent} if origin.user_agent else {}
    return NewEvent(stream, type, {**payload, **program})


def record_alone(*events: NewEvent, origin: Origin) -> None:
    """Record what has no other effect in the database, in a transaction of its own."""
    with transaction.atomic(durable=True):
        record(events, origin=origin)
