"""Each call, by whoever may and whoever may not, and what is on record of it."""

from datetime import timedelta

import pytest
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Scope as PersonalScope
from accounts.services.api_keys import api_key_create
from crm.models import CountedRead, Scope, ServiceKey, ServiceSecret
from crm.services.calls import counted_reads_forget
from crm.services.keys import service_key_revoke, service_key_rotate
from crm.tests.api.calls import CALLS, NAMES, call
from crm.tests.conftest import Program, error_of, make_key
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.endpoints import endpoint_create, endpoint_disable, endpoint_try
from kyc.tests.factories import send
from trading.tests.factories import ORIGIN
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cleaning(monkeypatch, settings, tmp_path):
    """What is in a file has tests of its own, and takes a process each."""
    monkeypatch.setattr(
        "forexpro.core.uploads.cleaning._run", lambda content, kind: ({"width": 320, "height": 240}, content)
    )
    private = settings.STORAGES["private"]
    options = {**private["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {**settings.STORAGES, "private": {**private, "OPTIONS": options}}


@pytest.fixture
def objects(ada, live, bank):
    endpoint, _secret = endpoint_create(
        name="Berlin", url="https://crm.example.com/", event_types=["user.created"], origin=ORIGIN
    )
    endpoint_try(endpoint_id=endpoint.pk, origin=ORIGIN)
    return {
        "user": ada.pk,
        "deposit": ask_deposit(live, bank).pk,
        "withdrawal": ask_withdrawal(live, bank).pk,
        "document": send(ada).pk,
        "endpoint": endpoint.pk,
    }


def effects():
    """Return how many events there are that change something: being called is none."""
    return Event.objects.exclude(type="service_key.called").count()


def test_every_route_is_among_the_calls():
    patterns = next(p for p in get_resolver().url_patterns if str(p.pattern) == "crm/").url_patterns
    routes = set()
    for pattern in patterns:
        kind = getattr(pattern.callback, "cls", None)
        if kind is None or not kind.__module__.startswith("crm.api"):
            continue
        route = str(pattern.pattern)
        for name in ("user", "deposit", "withdrawal", "document", "endpoint"):
            route = route.replace(f"<int:{name}_id>", f"{{{name}}}")
        routes |= {f"{method} {route}" for method in kind.http_method_names if hasattr(kind, method)} - {
            f"options {route}"
        }
    assert routes == set(NAMES)


@pytest.mark.parametrize(("method", "path", "scope", "body"), CALLS, ids=NAMES)
def test_who_reaches_a_call(objects, method, path, scope, body):
    """Everybody else first: they change nothing, and then it still works for the one who may."""
    others = [one for one in Scope if one is not scope]
    _key, without_scope = make_key("without-scope", others)
    revoked_key, revoked = make_key("revoked", [scope])
    service_key_revoke(service_key_id=revoked_key.pk, origin=ORIGIN)
    expired_key, expired = make_key("expired", [scope])
    ServiceKey.objects.filter(pk=expired_key.pk).update(expires_at=timezone.now())
    _key, elsewhere = make_key("elsewhere", [scope], networks=["198.51.100.0/24"])
    good_key, good = make_key("good", [scope], networks=["203.0.113.0/24"])
    _personal, personal = api_key_create(
        owner_id=objects["user"],
        name="Bot",
        scopes=list(PersonalScope),
        lifetime=timedelta(days=1),
        origin=ORIGIN,
    )
    if path.endswith("/enable"):
        endpoint_disable(endpoint_id=objects["endpoint"], origin=ORIGIN)
    before = effects()
    for shown, refusal in (
        (None, (401, "not_authenticated")),
        ("fps_00000000_nothing", (401, "service_key_invalid")),
        (personal, (403, "service_key_required")),
        (revoked, (401, "service_key_revoked")),
        (expired, (401, "service_key_expired")),
        (elsewhere, (403, "address_not_allowed")),
        (without_scope, (403, "scope_missing")),
    ):
        assert error_of(call(Program(shown), method, path, body, objects)) == refusal
    assert effects() == before
    response = call(Program(good), method, path, body, objects)
    assert response.status_code in (200, 201, 202), response.content
    changing = Event.objects.filter(actor="crm:good").exclude(type="service_key.called")
    assert changing.exists() == (method != "get")
    if method == "get":
        read = CountedRead.objects.get(key=good_key)
        assert (read.method, read.path) == ("GET", "/crm/" + path.format_map(objects))
        assert (read.status, read.address, read.count) == (response.status_code, "203.0.113.9", 1)
        assert read.last_request_id == response["X-Request-ID"]
    else:
        recorded = Event.objects.get(stream=good_key.stream, type="service_key.called")
        assert (recorded.actor, recorded.ip) == ("crm:good", "203.0.113.9")
        assert (recorded.payload["method"], recorded.payload["status"]) == (method.upper(), response.status_code)


def test_a_session_or_a_token_opens_nothing(ada):
    client = APIClient()
    client.force_login(ada)
    assert error_of(client.get("/crm/users")) == (401, "not_authenticated")
    ada.is_staff = ada.is_superuser = True
    ada.save()
    assert error_of(client.get("/crm/users")) == (401, "not_authenticated")


def test_a_service_key_does_not_open_the_trader_api(crm):
    for headers in ({"X-API-Key": crm.text}, {"Authorization": f"Bearer {crm.text}"}):
        response = APIClient().get("/api/v1/accounts", headers=headers)
        assert response.status_code == 401


def test_only_the_hash_is_stored_and_events_tell_no_secret(crm):
    stored = ServiceSecret.objects.get()
    assert crm.text.startswith(stored.prefix)
    assert crm.text not in str(ServiceSecret.objects.values()) + str(list(Event.objects.values()))


def test_a_rotated_key_goes_on_for_the_overlap_under_the_same_name(crm):
    key = ServiceKey.objects.get()
    _key, text = service_key_rotate(service_key_id=key.pk, overlap=timedelta(hours=2), origin=ORIGIN)
    old, new = crm, Program(text)
    assert old.get("users").status_code == new.get("users").status_code == 200
    assert [(read.key, read.count) for read in CountedRead.objects.all()] == [(key, 2)]
    ServiceSecret.objects.filter(ends_at__isnull=False).update(ends_at=timezone.now())
    assert error_of(old.get("users")) == (401, "service_key_expired")
    assert new.get("users").status_code == 200
    service_key_revoke(service_key_id=key.pk, origin=ORIGIN)
    assert error_of(new.get("users")) == (401, "service_key_revoked")


def test_an_expired_key_is_not_rotated(crm):
    ServiceKey.objects.update(expires_at=timezone.now())
    with pytest.raises(Refused, match="service_key_expired"):
        service_key_rotate(service_key_id=ServiceKey.objects.get().pk, origin=ORIGIN)
    assert ServiceSecret.objects.count() == 1


def test_an_idempotency_key_outlives_a_rotation(crm):
    body = {"email": "new@example.com", "full_name": "New Client"}
    first = crm.post("users", body, key="one")
    _key, text = service_key_rotate(service_key_id=ServiceKey.objects.get().pk, origin=ORIGIN)
    again = Program(text).post("users", body, key="one")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"


def test_how_often_a_key_may_call_is_a_setting(crm, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "service": "2/h"}
    answers = [crm.get("users") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    _key, other = make_key("other")
    assert Program(other).get("users").status_code == 200
    assert CountedRead.objects.get(key__name="berlin").count == 2


def test_last_use_is_remembered(crm):
    crm.get("users")
    secret = ServiceSecret.objects.get()
    assert secret.last_used_from == "203.0.113.9"
    assert secret.last_used_at is not None


def test_refusals_are_on_record_too(crm):
    crm.get("users/999999")
    read = CountedRead.objects.get()
    assert (read.status, read.code, read.path) == (404, "client_not_found", "/crm/users/999999")
    crm.post("users/999999/notes", {"text": "Called."})
    recorded = Event.objects.get(type="service_key.called")
    assert (recorded.payload["status"], recorded.payload["code"]) == (404, "client_not_found")
    assert recorded.payload["path"] == "/crm/users/999999/notes"


def test_who_asks_all_the_time_is_one_row_a_minute_and_no_event(crm, monkeypatch):
    minute = timezone.now().replace(second=0, microsecond=0)
    for second in (0, 1, 59, 60):
        monkeypatch.setattr(timezone, "now", lambda second=second: minute + timedelta(seconds=second))
        crm.get("users", {"limit": second + 1})
    Program(crm.text, address="203.0.113.10").get("users")
    crm.get("users", {"limit": 0})
    reads = CountedRead.objects.order_by("id").values_list("minute", "address", "status", "code", "count")
    later = minute + timedelta(minutes=1)
    assert list(reads) == [
        (minute, "203.0.113.9", 200, "", 3),
        (later, "203.0.113.9", 200, "", 1),
        (later, "203.0.113.10", 200, "", 1),
        (later, "203.0.113.9", 400, "invalid_input", 1),
    ]
    assert not Event.objects.filter(type="service_key.called").exists()
    assert counted_reads_forget(before=later) == 1
    assert CountedRead.objects.count() == 3
