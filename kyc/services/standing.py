"""What every change of a document ends with: the standing of its case."""

from collections.abc import Mapping
from typing import Any

from accounts.services.profile import user_touch_apply
from forexpro.core.admin.audited import object_name
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from kyc.models import Document, VerificationCase
from kyc.selectors import standing


def document_event(document: Document, type: str, payload: Mapping[str, Any]) -> NewEvent:
    """Return an event about a document, which the audit log finds by the document too."""
    named = {"object": object_name(document), "document": document.pk, "kind": document.kind}
    return NewEvent(document.case.stream, f"kyc.{type}", {**named, **payload})


def record_with_standing(case: VerificationCase, events: list[NewEvent], *, origin: Origin) -> None:
    """Record `events` of a locked case, bring its row up to date, and record its status where that changed."""
    documents = list(Document.objects.filter(case=case))
    status, level = standing(documents)
    waiting = [document.submitted_at for document in documents if document.status == Document.Status.IN_REVIEW]
    before = {"status": case.status, "level": case.level}
    case.status, case.level = status.value, level.value
    case.waiting_since = min(waiting, default=None)
    after = {"status": case.status, "level": case.level}
    case.save(update_fields=["status", "level", "waiting_since"])
    if after != before:
        user_touch_apply(case.client_id)
        events = [
            *events,
            NewEvent(case.stream, "kyc.status_changed", {"client": case.client_id, **after, "before": before}),
        ]
    record(events, origin=origin)
