import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.tests.conftest import PASSWORD
from forexpro.core.models import Event

pytestmark = pytest.mark.django_db
NEW = "quiet-River-58-stone"


def ask(client, committing, email):
    with committing():
        return client.post("/password/reset", {"email": email})


def mailed_path():
    return re.search(r"http\S+?(/password/reset/\S+)", mail.outbox[-1].body)[1]


def test_asking_answers_everybody_alike(client, cast, committing):
    User.objects.filter(email="stranger@example.org").update(is_active=False)
    answers = {
        (response.status_code, response.url)
        for response in (
            ask(client, committing, email)
            for email in ("owner@example.org", "nobody@example.org", "stranger@example.org")
        )
    }
    assert answers == {(302, "/check-mail")}
    assert [message.to for message in mail.outbox] == [["owner@example.org"]]


@pytest.mark.parametrize("email", ["owner@example.org", "nobody@example.org"])
def test_nobodys_mailbox_is_filled_and_the_answer_stays_the_same(client, cast, committing, redis, email):
    answers = {ask(client, committing, typed).status_code for typed in [email, email.upper()] * 4}
    assert answers == {302}
    assert len(mail.outbox) == (5 if email.startswith("owner") else 0)


def test_a_reset_sets_the_password_once_and_ends_every_session(client, cast, as_, committing, events):
    elsewhere = as_("owner")
    ask(client, committing, "owner@example.org")
    path = mailed_path()
    assert client.get(path).status_code == 200
    with committing():
        assert client.post(path, {"new_password": NEW}).url == "/sign-in"
    owner = User.objects.get(email="owner@example.org")
    assert owner.check_password(NEW)
    assert elsewhere.get("/profile").status_code == 302
    assert [type for type, _payload in events(owner.stream)][-2:] == [
        "user.password_reset_requested",
        "user.password_changed",
    ]
    assert mail.outbox[-1].subject == "Your password was changed"
    again = client.post(path, {"new_password": "another-Lake-77-hill"})
    assert again.status_code == 400
    owner.refresh_from_db()
    assert owner.check_password(NEW)


def test_following_the_link_proves_the_address_too(client, person, committing):
    person("ada@example.org", verified=False)
    ask(client, committing, "ada@example.org")
    client.post(mailed_path(), {"new_password": NEW})
    assert User.objects.get().is_email_verified


@pytest.mark.parametrize("new", ["short", "password123", "owner@example.org", ""])
def test_a_weak_password_keeps_the_link_usable(client, cast, committing, new):
    ask(client, committing, "owner@example.org")
    path = mailed_path()
    assert client.post(path, {"new_password": new}).status_code == 422
    assert client.post(path, {"new_password": NEW}).status_code == 302


@pytest.mark.parametrize("path", ["/password/reset/MQ/forged-token", "/password/reset/@@@/x", "/password/reset/YWJj/x"])
def test_a_forged_link_offers_a_new_one(client, cast, path):
    response = client.get(path)
    assert response.status_code == 400
    assert 'href="/password/reset"' in response.content.decode()
    assert client.post(path, {"new_password": NEW}).status_code == 400


def test_a_link_dies_with_the_next_sign_in(client, cast, committing):
    ask(client, committing, "owner@example.org")
    path = mailed_path()
    Client().post("/sign-in", {"email": "owner@example.org", "password": PASSWORD})
    assert client.get(path).status_code == 400


def test_a_link_of_a_suspended_person_is_dead(client, cast, committing):
    ask(client, committing, "owner@example.org")
    User.objects.filter(email="owner@example.org").update(is_active=False)
    assert client.post(mailed_path(), {"new_password": NEW}).status_code == 400


def test_changing_keeps_this_session_and_ends_the_others(as_, cast):
    here, elsewhere = as_("owner"), as_("owner")
    response = here.post("/password/change", {"old_password": PASSWORD, "new_password": NEW})
    assert response.url == "/security"
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302


def test_changing_needs_the_present_password(as_, cast):
    response = as_("owner").post("/password/change", {"old_password": "wrong", "new_password": NEW})
    assert response.status_code == 422
    assert "old_password" in response.context["form"].errors
    cast["owner"].refresh_from_db()
    assert cast["owner"].check_password(PASSWORD)


def test_changing_needs_somebody(client):
    assert client.get("/password/change").url == "/sign-in?next=/password/change"
    assert client.post("/password/change", {"old_password": PASSWORD, "new_password": NEW}).status_code == 302


def test_no_password_is_recorded(as_, cast):
    as_("owner").post("/password/change", {"old_password": PASSWORD, "new_password": NEW})
    assert not any(NEW in str(event.payload) or PASSWORD in str(event.payload) for event in Event.objects.all())
