"""The call for a visit: which keys may, what is refused with which code, and that a visit lasts as its key does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Scope as PersonalScope
from accounts.models import User, Visit
from accounts.services.api_keys import api_key_create
from crm.models import Scope, ServiceKey
from crm.services.keys import service_key_revoke
from crm.tests.conftest import error_of, make_key
from forexpro.core.models import Event
from trading.tests.factories import ORIGIN, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks(ada):
    """Return what asks for a visit at Ada as a program that shows `text`."""

    def ask(text, **changes):
        body = {"admin_id": "17", "admin_name": "Maria Keller", "client_id": str(ada.pk), "reason": "Ticket 8841"}
        headers = {"X-API-Key": text} if text else {}
        return APIClient(REMOTE_ADDR="203.0.113.9").post(
            "/sso/impersonate", body | changes, format="json", headers=headers
        )

    return ask


def opened(answer):
    """Return a browser in which the address of an answer was opened, and the response."""
    browser = Client()
    path = answer.json()["url"].partition("/sso/")[2]
    return browser, browser.get(f"/sso/{path}", headers={"Accept": "application/json"})


def test_a_visit_from_the_call_to_the_clients_page(asks, ada):
    key, text = make_key(scopes=[Scope.VISITS])
    answer = asks(text)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"visit_id", "token", "url", "expires_at"}
    assert body["url"].endswith(f"/sso/consume?token={body['token']}")
    assert "no-store" in answer["Cache-Control"]
    browser, response = opened(answer)
    assert response.url == "/"
    page = browser.get("/").content.decode()
    assert "Maria Keller" in page
    assert "Ticket 8841" in page
    granted = Event.objects.get(type="user.visit_granted")
    assert (granted.actor, granted.ip, granted.stream) == (key.actor, "203.0.113.9", ada.stream)
    assert granted.payload["issuer"] == f"service_key:{key.pk}"


def test_a_visitor_without_a_name_is_named_by_number(asks):
    _key, text = make_key(scopes=[Scope.VISITS])
    asks(text, admin_name="")
    assert Visit.objects.get().admin_name == "17"


def test_no_answer_and_no_event_keeps_the_token(asks):
    _key, text = make_key(scopes=[Scope.VISITS])
    token = asks(text).json()["token"]
    kept = str(list(Event.objects.values_list("payload", flat=True))) + str(list(Visit.objects.values()))
    assert token not in kept


def test_every_call_answers_a_token_of_its_own(asks):
    _key, text = make_key(scopes=[Scope.VISITS])
    first, second = asks(text), asks(text)
    assert first.json()["token"] != second.json()["token"]
    assert opened(first)[1].status_code == opened(second)[1].status_code == 302


def test_who_may_not(asks, ada):
    others = [one for one in Scope if one is not Scope.VISITS]
    revoked_key, revoked = make_key("revoked", [Scope.VISITS])
    service_key_revoke(service_key_id=revoked_key.pk, origin=ORIGIN)
    expired_key, expired = make_key("expired", [Scope.VISITS])
    ServiceKey.objects.filter(pk=expired_key.pk).update(expires_at=timezone.now())
    _personal, personal = api_key_create(
        owner_id=ada.pk, name="Bot", scopes=list(PersonalScope), lifetime=timedelta(days=30), origin=ORIGIN
    )
    tried = {
        "": (401, "not_authenticated"),
        "nonsense": (401, "service_key_invalid"),
        revoked: (401, "service_key_revoked"),
        expired: (401, "service_key_expired"),
        personal: (403, "service_key_required"),
        make_key("elsewhere", [Scope.VISITS], networks=["198.51.100.0/24"])[1]: (403, "address_not_allowed"),
        make_key("without-scope", others)[1]: (403, "scope_missing"),
    }
    assert {text: error_of(asks(text)) for text in tried} == tried
    assert not Visit.objects.exists()


@pytest.mark.parametrize("who", ["ada", "boss"])
def test_no_session_asks_for_a_visit(ada, who):
    person = ada if who == "ada" else make_user("boss@example.com", is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(person)
    response = browser.post("/sso/impersonate", {"client_id": str(ada.pk)}, content_type="application/json")
    assert error_of(response) == (401, "not_authenticated")


def test_changes_take_a_scope_of_their_own(asks):
    _key, looking = make_key("looking", [Scope.VISITS])
    _key, changing = make_key("changing", [Scope.VISITS, Scope.VISITS_CHANGING])
    assert error_of(asks(looking, scopes=["trade"])) == (403, "scope_missing")
    assert asks(changing, scopes=["trade"]).status_code == 201
    assert error_of(asks(changing, scopes=["security"])) == (400, "invalid_input")


def test_what_is_refused(asks, ada):
    _key, text = make_key(scopes=[Scope.VISITS])
    boss = make_user("boss@example.com", is_staff=True)
    assert error_of(asks(text, reason="")) == (422, "reason_required")
    assert error_of(asks(text, reason="  ")) == (422, "reason_required")
    assert error_of(asks(text, client_id="999999")) == (404, "client_not_found")
    assert error_of(asks(text, client_id="ada")) == (400, "invalid_input")
    assert error_of(asks(text, admin_id="")) == (400, "invalid_input")
    assert error_of(asks(text, client_id=str(boss.pk))) == (403, "client_is_staff")
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert error_of(asks(text)) == (403, "client_suspended")


def end_of_key(key):
    service_key_revoke(service_key_id=key.pk, origin=ORIGIN)


def expiry_of_key(key):
    ServiceKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())


@pytest.mark.parametrize("happens", [end_of_key, expiry_of_key])
def test_a_key_that_ends_begins_no_visit_and_ends_those_under_way(asks, happens):
    key, text = make_key(scopes=[Scope.VISITS])
    under_way, waiting = asks(text), asks(text)
    browser, _response = opened(under_way)
    happens(key)
    assert error_of(opened(waiting)[1]) == (403, "visit_issuer_revoked")
    assert browser.get("/api/v1/accounts").status_code == 401
    assert Visit.objects.get(begun_at__isnull=False).end_reason == "withdrawn"


def test_other_keys_change_nothing(asks):
    _key, text = make_key(scopes=[Scope.VISITS])
    other, _text = make_key("other", [Scope.VISITS])
    browser, _response = opened(asks(text))
    service_key_revoke(service_key_id=other.pk, origin=ORIGIN)
    assert browser.get("/api/v1/accounts").status_code == 200
