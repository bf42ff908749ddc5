"""What clients send."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forexpro.core.deadlines import time_apart
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.errors import DATABASE_AWAY
from forexpro.core.refusals import Refused
from forexpro.core.uploads.cleaning import CleanFile, cleaned
from forexpro.core.uploads.storage import delete_private, store_private
from kyc.locks import locked_case_of
from kyc.models import Document, Page, VerificationCase
from kyc.selectors import usage
from kyc.services.retention import resumed_event
from kyc.services.standing import document_event, record_with_standing

FOLDER = "kyc"


def document_submit(
    *, user_id: int, kind: Document.Kind, uploads: "Sequence[File[bytes]]", submission: str, origin: Origin
) -> Document:
    """Keep what a client sends as one document, page by page, and put it in front of the reviewers.

    A document of the same kind that waits or was rejected is replaced; one that is approved stays in force until the
    new one is. `submission` names the act: the same one with the same files returns the same document.

    Refuses `pages_missing`, `too_many_pages`, what `cleaned` refuses (with the number of the file),
    `submission_reused`, `quota_exceeded`, `too_many_documents`.
    """
    if not uploads:
        raise Refused("pages_missing", _("Choose at least one file."))
    if len(uploads) > settings.KYC_PAGES_MAX:
        raise Refused(
            "too_many_pages",
            _("Send at most %(count)s files at a time.") % {"count": settings.KYC_PAGES_MAX},
            {"pages_max": settings.KYC_PAGES_MAX},
        )
    try:
        with time_apart():
            pages = [_cleaned_page(upload, number, len(uploads)) for number, upload in enumerate(uploads, start=1)]
    except Refused as refusal:
        if refusal.code == "file_infected":
            _record_infected(user_id, kind, refusal, origin)
        raise
    digest = hashlib.sha256(":".join([kind, *(page.source_sha256 for page in pages)]).encode()).hexdigest()
    stored: list[str] = []
    try:
        with time_apart():
            for page in pages:  # one by one: those before a failure are known then
                stored.append(store_private(FOLDER, page))  # noqa: PERF401  # as said
        with transaction.atomic(durable=True):
            document, is_new = _submit_apply(user_id, kind, pages, stored, submission, digest, origin)
    except DATABASE_AWAY:
        raise  # it may have been recorded all the same: the sweep looks later
    except BaseException:  # also of a process that is told to end
        _forget(stored)
        raise
    if not is_new:
        _forget(stored)
    return document


def _cleaned_page(upload: "File[bytes]", number: int, count: int) -> CleanFile:
    try:
        return cleaned(upload)
    except Refused as refusal:
        message = refusal.message
        if count > 1:
            message = _("File %(number)s: %(sentence)s") % {"number": number, "sentence": message}
        raise Refused(
            refusal.code, message, {**refusal.details, "file": number}, http_status=refusal.http_status
        ) from refusal


def _record_infected(user_id: int, kind: Document.Kind, refusal: Refused, origin: Origin) -> None:
    """Leave a trace of who sent a virus: of everything else that is refused the client alone has to know."""
    infected = NewEvent(f"user:{user_id}", "kyc.upload_infected", {"kind": kind, "file": refusal.details["file"]})
    with transaction.atomic(durable=True):
        record([infected], origin=origin)


def _submit_apply(
    user_id: int,
    kind: Document.Kind,
    pages: Sequence[CleanFile],
    stored: Sequence[str],
    submission: str,
    digest: str,
    origin: Origin,
) -> tuple[Document, bool]:
    """Record the document under the lock of its case; return it and whether it is new."""
    case, opened = _locked_or_opened_case(user_id)
    before = Document.objects.filter(case=case, submission=submission).first()
    if before is not None:
        if before.submission_digest != digest:
            raise Refused(
                "submission_reused", _("This was sent before, with other files. Reload the page and send it.")
            )
        return before, False
    _refuse_excess(case, sum(len(page.content) for page in pages))
    if case.ended_at is not None:
        opened = [*opened, resumed_event(case)]
    replaceable = (Document.Status.IN_REVIEW, Document.Status.REJECTED, Document.Status.EXPIRED)
    replaced = list(Document.objects.filter(case=case, kind=kind, status__in=replaceable).values_list("pk", flat=True))
    Document.objects.filter(pk__in=replaced).update(status=Document.Status.REPLACED)
    document = Document.objects.create(
        case=case, kind=kind, submitted_at=timezone.now(), submission=submission, submission_digest=digest
    )
    Page.objects.bulk_create(
        Page(
            document=document,
            position=position,
            file=name,
            media_type=page.media_type,
            size=len(page.content),
            sha256=page.sha256,
            width=page.width,
            height=page.height,
            sheets=page.sheets,
        )
        for position, (page, name) in enumerate(zip(pages, stored, strict=True), start=1)
    )
    payload = {
        "pages": [{"sha256": page.sha256, "type": page.media_type, "bytes": len(page.content)} for page in pages],
        "replaces": replaced,
    }
    record_with_standing(case, [*opened, document_event(document, "document_submitted", payload)], origin=origin)
    return document, True


def _locked_or_opened_case(user_id: int) -> tuple[VerificationCase, list[NewEvent]]:
    """Return the locked case of a client, and the event of its opening where it is new."""
    opened: list[NewEvent] = []
    case = locked_case_of(user_id)
    if case is None:
        # Of two requests at once the second waits here, and then finds what the first has made.
        case, is_new = VerificationCase.objects.get_or_create(client_id=user_id, defaults={"opened_at": timezone.now()})
        if is_new:
            opened = [NewEvent(case.stream, "kyc.case_opened", {"client": user_id})]
        case = locked_case_of(user_id)
        assert case is not None
    return case, opened


def _refuse_excess(case: VerificationCase, size: int) -> None:
    used = usage(case)
    if used.documents_today >= settings.KYC_DOCUMENTS_PER_DAY:
        raise Refused(
            "too_many_documents",
            _("You have sent %(count)s documents in 24 hours, which is the most. Wait for the answer, or ask support.")
            % {"count": used.documents_today},
            {"documents_max": settings.KYC_DOCUMENTS_PER_DAY},
            http_status=429,
        )
    if used.bytes + size > settings.KYC_CLIENT_BYTES_MAX:
        raise Refused(
            "quota_exceeded",
            _("What you have sent takes all the space there is for you. Ask support to look into it."),
            {"bytes_max": settings.KYC_CLIENT_BYTES_MAX, "bytes_used": used.bytes},
        )


def _forget(names: Sequence[str]) -> None:
    """Delete files that nothing refers to; one that cannot be deleted now is found by the sweep."""
    for name in names:
        delete_private(name)
