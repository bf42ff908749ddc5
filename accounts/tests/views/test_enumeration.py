"""Nobody learns who has an account here: not by a text, not by a status, and not by how much work an answer takes."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import mails
from accounts.tests.conftest import PASSWORD, without_tokens

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "owner@example.org", "nobody@example.org"
REQUESTS = {
    "/sign-in": lambda email: {"email": email, "password": "wrong"},
    "/register": lambda email: {"email": email, "password": PASSWORD, "full_name": "Ada Lovelace"},
    "/password/reset": lambda email: {"email": email},
    "/verify": lambda email: {"email": email},
}


@pytest.fixture
def queued(monkeypatch):
    """Return the list of what requests give the worker to do."""
    calls = []
    monkeypatch.setattr(mails.mail_send, "delay", lambda *arguments, **options: calls.append(arguments[0]))
    return calls


@pytest.mark.parametrize("url", REQUESTS)
def test_status_text_and_address_are_the_same(cast, committing, url):
    answers = []
    for email in (KNOWN, UNKNOWN):
        with committing():
            response = Client().post(url, REQUESTS[url](email))
        page = without_tokens(response).replace(email, "")
        answers.append((response.status_code, response.headers.get("Location"), page))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("url", ["/sign-in", "/password/reset", "/verify"])
def test_the_work_is_the_same(cast, committing, hashes, queued, url):
    """Hashes, statements in their order, and mails for the worker; what these cost, a caller can measure."""

    def work(email):
        hashes.clear()
        queued.clear()
        with CaptureQueriesContext(connection) as queries, committing():
            Client().post(url, REQUESTS[url](email))
        return len(hashes), [query["sql"].split()[0] for query in queries], list(queued)

    for email in (KNOWN, UNKNOWN):
        work(email)  # the streams of events are there
    assert work(KNOWN) == work(UNKNOWN)


def test_a_registration_hashes_once_and_queues_one_mail_either_way(cast, committing, hashes, queued):
    def work(email):
        hashes.clear()
        queued.clear()
        with committing():
            Client().post("/register", REQUESTS["/register"](email))
        return list(hashes), list(queued)

    assert work(KNOWN) == work(UNKNOWN) == (["encode"], ["registration"])


def test_a_lock_looks_the_same(cast):
    def answers(email):
        client = Client(REMOTE_ADDR="198.51.100.1" if email == KNOWN else "198.51.100.2")
        return [
            (response.status_code, without_tokens(response).replace(email, ""))
            for response in (client.post("/sign-in", {"email": email, "password": "wrong"}) for _time in range(6))
        ]

    known = answers(KNOWN)
    assert known == answers(UNKNOWN)
    assert [status for status, _page in known] == [422] * 4 + [429] * 2


def test_whether_somebody_has_a_second_factor_shows_after_the_password_only(cast, with_app):
    without = Client().post("/sign-in", {"email": KNOWN, "password": "wrong"})
    with_app(cast["owner"])
    having = Client().post("/sign-in", {"email": KNOWN, "password": "wrong"})
    assert without_tokens(having) == without_tokens(without)
    assert mail.outbox == []
