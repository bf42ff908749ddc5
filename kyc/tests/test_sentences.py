import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import kyc
from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event
from kyc.sentences import SENTENCES
from kyc.services.expiry import documents_expire, expiry_remind
from kyc.services.retention import documents_erase, relationship_end, relationship_resume
from kyc.services.reviews import document_reject, page_view
from kyc.tests.factories import ORIGIN, Kind, approve, send


def test_every_event_that_is_recorded_has_a_sentence():
    source = "".join(path.read_text() for path in (Path(kyc.__file__).parent / "services").glob("*.py"))
    recorded = {f"kyc.{name}" for name in re.findall(r'document_event\(\s*\w+(?:\.\w+)?, "(\w+)"', source)}
    recorded |= set(re.findall(r'"(kyc\.\w+)"', source))
    assert recorded - {"kyc.review_document"} == set(SENTENCES)  # a permission, which is named alike


@pytest.mark.django_db
def test_the_sentences_say_what_has_happened(client_, reviewer, colleague, settings):
    passport = send(client_)
    page_view(actor=reviewer, page_id=passport.pages.get().pk, origin=ORIGIN)
    approve(passport, reviewer)
    passport.refresh_from_db()
    settings.KYC_FOUR_EYES = True
    selfie = send(client_, Kind.SELFIE)
    approve(selfie, reviewer)
    document_reject(actor=colleague, document_id=selfie.pk, note="Look up.", origin=ORIGIN)
    expiry_remind(today=passport.expires_on)
    documents_expire(today=passport.expires_on.replace(year=passport.expires_on.year + 1))
    case_id = passport.case_id
    relationship_end(actor=reviewer, case_id=case_id, origin=ORIGIN)
    relationship_resume(actor=reviewer, case_id=case_id, origin=ORIGIN)
    documents_erase(now=timezone.now() + timedelta(days=settings.KYC_REJECTED_DAYS + 1))
    day = passport.expires_on.isoformat()
    said = [sentence(event) for event in Event.objects.filter(stream=passport.case.stream).order_by("seq")]
    assert said == [
        "Verification begun.",
        "Passport sent: 1 file.",
        "Verification: In review, Not verified.",
        "Passport looked at: page 1.",
        f"Passport approved, valid until {day}.",
        "Verification: Documents missing, Not verified.",
        "Selfie sent: 1 file.",
        "Verification: In review, Not verified.",
        "Selfie approved by the first of two people.",
        "Selfie rejected: Look up.",
        "Verification: Rejected, Not verified.",
        f"Client reminded that the passport is valid until {day}.",
        f"Passport expired; it was valid until {day}.",
        "The relationship with the client has ended.",
        "The relationship with the client goes on.",
        "Selfie deleted with 1 file: its time is over.",
        "Verification: Expired, Not verified.",
    ]
