import re

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.tests.conftest import PASSWORD, without_tokens

pytestmark = pytest.mark.django_db
URL = "/sign-in"


def sign_in(client, email="owner@example.org", password=PASSWORD, **more):
    return client.post(URL, {"email": email, "password": password, **more})


def test_signs_in(client, cast):
    response = sign_in(client, email="OWNER@example.org")
    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(cast["owner"].pk)


def test_staff_arrive_in_the_back_office(client, cast):
    assert sign_in(client, email="desk@example.org").url == "/admin/"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/profile", "/profile"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_goes_on_to_where_one_wanted_but_never_elsewhere(client, cast, target, expected):
    assert sign_in(client, next=target).url == expected


def test_the_wanted_page_survives_a_mistake(client, cast):
    page = sign_in(client, password="wrong", next="/profile").content.decode()
    assert '<input type="hidden" name="next" value="/profile">' in page


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("gone@example.org", PASSWORD)],
)
def test_unknown_wrong_and_suspended_get_the_same_page(client, cast, person, email, password):
    gone = person("gone@example.org")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    reference = sign_in(client, email="x@example.org", password="wrong")
    response = sign_in(client, email=email, password=password)
    assert response.status_code == reference.status_code == 422
    assert without_tokens(response).replace(email, "") == without_tokens(reference).replace("x@example.org", "")
    assert "_auth_user_id" not in client.session


def test_an_unverified_person_is_offered_a_new_link(client, person):
    person("ada@example.org", verified=False)
    response = sign_in(client, email="ada@example.org")
    assert response.status_code == 422
    assert 'href="/verify"' in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_session_key_changes(client, cast):
    client.get("/sign-in")
    session = client.session
    session["before"] = "1"
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_who_is_signed_in_goes_on(as_):
    assert as_("owner").get(URL).url == "/"


def test_a_suspended_person_is_out_at_once(as_, cast):
    client = as_("owner")
    assert client.get("/profile").status_code == 200
    User.objects.filter(pk=cast["owner"].pk).update(is_active=False)
    assert client.get("/profile").status_code == 302


def test_signing_out_takes_a_post(as_):
    client = as_("owner")
    assert client.get("/sign-out").status_code == 405
    assert client.get("/profile").status_code == 200
    assert client.post("/sign-out").url == "/sign-in"
    assert client.get("/profile").status_code == 302


def test_signing_out_as_nobody_is_harmless(client):
    assert client.post("/sign-out").status_code == 302


def test_the_password_never_comes_back_in_the_page(client, cast):
    assert "typed-Secret-1" not in sign_in(client, password="typed-Secret-1").content.decode()


def test_a_refusal_is_announced_and_the_cursor_is_where_to_try_again(client, cast):
    page = sign_in(client, password="wrong").content.decode()
    assert '<div role="alert"><ul class="errorlist nonfield"><li>No active account' in page
    (focused,) = re.findall(r"<input[^>]*autofocus[^>]*>", page)
    assert 'name="password"' in focused


def test_a_field_with_a_fault_has_the_cursor_and_says_what_it_is(client, cast):
    page = sign_in(client, email="nobody").content.decode()
    (focused,) = re.findall(r"<input[^>]*autofocus[^>]*>", page)
    assert 'name="email"' in focused
    assert 'aria-invalid="true"' in focused
    assert 'aria-describedby="id_email_error"' in focused
    assert 'id="id_email_error"' in page
