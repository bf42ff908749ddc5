import pytest
from rest_framework.test import APIClient

from kyc.models import Document, VerificationCase
from kyc.services.reviews import document_reject
from kyc.tests.factories import ORIGIN, send, verify
from kyc.tests.uploads import photo

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/kyc"


@pytest.fixture
def as_(client_, reviewer, person):
    people = {"owner": client_, "stranger": person("stranger@example.org"), "staff": reviewer}

    def client(who):
        client = APIClient()
        if who != "anonymous":
            client.force_login(people[who])
        return client

    return client


def post(client, *files, kind="passport", key="k"):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"{ROOT}/documents", {"kind": kind, "pages": list(files)}, format="multipart", headers=headers)


def code(response):
    return response.json()["error"]["code"]


@pytest.mark.parametrize("path", ["/status", "/documents", "/documents/1"])
def test_anonymous_is_asked_to_sign_in(as_, path):
    response = as_("anonymous").get(ROOT + path)
    assert (response.status_code, code(response)) == (401, "not_authenticated")
    response = post(as_("anonymous"), photo())
    assert (response.status_code, code(response)) == (401, "not_authenticated")
    assert not VerificationCase.objects.exists()


def test_a_document_is_sent(as_, client_):
    response = post(as_("owner"), photo("front"), photo("back"), kind="identity_card")
    assert response.status_code == 201
    document = Document.objects.get()
    answer = response.json()
    assert answer["pages"] == [
        {"position": position, "media_type": "image/jpeg", "size": page.size, "sheets": 1}
        for position, page in enumerate(document.pages.all(), start=1)
    ]
    del answer["pages"], answer["submitted_at"]
    assert answer == {
        "id": str(document.pk),
        "kind": "identity_card",
        "status": "in_review",
        "reason": "",
        "decided_at": None,
        "expires_on": None,
    }
    assert as_("owner").get(f"{ROOT}/documents/{document.pk}").json()["id"] == str(document.pk)


def test_no_answer_tells_where_a_file_is_or_what_reviewers_read(as_, client_, reviewer):
    verify(client_, reviewer)
    answer = as_("owner").get(f"{ROOT}/documents").content.decode()
    assert not any(word in answer for word in ("file", "sha256", "number", "kyc/", "decided_by"))


def test_the_same_key_is_the_same_document(as_):
    first, second = (post(as_("owner"), photo()) for _ in range(2))
    assert first.json() == second.json()
    assert Document.objects.count() == 1
    other = post(as_("owner"), photo("other"))
    assert (other.status_code, code(other)) == (422, "submission_reused")


@pytest.mark.parametrize(
    ("key", "expected"),
    [("", "idempotency_key_required"), (" ", "idempotency_key_required"), ("k" * 65, "idempotency_key_invalid")],
)
def test_every_document_has_a_key(as_, key, expected):
    response = post(as_("owner"), photo(), key=key)
    assert (response.status_code, code(response)) == (400, expected)
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({"kind": "passport"}, 400, "invalid_input"),
        ({"kind": "driving_licence", "pages": [photo()]}, 400, "invalid_input"),
        ({"pages": [photo()]}, 400, "invalid_input"),
        ({"kind": "passport", "pages": [photo(name="a.png")]}, 422, "file_name_disagrees"),
        ({"kind": "passport", "pages": [photo(str(n)) for n in range(7)]}, 422, "too_many_pages"),
    ],
)
def test_refusals_have_a_code_and_leave_nothing(as_, fields, status, expected):
    response = as_("owner").post(f"{ROOT}/documents", fields, format="multipart", headers={"Idempotency-Key": "k"})
    assert (response.status_code, code(response)) == (status, expected)
    assert not Document.objects.exists()


def test_json_is_no_document(as_):
    fields = {"kind": "passport", "pages": ["a.jpg"]}
    response = as_("owner").post(f"{ROOT}/documents", fields, format="json", headers={"Idempotency-Key": "k"})
    assert response.status_code == 415


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_what_others_have_sent_does_not_exist(as_, client_, who):
    document = send(client_)
    assert as_(who).get(f"{ROOT}/documents").json() == []
    response = as_(who).get(f"{ROOT}/documents/{document.pk}")
    assert (response.status_code, code(response)) == (404, "document_not_found")
    assert as_(who).get(f"{ROOT}/status").json()["status"] == "not_started"


def test_the_status_says_what_is_missing(as_, client_, reviewer):
    verify(client_, reviewer, "passport")
    document = send(client_, "selfie")
    document_reject(actor=reviewer, document_id=document.pk, note="Take it in daylight.", origin=ORIGIN)
    answer = as_("owner").get(f"{ROOT}/status").json()
    assert (answer["level"], answer["status"]) == (0, "rejected")
    needs = [(need["name"], need["status"], need["is_met"]) for level in answer["levels"] for need in level["needs"]]
    assert needs == [
        ("Proof of identity", "approved", True),
        ("Selfie", "rejected", False),
        ("Proof of address", "not_started", False),
    ]
    assert as_("owner").get(f"{ROOT}/documents").json()[0]["reason"] == "Take it in daylight."


def test_a_flood_is_stopped(as_, settings, redis):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "uploads": "1/h"}
    assert post(as_("owner"), photo()).status_code == 201
    response = post(as_("owner"), photo("b"), key="b")
    assert (response.status_code, code(response)) == (429, "throttled")
    assert int(response["Retry-After"]) > 3000
    assert as_("owner").get(f"{ROOT}/documents").status_code == 200


def test_the_api_describes_itself(client):
    schema = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()
    operations = schema["paths"]["/api/v1/kyc/documents"]
    assert "multipart/form-data" in operations["post"]["requestBody"]["content"]
    assert operations["post"]["responses"]["422"]["content"]
