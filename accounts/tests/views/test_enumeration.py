"""Nobody learns who has an account here: not by a text, not by a status, and not by how much work an answer takes."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import mails
from accounts.models import User
from accounts.roles import Role
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


def shape(sql):
    """Return a statement without the values in it."""
    return re.sub(r"'(?:[^']|'')*'|\bs\d+_x\d+\b|\b\d+\b|\bNULL\b", "?", sql)


@pytest.fixture
def work(committing, hashes, queued):
    """Return what a request costs: hashes, statements in their order, and mails for the worker."""

    def measured(url, email):
        hashes.clear()
        queued.clear()
        with CaptureQueriesContext(connection) as queries, committing():
            Client().post(url, REQUESTS[url](email))
        return len(hashes), [shape(query["sql"]) for query in queries], list(queued)

    return measured


@pytest.mark.parametrize("url", REQUESTS)
def test_the_work_is_the_same(cast, work, url):
    """What it costs, a caller can measure."""
    known, unknown = work(url, KNOWN), work(url, UNKNOWN)
    assert known == unknown
    assert any(known)


@pytest.mark.parametrize("who", ["owner", "support", "unverified"])
def test_a_registration_does_the_same_whoever_has_the_address(cast, person, work, who):
    person("support@example.org", Role.SUPPORT)
    person("unverified@example.org", verified=False)
    before = User.objects.get(email=f"{who}@example.org")
    groups = list(before.groups.all())
    known = work("/register", before.email)
    assert known == work("/register", UNKNOWN)
    assert (known[0], known[2]) == (1, ["registration"])
    after = User.objects.get(pk=before.pk)
    assert (after.full_name, list(after.groups.all())) == (before.full_name, groups)
    assert (after.password == before.password) is before.is_email_verified


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
