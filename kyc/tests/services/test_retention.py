"""Documents do not outlive their time: their files, what was read on them, and what they count for go together."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from forexpro.core.refusals import Refused
from forexpro.core.tests.uploads.conftest import bucket, s3
from forexpro.core.uploads import storage
from forexpro.core.uploads.storage import private_files
from kyc.models import Document, Level, Page, VerificationCase
from kyc.selectors import client_level, documents_of, verification_of
from kyc.services.retention import documents_erase, relationship_end, relationship_resume
from kyc.services.reviews import document_reject, page_view
from kyc.tasks import erase_documents
from kyc.tests.factories import ORIGIN, Kind, approve, send, verify

__all__ = ["bucket", "s3"]
pytestmark = pytest.mark.django_db


def after(days):
    return timezone.now() + timedelta(days=days, minutes=1)


def reject(document, reviewer):
    return document_reject(actor=reviewer, document_id=document.pk, note="Too dark, Ada.", origin=ORIGIN)


def leave(client, reviewer):
    case = VerificationCase.objects.get(client=client)
    return relationship_end(actor=reviewer, case_id=case.pk, origin=ORIGIN)


def test_what_was_rejected_goes_after_its_time(client_, reviewer, private_folder, settings, events):
    settings.KYC_REJECTED_DAYS = 30
    document = reject(send(client_), reviewer)
    assert documents_erase(now=timezone.now() + timedelta(days=29)) == 0
    assert len(list(private_folder.rglob("*.jpg"))) == 1
    assert documents_erase(now=after(30)) == 1
    assert list(private_folder.rglob("*.jpg")) == []
    document.refresh_from_db()
    assert (document.status, document.rejection_text, document.pages.count()) == ("erased", "", 0)
    (erased,) = [payload for type, payload in events(document.case.stream) if type == "kyc.document_erased"]
    assert (erased["document"], erased["status"], erased["pages"]) == (document.pk, "rejected", 1)
    assert VerificationCase.objects.get().status == VerificationCase.Status.NOT_STARTED
    assert documents_erase(now=after(31)) == 0


def test_what_was_replaced_before_anybody_agreed_goes_likewise(client_, reviewer, settings):
    settings.KYC_REJECTED_DAYS = 30
    not_looked_at, rejected, in_force, waiting = send(client_), None, None, None
    rejected = reject(send(client_), reviewer)
    in_force = approve(send(client_), reviewer)
    newer = approve(send(client_), reviewer)
    waiting = send(client_, Kind.SELFIE)
    assert documents_erase(now=after(30)) == 2
    left = Document.objects.exclude(status="erased").values_list("pk", flat=True)
    assert set(left) == {in_force.pk, newer.pk, waiting.pk}
    assert {not_looked_at.pk, rejected.pk}.isdisjoint(left)


def test_what_clients_are_known_by_stays_as_long_as_they_are_clients(client_, reviewer):
    verify(client_, reviewer)
    assert documents_erase(now=after(20 * 365)) == 0
    assert client_level(client_.pk) == Level.FULL


def test_years_after_a_client_has_left_everything_goes(client_, reviewer, private_folder, settings, events):
    settings.KYC_RETENTION_DAYS = 1826
    passport = approve(send(client_), reviewer, number="X123")
    verify(client_, reviewer, Kind.SELFIE, Kind.PROOF_OF_ADDRESS)
    case = leave(client_, reviewer)
    assert events(case.stream)[-1] == ("kyc.relationship_ended", {"client": client_.pk})
    assert documents_erase(now=timezone.now() + timedelta(days=1825)) == 0
    assert documents_erase(now=after(1826)) == 3
    assert list(private_folder.rglob("*.jpg")) == []
    assert not Page.objects.exists()
    assert Document.objects.get(pk=passport.pk).number is None
    assert client_level(client_.pk) == Level.UNVERIFIED
    assert verification_of(client_.pk).documents == list(documents_of(client_.pk)) == []


def test_who_comes_back_keeps_them(client_, reviewer, events):
    verify(client_, reviewer)
    case = leave(client_, reviewer)
    relationship_resume(actor=reviewer, case_id=case.pk, origin=ORIGIN)
    assert events(case.stream)[-1] == ("kyc.relationship_resumed", {"client": client_.pk})
    assert documents_erase(now=after(20 * 365)) == 0
    leave(client_, reviewer)
    send(client_)
    assert VerificationCase.objects.get().ended_at is None, "who sends a document is a client"
    assert documents_erase(now=after(20 * 365)) == 0


def test_the_second_time_changes_nothing(client_, reviewer, events):
    send(client_)
    case = leave(client_, reviewer)
    recorded = events(case.stream)
    assert leave(client_, reviewer).ended_at == case.ended_at
    assert events(case.stream) == recorded
    for _ in range(2):
        relationship_resume(actor=reviewer, case_id=case.pk, origin=ORIGIN)
    assert len(events(case.stream)) == len(recorded) + 1


def test_only_reviewers_say_so(client_, person, desks):
    case = send(client_).case
    support = person("support@example.org", Role.SUPPORT)
    for service in (relationship_end, relationship_resume):
        with pytest.raises(Refused, match="not_a_reviewer"):
            service(actor=support, case_id=case.pk, origin=ORIGIN)


def test_a_file_that_cannot_be_deleted_is_tried_again_and_shown_to_nobody(client_, reviewer, settings, monkeypatch):
    settings.KYC_REJECTED_DAYS = 1
    document = reject(send(client_), reviewer)
    page = document.pages.get()

    class Away:
        def delete(self, name):
            raise OSError("the storage is away")

    monkeypatch.setattr(storage, "private_files", Away)
    assert documents_erase(now=after(1)) == 1
    assert Page.objects.filter(pk=page.pk).exists()
    with pytest.raises(Refused, match="page_not_found"):
        page_view(actor=reviewer, page_id=page.pk, origin=ORIGIN)
    monkeypatch.undo()
    erase_documents()
    assert not Page.objects.exists()
    assert not private_files().exists(page.file.name)


def test_in_a_bucket_too(bucket, client_, reviewer, settings):
    settings.KYC_REJECTED_DAYS = 1
    page = reject(send(client_), reviewer).pages.get()
    assert private_files().exists(page.file.name)
    documents_erase(now=after(1))
    assert not private_files().exists(page.file.name)


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_erase_once(client_, reviewer, settings, events):
    settings.KYC_REJECTED_DAYS = 1
    document = reject(send(client_), reviewer)
    erased, together = [], Barrier(6)

    def erase():
        together.wait()
        erased.append(documents_erase(now=after(1)))
        connection.close()

    threads = [Thread(target=erase) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(erased) == [0, 0, 0, 0, 0, 1]
    assert [type for type, _payload in events(document.case.stream)].count("kyc.document_erased") == 1
