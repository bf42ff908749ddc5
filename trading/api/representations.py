"""Answers and events as JSON, written by hand because every order passes here; the serializers describe them."""

from typing import Any

from forexpro.core.http.wire import as_answered
from trading.selectors.journal import AccountEvent
from trading.services.answers import Answer


def event_json(event: AccountEvent) -> dict[str, Any]:
    """Return an event as `EventOutput` describes it."""
    return {
        "seq": event.seq,
        "type": event.type,
        "payload": as_answered(event.facts),
        "occurred_at": event.occurred_at,
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return what a request did as `AnswerOutput` describes it."""
    return {
        "seq": answer.seq,
        "repeated": answer.repeated,
        "order_id": None if answer.order_id is None else str(answer.order_id),
        "position_ids": [str(id) for id in answer.position_ids],
        "events": [event_json(event) for event in answer.events],
    }
