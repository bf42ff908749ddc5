"""Who counts as confirmed: people in sessions who have just given a password or a code, and no program."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from accounts.services.sign_in import user_sign_in
from accounts.step_up import (
    RECENT_SECONDS,
    confirmation_required,
    recently_confirmed,
    refuse_unconfirmed,
    remember_confirmation,
)
from accounts.tests.conftest import visit_from
from forexpro.core.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch):
    class Now:
        seconds = 1_790_000_000.0

        def __call__(self):
            return self.seconds

    now = Now()
    monkeypatch.setattr("accounts.step_up.time", now)
    return now


@pytest.fixture
def visit(person, now):
    """The request of somebody who has signed in this second."""
    request = visit_from()
    user_sign_in(request=request, user=person("ada@example.org"))
    return request


def test_signing_in_counts_for_ten_minutes(visit, now):
    assert recently_confirmed(visit)
    now.seconds += RECENT_SECONDS - 1
    assert recently_confirmed(visit)
    now.seconds += 1
    assert not recently_confirmed(visit)
    remember_confirmation(visit)
    assert recently_confirmed(visit)


def test_a_clock_that_went_back_confirms_nobody(visit, now):
    now.seconds -= 60
    assert not recently_confirmed(visit)


def test_nobody_and_somebody_else_are_not_confirmed(visit, person):
    """The confirmation belongs to the person of the session, however the request was authenticated."""
    visit.user = person("bob@example.org")
    assert not recently_confirmed(visit)
    visit.user = AnonymousUser()
    assert not recently_confirmed(visit)


class Token(BaseAuthentication):
    """A token or a key that comes along with the cookie of a confirmed session."""

    def authenticate(self, request):
        return request._request.user, "token"


@pytest.mark.parametrize(("authenticator", "confirmed"), [(Token, False), (SessionAuthentication, True)])
def test_a_token_is_never_confirmed(visit, authenticator, confirmed):
    visit._dont_enforce_csrf_checks = True
    request = Request(visit, authenticators=[authenticator()])
    assert request.user.is_authenticated
    assert recently_confirmed(request) is confirmed
    if confirmed:
        refuse_unconfirmed(request)
    else:
        with pytest.raises(Refused) as refused:
            refuse_unconfirmed(request)
        assert (refused.value.code, refused.value.http_status) == ("confirmation_required", 403)


@pytest.fixture
def guarded():
    calls = []

    @confirmation_required
    def view(request, number):
        calls.append(number)
        return HttpResponse("done")

    view.calls = calls
    return view


def test_the_guard_lets_confirmed_people_through(visit, guarded):
    assert guarded(visit, 7).content == b"done"
    assert guarded.calls == [7]


def test_the_guard_asks_others_and_leads_back(visit, now, guarded):
    now.seconds += RECENT_SECONDS
    visit.path, visit.META["QUERY_STRING"] = "/withdraw", "from=3"
    response = guarded(visit, 7)
    assert (response.status_code, response.url) == (302, "/confirm?next=%2Fwithdraw%3Ffrom%3D3")
    assert guarded.calls == []


def test_the_guard_refuses_below_the_api(visit, now, guarded):
    now.seconds += RECENT_SECONDS
    visit.path = "/api/v1/withdrawals"
    response = guarded(visit, 7)
    assert response.status_code == 403
    assert b'"confirmation_required"' in response.content
    assert guarded.calls == []
