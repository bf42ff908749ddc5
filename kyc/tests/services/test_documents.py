import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once
from kyc.models import Document, Level, Page, VerificationCase
from kyc.selectors import client_level, review_queue_size, verification_of
from kyc.services import documents
from kyc.tests.factories import Kind, approve, send
from kyc.tests.uploads import photo

pytestmark = pytest.mark.django_db
Status = Document.Status


@pytest.fixture
def stored(private_folder):
    """Return what lists all stored files."""
    return lambda: sorted(path for path in private_folder.rglob("*") if path.is_file())


def test_what_is_sent_waits_for_its_review(client_, events):
    document = send(client_, Kind.IDENTITY_CARD, photo("front"), photo("back"))
    case = VerificationCase.objects.get()
    assert (case.client, case.status, case.level) == (client_, "in_review", Level.UNVERIFIED)
    assert case.waiting_since == document.submitted_at
    assert [(page.position, page.media_type, page.width, page.height) for page in document.pages.all()] == [
        (1, "image/jpeg", 320, 240),
        (2, "image/jpeg", 320, 240),
    ]
    assert [type for type, _payload in events(case.stream)] == [
        "kyc.case_opened",
        "kyc.document_submitted",
        "kyc.status_changed",
    ]
    submitted = events(case.stream)[1][1]
    assert (submitted["document"], submitted["kind"], len(submitted["pages"])) == (document.pk, "identity_card", 2)
    assert events(case.stream)[2][1] == {
        "client": client_.pk,
        "status": "in_review",
        "level": 0,
        "before": {"status": "not_started", "level": 0},
    }
    assert review_queue_size() == 1
    assert client_level(client_.pk) is Level.UNVERIFIED


def test_names_of_stored_files_are_generated(client_):
    send(client_, Kind.SELFIE, photo(name="../../etc/passwd.jpg"), photo("b", name="<script>.JPG"))
    names = [page.file.name for page in Page.objects.all()]
    assert all(name.startswith("kyc/20") and name.endswith(".jpg") for name in names)
    assert not any(part in name for name in names for part in ("passwd", "script", ".."))


def test_the_same_submission_is_one_document(client_, events, stored):
    first = send(client_, submission="s")
    again = send(client_, submission="s")
    assert again == first
    assert (Document.objects.count(), len(stored())) == (1, 1)
    assert len(events(first.case.stream)) == 3


def test_the_same_submission_with_other_files_is_refused(client_, stored):
    send(client_, submission="s")
    with pytest.raises(Refused) as refused:
        send(client_, Kind.PASSPORT, photo("other"), submission="s")
    assert refused.value.code == "submission_reused"
    assert (Document.objects.count(), len(stored())) == (1, 1)


def test_a_new_document_replaces_what_waits_and_what_was_rejected(client_):
    first = send(client_)
    second = send(client_)
    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "in_review")
    assert review_queue_size() == 1


def test_what_is_approved_stays_in_force_until_the_new_one_is(client_, reviewer):
    old = approve(send(client_), reviewer)
    approve(send(client_, Kind.SELFIE), reviewer)
    new = send(client_)
    assert client_level(client_.pk) is Level.IDENTITY
    need = verification_of(client_.pk).levels[0].needs[0]
    assert (need.document, need.in_force, need.is_open) == (new, old, False)
    approve(new, reviewer)
    old.refresh_from_db()
    assert old.status == "replaced"
    assert client_level(client_.pk) is Level.IDENTITY


@pytest.mark.parametrize(
    ("uploads", "code"),
    [
        ([], "pages_missing"),
        ([photo(str(n)) for n in range(7)], "too_many_pages"),
        ([photo("a"), SimpleUploadedFile("b.jpg", b"<html>")], "file_type_refused"),
    ],
)
def test_a_refusal_leaves_nothing_behind(client_, uploads, code, stored):
    with pytest.raises(Refused) as refused:
        documents.document_submit(
            user_id=client_.pk, kind=Kind.PASSPORT, uploads=uploads, submission="s", origin=documents.Origin("user:1")
        )
    assert refused.value.code == code
    assert not VerificationCase.objects.exists()
    assert stored() == []


def test_a_refused_file_is_named_by_its_number(client_):
    with pytest.raises(Refused, match="File 2: This is not a JPEG") as refused:
        send(client_, Kind.PASSPORT, photo("a"), SimpleUploadedFile("b.jpg", b"<html>"))
    assert refused.value.details == {"file": 2}


def test_a_virus_leaves_a_trace_in_the_log_and_nothing_else(client_, monkeypatch, events, stored):
    def find(content):
        raise Refused("file_infected", "A virus was found in this file.")

    monkeypatch.setattr("forexpro.core.uploads.cleaning.refuse_infected", find)
    with pytest.raises(Refused):
        send(client_)
    assert events(client_.stream)[-1] == ("kyc.upload_infected", {"kind": "passport", "file": 1})
    assert sentence(Event.objects.latest("id")) == "Passport refused: the virus scanner found something in file 1."
    assert not VerificationCase.objects.exists()
    assert stored() == []


def test_quotas(client_, settings, stored):
    settings.KYC_DOCUMENTS_PER_DAY = 2
    send(client_)
    settings.KYC_CLIENT_BYTES_MAX = Page.objects.get().size + 10
    with pytest.raises(Refused) as refused:
        send(client_, Kind.SELFIE)
    assert refused.value.code == "quota_exceeded"
    settings.KYC_CLIENT_BYTES_MAX = 10**9
    send(client_, Kind.SELFIE)
    with pytest.raises(Refused) as refused:
        send(client_, Kind.PROOF_OF_ADDRESS)
    assert (refused.value.code, refused.value.http_status) == ("too_many_documents", 429)
    assert len(stored()) == Document.objects.count() == 2


def test_files_of_a_failed_transaction_are_deleted(client_, monkeypatch, stored):
    def fail(*arguments, **options):
        raise RuntimeError

    monkeypatch.setattr(documents, "record_with_standing", fail)
    with pytest.raises(RuntimeError):
        send(client_)
    assert stored() == []
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_documents_sent_at_once_are_one_case_and_one_waits(client_, stored):
    sent = at_once([lambda number=number: send(client_, submission=f"s{number % 4}").pk for number in range(8)])
    assert len(set(sent)) == 4
    assert VerificationCase.objects.count() == 1
    assert sorted(Document.objects.values_list("status", flat=True)) == ["in_review", *["replaced"] * 3]
    assert len(stored()) == Page.objects.count() == 4
