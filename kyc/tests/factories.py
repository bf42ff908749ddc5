"""Clients with documents, made through the services."""

from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone

from forexpro.core.events.chain import Origin
from kyc.checklist import checklist
from kyc.models import Document
from kyc.requirements import DATED_KINDS
from kyc.services.documents import document_submit
from kyc.services.reviews import document_approve
from kyc.tests.uploads import photo

ORIGIN = Origin(actor="user:1", request_id="test-request", ip="203.0.113.9")
Kind = Document.Kind


def send(client, kind=Kind.PASSPORT, *uploads, submission=None):
    """Have a client send a document, with one photograph where no files are given."""
    return document_submit(
        user_id=client.pk,
        kind=kind,
        uploads=uploads or [photo(kind)],
        submission=submission or uuid4().hex,
        origin=ORIGIN,
    )


def approve(document, reviewer, *, expires_on: date | None = None, **options):
    """Have a reviewer approve a document; one that has to be dated is valid for a year without a date."""
    if expires_on is None and document.kind in DATED_KINDS:
        expires_on = timezone.now().date() + timedelta(days=365)
    return document_approve(
        actor=reviewer,
        document_id=document.pk,
        checked=list(checklist(document.kind)),
        expires_on=expires_on,
        origin=ORIGIN,
        **options,
    )


def verify(client, reviewer, *kinds):
    """Have documents of these kinds sent and approved, those of full verification without any."""
    for kind in kinds or (Kind.PASSPORT, Kind.SELFIE, Kind.PROOF_OF_ADDRESS):
        approve(send(client, kind), reviewer)
