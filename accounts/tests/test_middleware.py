"""The use of a session is written down behind the answer, in async code and with the database away, too."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils import timezone

from accounts.middleware import SEEN_EVERY, SeenMiddleware
from accounts.models import SignedInSession
from accounts.services.sign_in import user_sign_in
from accounts.tests.conftest import visit_from
from forexpro.core.http.sessions import SessionStore
from forexpro.core.realtime.database import in_database


def page(request):
    return HttpResponse("answer")


def visit_of(user):
    """Return the request of a session that was last seen a quarter of an hour ago."""
    request = visit_from()
    user_sign_in(request=request, user=user)
    request.session.save()
    SignedInSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=15))
    request.session = SessionStore(request.session.session_key)
    assert request.session[SESSION_KEY]
    request.session.last_used_at -= timedelta(minutes=15)
    return request


@pytest.fixture
def visit(person):
    return visit_of(person("ada@example.org"))


def seconds_since_seen():
    return (timezone.now() - SignedInSession.objects.get().last_seen_at).total_seconds()


@pytest.mark.django_db
def test_writes_once_for_some_minutes(visit, django_assert_num_queries):
    middleware = SeenMiddleware(page)
    assert middleware(visit).content == b"answer"
    assert seconds_since_seen() < 60
    with django_assert_num_queries(0):
        middleware(visit)
    visit.session.last_used_at -= SEEN_EVERY
    with django_assert_num_queries(4):  # two updates in a transaction
        middleware(visit)


@pytest.mark.django_db(transaction=True)
async def test_writes_behind_an_async_answer(person):
    request = await in_database(lambda: visit_of(person("ada@example.org")))()

    async def async_page(request):
        return HttpResponse("answer")

    response = await SeenMiddleware(async_page)(request)
    assert response.content == b"answer"
    assert await in_database(seconds_since_seen)() < 60


@pytest.mark.django_db
def test_the_answer_stands_when_the_database_has_gone(visit, monkeypatch, caplog):
    def away(session, now):
        raise DatabaseError("the database has gone")

    monkeypatch.setattr(SessionStore, "keep", away)
    assert SeenMiddleware(page)(visit).content == b"answer"
    assert "the database has gone" in caplog.text


@pytest.mark.django_db
def test_sessions_of_nobody_and_sessions_that_were_not_read_are_left_alone(django_assert_num_queries):
    request = visit_from()
    request.session["basket"] = 1
    request.session.save()
    request.session = SessionStore(request.session.session_key)
    with django_assert_num_queries(0):
        SeenMiddleware(page)(request)
    request.user = AnonymousUser()
    assert request.session["basket"] == 1
    request.session.last_used_at -= timedelta(hours=1)
    with django_assert_num_queries(0):
        SeenMiddleware(page)(request)
