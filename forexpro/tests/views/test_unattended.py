"""Pages that ask by themselves keep no session alive: one that nobody uses ends although it stays open."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.middleware import SEEN_EVERY
from accounts.models import User
from forexpro.core.http.sessions import idle_limit

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def expiry(client):
    """Sign in, and let the session have been used some time ago; return what tells when it ends."""
    client.force_login(User.objects.create_user("trader@example.com", "correct horse", full_name="Ada Lovelace"))
    session = Session.objects.filter(session_key=client.session.session_key)
    session.update(expire_date=timezone.now() + idle_limit() - SEEN_EVERY - timedelta(seconds=5))
    return lambda: session.get().expire_date


@pytest.mark.parametrize("address", ["/notices/bell", "/funding", "/"])
def test_what_a_page_asks_by_itself_does_not_count(client, expiry, address):
    before = expiry()
    assert client.get(address, headers=HTMX).status_code == 200
    assert expiry() == before


@pytest.mark.parametrize("address", ["/notices", "/funding", "/"])
def test_what_a_person_asks_for_does(client, expiry, address):
    before = expiry()
    assert client.get(address).status_code == 200
    assert expiry() > before
