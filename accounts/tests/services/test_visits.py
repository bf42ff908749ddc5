"""Visits: allowed, begun once whatever happens at the same time, refused with stable codes, left, over."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.utils import timezone
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import KnownDevice, Notice, SignedInSession, Visit
from accounts.roles import Role
from accounts.services import visits
from accounts.services.force_logout import sessions_end
from accounts.services.sign_in import user_sign_in
from accounts.services.staff import user_set_role, user_suspend
from accounts.services.visits import (
    visit_begin,
    visit_grant,
    visit_grant_by_staff,
    visit_leave,
    visit_step,
    visits_over_end,
)
from accounts.tests.conftest import ORIGIN, visit_from
from accounts.tokens import read_token, token_pair
from accounts.visit_tokens import AUDIENCE, VisitToken, new_visit_token, read_visit_token
from accounts.visits import _issuers
from forexpro.core.http.sessions import SessionStore
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person):
    return person("ada@example.org")


@pytest.fixture
def boss(person):
    return person("boss@example.org", Role.SUPER_ADMIN)


@pytest.fixture
def helper(person):
    return person("helper@example.org", Role.SUPPORT, full_name="Maria Keller")


@pytest.fixture
def allow(ada, helper):
    """Return what lets the helper visit Ada, and answers the text of the token."""

    def grant(**changes):
        asked = {
            "issuer": f"staff:{helper.pk}",
            "admin_id": "17",
            "admin_name": "Maria Keller",
            "client_id": ada.pk,
            "reason": "Ticket 8841",
            "scopes": [],
        }
        _visit, token = visit_grant(**(asked | changes), origin=ORIGIN)
        return token.text

    return grant


@pytest.fixture
def programs(monkeypatch):
    """The numbers of the programs that may let people visit."""
    numbers = {"5"}
    monkeypatch.setitem(_issuers, "program", numbers.__contains__)
    return numbers


def begin(token, **options):
    request = visit_from()
    return visit_begin(request=request, token=token, **options), request


def code_of(action, *arguments, **options):
    with pytest.raises(Refused) as refusal:
        action(*arguments, **options)
    return refusal.value.code


# --- Allowing ------------------------------------------------------------------------------------
def test_allowing_is_an_event_that_names_everything_and_holds_no_token(ada, allow, events, helper):
    token = allow(scopes=["trade"])
    type, payload = events(ada.stream)[-1]
    visit = Visit.objects.get()
    assert type == "user.visit_granted"
    assert payload == {
        "visit": visit.pk,
        "issuer": f"staff:{helper.pk}",
        "admin_id": "17",
        "admin": "Maria Keller",
        "client": ada.pk,
        "reason": "Ticket 8841",
        "scopes": ["trade"],
    }
    stored = str(list(Visit.objects.values())) + str(list(Event.objects.values_list("payload")))
    assert token not in stored
    assert token.rpartition(".")[2] not in stored


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"reason": ""}, "reason_required"),
        ({"reason": " \n"}, "reason_required"),
        ({"client_id": 0}, "client_not_found"),
        ({"scopes": ["security"]}, "visit_scope_unknown"),
        ({"scopes": ["read"]}, "visit_scope_unknown"),
    ],
)
def test_what_is_not_allowed(allow, asked, code):
    assert code_of(allow, **asked) == code
    assert not Visit.objects.exists()


def test_staff_and_suspended_clients_are_not_visited(allow, ada, boss):
    assert code_of(allow, client_id=boss.pk) == "client_is_staff"
    user_suspend(actor=boss, user_id=ada.pk, reason="Check", origin=ORIGIN)
    assert code_of(allow) == "client_suspended"


@pytest.mark.parametrize("role", [role for role in Role if role.is_staff])
def test_which_desks_look_at_pages_of_clients(person, ada, role):
    colleague = person("colleague@example.org", role)
    asked = {"actor": colleague, "client_id": ada.pk, "reason": "Ticket 8841", "origin": ORIGIN}
    if role in (Role.SUPPORT, Role.COMPLIANCE, Role.ADMIN, Role.SUPER_ADMIN):
        visit, _token = visit_grant_by_staff(**asked)
        assert (visit.admin_id, visit.scopes) == (str(colleague.pk), [])
    else:
        assert code_of(visit_grant_by_staff, **asked) == "visits_forbidden"


# --- The token -----------------------------------------------------------------------------------
def signed(audience=AUDIENCE, key=None, **claims):
    """Return a token of somebody who can sign as we do, with other contents."""
    token = VisitToken()
    own = token.get_token_backend()
    backend = TokenBackend("HS256", key or own.signing_key, audience=audience, issuer=own.issuer)
    return backend.encode(token.payload | claims)


def test_a_token_names_its_row_for_two_minutes():
    token = new_visit_token()
    assert read_visit_token(token.text) == token.token_id
    assert timedelta(seconds=110) < token.expires_at - timezone.now() <= timedelta(minutes=2)


@pytest.mark.parametrize(
    "token",
    [
        lambda: signed(audience="forexpro-api"),
        lambda: signed(audience=None),
        lambda: signed(token_type="access"),
        lambda: signed(key="another key that is long enough for the algorithm"),
        lambda: signed(jti="nonsense"),
        lambda: signed()[:-2],
        lambda: "nonsense",
        lambda: "",
    ],
)
def test_what_is_no_token_of_a_visit(token):
    assert code_of(read_visit_token, token()) == "visit_token_invalid"


def test_tokens_of_programs_begin_no_visit_and_those_of_visits_call_no_api(ada):
    pair = token_pair(ada, uuid.uuid4(), refresh_expires_at=timezone.now() + timedelta(days=1))
    assert code_of(read_visit_token, pair.access) == "visit_token_invalid"
    assert read_token(new_visit_token().text, AccessToken) is None


def test_a_token_is_good_for_two_minutes():
    expired = signed(exp=int(timezone.now().timestamp()) - 1)
    assert code_of(read_visit_token, expired) == "visit_token_expired"


def test_a_token_without_its_row_begins_nothing():
    assert code_of(begin, new_visit_token().text) == "visit_token_invalid"


# --- Beginning -----------------------------------------------------------------------------------
def test_a_visit_is_the_clients_session_for_half_an_hour_and_none_of_theirs(ada, allow, events):
    ada.refresh_from_db()
    before = ada.last_login
    visit, request = begin(allow())
    assert request.session[SESSION_KEY] == str(ada.pk)
    assert visit.ends_at - visit.begun_at == timedelta(minutes=30)
    ada.refresh_from_db()
    assert ada.last_login == before
    assert not SignedInSession.objects.exists()
    assert not KnownDevice.objects.exists()
    assert not Notice.objects.exists()
    assert not [one for one in mail.outbox if "device" in one.subject.lower()]
    assert "user.signed_in" not in [type for type, _payload in events(ada.stream)]
    begun = Event.objects.get(type="user.visit_begun")
    assert (begun.actor, begun.ip, begun.payload["reason"]) == (visit.actor, ORIGIN.ip, "Ticket 8841")


def test_a_token_used_again_is_refused_and_written_down(ada, allow, events):
    token = allow()
    begin(token)
    assert code_of(begin, token) == "visit_token_used"
    type, payload = events(ada.stream)[-1]
    assert (type, payload["code"]) == ("user.visit_refused", "visit_token_used")


def test_a_client_suspended_in_between_is_not_visited(ada, allow, boss):
    token = allow()
    user_suspend(actor=boss, user_id=ada.pk, reason="Check", origin=ORIGIN)
    assert code_of(begin, token) == "client_suspended"
    assert Visit.objects.get().begun_at is None


def test_a_client_who_joins_the_staff_in_between_is_not_visited(ada, allow, boss):
    token = allow()
    user_set_role(actor=boss, user_id=ada.pk, role=Role.SUPPORT, origin=ORIGIN)
    assert code_of(begin, token) == "client_is_staff"


def test_an_issuer_that_may_no_longer_lets_nobody_in(allow, helper, boss):
    token = allow()
    user_set_role(actor=boss, user_id=helper.pk, role=Role.DEALER, origin=ORIGIN)
    assert code_of(begin, token) == "visit_issuer_revoked"
    assert code_of(begin, allow(issuer="unheard-of:1")) == "visit_issuer_revoked"


def test_issuers_of_other_apps_are_asked(allow, programs):
    first, second = allow(issuer="program:5"), allow(issuer="program:5")
    begin(first)
    programs.clear()
    assert code_of(begin, second) == "visit_issuer_revoked"


# --- Leaving -------------------------------------------------------------------------------------
def visiting(token, request=None, **options):
    """Return the request of a visit, as the middleware leaves it to views."""
    request = request or visit_from()
    visit = visit_begin(request=request, token=token, **options)
    request.visit, request.acts_as = visit, visit.actor
    return request


def test_leaving_gives_the_browser_its_own_session_back(allow, helper):
    request = visit_from(user=helper)
    user_sign_in(request=request, user=helper)
    request.session.save()
    own = request.session.session_key
    request = visiting(allow(), request, back_to="/admin/")
    key = request.session.session_key
    assert key != own
    assert visit_leave(request=request) == "/admin/"
    assert request.session.session_key == own
    assert request.session[SESSION_KEY] == str(helper.pk)
    assert not SessionStore().exists(key)
    assert not hasattr(request, "visit")


def test_leaving_without_a_session_before_leaves_nobody(allow):
    request = visiting(allow(), back_to="/admin/")
    assert visit_leave(request=request) == ""
    assert SESSION_KEY not in request.session
    assert not request.user.is_authenticated


def test_a_session_before_that_has_ended_meanwhile_does_not_come_back(allow, helper):
    request = visit_from(user=helper)
    user_sign_in(request=request, user=helper)
    request.session.save()
    request = visiting(allow(), request, back_to="/admin/")
    sessions_end(helper.pk, reason="Lost phone", origin=ORIGIN)
    assert visit_leave(request=request) == ""
    assert SESSION_KEY not in request.session


def test_a_visit_begun_in_another_ends_that_one(allow):
    request = visiting(allow())
    first = request.visit
    visiting(allow(), request)
    first.refresh_from_db()
    assert first.end_reason == "left"
    assert Visit.objects.get(ended_at=None).begun_at is not None


def test_the_end_tells_what_was_looked_at(ada, allow, events):
    request = visiting(allow())
    for _ in range(3):
        visit_step(visit=request.visit, method="GET", path="/trade/1", refused=False)
    visit_step(visit=request.visit, method="POST", path="/trade/1/orders", refused=True)
    visit_leave(request=request)
    type, payload = events(ada.stream)[-1]
    assert type == "user.visit_ended"
    assert payload["ended_because"] == "left"
    assert payload["looked_at"] == ["/trade/1"]
    assert payload["refused"] == ["POST /trade/1/orders"]
    assert sorted(Visit.objects.get().steps.values_list("path", "times")) == [("/trade/1", 3), ("/trade/1/orders", 1)]


def test_time_ends_visits_that_nobody_left_once(allow, events, ada):
    begin(allow())
    assert visits_over_end() == 0
    later = timezone.now() + timedelta(minutes=31)
    assert visits_over_end(now=later) == 1
    assert visits_over_end(now=later) == 0
    visit = Visit.objects.get()
    assert (visit.ended_at, visit.end_reason) == (visit.ends_at, "time")
    assert [type for type, _payload in events(ada.stream)].count("user.visit_ended") == 1


def test_signing_the_client_out_everywhere_ends_visits(allow, ada):
    _visit, request = begin(allow())
    sessions_end(ada.pk, reason="Lost phone", origin=ORIGIN)
    assert Visit.objects.get().end_reason == "signed_out"
    ada.refresh_from_db()
    assert request.session["_auth_user_hash"] != ada.get_session_auth_hash()


# --- At the same time ----------------------------------------------------------------------------
PARALLEL = 100


def visits_begun_at_once(tokens):
    return at_once([lambda token=token: begin(token)[0] for token in tokens])


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_who_use_a_token_one_begins_a_visit(allow, ada, events, programs):
    for _ in range(3):
        answers = visits_begun_at_once([allow(issuer="program:5")] * PARALLEL)
        assert len([answer for answer in answers if isinstance(answer, Visit)]) == 1
        assert answers.count("visit_token_used") == PARALLEL - 1
    happened = [type for type, _payload in events(ada.stream)]
    assert happened.count("user.visit_begun") == 3
    assert happened.count("user.visit_refused") == 3 * (PARALLEL - 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_condition_in_the_statement_several_would_begin_it(allow, monkeypatch, programs):
    """The control: what looks first and writes afterwards lets more than one in."""

    def look_first(visit, begun):
        if Visit.objects.get(pk=visit.pk).begun_at is not None:
            return False
        looked.wait(timeout=10)
        Visit.objects.filter(pk=visit.pk).update(**begun)
        return True

    looked = threading.Barrier(2)
    monkeypatch.setattr(visits, "_take", look_first)
    answers = visits_begun_at_once([allow(issuer="program:5")] * 2)
    assert all(isinstance(answer, Visit) for answer in answers)
