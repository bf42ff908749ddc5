from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from accounts.models import Notice
from accounts.roles import Role
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once
from kyc.checklist import checklist
from kyc.models import Document, Level, VerificationCase
from kyc.requirements import add_unlocks
from kyc.selectors import client_level, next_case, review_queue, review_queue_size, verification_of
from kyc.services import reviews
from kyc.services.reviews import document_approve, document_reject, page_view
from kyc.tests.factories import ORIGIN, Kind, approve, send, verify

pytestmark = pytest.mark.django_db
LATER = date.today() + timedelta(days=400)


def refuse(code, service, **arguments):
    with pytest.raises(Refused) as refused:
        service(origin=ORIGIN, **arguments)
    assert refused.value.code == code
    return refused.value


def test_levels_come_with_the_documents_that_make_them(client_, reviewer, events):
    assert client_level(client_.pk) is Level.UNVERIFIED
    verify(client_, reviewer, Kind.PASSPORT)
    assert client_level(client_.pk) is Level.UNVERIFIED
    assert VerificationCase.objects.get().status == "incomplete"
    verify(client_, reviewer, Kind.SELFIE)
    assert client_level(client_.pk) is Level.IDENTITY
    verify(client_, reviewer, Kind.PROOF_OF_ADDRESS)
    case = VerificationCase.objects.get()
    assert client_level(client_.pk) is Level.FULL
    assert (case.level, case.status, case.waiting_since) == (Level.FULL, "approved", None)
    changes = [payload for type, payload in events(case.stream) if type == "kyc.status_changed"]
    assert [(change["status"], change["level"]) for change in changes] == [
        ("in_review", 0),
        ("incomplete", 0),
        ("in_review", 0),
        ("approved", 1),
        ("in_review", 1),
        ("approved", 2),
    ]


def test_an_address_alone_is_no_level(client_, reviewer):
    verify(client_, reviewer, Kind.PROOF_OF_ADDRESS, Kind.SELFIE)
    assert client_level(client_.pk) is Level.UNVERIFIED


def test_what_another_document_shows_matters_no_more(client_, reviewer):
    document = send(client_, Kind.PASSPORT)
    document_reject(actor=reviewer, document_id=document.pk, note="Dark", origin=ORIGIN)
    verify(client_, reviewer, Kind.IDENTITY_CARD, Kind.SELFIE)
    case = VerificationCase.objects.get()
    assert (case.status, case.level) == ("approved", Level.IDENTITY)
    assert verification_of(client_.pk).status == "approved"
    newer = send(client_, Kind.IDENTITY_CARD)
    document_reject(actor=reviewer, document_id=newer.pk, note="Dark", origin=ORIGIN)
    case.refresh_from_db()
    assert (case.status, case.level) == ("approved", Level.IDENTITY)


def test_an_approval_is_recorded_and_told(client_, reviewer, events, committing, monkeypatch):
    monkeypatch.setattr("kyc.requirements._unlocks", [])
    add_unlocks(lambda level: [f"Up to {level.value},000 EUR a day."])
    verify(client_, reviewer, Kind.SELFIE)
    document = send(client_)
    mail.outbox.clear()
    with committing():
        approve(document, reviewer, number="X123", expires_on=LATER)
    document = Document.objects.get(pk=document.pk)
    assert (document.status, document.decided_by, document.number, document.expires_on) == (
        "approved",
        reviewer,
        "X123",
        LATER,
    )
    type, payload = events(document.case.stream)[-2]
    assert type == "kyc.document_approved"
    assert payload == {
        "object": f"kyc.document:{document.pk}",
        "document": document.pk,
        "kind": "passport",
        "expires_on": LATER.isoformat(),
        "checked": sorted(checklist("passport")),
        "replaces": [],
    }
    notice = Notice.objects.filter(user=client_).latest("id")
    assert (notice.kind, notice.link) == ("verification", "/verification")
    assert notice.text == (
        "Your document is approved: passport\nYour level is now: Identity verified.\nUp to 1,000 EUR a day."
    )
    assert [(message.subject, message.to) for message in mail.outbox] == [
        ("Your document is approved: passport", [client_.email])
    ]


def test_numbers_of_documents_are_encrypted_and_in_no_event(client_, reviewer, events):
    document = send(client_)
    approve(document, reviewer, number="X1234567")
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM kyc_document")
        assert b"X1234567" not in bytes(cursor.fetchone()[0])
    assert "X1234567" not in str(events(document.case.stream))


def test_a_rejection_tells_the_client_what_to_do(client_, reviewer, reason, events, committing):
    document = send(client_)
    with committing():
        document_reject(
            actor=reviewer, document_id=document.pk, reason_id=reason.pk, note="  The number is hidden. ", origin=ORIGIN
        )
    document.refresh_from_db()
    assert (document.status, document.rejection_reason) == ("rejected", reason)
    assert document.rejection_text == "Take it in daylight.\nThe number is hidden."
    type, payload = events(document.case.stream)[-2]
    assert (type, payload["reason"], payload["text"]) == (
        "kyc.document_rejected",
        "It is dark",
        document.rejection_text,
    )
    assert VerificationCase.objects.get().status == "rejected"
    assert "Take it in daylight.\nThe number is hidden." in mail.outbox[-1].body
    assert "/verification" in mail.outbox[-1].body


def test_what_was_told_stays_when_the_reason_is_rewritten(client_, reviewer, reason):
    document = send(client_)
    document_reject(actor=reviewer, document_id=document.pk, reason_id=reason.pk, origin=ORIGIN)
    reason.text = "Something else"
    reason.save()
    document.refresh_from_db()
    assert document.rejection_text == "Take it in daylight."


@pytest.mark.parametrize("missing", ["readable", "face", "alive"])
def test_every_question_is_answered(client_, reviewer, missing):
    document = send(client_, Kind.SELFIE)
    answered = set(checklist(Kind.SELFIE)) - {missing}
    refusal = refuse(
        "checklist_incomplete", document_approve, actor=reviewer, document_id=document.pk, checked=answered
    )
    assert refusal.details == {"missing": [missing]}
    document.refresh_from_db()
    assert document.status == "in_review"


@pytest.mark.parametrize(
    ("kind", "expires_on", "code"),
    [
        (Kind.PASSPORT, None, "expiry_missing"),
        (Kind.IDENTITY_CARD, None, "expiry_missing"),
        (Kind.PASSPORT, date(2020, 1, 1), "expiry_past"),
        (Kind.PROOF_OF_ADDRESS, date(2020, 1, 1), "expiry_past"),
    ],
)
def test_what_has_to_be_valid_is_dated(client_, reviewer, kind, expires_on, code):
    document = send(client_, kind)
    refuse(
        code,
        document_approve,
        actor=reviewer,
        document_id=document.pk,
        checked=checklist(kind),
        expires_on=expires_on,
    )
    assert client_level(client_.pk) is Level.UNVERIFIED


def test_a_rejection_needs_words(client_, reviewer):
    document = send(client_)
    refuse("reason_missing", document_reject, actor=reviewer, document_id=document.pk, note="   ")


@pytest.mark.parametrize("role", [None, Role.TRADER, Role.READ_ONLY, Role.SUPPORT, Role.DEALER, Role.BACK_OFFICE])
def test_only_reviewers_decide_and_look(client_, person, desks, events, role):
    document = send(client_)
    somebody = client_ if role is None else person("somebody@example.org", role)
    before = len(events(document.case.stream))
    given = {"actor": somebody, "document_id": document.pk}
    refuse("not_a_reviewer", document_approve, checked=checklist(document.kind), expires_on=LATER, **given)
    refuse("not_a_reviewer", document_reject, note="No", **given)
    refuse("not_a_reviewer", page_view, actor=somebody, page_id=document.pages.get().pk)
    document.refresh_from_db()
    assert document.status == "in_review"
    assert len(events(document.case.stream)) == before


def test_nobody_decides_about_themselves(reviewer):
    document = send(reviewer)
    given = {"actor": reviewer, "document_id": document.pk}
    refuse("own_case", document_approve, checked=checklist(document.kind), expires_on=LATER, **given)
    refuse("own_case", document_reject, note="No", **given)
    assert next_case(reviewer) is None


def test_a_decision_is_made_once(client_, reviewer, colleague):
    document = send(client_)
    approve(document, reviewer)
    refusal = refuse("document_decided", document_reject, actor=colleague, document_id=document.pk, note="No")
    assert (refusal.http_status, refusal.details) == (409, {"status": "approved"})


def test_a_document_that_was_replaced_meanwhile_is_not_decided(client_, reviewer):
    first = send(client_)
    send(client_)
    refuse(
        "document_decided",
        document_approve,
        actor=reviewer,
        document_id=first.pk,
        checked=checklist(first.kind),
        expires_on=LATER,
    )


def test_what_is_not_there_is_not_found(reviewer):
    refuse("document_not_found", document_reject, actor=reviewer, document_id=10**6, note="No")
    refuse("page_not_found", page_view, actor=reviewer, page_id=10**6)


@pytest.fixture
def four_eyes(settings):
    settings.KYC_FOUR_EYES = True


def test_four_eyes_need_two_people(client_, reviewer, colleague, four_eyes, events):
    verify_selfie = send(client_, Kind.SELFIE)
    approve(verify_selfie, reviewer)
    verify_selfie.refresh_from_db()
    assert (verify_selfie.status, verify_selfie.first_approved_by) == ("in_review", reviewer)
    assert events(verify_selfie.case.stream)[-1][0] == "kyc.document_first_approved"
    assert not Notice.objects.filter(user=client_).exists()
    refuse(
        "same_reviewer",
        document_approve,
        actor=reviewer,
        document_id=verify_selfie.pk,
        checked=checklist(Kind.SELFIE),
    )
    assert next_case(reviewer) is None
    assert next_case(colleague) == verify_selfie.case
    approve(verify_selfie, colleague)
    verify_selfie.refresh_from_db()
    assert (verify_selfie.status, verify_selfie.decided_by) == ("approved", colleague)


def test_with_four_eyes_one_person_rejects(client_, reviewer, colleague, four_eyes):
    document = send(client_)
    approve(document, reviewer)
    document_reject(actor=colleague, document_id=document.pk, note="The name is another one.", origin=ORIGIN)
    document.refresh_from_db()
    assert document.status == "rejected"


def test_every_look_is_an_event(client_, reviewer, events):
    document = send(client_)
    page = document.pages.get()
    for _ in range(2):
        assert page_view(actor=reviewer, page_id=page.pk, origin=ORIGIN) == page
    assert (
        events(document.case.stream)[-2:]
        == [
            (
                "kyc.document_viewed",
                {
                    "object": f"kyc.document:{document.pk}",
                    "document": document.pk,
                    "kind": "passport",
                    "page": 1,
                    "sha256": page.sha256,
                },
            )
        ]
        * 2
    )


def test_the_queue_serves_who_waits_longest(person, client_, reviewer):
    others = [person(f"client{number}@example.org") for number in range(3)]
    for waiting in (client_, *others):
        send(waiting)
    cases = [VerificationCase.objects.get(client=waiting) for waiting in (client_, *others)]
    assert list(review_queue(reviewer)) == cases
    assert review_queue_size() == 4
    assert next_case(reviewer) == cases[0]
    assert next_case(reviewer, after=cases[1]) == cases[2]
    assert next_case(reviewer, after=cases[3]) == cases[0]
    approve(cases[0].documents.get(), reviewer)
    assert next_case(reviewer, after=VerificationCase.objects.get(pk=cases[0].pk)) == cases[1]
    assert review_queue_size() == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_decisions_at_once_one_is_made(client_, reviewer, colleague):
    document = send(client_)

    def approved():
        return approve(document, reviewer).status

    def rejected():
        return document_reject(actor=colleague, document_id=document.pk, note="No", origin=ORIGIN).status

    outcomes = at_once([rejected, approved] * 4)
    assert outcomes.count("document_decided") == 7
    document.refresh_from_db()
    assert document.status in outcomes
    assert Notice.objects.filter(user=client_).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_decide(client_, reviewer, colleague, monkeypatch):
    """What the lock of the case is for."""
    monkeypatch.setattr(reviews, "locked_case", lambda case_id: VerificationCase.objects.get(pk=case_id))
    document = send(client_)
    both_have_read = Barrier(2, timeout=10)
    read = reviews._locked_document

    def read_and_wait(actor, document_id):
        found = read(actor, document_id)
        both_have_read.wait()
        return found

    monkeypatch.setattr(reviews, "_locked_document", read_and_wait)

    reject_it = partial(document_reject, document_id=document.pk, note="No", origin=ORIGIN)
    decided = at_once([partial(reject_it, actor=actor) for actor in (reviewer, colleague)])
    assert [document.status for document in decided] == ["rejected", "rejected"]
    assert Notice.objects.filter(user=client_).count() == 2
