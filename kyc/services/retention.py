"""How long documents are kept: what was never in force for a while, the others for years after the client has left."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.uploads.storage import delete_private
from kyc.locks import locked_case
from kyc.models import Document, Page, VerificationCase
from kyc.services.reviews import require_reviewer
from kyc.services.standing import document_event, record_with_standing

ORIGIN = Origin(actor="system:retention")
Status = Document.Status


def relationship_end(*, actor: User, case_id: int, origin: Origin) -> VerificationCase:
    """Note that a client has left, from when on the time runs for which documents are kept. Again is harmless.

    Refuses `not_a_reviewer`.
    """
    require_reviewer(actor)
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        if case.ended_at is None:
            case.ended_at = timezone.now()
            case.save(update_fields=["ended_at"])
            ended = NewEvent(case.stream, "kyc.relationship_ended", {"client": case.client_id})
            record([ended], origin=origin)
    return case


def relationship_resume(*, actor: User, case_id: int, origin: Origin) -> VerificationCase:
    """Note that a client is one again; refuses likewise."""
    require_reviewer(actor)
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        if case.ended_at is not None:
            record([resumed_event(case)], origin=origin)
    return case


def resumed_event(case: VerificationCase) -> NewEvent:
    """Let the relationship with the client of a locked case go on; return the event that says so."""
    case.ended_at = None
    case.save(update_fields=["ended_at"])
    return NewEvent(case.stream, "kyc.relationship_resumed", {"client": case.client_id})


def kept_until(case: VerificationCase) -> datetime | None:
    """Return when the documents of a client who has left are deleted."""
    return None if case.ended_at is None else case.ended_at + timedelta(days=settings.KYC_RETENTION_DAYS)


def documents_erase(*, now: datetime | None = None) -> int:
    """Erase the documents whose time is over and delete their files; return how many documents. Again is harmless."""
    now = now or timezone.now()
    due = _due(now).order_by("pk").values_list("pk", "case_id")
    erased = sum(_erase(document_id, case_id, now) for document_id, case_id in list(due))
    _delete_files()
    return erased


def _due(now: datetime) -> QuerySet[Document]:
    left = Q(case__ended_at__lte=now - timedelta(days=settings.KYC_RETENTION_DAYS))
    # What was replaced without having been in force was rejected, or not looked at.
    never_in_force = Q(status=Status.REJECTED) | (
        Q(status=Status.REPLACED) & (Q(rejection_text__gt="") | Q(decided_at=None))
    )
    since = now - timedelta(days=settings.KYC_REJECTED_DAYS)
    long_ago = Q(decided_at__lte=since) | Q(decided_at=None, submitted_at__lte=since)
    return Document.objects.exclude(status=Status.ERASED).filter(left | (never_in_force & long_ago))


def _erase(document_id: int, case_id: int, now: datetime) -> bool:
    """Take from a document what says something about its client; its files are deleted afterwards."""
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        document = _due(now).filter(pk=document_id).first()
        if document is None:
            return False
        document.case = case
        payload = {"status": document.status, "pages": document.pages.count()}
        document.status, document.number, document.rejection_text = Status.ERASED, None, ""
        document.save(update_fields=["status", "number", "rejection_text"])
        record_with_standing(case, [document_event(document, "document_erased", payload)], origin=ORIGIN)
    return True


def _delete_files() -> None:
    """Delete the files of erased documents, and then what names them: one that stays is tried again next time."""
    for page in Page.objects.filter(document__status=Status.ERASED):
        if delete_private(str(page.file.name)):
            page.delete()
