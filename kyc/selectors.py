"""Reads about verification."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from forexpro.core.refusals import Refused
from kyc.models import Document, Level, Page, RejectionReason, VerificationCase
from kyc.requirements import REQUIREMENTS, Requirement, level_of, unlocked_by

Status = Document.Status


# --- What others ask ----------------------------------------------------------------------------
def client_level(user_id: int) -> Level:
    """Return how well a client is known today: a document that has expired counts no more, whoever has noticed."""
    return level_of(in_force(Document.objects.filter(case__client_id=user_id)).values_list("kind", flat=True))


def in_force(documents: QuerySet[Document], *, on: date | None = None) -> QuerySet[Document]:
    """Return those of `documents` that are approved and valid on a day, today without one; the last day counts."""
    day = on or timezone.now().date()
    return documents.filter(Q(expires_on=None) | Q(expires_on__gte=day), status=Status.APPROVED)


def review_queue_size() -> int:
    """Return how many clients wait for a decision about a document."""
    return VerificationCase.objects.filter(waiting_since__isnull=False).count()


def case_status(documents: Iterable[Document], level: Level) -> VerificationCase.Status:
    """Return what a client's documents amount to: what needs doing comes first."""
    statuses = {document.status for document in documents if document.status != Status.REPLACED}
    for status in (Status.IN_REVIEW, Status.REJECTED, Status.EXPIRED):
        if status in statuses:
            return VerificationCase.Status(status.value)
    if level >= Level.IDENTITY:
        return VerificationCase.Status.APPROVED
    return VerificationCase.Status.INCOMPLETE if statuses else VerificationCase.Status.NOT_STARTED


# --- The client's own ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Need:
    """A requirement with what the client has sent for it: the newest document, and the one in force beside it."""

    requirement: Requirement
    document: Document | None
    in_force: Document | None

    @property
    def is_met(self) -> bool:
        return self.in_force is not None

    @property
    def status(self) -> str:
        """Of the newest document; `not_started` without one."""
        return self.document.status if self.document is not None else "not_started"

    @property
    def is_open(self) -> bool:
        """Whether the client has to send something."""
        return not self.is_met and self.status != Status.IN_REVIEW


@dataclass(frozen=True, slots=True)
class LevelOverview:
    level: Level
    needs: list[Need]
    unlocks: list[str]
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """All that a client sees of the own verification."""

    level: Level
    status: VerificationCase.Status
    levels: list[LevelOverview]
    documents: list[Document]

    @property
    def next_level(self) -> LevelOverview | None:
        return next((overview for overview in self.levels if not overview.is_reached), None)


def verification_of(user_id: int) -> Verification:
    """Return a client's verification, in two queries."""
    documents = list(documents_of(user_id))
    today = timezone.now().date()
    valid = [
        document
        for document in documents
        if document.status == Status.APPROVED and (document.expires_on is None or document.expires_on >= today)
    ]
    level = level_of(document.kind for document in valid)
    current = [document for document in documents if document.status != Status.REPLACED]
    levels = [
        LevelOverview(
            each,
            [
                Need(
                    requirement,
                    next((document for document in current if document.kind in requirement.kinds), None),
                    next((document for document in valid if document.kind in requirement.kinds), None),
                )
                for requirement in requirements
            ],
            unlocked_by(each),
            level >= each,
        )
        for each, requirements in REQUIREMENTS.items()
    ]
    return Verification(level, case_status(current, level), levels, documents)


def documents_of(user_id: int) -> QuerySet[Document]:
    """Return what a client has sent, newest first, with its pages."""
    return Document.objects.filter(case__client_id=user_id).order_by("-id").prefetch_related("pages")


def document_of(user_id: int, document_id: int) -> Document:
    """Return a document of this client; refuses `document_not_found`, also for anybody else's."""
    document = documents_of(user_id).filter(pk=document_id).first()
    if document is None:
        raise Refused("document_not_found", "You have sent no such document.", http_status=404)
    return document


@dataclass(frozen=True, slots=True)
class Usage:
    """What a client has taken up of the storage, and of what may be sent in a day."""

    bytes: int
    documents_today: int


def usage(case: VerificationCase) -> Usage:
    """Return what a client has sent: all bytes that are kept, and the documents of the last 24 hours."""
    kept = Page.objects.filter(document__case=case).aggregate(bytes=Sum("size", default=0))["bytes"]
    since = timezone.now() - timedelta(days=1)
    return Usage(kept, Document.objects.filter(case=case, submitted_at__gt=since).count())


# --- The desk -----------------------------------------------------------------------------------
def review_queue(reviewer: Any) -> QuerySet[VerificationCase]:
    """Return the cases in which this reviewer can decide something, the longest waiting first."""
    waiting = Document.objects.filter(case=OuterRef("pk"), status=Status.IN_REVIEW)
    if settings.KYC_FOUR_EYES:
        waiting = waiting.exclude(first_approved_by=reviewer)
    return (
        VerificationCase.objects.filter(Exists(waiting), waiting_since__isnull=False)
        .exclude(client=reviewer)
        .order_by("waiting_since", "id")
    )


def next_case(reviewer: Any, *, after: VerificationCase | None = None) -> VerificationCase | None:
    """Return the case to look at next: the one behind `after` in the queue, or else the first that is not it."""
    queue = review_queue(reviewer)
    if after is None:
        return queue.first()
    if after.waiting_since is not None:
        behind = Q(waiting_since__gt=after.waiting_since) | Q(waiting_since=after.waiting_since, id__gt=after.pk)
        if case := queue.filter(behind).first():
            return case
    return queue.exclude(pk=after.pk).first()


def cases_for_list() -> QuerySet[VerificationCase]:
    """Return all cases with their client and the number of documents that wait."""
    waiting = Count("documents", filter=Q(documents__status=Status.IN_REVIEW))
    return VerificationCase.objects.select_related("client").annotate(waiting=waiting)


def documents_of_case(case: VerificationCase) -> list[Document]:
    """Return the documents of a case with pages and people: those that wait first, replaced ones last."""
    order = [Status.IN_REVIEW, Status.APPROVED, Status.EXPIRED, Status.REJECTED, Status.REPLACED]
    documents = (
        Document.objects.filter(case=case)
        .select_related("decided_by", "first_approved_by", "rejection_reason")
        .prefetch_related("pages")
        .order_by("-id")
    )
    return sorted(documents, key=lambda document: order.index(Status(document.status)))


def offered_reasons() -> QuerySet[RejectionReason]:
    """Return the reasons that a reviewer can choose from."""
    return RejectionReason.objects.filter(is_active=True)
