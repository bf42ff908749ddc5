"""Endpoints by the API: what changes and what is answered, and that a secret is shown once and kept nowhere else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import AnsweredCall
from crm.tests.api.test_reads import AUTHENTICATION, ON_RECORD
from crm.tests.conftest import error_of
from forexpro.core.models import Event, WebhookDelivery, WebhookEndpoint, WebhookSecret
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.endpoints import endpoint_create, endpoint_try
from trading.tests.factories import ORIGIN

pytestmark = pytest.mark.django_db
ENDPOINT = 1
NEW = {"name": "Berlin", "url": "https://crm.example.com/hooks", "event_types": ["user.created", "deposit.requested"]}


@pytest.fixture
def endpoint(crm):
    return endpoint_create(**NEW | {"origin": ORIGIN})[0]


def test_an_endpoint_is_created_once_and_its_secret_is_shown_once(crm):
    first = crm.post("webhooks", NEW, key="one")
    assert first.status_code == 201
    shown = first.json()
    assert shown["event_types"] == ["deposit.requested", "user.created"]
    assert shown["secret"] == WebhookSecret.objects.get().secret
    again = crm.post("webhooks", NEW, key="one")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == shown | {"secret": None}
    assert shown["secret"] not in AnsweredCall.objects.get().body + str(list(Event.objects.values()))
    assert error_of(crm.post("webhooks", NEW)) == (422, "webhook_name_taken")
    assert "secret" not in crm.get(f"webhooks/{shown['id']}").json()
    assert Event.objects.get(type="webhook.endpoint_added").actor == "crm:berlin"


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"url": "http://127.0.0.1/"}, (422, "webhook_url_invalid")),
        ({"url": "https://169.254.169.254/"}, (422, "webhook_url_invalid")),
        ({"event_types": ["user.flown"]}, (422, "webhook_events_invalid")),
        ({"event_types": []}, (400, "invalid_input")),
        ({"payload_version": 99}, (422, "webhook_version_unknown")),
        ({"name": ""}, (400, "invalid_input")),
        ({"orderd": True}, (400, "invalid_input")),
    ],
)
def test_what_no_endpoint_can_be(crm, endpoint, changed, refusal):
    assert error_of(crm.post("webhooks", NEW | {"name": "Other"} | changed)) == refusal
    assert error_of(crm.patch(f"webhooks/{endpoint.pk}", changed)) == refusal
    assert WebhookEndpoint.objects.get().url == NEW["url"]


@pytest.mark.parametrize("count", [1, 10])
def test_endpoints_take_one_query_however_many(crm, count, django_assert_num_queries):
    for number in range(count):
        endpoint_create(**NEW | {"name": f"E{number}", "origin": ORIGIN})
    crm.get("webhooks")  # the first use of a key is written
    with django_assert_num_queries(AUTHENTICATION + 1 + ON_RECORD):
        assert len(crm.get("webhooks").json()) == count


def test_a_change_leaves_the_rest_as_it_is(crm, endpoint):
    answer = crm.patch(f"webhooks/{endpoint.pk}", {"event_types": ["*"], "ordered": True})
    assert answer.json()["event_types"] == ["*"]
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.url, endpoint.ordered) == ("Berlin", NEW["url"], True)
    crm.patch(f"webhooks/{endpoint.pk}", {"name": "Bonn"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.ordered) == ("Bonn", True)


def test_a_repeated_rotation_makes_one_secret(crm, endpoint):
    first = crm.post(f"webhooks/{endpoint.pk}/rotate", {"hours": 2}, key="one").json()["secret"]
    assert crm.post(f"webhooks/{endpoint.pk}/rotate", {"hours": 2}, key="one").json()["secret"] is None
    newest, older = WebhookSecret.objects.order_by("-pk")
    assert (newest.secret, newest.expires_at) == (first, None)
    assert older.expires_at - timezone.now() < timedelta(hours=2)
    assert error_of(crm.post(f"webhooks/{endpoint.pk}/rotate", {"hours": -1})) == (400, "invalid_input")


def test_a_call_that_broke_off_before_its_secret_was_shown_shows_it_when_repeated(crm, monkeypatch):
    def broken(**_options):
        raise Refused("database_unavailable", "Broken off.", http_status=503)

    with monkeypatch.context() as patched:
        patched.setattr("crm.api.webhooks.secret_show", broken)
        assert error_of(crm.post("webhooks", NEW, key="one")) == (503, "database_unavailable")
    assert crm.post("webhooks", NEW, key="one").json()["secret"] == WebhookSecret.objects.get().secret
    assert WebhookEndpoint.objects.count() == 1


def test_an_endpoint_is_turned_off_and_on(crm, endpoint):
    path = f"webhooks/{endpoint.pk}"
    assert error_of(crm.post(f"{path}/enable")) == (422, "webhook_enabled")
    answer = crm.post(f"{path}/disable").json()
    assert (answer["enabled"], answer["disabled_reason"]) == (False, "staff")
    assert error_of(crm.post(f"{path}/disable")) == (422, "webhook_disabled")
    assert error_of(crm.post(f"{path}/test")) == (422, "webhook_disabled")
    assert crm.post(f"{path}/enable").json()["enabled"] is True


def test_test_events_are_sent_and_counted(crm, endpoint):
    path = f"webhooks/{endpoint.pk}/test"
    sent = crm.post(path, key="one")
    assert (sent.status_code, sent.json()["type"], sent.json()["status"]) == (202, "webhook.test", "waiting")
    assert crm.post(path, key="one").json() == sent.json()
    assert WebhookDelivery.objects.count() == 1
    for _number in range(4):
        assert crm.post(path).status_code == 202
    assert error_of(crm.post(path)) == (429, "too_many_requests")
    assert crm.get(f"webhooks/{endpoint.pk}").json()["waiting"] == 5


def test_what_was_sent_is_listed_and_sent_again(crm, endpoint, django_assert_num_queries):
    deliveries = [endpoint_try(endpoint_id=endpoint.pk, origin=ORIGIN) for _number in range(3)]
    other, _secret = endpoint_create(**NEW | {"name": "Other", "origin": ORIGIN})
    WebhookDelivery.objects.filter(pk=deliveries[0].pk).update(status="failed", attempts_made=10)
    path = f"webhooks/{endpoint.pk}"
    crm.get(f"{path}/deliveries")  # the first use of a key is written
    with django_assert_num_queries(AUTHENTICATION + ENDPOINT + 1 + ON_RECORD):
        listed = crm.get(f"{path}/deliveries").json()["results"]
    assert [one["message_id"] for one in listed] == [one.message_id for one in reversed(deliveries)]
    failed = crm.get(f"{path}/deliveries", {"status": "failed"}).json()["results"]
    assert [one["message_id"] for one in failed] == [deliveries[0].message_id]
    assert crm.get(f"webhooks/{other.pk}/deliveries").json()["results"] == []

    again = crm.post(f"{path}/replay", {"status": "failed"})
    assert (again.status_code, again.json()) == (202, {"count": 1})
    deliveries[0].refresh_from_db()
    assert (deliveries[0].status, deliveries[0].attempts_made) == ("waiting", 0)
    assert error_of(crm.post(f"{path}/replay", {"status": "failed"})) == (422, "webhook_nothing_to_replay")
    assert error_of(crm.post(f"{path}/replay", {})) == (422, "replay_unclear")
    of_another = {"message_ids": [deliveries[0].message_id]}
    assert error_of(crm.post(f"webhooks/{other.pk}/replay", of_another)) == (422, "webhook_nothing_to_replay")


def test_what_was_missed_is_made_up_for(crm, endpoint):
    began = timezone.now()
    crm.post(f"webhooks/{endpoint.pk}/disable")
    created = crm.post("users", {"email": "new@example.com", "full_name": "New Client"}).json()["user"]
    crm.post(f"webhooks/{endpoint.pk}/enable")
    path = f"webhooks/{endpoint.pk}/replay"
    assert error_of(crm.post(path, {"missed": True, "since": began.isoformat()})) == (422, "replay_unclear")
    asked = {"missed": True, "since": began.isoformat(), "until": timezone.now().isoformat()}
    assert crm.post(path, asked).json() == {"count": 1}
    delivery = WebhookDelivery.objects.select_related("message").get()
    assert delivery.message.type == "user.created"
    assert f'"user_id":"{created["id"]}"' in delivery.message.body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""), ("patch", ""), ("post", "/rotate"), ("post", "/enable"), ("post", "/disable"), ("post", "/test"),
        ("get", "/deliveries"), ("post", "/replay"),
    ],
)  # fmt: skip
def test_there_is_no_such_endpoint(crm, method, path):
    bodies = {"": {"name": "Other"}, "/replay": {"status": "failed"}}
    body = bodies.get(path) if method != "get" else None
    answer = getattr(crm, method)(f"webhooks/999999{path}", body)
    assert error_of(answer) == (404, "webhook_not_found")
