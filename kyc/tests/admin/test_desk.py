import re
from datetime import date, timedelta

import pytest
from django.core.files.storage import storages
from django.test import Client

from accounts.roles import Role
from forexpro.core.models import Event
from kyc.checklist import checklist
from kyc.models import Document, Page, RejectionReason, VerificationCase
from kyc.tests.factories import Kind, approve, send, verify
from kyc.tests.uploads import photo

pytestmark = pytest.mark.django_db
LIST = "/admin/kyc/verificationcase/"
LATER = (date.today() + timedelta(days=400)).isoformat()
LOOKING = [Role.READ_ONLY, Role.SUPPORT, Role.BACK_OFFICE]
REVIEWING = [Role.COMPLIANCE, Role.ADMIN, Role.SUPER_ADMIN]
OUTSIDE = ["anonymous", Role.TRADER, Role.DEALER, Role.FINANCE]


@pytest.fixture
def as_(person, desks):
    """Return a client signed in as somebody of a role, or as nobody."""

    def client(who):
        client = Client()
        if who != "anonymous":
            client.force_login(person(f"as-{who.name.lower()}@example.org", who))
        return client

    return client


@pytest.fixture
def document(client_):
    return send(client_)


def case_page(document):
    return f"{LIST}{document.case_id}/change/"


def press(client, document, decision, **fields):
    return client.post(f"{LIST}documents/{document.pk}/{decision}/", fields)


def approval(document, **fields):
    return {"expires_on": LATER, **{f"check_{name}": "on" for name in checklist(document.kind)}, **fields}


def text(response):
    return " ".join(response.content.decode().split())


def views():
    return Event.objects.filter(type="kyc.document_viewed").count()


@pytest.mark.parametrize("who", OUTSIDE)
def test_others_do_not_see_the_desk(as_, document, who):
    client = as_(who)
    for address in (LIST, case_page(document), f"{LIST}next/"):
        response = client.get(address)
        assert response.status_code in (302, 403)
        assert "The Client" not in response.content.decode()


@pytest.mark.parametrize("who", LOOKING)
def test_some_see_the_status_without_the_documents(as_, document, who):
    client = as_(who)
    assert "client@example.org" in text(client.get(LIST))
    page = text(client.get(case_page(document)))
    assert "In review" in page
    assert "Only reviewers see documents." in page
    assert "/pages/" not in page
    assert "/approve/" not in page
    assert client.get(f"{LIST}next/").status_code == 403


@pytest.mark.parametrize("who", [*OUTSIDE, *LOOKING])
def test_only_reviewers_get_files_and_decide(as_, document, who):
    client = as_(who)
    page = Page.objects.get()
    answers = [
        client.get(f"{LIST}pages/{page.pk}/"),
        press(client, document, "approve", **approval(document)),
        press(client, document, "reject", note="No"),
    ]
    assert all(answer.status_code in (302, 403) for answer in answers)
    document.refresh_from_db()
    assert document.status == "in_review"
    assert views() == 0


@pytest.mark.parametrize("who", REVIEWING)
def test_reviewers_see_the_document_beside_the_client_and_each_look_is_recorded(as_, document, who):
    client = as_(who)
    desk = text(client.get(case_page(document)))
    assert "The Client" in desk
    assert "client@example.org" in desk
    (address,) = set(re.findall(r'src="([^"]+/pages/\d+/)"', desk))
    assert views() == 0  # a page that was not fetched was not seen
    response = client.get(address)
    assert response["Content-Type"] == "image/jpeg"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert b"".join(response.streaming_content)[:2] == b"\xff\xd8"
    event = Event.objects.get(type="kyc.document_viewed")
    assert event.stream == document.case.stream
    assert event.actor.startswith("staff:")
    assert event.payload["object"] == f"kyc.document:{document.pk}"


def test_a_pdf_is_shown_in_a_frame(as_, document):
    page = Page.objects.get()
    page.media_type = "application/pdf"
    page.save()
    client = as_(Role.COMPLIANCE)
    assert f'<iframe src="{LIST}pages/{page.pk}/#navpanes=0' in text(client.get(case_page(document)))
    response = client.get(f"{LIST}pages/{page.pk}/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].endswith('.pdf"')


def test_a_file_that_another_client_has_sent_too_is_pointed_out(as_, document, client_, person):
    client = as_(Role.COMPLIANCE)
    send(client_, Kind.PASSPORT)  # one's own again is nothing to wonder about
    assert "Others have sent the same file" not in text(client.get(case_page(document)))
    send(person("twin@example.org", full_name="The Twin"), Kind.SELFIE, photo("other"), photo("passport"))
    page = text(client.get(case_page(document)))
    assert "Others have sent the same file" in page
    assert "The Twin, twin@example.org" in page


def test_what_is_not_there_is_not_found(as_, document):
    client = as_(Role.COMPLIANCE)
    for address in (f"{LIST}pages/{10**6}/", f"{LIST}{10**6}/change/", f"{LIST}x/change/"):
        assert client.get(address).status_code == 404
    assert client.get(f"{LIST}documents/{document.pk}/approve/").status_code == 404
    assert client.post(f"{LIST}documents/{10**6}/reject/").status_code == 404
    assert views() == 0


def test_approves_and_goes_on_to_the_next_in_the_queue(as_, document, person):
    other = send(person("other@example.org"), Kind.SELFIE)
    client = as_(Role.COMPLIANCE)
    response = client.post(f"{LIST}documents/{document.pk}/approve/", approval(document, number="X1"), follow=True)
    assert response.redirect_chain[-1][0] == case_page(other)
    assert "Approved; the client is told." in text(response)
    document.refresh_from_db()
    assert (document.status, document.number) == ("approved", "X1")
    response = client.post(f"{LIST}documents/{other.pk}/approve/", approval(other), follow=True)
    assert response.redirect_chain[-1][0] == LIST
    assert "Nobody else waits for you." in text(response)


def test_stays_while_the_client_has_another_document(as_, document, client_):
    send(client_, Kind.SELFIE)
    response = press(as_(Role.COMPLIANCE), document, "approve", **approval(document))
    assert response.url == case_page(document)


def test_rejects_with_a_canned_reason(as_, document, reason):
    page = text(as_(Role.ADMIN).get(case_page(document)))
    assert "It is dark" in page
    RejectionReason.objects.create(title="Not offered", text="x", is_active=False)
    client = as_(Role.COMPLIANCE)
    assert "Not offered" not in text(client.get(case_page(document)))
    press(client, document, "reject", reason=reason.pk, note="Please.")
    document.refresh_from_db()
    assert document.rejection_text == "Take it in daylight.\nPlease."


@pytest.mark.parametrize(
    ("decision", "fields", "error"),
    [
        ("approve", {"expires_on": LATER}, "Answer this."),
        ("approve", {"expires_on": ""}, "This field is required."),
        ("approve", {"expires_on": "2020-01-01"}, "This document is not valid any more: reject it."),
        ("reject", {"note": ""}, "Choose a reason or write one"),
        ("reject", {"reason": "100000"}, "Select a valid choice."),
    ],
)
def test_what_is_refused_is_explained_and_nothing_is_decided(as_, document, decision, fields, error):
    if "2020" in fields.get("expires_on", "") or fields.get("expires_on") == "":
        fields = {**approval(document), **fields}
    response = press(as_(Role.COMPLIANCE), document, decision, **fields)
    assert response.status_code == 422
    assert error in text(response)
    document.refresh_from_db()
    assert document.status == "in_review"


def test_a_decision_that_a_colleague_has_made_meanwhile_is_told(as_, document, reviewer):
    approve(document, reviewer)
    response = press(as_(Role.ADMIN), document, "reject", note="No")
    assert response.status_code == 409
    assert "This document does not wait any more" in text(response)


def test_four_eyes(as_, document, settings):
    settings.KYC_FOUR_EYES = True
    first, second = as_(Role.COMPLIANCE), as_(Role.ADMIN)
    press(first, document, "approve", **approval(document, number="X1"))
    assert "You have approved this." in text(first.get(case_page(document)))
    desk = text(second.get(case_page(document)))
    assert "A colleague has approved this." in desk
    assert 'value="X1"' in desk
    assert LATER in desk
    press(second, document, "approve", **approval(document, number="X1"))
    document.refresh_from_db()
    assert document.status == "approved"


def test_nobody_is_offered_to_decide_about_themselves(person, desks):
    own = person("own@example.org", Role.COMPLIANCE)
    document = send(own)
    client = Client()
    client.force_login(own)
    assert "/approve/" not in text(client.get(case_page(document)))
    assert press(client, document, "approve", **approval(document)).status_code == 403
    document.refresh_from_db()
    assert document.status == "in_review"


def test_finds_and_filters(as_, client_, document, person, reviewer):
    verify(person("other@example.org"), reviewer)
    client = as_(Role.COMPLIANCE)
    for query, found in (
        ("?q=client@example.org", {"client"}),
        ("?q=CLIENT@", {"client"}),
        ("?q=the+client", {"client"}),
        (f"?q={client_.pk}", {"client"}),
        ("?q=nobody", set()),
        ("?status__exact=approved", {"other"}),
        ("?level__exact=2", {"other"}),
        ("", {"client", "other"}),
    ):
        page = text(client.get(LIST + query))
        assert {name for name in ("client", "other") if f">{name}@example.org<" in page} == found


def test_lists_and_the_desk_take_the_same_queries_however_long(as_, client_, person, django_assert_max_num_queries):
    for number in range(20):
        send(person(f"client{number}@example.org", password=None))
    for _ in range(4):
        send(client_, Kind.PASSPORT, photo("a"), photo("b"))
    client = as_(Role.COMPLIANCE)
    with django_assert_max_num_queries(11):
        client.get(LIST)
    with django_assert_max_num_queries(12):
        client.get(f"{LIST}{VerificationCase.objects.get(client=client_).pk}/change/")


def test_the_history_of_a_case_is_the_audit_log(as_, document):
    response = as_(Role.COMPLIANCE).get(f"{LIST}{document.case_id}/history/")
    assert response.url == f"/admin/core/event/?stream=kyc%3A{document.case_id}"


@pytest.mark.parametrize(("who", "may"), [(Role.COMPLIANCE, True), (Role.ADMIN, True), (Role.SUPPORT, False)])
def test_who_writes_reasons(as_, who, may):
    fields = {"title": "New", "text": "Do this.", "position": 5, "is_active": "on"}
    as_(who).post("/admin/kyc/rejectionreason/add/", fields)
    assert RejectionReason.objects.filter(title="New").exists() is may


def test_a_reason_that_was_given_stays(as_, document, reason):
    client = as_(Role.COMPLIANCE)
    press(client, document, "reject", reason=reason.pk)
    client.post(f"/admin/kyc/rejectionreason/{reason.pk}/delete/", {"post": "yes"})
    assert RejectionReason.objects.filter(pk=reason.pk).exists()


def test_pages_of_a_bucket_may_be_shown_on_the_desk(as_, document, settings):
    client = as_(Role.COMPLIANCE)
    assert "frame-src" not in client.get(case_page(document))["Content-Security-Policy"]
    settings.FILES_S3_BUCKET = "files"
    options = {
        **settings.FILES_S3_OPTIONS,
        "bucket_name": "files",
        "endpoint_url": "https://s3.example.com",
        "region_name": "eu-central-1",
        "access_key": "a",
        "secret_key": "b",
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    assert storages["private"].bucket_name == "files"
    policy = client.get(case_page(document))["Content-Security-Policy"]
    assert "frame-src 'self' https://s3.example.com" in policy
    assert "https://s3.example.com" in policy.split("img-src")[1].split(";")[0]
    assert Document.objects.get() == document


def test_an_open_list_follows_what_clients_send(reviewer, client_):
    browser = Client()
    browser.force_login(reviewer)
    page = browser.get("/admin/kyc/verificationcase/").content.decode()
    assert 'data-live="/admin/kyc/verificationcase/news/"' in page
    send(client_)
    since = page.partition('data-since="')[2].partition('"')[0]
    assert browser.get(f"/admin/kyc/verificationcase/news/?since={since}").json()["changed"] is True


def test_a_client_leaves_and_comes_back(reviewer, document):
    browser = Client()
    browser.force_login(reviewer)
    case = f"{LIST}{document.case_id}"
    page = text(browser.post(f"{case}/end/", follow=True))
    assert "documents are kept until" in page
    assert "The client is back" in page
    page = text(browser.post(f"{case}/resume/", follow=True))
    assert "documents are kept until" not in page
    assert "The client has left" in page
    assert browser.get(f"{case}/end/").status_code == 404
    assert browser.post(f"{LIST}999/end/").status_code == 404


PEOPLE = "/admin/accounts/user/"


def test_people_are_found_by_how_well_they_are_known(as_, client_, reviewer, person):
    person("never@example.org")
    verify(client_, reviewer, Kind.PASSPORT, Kind.SELFIE)
    browser = as_(Role.SUPPORT)
    page = browser.get(f"{PEOPLE}?verification=0").content.decode()
    assert "never@example.org" in page
    assert "client@example.org" not in page
    assert "compliance@example.org" not in page
    assert 'href="?verification=0" aria-current="page">Not verified' in page
    assert "client@example.org" in browser.get(f"{PEOPLE}?verification=1").content.decode()


def test_who_does_not_see_verification_does_not_filter_by_it(as_, client_, reviewer):
    verify(client_, reviewer, Kind.PASSPORT, Kind.SELFIE)
    page = as_(Role.FINANCE).get(f"{PEOPLE}?verification=0").content.decode()
    assert "client@example.org" in page
    assert "Not verified" not in page


def test_nothing_is_asked_of_a_selfie_that_cannot_be_read_on_it(as_, client_):
    selfie = send(client_, Kind.SELFIE)
    browser = as_(Role.COMPLIANCE)
    page = text(browser.get(case_page(selfie)))
    assert "Valid until" not in page
    assert "Number on the document" not in page
    press(browser, selfie, "approve", **{f"check_{name}": "on" for name in checklist(selfie.kind)})
    selfie.refresh_from_db()
    assert (selfie.status, selfie.number, selfie.expires_on) == ("approved", None, None)
