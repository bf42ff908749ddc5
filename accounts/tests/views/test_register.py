import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import User
from accounts.tests.conftest import PASSWORD, without_tokens

pytestmark = pytest.mark.django_db
URL = "/register"
TYPED = {"full_name": "Ada Lovelace", "email": "ada@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _roles(roles):
    pass


def test_registers_and_says_where_to_look(client, committing):
    with committing():
        response = client.post(URL, TYPED)
    assert (response.status_code, response.url) == (302, reverse("accounts:check_mail"))
    assert User.objects.get().email == "ada@example.org"
    assert len(mail.outbox) == 1
    assert client.get(response.url).status_code == 200


def test_a_taken_address_gets_the_very_same_answer(client, person):
    fresh = client.post(URL, TYPED)
    person("taken@example.org")
    taken = client.post(URL, TYPED | {"email": "taken@example.org"})
    assert (fresh.status_code, fresh.url) == (taken.status_code, taken.url)
    assert without_tokens(client.get(fresh.url)) == without_tokens(client.get(taken.url))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"full_name": "  "}, "full_name"),
        ({"full_name": "x" * 151}, "full_name"),
        ({"password": ""}, "password"),
        ({"password": "short1"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "ada@example.org"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"email": "a\x00b@example.org"}, "email"),
    ],
)
def test_bad_input_is_explained_beside_its_field_and_keeps_the_rest(client, change, field):
    response = client.post(URL, TYPED | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    assert not User.objects.exists()
    focused = re.search(r"<input[^>]*\bautofocus\b[^>]*>", page)[0]
    assert f'name="{field}"' in focused
    assert 'aria-invalid="true"' in focused
    assert PASSWORD not in page
    if "full_name" not in change:
        assert 'value="Ada Lovelace"' in page


def test_passwords_of_64_and_more_characters_and_with_spaces_are_fine(client):
    response = client.post(URL, TYPED | {"password": "correct horse battery staple 漢 " * 3})
    assert response.status_code == 302
    assert User.objects.get().check_password("correct horse battery staple 漢 " * 3)


def test_who_is_signed_in_has_nothing_to_register(client, person):
    client.force_login(person("ada@example.org"))
    assert client.get(URL).status_code == 302


def test_the_page_focuses_its_first_field_and_works_without_scripts(client):
    page = client.get(URL).content.decode()
    assert 'action="/register"' in page
    assert 'method="post"' in page
    assert re.search(r'<input[^>]*name="full_name"[^>]*autofocus', page)


def test_refuses_a_forged_request(person):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(URL, TYPED).status_code == 403
    assert not User.objects.exists()
