"""Profile, notices, security and keys by the API: as oneself, as others, with a token and with a key."""

import time
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import ApiKey, Notice, RefreshFamily, Scope, SignedInSession, User
from accounts.services.api_keys import api_key_create
from accounts.services.notices import notify
from accounts.services.tokens import tokens_issue
from accounts.tests.conftest import ORIGIN, PASSWORD
from forexpro.core.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis")]
NEW_KEY = {"name": "Bot", "scopes": ["read", "trade"], "networks": ["203.0.113.9/24"], "lifetime_days": 30}


@pytest.fixture
def call(cast):
    """Return what calls as the owner by a token, or by what `headers` say."""
    token = tokens_issue(user=cast["owner"], origin=ORIGIN).access
    client = APIClient()

    def call(method, path, body=None, *, query=None, **headers):
        shown = {name.replace("_", "-"): value for name, value in headers.items()} or {
            "Authorization": f"Bearer {token}"
        }
        if method == "get":
            return client.get(f"/api/v1/{path}", query, headers=shown)
        return getattr(client, method)(f"/api/v1/{path}", body, format="json", headers=shown)

    return call


@pytest.fixture
def browser(cast):
    """The owner's browser, in which the password was given a moment ago."""
    client = APIClient()
    client.post("/sign-in", {"email": cast["owner"].email, "password": PASSWORD})
    session = client.session
    session["confirmed_at"] = time.time()
    session.save()
    return client


def error_of(response):
    return response.status_code, response.json()["error"]["code"]


def make_key(owner, *scopes):
    return api_key_create(owner_id=owner.pk, name="Bot", scopes=scopes, lifetime=timedelta(days=30), origin=ORIGIN)


# --- Profile -------------------------------------------------------------------------------------
def test_the_profile_is_read_and_changed_in_part(call, cast):
    shown = call("get", "profile").json()
    assert (shown["email"], shown["full_name"], shown["two_step"]) == ("owner@example.org", "The Owner", False)
    changed = call("patch", "profile", {"time_zone": "Europe/Berlin"})
    assert (changed.status_code, changed.json()["time_zone"]) == (200, "Europe/Berlin")
    owner = User.objects.get(pk=cast["owner"].pk)
    assert (owner.full_name, owner.time_zone) == ("The Owner", "Europe/Berlin")
    events = Event.objects.filter(stream=owner.stream, type="user.updated")
    assert events.get().payload["changes"] == {"time_zone": {"before": "UTC", "after": "Europe/Berlin"}}
    assert call("patch", "profile", {"time_zone": "Europe/Berlin"}).status_code == 200
    assert events.count() == 1


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"time_zone": "Europe/Nowhere"}, (422, "time_zone_unknown")),
        ({"language": "xx"}, (400, "invalid_input")),
        ({"full_name": ""}, (400, "invalid_input")),
        ({"full_name": "Ada\x1b[2J"}, (400, "invalid_input")),
        ({"full_name": "a" * 151}, (400, "invalid_input")),
    ],
)
def test_a_profile_that_cannot_be_is_refused(call, body, refusal):
    assert error_of(call("patch", "profile", body)) == refusal


# --- Notices -------------------------------------------------------------------------------------
def test_notices_are_listed_and_marked(call, cast):
    for text in ("First", "Second\nwith more"):
        notify(user=cast["owner"], kind=Notice.Kind.SECURITY, text=text, mail=False)
    others = notify(user=cast["stranger"], kind=Notice.Kind.SECURITY, text="Not yours", mail=False)
    listed = call("get", "notices").json()["results"]
    assert [(one["headline"], one["detail"]) for one in listed] == [("Second", "with more"), ("First", "")]
    assert call("post", f"notices/{listed[0]['id']}/read").json() == {"marked": 1}
    assert call("post", f"notices/{listed[0]['id']}/read").json() == {"marked": 0}
    unread = call("get", "notices", query={"unread": "true"}).json()["results"]
    assert [one["headline"] for one in unread] == ["First"]
    assert error_of(call("post", f"notices/{others.pk}/read")) == (404, "notice_not_found")
    assert call("post", "notices/read").json() == {"marked": 1}
    assert Notice.objects.get(read_at=None) == others


def test_a_list_of_notices_takes_the_same_queries_however_long(call, cast, django_assert_num_queries):
    for number in range(20):
        notify(user=cast["owner"], kind=Notice.Kind.SECURITY, text=f"Number {number}", mail=False)
    with django_assert_num_queries(2):  # who calls, and the page
        assert len(call("get", "notices").json()["results"]) == 20


# --- Security ------------------------------------------------------------------------------------
def test_security_shows_sessions_programs_and_events(call, cast, browser):
    shown = call("get", "security").json()
    (session,), (program,) = shown["sessions"], shown["programs"]
    assert (session["is_this"], program["id"]) == (False, str(RefreshFamily.objects.get(user=cast["owner"]).pk))
    assert {"user.signed_in", "user.tokens_issued"} <= {event["type"] for event in shown["events"]}
    assert all(event["sentence"] for event in shown["events"])
    assert (shown["two_step"], shown["backup_codes_left"], shown["new_email"], shown["visits"]) == (False, 0, None, [])
    assert browser.get("/api/v1/security").json()["sessions"][0]["is_this"] is True


def test_a_session_is_ended_by_its_owner_alone(call, cast, browser):
    session = SignedInSession.objects.get(user=cast["owner"])
    stranger = tokens_issue(user=cast["stranger"], origin=ORIGIN).access
    refused = call("delete", f"security/sessions/{session.pk}", Authorization=f"Bearer {stranger}")
    assert error_of(refused) == (404, "session_unknown")
    assert browser.get("/api/v1/profile").status_code == 200
    assert call("delete", f"security/sessions/{session.pk}").status_code == 204
    assert browser.get("/api/v1/profile").status_code == 401
    assert error_of(call("delete", f"security/sessions/{session.pk}")) == (404, "session_unknown")


def test_a_program_ends_itself_and_everything(call, cast, browser):
    other = tokens_issue(user=cast["owner"], origin=ORIGIN)
    family = RefreshFamily.objects.filter(user=cast["owner"]).latest("started_at")
    assert call("delete", f"security/programs/{family.pk}").status_code == 204
    assert call("get", "profile", Authorization=f"Bearer {other.access}").status_code == 401
    assert call("post", "security/sessions/end").json() == {"ended": 2}
    assert call("get", "profile").status_code == 401
    assert browser.get("/api/v1/profile").status_code == 401


def test_a_browser_that_ends_everything_goes_on(call, browser):
    token = browser.cookies["csrftoken"].value if "csrftoken" in browser.cookies else ""
    response = browser.post("/api/v1/security/sessions/end", headers={"X-CSRFToken": token})
    assert (response.status_code, response.json()) == (200, {"ended": 1})
    assert browser.get("/api/v1/profile").status_code == 200
    assert call("get", "profile").status_code == 401


# --- Keys ----------------------------------------------------------------------------------------
def test_a_person_who_was_just_asked_makes_a_key_which_works(call, cast, browser):
    made = browser.post("/api/v1/api-keys", NEW_KEY, format="json")
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    key = made.json()
    assert (key["networks"], key["scopes"]) == (["203.0.113.0/24"], ["read", "trade"])
    assert error_of(browser.post("/api/v1/api-keys", NEW_KEY, format="json")) == (422, "api_key_name_taken")
    (listed,) = call("get", "api-keys").json()
    assert listed["id"] == key["id"]
    assert "key" not in listed
    ApiKey.objects.update(networks=[])
    assert call("get", "profile", X_API_Key=key["key"]).status_code == 200
    assert call("delete", f"api-keys/{key['id']}").status_code == 204
    assert call("get", "profile", X_API_Key=key["key"]).status_code == 401
    assert call("get", "api-keys").json() == []


def test_no_program_makes_keys(call, cast, browser):
    _key, text = make_key(cast["owner"], *Scope)
    assert error_of(call("post", "api-keys", NEW_KEY)) == (403, "confirmation_required")
    assert error_of(call("post", "api-keys", NEW_KEY, X_API_Key=text)) == (403, "api_key_not_enough")
    session = browser.session
    session["confirmed_at"] = 0
    session.save()
    assert error_of(browser.post("/api/v1/api-keys", NEW_KEY, format="json")) == (403, "confirmation_required")
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"scopes": []}, (400, "invalid_input")),
        ({"scopes": ["everything"]}, (400, "invalid_input")),
        ({"networks": ["nowhere"]}, (422, "network_invalid")),
        ({"lifetime_days": 366}, (400, "invalid_input")),
        ({"name": ""}, (400, "invalid_input")),
    ],
)
def test_a_key_that_cannot_be_is_refused(browser, change, refusal):
    assert error_of(browser.post("/api/v1/api-keys", NEW_KEY | change, format="json")) == refusal
    assert not ApiKey.objects.exists()


def test_others_keys_are_not_there(call, cast):
    key, _text = make_key(cast["stranger"], Scope.READ)
    assert call("get", "api-keys").json() == []
    assert error_of(call("delete", f"api-keys/{key.pk}")) == (404, "api_key_not_found")
