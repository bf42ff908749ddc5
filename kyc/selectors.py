"""Reads about verification."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused
from kyc.models import Document, Level, Page, RejectionReason, VerificationCase
from kyc.requirements import REQUIREMENTS, Requirement, level_of, unlocked_by

Status = Document.Status
# What shows nothing any more.
PAST = (Status.REPLACED, Status.ERASED)


# --- What others ask ----------------------------------------------------------------------------
def client_level(user_id: int) -> Level:
    """Return how well a client is known today: a document that has expired counts no more, whoever has noticed."""
    valid = Q(expires_on=None) | Q(expires_on__gte=timezone.now().date())
    approved = Document.objects.filter(valid, case__client_id=user_id, status=Status.APPROVED)
    return level_of(approved.values_list("kind", flat=True))


def review_queue_size() -> int:
    """Return how many clients wait for a decision about a document."""
    return VerificationCase.objects.filter(waiting_since__isnull=False).count()


def standing(documents: Iterable[Document]) -> tuple[VerificationCase.Status, Level]:
    """Return what all documents of a client amount to today. What has to be done about them comes first.

    A document that was refused or has expired matters no more where another one shows the same.
    """
    newest_first = sorted(documents, key=lambda document: -document.pk)
    current = [document for document in newest_first if document.status not in PAST]
    valid = {document.kind for document in current if is_valid(document)}
    level = level_of(valid)
    found = set()
    for requirement in chain.from_iterable(REQUIREMENTS.values()):
        sent = [document for document in current if document.kind in requirement.kinds]
        if any(document.status == Status.IN_REVIEW for document in sent):
            found.add(Status.IN_REVIEW)
        elif sent and not valid.intersection(requirement.kinds):
            # One that is approved and not valid has expired today, and the task has not come by yet.
            found.add(Status.REJECTED if sent[0].status == Status.REJECTED else Status.EXPIRED)
    for status in (Status.IN_REVIEW, Status.REJECTED, Status.EXPIRED):
        if status in found:
            return VerificationCase.Status(status.value), level
    if level >= Level.IDENTITY:
        return VerificationCase.Status.APPROVED, level
    return (VerificationCase.Status.INCOMPLETE if current else VerificationCase.Status.NOT_STARTED), level


def is_valid(document: Document) -> bool:
    """Return whether a document is approved and valid today; its last day counts."""
    last_day = document.expires_on
    return document.status == Status.APPROVED and (last_day is None or last_day >= timezone.now().date())


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
    def state(self) -> str:
        """What is shown of it, in a word by which to notice that it has changed."""
        parts = (self.document and self.document.pk, self.status, self.in_force and self.in_force.pk)
        return "-".join([self.requirement.slug, *(str(part or 0) for part in parts)])

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
    status, level = standing(documents)
    valid = [document for document in documents if is_valid(document)]
    current = [document for document in documents if document.status not in PAST]
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
    return Verification(level, status, levels, documents)


def documents_of(user_id: int) -> QuerySet[Document]:
    """Return what a client has sent and is still kept, newest first, with its pages."""
    kept = Document.objects.filter(case__client_id=user_id).exclude(status=Status.ERASED)
    return kept.order_by("-id").prefetch_related("pages")


def document_of(user_id: int, document_id: int) -> Document:
    """Return a document of this client; refuses `document_not_found`, also for anybody else's."""
    document = documents_of(user_id).filter(pk=document_id).first()
    if document is None:
        raise Refused("document_not_found", _("You have sent no such document."), http_status=404)
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
    # Counted for the rows of a page: a join would group all of them first.
    waiting = (
        Document.objects.filter(case=OuterRef("pk"), status=Status.IN_REVIEW)
        .order_by()
        .values("case")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return VerificationCase.objects.select_related("client").annotate(waiting=Subquery(waiting))


def documents_of_case(case: VerificationCase) -> list[Document]:
    """Return the documents of a case with pages and people: those that wait first, deleted ones last."""
    order = [Status.IN_REVIEW, Status.APPROVED, Status.EXPIRED, Status.REJECTED, *PAST]
    documents = (
        Document.objects.filter(case=case)
        .select_related("decided_by", "first_approved_by", "rejection_reason")
        .prefetch_related("pages")
        .order_by("-id")
    )
    return sorted(documents, key=lambda document: order.index(Status(document.status)))


def others_who_sent(document: Document) -> QuerySet[VerificationCase]:
    """Return the cases of other clients who have sent one of the files of a document, too."""
    contents = Page.objects.filter(document=document).values("sha256")
    same = Page.objects.filter(sha256__in=contents).exclude(document__case=document.case_id)
    return VerificationCase.objects.filter(pk__in=same.values("document__case")).select_related("client").order_by("pk")


def offered_reasons() -> QuerySet[RejectionReason]:
    """Return the reasons that a reviewer can choose from."""
    return RejectionReason.objects.filter(is_active=True)
