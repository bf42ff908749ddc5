"""Documents get old: clients are reminded in time, and what has expired counts no more."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record
from kyc.locks import locked_case
from kyc.models import Document, Level
from kyc.services.standing import document_event, record_with_standing
from kyc.services.telling import expired_text, reminder_text, tell

ORIGIN = Origin(actor="system:expiry")
# So many days before the end of a document its owner is reminded.
REMINDER_DAYS = (30, 7, 0)


def documents_expire(*, today: date | None = None) -> int:
    """Expire what was valid until yesterday or before; return how many documents. Again is harmless."""
    today = today or timezone.now().date()
    due = Document.objects.filter(status=Document.Status.APPROVED, expires_on__lt=today).values_list("pk", "case_id")
    return sum(_expire(document_id, case_id, today) for document_id, case_id in list(due.order_by("pk")))


def _expire(document_id: int, case_id: int, today: date) -> bool:
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        document = Document.objects.filter(
            pk=document_id, status=Document.Status.APPROVED, expires_on__lt=today
        ).first()
        if document is None or document.expires_on is None:
            return False
        document.case = case
        document.status = Document.Status.EXPIRED
        document.save(update_fields=["status"])
        expired = document_event(document, "document_expired", {"expires_on": document.expires_on.isoformat()})
        record_with_standing(case, [expired], origin=ORIGIN)
        tell(document, expired_text(document, Level(case.level)))
    return True


def expiry_remind(*, today: date | None = None) -> int:
    """Remind the owners of documents that expire in at most 30, 7 and 0 days, once each; return how many.

    Whose document is replaced by one that waits for its review is not reminded.
    """
    today = today or timezone.now().date()
    last = today + timedelta(days=max(REMINDER_DAYS))
    due = (
        Document.objects.filter(status=Document.Status.APPROVED, expires_on__range=(today, last))
        .order_by("pk")
        .values_list("pk", "case_id", "expires_on", "reminded_days")
    )
    return sum(
        _remind(document_id, case_id, today)
        for document_id, case_id, expires_on, reminded in list(due)
        if expires_on is not None and _due_reminder(expires_on, today, reminded) is not None
    )


def _due_reminder(expires_on: date, today: date, reminded: int | None) -> int | None:
    """Return for how many days a reminder is due now, None where none is or it was sent."""
    days = min(mark for mark in REMINDER_DAYS if (expires_on - today).days <= mark)
    return days if reminded is None or reminded > days else None


def _remind(document_id: int, case_id: int, today: date) -> bool:
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        documents = Document.objects.filter(case=case)
        document = documents.filter(pk=document_id, status=Document.Status.APPROVED, expires_on__gte=today).first()
        if document is None or document.expires_on is None:
            return False
        mark = _due_reminder(document.expires_on, today, document.reminded_days)
        if mark is None or documents.filter(kind=document.kind, status=Document.Status.IN_REVIEW).exists():
            return False
        document.case = case
        document.reminded_days = mark
        document.save(update_fields=["reminded_days"])
        days = (document.expires_on - today).days
        payload = {"expires_on": document.expires_on.isoformat(), "days": days}
        record([document_event(document, "expiry_reminded", payload)], origin=ORIGIN)
        tell(document, reminder_text(document, days))
    return True
