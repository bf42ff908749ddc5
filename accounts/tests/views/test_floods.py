"""Visitors make the platform hash, write and mail: not without end."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.conftest import PASSWORD
from forexpro.core.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_an_hour(settings, redis, roles):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mails": "3/h"}


def ask(url, number=1, address="203.0.113.9"):
    fields = {"email": f"ada{number}@example.org", "full_name": "Ada", "password": PASSWORD}
    return Client(REMOTE_ADDR=address).post(url, fields)


def test_one_address_does_not_register_and_ask_for_mails_without_end():
    for url in ("/register", "/verify", "/password/reset"):
        assert ask(url).status_code == 302
    people, events = User.objects.count(), Event.objects.count()
    for url in ("/register", "/verify", "/password/reset"):
        refused = ask(url, 2)
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 3000
        assert "asked for very often" in refused.content.decode()
    assert (User.objects.count(), Event.objects.count()) == (people, events)
    assert ask("/register", 2, "198.51.100.7").status_code == 302


def test_what_is_typed_wrong_is_not_counted():
    for _time in range(5):
        assert Client().post("/password/reset", {"email": "nobody"}).status_code == 422
    assert ask("/register").status_code == 302


def test_a_known_address_is_counted_like_any_other(person):
    person("ada1@example.org")
    answers = [ask("/password/reset", number).status_code for number in (1, 2, 1, 1, 2)]
    assert answers == [302, 302, 302, 429, 429]
