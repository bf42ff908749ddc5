import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forexpro.core import deadlines
from forexpro.core.uploads import cleaning
from kyc.models import Document, Page, VerificationCase
from kyc.requirements import add_unlocks
from kyc.services.reviews import document_reject
from kyc.tests.factories import ORIGIN, Kind, approve, send, verify
from kyc.tests.uploads import photo

pytestmark = pytest.mark.django_db
PAGE = "/verification"


@pytest.fixture
def own(client_):
    client = Client()
    client.force_login(client_)
    return client


def post(client, requirement="identity", *files, kind="passport", submission="s"):
    fields = {"kind": kind, "submission": submission, "pages": list(files)}
    return client.post(f"{PAGE}/{requirement}", {f"{requirement}-{name}": value for name, value in fields.items()})


def text(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/identity"])
def test_visitors_sign_in_first(client, address):
    for response in (client.get(address), client.post(address)):
        assert response.status_code == 302
        assert response.url == f"/sign-in?next={address}"
    assert not VerificationCase.objects.exists()


def test_says_what_is_needed_and_what_it_unlocks(own, monkeypatch):
    monkeypatch.setattr("kyc.requirements._unlocks", [])
    add_unlocks(lambda level: [f"Deposits of {level.value},000 EUR"])
    page = text(own.get(PAGE))
    for expected in ("Identity verified", "Fully verified", "Deposits of 1,000 EUR", "Deposits of 2,000 EUR"):
        assert expected in page
    assert page.count("Not started") == 4  # the client and three things to send
    assert page.count("button primary") == 1  # one thing to do next
    assert not VerificationCase.objects.exists()  # looking begins nothing


def test_a_document_is_sent_and_waits(own, client_, events):
    response = post(own, "identity", photo("front"), photo("back"), kind="identity_card")
    assert (response.status_code, response.url) == (302, PAGE)
    document = Document.objects.get()
    assert (document.case.client, document.kind, document.pages.count()) == (client_, "identity_card", 2)
    assert "Identity card, sent" in text(own.get(PAGE))
    assert events(document.case.stream)[1][0] == "kyc.document_submitted"


def test_the_form_that_is_sent_twice_is_one_document(own):
    for _ in range(2):
        assert post(own, "identity", photo()).status_code == 302
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("requirement", "kind", "files", "error"),
    [
        ("identity", "passport", [], "Choose at least one file."),
        ("identity", "selfie", [photo()], "Select a valid choice."),
        ("selfie", "passport", [photo()], "(Hidden field kind)"),
        ("identity", "passport", [SimpleUploadedFile("a.jpg", b"")], "This file is empty."),
        (
            "identity",
            "passport",
            [SimpleUploadedFile("a.jpg", b"<html>")],
            "This is not a JPEG, PNG, HEIC or PDF file.",
        ),
        ("identity", "passport", [photo(str(n)) for n in range(7)], "Send at most 6 files at a time."),
    ],
)
def test_what_is_refused_is_explained_beside_the_field(own, requirement, kind, files, error):
    response = post(own, requirement, *files, kind=kind)
    assert response.status_code == 422
    assert error in text(response)
    assert not Document.objects.exists()
    assert not Page.objects.exists()


def test_a_rejection_is_shown_with_its_reason_and_a_new_form(own, client_, reviewer):
    document = send(client_)
    document_reject(actor=reviewer, document_id=document.pk, note="Take it in <daylight>.", origin=ORIGIN)
    page = text(own.get(PAGE))
    assert "Take it in &lt;daylight&gt;." in page
    assert "We could not accept this: Passport" in page
    assert post(own, "identity", photo("new")).status_code == 302
    assert "We could not accept this" not in text(own.get(PAGE))


def test_an_open_page_is_told_what_is_decided_and_keeps_the_rest(own, client_, reviewer):
    send(client_, Kind.SELFIE)
    document = send(client_, Kind.PASSPORT)
    asks = re.search(r'id="standing" hx-get="([^"]+)"', own.get(PAGE).content.decode())[1]
    assert own.get(asks, headers={"HX-Request": "true"}).status_code == 204
    document_reject(actor=reviewer, document_id=document.pk, note="It is dark.", origin=ORIGIN)
    news = own.get(asks, headers={"HX-Request": "true"}).content.decode()
    assert "It is dark." in news
    assert re.findall(r'<article class="need" id="(\w+)" hx-swap-oob="true"', news) == ["identity"]
    assert asks not in news
    assert "every 5s" in news  # the selfie waits still


def test_a_page_on_which_nothing_waits_does_not_ask(own, client_, reviewer):
    assert "hx-get=" not in own.get(PAGE).content.decode().partition('id="standing"')[2].partition("</div>")[0]
    verify(client_, reviewer)
    page = text(own.get(PAGE, {"seen": "identity-0-not_started-0"}, headers={"HX-Request": "true"}))
    assert "You are fully verified" in page
    assert "every 5s" not in page
    assert page.count("Reached") == 2


def test_what_is_in_force_is_shown_beside_what_waits(own, client_, reviewer):
    verify(client_, reviewer, Kind.PASSPORT)
    send(client_, Kind.IDENTITY_CARD)
    page = text(own.get(PAGE))
    assert "Identity card, sent" in page
    assert "it counts until the new one is approved" in page


def test_who_is_fully_verified_reads_so(own, client_, reviewer):
    verify(client_, reviewer)
    assert "You are fully verified" in text(own.get(PAGE))


def test_the_page_takes_the_same_queries_for_any_number_of_documents(
    own, client_, reviewer, django_assert_max_num_queries
):
    verify(client_, reviewer)
    for _ in range(5):
        send(client_)
    with django_assert_max_num_queries(6):  # one of them for each level, for what it unlocks
        own.get(PAGE)


def test_a_stranger_sees_nothing_of_it(client_, reviewer, person):
    document = send(client_)
    approve(document, reviewer)
    stranger = Client()
    stranger.force_login(person("stranger@example.org"))
    page = text(stranger.get(PAGE))
    assert page.count("Not started") == 4


@pytest.mark.parametrize("address", ["/verification/nothing", "/verification/1", "/verification/passport"])
def test_what_nobody_asks_for_is_not_there(own, address):
    assert own.get(address).status_code == 404
    assert own.post(address).status_code == 404


def test_opening_the_address_of_the_form_shows_the_page(own):
    assert own.get(f"{PAGE}/identity").url == PAGE


def test_a_flood_is_stopped(own, settings, redis):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "uploads": "2/h"}
    for number in range(2):
        assert post(own, "identity", photo(str(number)), submission=str(number)).status_code == 302
    response = post(own, "identity", photo("c"), submission="c")
    assert response.status_code == 429
    assert "Try again in an hour." in text(response)
    assert Document.objects.count() == 2


def test_nothing_is_kept_by_browsers(own):
    assert "no-store" in own.get(PAGE)["Cache-Control"]


def test_csrf(client_):
    client = Client(enforce_csrf_checks=True)
    client.force_login(client_)
    assert post(client, "identity", photo()).status_code == 403
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_cleaning_may_take_longer_than_the_database_has_to_answer(own, settings, monkeypatch):
    # The clock of deadlines goes on by two minutes for a file, which takes no time: the database has its half minute.
    clock = Clock()

    def slowly(content, kind):
        clock.gone_on += 120
        return {"width": 320, "height": 240}, content

    settings.ANSWER_SECONDS = 30
    monkeypatch.setattr(deadlines, "time", clock)
    monkeypatch.setattr(cleaning, "_run", slowly)
    assert post(own, "identity", photo("a"), photo("b")).status_code == 302
    assert Document.objects.get().pages.count() == 2
    assert clock.gone_on == 240


class Clock:
    """The clock of this machine, as much later as a test says."""

    gone_on = 0.0

    def monotonic(self):
        return time.monotonic() + self.gone_on
