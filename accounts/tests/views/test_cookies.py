"""Which cookies the pages give a browser, and what keeps other hosts of the domain from planting theirs."""

import pytest
from django.test import Client

from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def https(settings):
    settings.COOKIE_PREFIX = "__Host-"
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"
    settings.CSRF_COOKIE_NAME = "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def visited():
    """Return the client of somebody who did whatever sets a cookie."""
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in", secure=True)

    def post(path, fields):
        token = client.cookies["__Host-csrftoken"].value
        headers = {"X-CSRFToken": token, "Referer": "https://testserver/"}
        return client.post(path, fields, secure=True, headers=headers)

    post("/appearance", {"theme": "light", "colours": "blue-orange"})
    post("/sign-in", {"email": "owner@example.org", "password": PASSWORD})
    assert post("/profile", {"full_name": "Ada", "time_zone": "UTC", "language": ""}).status_code == 302
    return client


def test_every_cookie_is_of_this_host_alone_over_https(https, cast):
    client = visited()
    assert set(client.cookies) == {
        "__Host-sessionid",
        "__Host-csrftoken",
        "__Host-device",
        "__Host-messages",
        "__Host-theme",
        "__Host-colours",
    }
    for cookie in client.cookies.values():
        assert cookie["secure"]
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert cookie["samesite"] == "Lax"
        assert cookie["httponly"] or cookie.key == "__Host-csrftoken"


def test_what_they_say_is_read_under_those_names(https, cast):
    client = visited()
    page = client.get("/profile", secure=True).content.decode()
    assert 'data-theme="light"' in page
    assert "Your profile is saved." in page


def test_a_cookie_that_another_host_of_the_domain_has_planted_is_not_looked_at(https, cast):
    client = visited()
    session = client.cookies["__Host-sessionid"].value
    client.cookies.clear()
    client.cookies["sessionid"] = session
    client.cookies["device"] = "planted"
    assert client.get("/profile", secure=True).status_code == 302
    client.get("/sign-in", secure=True)
    headers = {"X-CSRFToken": client.cookies["__Host-csrftoken"].value, "Referer": "https://testserver/"}
    client.post("/sign-in", {"email": "owner@example.org", "password": PASSWORD}, secure=True, headers=headers)
    assert client.cookies["__Host-device"].value != "planted"


@pytest.mark.parametrize("key", ["aaaaaaaaaaaa\\000bbbb", "aaaaaaaaaaaaaaaa'--", "aaaaaaaaaaaaaaaaä"])
def test_a_session_key_that_cannot_be_one_is_no_session(client, key):
    response = client.get("/profile", headers={"Cookie": f'sessionid="{key}"'})
    assert (response.status_code, response.url) == (302, "/sign-in?next=/profile")
