import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from forexpro.core.events.chain import Origin
from forexpro.core.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from forexpro.core.webhooks.endpoints import endpoint_create, endpoint_disable, endpoint_try

pytestmark = pytest.mark.usefixtures("db", "redis")
ORIGIN = Origin(actor="system:test")
URL = "https://crm.example.com/hooks"
ENDPOINTS, DELIVERIES = "/admin/core/webhookendpoint/", "/admin/core/webhookdelivery/"
FORM = {"name": "CRM", "url": URL, "events": "user.created\nkyc.status_changed", "payload_version": "1"}
PERMISSIONS = (
    "view_webhookendpoint", "add_webhookendpoint", "change_webhookendpoint", "view_webhookdelivery",
    "change_webhookdelivery",
)  # fmt: skip


@pytest.fixture
def admin():
    user = get_user_model().objects.create_user("admin@example.org", None, full_name="A", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=PERMISSIONS))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def endpoint():
    return endpoint_create(name="CRM", url=URL, event_types=["user.created"], origin=ORIGIN)[0]


@pytest.fixture
def delivery(endpoint):
    delivery = endpoint_try(endpoint_id=endpoint.pk, origin=ORIGIN)
    WebhookDelivery.objects.update(status="delivered", attempts_made=1, delivered_at=timezone.now())
    WebhookAttempt.objects.create(
        delivery=delivery,
        started_at=timezone.now(),
        duration_ms=12,
        url=URL,
        request_headers={"webhook-timestamp": "1795879212"},
        response_status=200,
        response_body="<b>thanks</b>",
    )
    return delivery


def test_an_endpoint_is_added_and_its_secret_shown_once(admin):
    answer = admin.post(f"{ENDPOINTS}add/", FORM)
    endpoint = WebhookEndpoint.objects.get()
    assert answer.url == f"{ENDPOINTS}{endpoint.pk}/secret/"
    assert (endpoint.event_types, endpoint.ordered) == (["kyc.status_changed", "user.created"], False)
    secret = endpoint.secrets.get().secret
    assert secret not in admin.get(answer.url).content.decode()
    shown = admin.post(answer.url)
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    again = admin.post(answer.url).content.decode()
    assert secret not in again
    assert "was shown before" in again


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "ftp://crm.example.com/"}, "url"),
        ({"events": "no.such"}, "events"),
        ({"payload_version": "9"}, "payload_version"),
    ],
)
def test_what_no_endpoint_can_be_is_said_beside_the_field(admin, wrong, field):
    answer = admin.post(f"{ENDPOINTS}add/", FORM | wrong)
    assert set(answer.context["adminform"].form.errors) == {field}
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_changed(admin, endpoint):
    page = f"{ENDPOINTS}{endpoint.pk}/change/"
    shown = admin.get(page).content.decode()
    assert "user.created" in shown
    assert "&#x27;on&#x27;" not in shown  # the words of a label, not what it is made of
    admin.post(page, FORM | {"name": "CRM 2", "ordered": "on"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.ordered, endpoint.event_types) == (
        "CRM 2",
        True,
        ["kyc.status_changed", "user.created"],
    )


def test_lists_take_as_many_queries_for_many_rows_as_for_one(admin, delivery, django_assert_max_num_queries):
    def count(address):
        with django_assert_max_num_queries(40) as queries:
            assert admin.get(address).status_code == 200
        return len(queries)

    before = {address: count(address) for address in (ENDPOINTS, DELIVERIES)}
    for number in range(5):
        other, _secret = endpoint_create(name=f"N{number}", url=URL, event_types=["*"], origin=ORIGIN)
        WebhookDelivery.objects.create(
            endpoint=other, message=delivery.message, next_attempt_at=timezone.now(), status="failed"
        )
    assert {address: count(address) for address in (ENDPOINTS, DELIVERIES)} == before


def test_the_log_shows_what_was_sent_and_answered(admin, delivery):
    shown = admin.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()
    assert "webhook.test" in shown
    assert "Delivered" in shown
    assert "&#x27;delivered&#x27;" not in shown
    assert "&lt;b&gt;thanks&lt;/b&gt;" in shown
    assert json.loads(delivery.message.body)["type"] == "webhook.test"
    for query in (f"?q={delivery.message_id}", "?status=delivered", "?message__type=webhook.test"):
        assert delivery.message_id in admin.get(DELIVERIES + query).content.decode()
    assert delivery.message_id not in admin.get(f"{DELIVERIES}?status=failed").content.decode()


def test_one_and_several_are_sent_again(admin, delivery):
    admin.post(f"{DELIVERIES}{delivery.pk}/replay/", {"_form_submitted": "True"})
    delivery.refresh_from_db()
    assert delivery.status == "waiting"
    WebhookDelivery.objects.update(status="failed")
    admin.post(DELIVERIES, {"action": "replay_chosen", "_selected_action": [delivery.pk]})
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts_made) == ("waiting", 0)


def test_the_home_names_endpoints_that_are_in_trouble(admin, endpoint):
    assert "Webhooks" not in str(admin.get("/admin/").context["attention"])
    WebhookEndpoint.objects.update(failing_since=timezone.now(), failures=3)
    (item,) = [item for item in admin.get("/admin/").context["attention"] if item.title == "Webhooks failing"]
    assert (item.detail, item.urgent) == ("1 endpoint", False)
    endpoint_disable(endpoint_id=endpoint.pk, origin=ORIGIN)
    WebhookEndpoint.objects.update(disabled_reason="failing")
    titles = [item.title for item in admin.get("/admin/").context["attention"] if item.urgent]
    assert "Webhooks turned off because they failed" in titles
