"""What reviewers decide, and programs that review documents with a service key."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, is_person, person_of
from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused
from kyc.checklist import checklist
from kyc.locks import locked_case
from kyc.models import Document, Level, Page, RejectionReason, VerificationCase
from kyc.requirements import DATED_KINDS
from kyc.services.standing import document_event, record_with_standing
from kyc.services.telling import approved_text, rejected_text, tell

Status = Document.Status


def document_approve(
    *,
    actor: Actor,
    document_id: int,
    checked: Collection[str],
    number: str = "",
    expires_on: date | None = None,
    origin: Origin,
) -> Document:
    """Approve a document: every question of its checklist is answered with yes, and what is on it has been read.

    With `KYC_FOUR_EYES` the first of two only says so, and the second approves; a program is never the first. A
    document of the same kind that was in force is replaced.

    Refuses `not_a_reviewer`, `own_case`, `document_not_found`, `document_decided`, `checklist_incomplete`,
    `expiry_missing`, `expiry_past`, `same_reviewer`, `staff_approval_required`.
    """
    with transaction.atomic(durable=True):
        return document_approve_apply(
            actor=actor, document_id=document_id, checked=checked, number=number, expires_on=expires_on, origin=origin
        )


def document_approve_apply(
    *,
    actor: Actor,
    document_id: int,
    checked: Collection[str],
    number: str = "",
    expires_on: date | None = None,
    origin: Origin,
) -> Document:
    """Do what `document_approve` does inside the caller's transaction."""
    document = _locked_document(actor, document_id)
    missing = sorted(set(checklist(document.kind)) - set(checked))
    if missing:
        raise Refused("checklist_incomplete", _("Answer every question of the checklist."), {"missing": missing})
    if expires_on is None and document.kind in DATED_KINDS:
        raise Refused("expiry_missing", _("Say until when this document is valid; it is printed on it."))
    if expires_on is not None and expires_on < timezone.now().date():
        raise Refused("expiry_past", _("This document is not valid any more: reject it."))
    read: dict[str, Any] = {
        "expires_on": expires_on.isoformat() if expires_on else None,
        "checked": sorted(checklist(document.kind)),
    }
    document.number, document.expires_on = number or None, expires_on
    if settings.KYC_FOUR_EYES:
        if document.first_approved_by_id is None and person_of(actor) is None:
            raise Refused(
                "staff_approval_required",
                _("A member of staff approves this document first. Approve it again afterwards."),
                http_status=409,
            )
        if is_person(actor, document.first_approved_by_id):
            raise Refused("same_reviewer", _("You have approved this already. A colleague has to agree."))
        if document.first_approved_by_id is None:
            document.first_approved_by = person_of(actor)
            document.save(update_fields=["number", "expires_on", "first_approved_by"])
            record([document_event(document, "document_first_approved", read)], origin=origin)
            return document
    replaced = Document.objects.filter(case=document.case, kind=document.kind, status=Status.APPROVED)
    read["replaces"] = list(replaced.values_list("pk", flat=True))
    replaced.update(status=Status.REPLACED)
    document.status, document.decided_by, document.decided_at = Status.APPROVED, person_of(actor), timezone.now()
    document.reminded_days = None
    document.save()
    level_before = document.case.level
    record_with_standing(document.case, [document_event(document, "document_approved", read)], origin=origin)
    tell(document, approved_text(document, reached=_reached(document.case, level_before)))
    return document


def document_reject(
    *, actor: Actor, document_id: int, reason_id: int | None = None, note: str = "", origin: Origin
) -> Document:
    """Reject a document and tell the client why and what to do: a canned reason, a note, or both.

    Refuses `not_a_reviewer`, `own_case`, `document_not_found`, `document_decided`, `reason_missing`.
    """
    with transaction.atomic(durable=True):
        return document_reject_apply(
            actor=actor, document_id=document_id, reason_id=reason_id, note=note, origin=origin
        )


def document_reject_apply(
    *, actor: Actor, document_id: int, reason_id: int | None = None, note: str = "", origin: Origin
) -> Document:
    """Do what `document_reject` does inside the caller's transaction."""
    document = _locked_document(actor, document_id)
    reason = RejectionReason.objects.filter(pk=reason_id).first() if reason_id is not None else None
    text = "\n".join(part for part in (reason.text if reason else "", note.strip()) if part)
    if not text:
        raise Refused("reason_missing", _("Choose a reason or write one: the client has to know what to do."))
    document.status, document.decided_by, document.decided_at = Status.REJECTED, person_of(actor), timezone.now()
    document.rejection_reason, document.rejection_text = reason, text
    document.save()
    payload = {"reason": reason.title if reason else None, "text": text}
    record_with_standing(document.case, [document_event(document, "document_rejected", payload)], origin=origin)
    tell(document, rejected_text(document))
    return document


def page_view(*, actor: Actor, page_id: int, origin: Origin) -> Page:
    """Return a page to be shown to a reviewer, and record that this person has looked at it.

    Refuses `not_a_reviewer` and `page_not_found`.
    """
    require_reviewer(actor)
    with transaction.atomic(durable=True):
        kept = Page.objects.exclude(document__status=Status.ERASED)
        page = kept.select_related("document__case").filter(pk=page_id).first()
        if page is None:
            raise Refused("page_not_found", _("There is no such page."), http_status=404)
        viewed = document_event(page.document, "document_viewed", {"page": page.position, "sha256": page.sha256})
        record([viewed], origin=origin)
    return page


def _locked_document(actor: Actor, document_id: int) -> Document:
    """Return a document that waits for a decision, its case locked; refuses whoever may not decide it."""
    require_reviewer(actor)
    case_id = Document.objects.filter(pk=document_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refused("document_not_found", _("There is no such document."), http_status=404)
    case = locked_case(case_id)
    if is_person(actor, case.client_id):
        raise Refused("own_case", _("Ask a colleague: nobody decides about themselves."), http_status=403)
    document = Document.objects.get(pk=document_id)
    document.case = case
    if document.status != Status.IN_REVIEW:
        raise Refused(
            "document_decided",
            _("This document does not wait any more: it is %(status)s.")
            % {"status": document.get_status_display().lower()},
            {"status": document.status},
            http_status=409,
        )
    return document


def require_reviewer(actor: Actor) -> None:
    """Refuse `not_a_reviewer` to whoever may not see and decide documents."""
    if not actor.has_perm("kyc.review_document"):
        raise Refused("not_a_reviewer", _("Only reviewers see and decide documents."), http_status=403)


def _reached(case: VerificationCase, before: int) -> Level | None:
    return Level(case.level) if case.level > before else None
