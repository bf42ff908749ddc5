from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from forexpro.core.events.chain import NewEvent
from forexpro.core.events.record import record
from forexpro.core.models import (
    Event,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookMessage,
    WebhookOutbox,
    WebhookSecret,
)
from forexpro.core.refusals import Refused
from forexpro.core.tests.webhooks.conftest import EVENT, ORIGIN, happen, make_endpoint
from forexpro.core.webhooks.endpoints import (
    SECRETS_MAX,
    endpoint_change,
    endpoint_create,
    endpoint_disable,
    endpoint_enable,
    endpoint_try,
    secret_rotate,
    secret_show,
)
from forexpro.core.webhooks.fan_out import fan_out
from forexpro.core.webhooks.replay import Which, deliveries_replay, forget_old, missed_send
from forexpro.core.webhooks.selectors import trouble

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis")]
URL = "https://crm.example.com/hooks"


def deliver_all() -> None:
    """Do as if everything that waits had been delivered."""
    while fan_out():
        pass
    WebhookDelivery.objects.update(status="delivered", delivered_at=timezone.now(), attempts_made=1)


# --- The outbox ----------------------------------------------------------------------------------
def test_without_endpoints_nothing_is_put_into_the_outbox(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    happen("a stream that exists")
    with django_assert_num_queries(4 + 2), transaction.atomic():  # as many statements as without webhooks
        record([NewEvent("staff:1", EVENT, {"object": "core.thing:1", "name": "two"})], origin=ORIGIN)
    assert not WebhookOutbox.objects.exists()
    endpoint, _secret = make_endpoint(URL)
    endpoint_disable(endpoint_id=endpoint.pk, origin=ORIGIN)
    WebhookOutbox.objects.all().delete()
    happen("three")
    assert not WebhookOutbox.objects.exists()


def test_an_event_and_its_place_in_the_outbox_are_one_commit() -> None:
    make_endpoint(URL)
    WebhookOutbox.objects.all().delete()
    with transaction.atomic():
        record([NewEvent("staff:1", EVENT, {"object": "core.thing:1", "name": "one"})], origin=ORIGIN)
        assert WebhookOutbox.objects.count() == 1
        transaction.set_rollback(True)
    assert not WebhookOutbox.objects.exists()
    happen("two")
    assert list(WebhookOutbox.objects.values_list("event_id", flat=True)) == [Event.objects.get(type=EVENT).pk]


def test_deliveries_are_numbered_as_events_happened() -> None:
    make_endpoint(URL)
    happen(*map(str, range(20)))
    while fan_out():
        pass
    rows = WebhookDelivery.objects.order_by("id").values_list("message__event_id", flat=True)
    assert list(rows) == list(Event.objects.filter(type=EVENT).order_by("seq").values_list("id", flat=True))
    assert not WebhookOutbox.objects.exists()
    assert fan_out() == 0


# --- Endpoints -----------------------------------------------------------------------------------
def test_secrets_are_encrypted_and_in_no_event() -> None:
    endpoint, secret = make_endpoint(URL)
    other = secret_rotate(endpoint_id=endpoint.pk, origin=ORIGIN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM core_webhooksecret")
        kept = b"".join(bytes(row[0]) for row in cursor.fetchall())
    for one in (secret, other):
        assert one.startswith("whsec_")
        assert one.removeprefix("whsec_").encode() not in kept
        assert one.removeprefix("whsec_") not in str(list(Event.objects.values_list("payload", flat=True)))


def test_a_secret_is_shown_once() -> None:
    endpoint, _secret = make_endpoint(URL)
    with pytest.raises(Refused) as refused:
        secret_show(endpoint_id=endpoint.pk, origin=ORIGIN)
    assert refused.value.code == "webhook_secret_shown"


def test_secrets_that_are_replaced_expire() -> None:
    endpoint, _secret = make_endpoint(URL)
    secret_rotate(endpoint_id=endpoint.pk, overlap=timedelta(hours=2), origin=ORIGIN)
    newest, oldest = WebhookSecret.objects.order_by("-pk")
    assert newest.expires_at is None
    assert oldest.expires_at is not None
    assert timedelta(hours=1, minutes=59) < oldest.expires_at - timezone.now() <= timedelta(hours=2)
    for _ in range(SECRETS_MAX - 2):
        secret_rotate(endpoint_id=endpoint.pk, origin=ORIGIN)
    with pytest.raises(Refused) as refused:
        secret_rotate(endpoint_id=endpoint.pk, origin=ORIGIN)
    assert refused.value.code == "webhook_secrets_too_many"
    WebhookSecret.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now())
    secret_rotate(endpoint_id=endpoint.pk, origin=ORIGIN)
    assert WebhookSecret.objects.count() == 2


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"url": "https://169.254.169.254/"}, "webhook_url_invalid"),
        ({"event_types": ["no.such_event"]}, "webhook_events_invalid"),
        ({"event_types": []}, "webhook_events_invalid"),
        ({"payload_version": 2}, "webhook_version_unknown"),
        ({"name": "CRM"}, "webhook_name_taken"),
    ],
)
def test_what_no_endpoint_can_be_is_refused(wanted: dict[str, object], code: str) -> None:
    make_endpoint(URL)
    given: dict[str, object] = {"name": "Other", "url": URL, "event_types": [EVENT], **wanted}
    with pytest.raises(Refused) as refused:
        endpoint_create(**given, origin=ORIGIN)
    assert refused.value.code == code
    assert WebhookEndpoint.objects.count() == 1


def test_a_change_is_recorded_without_what_only_the_receiver_should_know() -> None:
    endpoint, _secret = make_endpoint(f"{URL}?key=one")
    changed = endpoint_change(
        endpoint_id=endpoint.pk, name="CRM", url=f"{URL}?key=two", event_types=["*"], ordered=True, payload_version=1,
        origin=ORIGIN,
    )  # fmt: skip
    assert (changed.url, changed.event_types, changed.ordered) == (f"{URL}?key=two", ["*"], True)
    payload = Event.objects.get(type="webhook.endpoint_changed").payload
    assert set(payload["changes"]) == {"url", "events", "ordered"}
    assert "key=" not in str(Event.objects.values_list("payload", flat=True))


def test_turning_on_lets_an_endpoint_begin_anew() -> None:
    endpoint, _secret = make_endpoint(URL)
    WebhookEndpoint.objects.update(failures=9, failing_since=timezone.now(), paused_until=timezone.now())
    assert trouble().failing == 1
    endpoint_disable(endpoint_id=endpoint.pk, origin=ORIGIN)
    with pytest.raises(Refused):
        endpoint_try(endpoint_id=endpoint.pk, origin=ORIGIN)
    fresh = endpoint_enable(endpoint_id=endpoint.pk, origin=ORIGIN)
    assert (fresh.enabled, fresh.failures, fresh.failing_since, fresh.paused_until) == (True, 0, None, None)
    with pytest.raises(Refused):
        endpoint_enable(endpoint_id=endpoint.pk, origin=ORIGIN)


def test_five_test_events_a_minute_for_each_person() -> None:
    endpoint, _secret = make_endpoint(URL)
    for _ in range(5):
        endpoint_try(endpoint_id=endpoint.pk, origin=ORIGIN)
    with pytest.raises(Refused) as refused:
        endpoint_try(endpoint_id=endpoint.pk, origin=ORIGIN)
    assert (refused.value.code, refused.value.http_status) == ("too_many_requests", 429)
    assert 0 < refused.value.details["retry_after_seconds"] <= 61
    assert WebhookDelivery.objects.filter(message__type="webhook.test").count() == 5


# --- Sending again -------------------------------------------------------------------------------
def test_sending_again_keeps_ids_and_words() -> None:
    endpoint, _secret = make_endpoint(URL)
    happen("one", "two", "three")
    deliver_all()
    before = {message.pk: message.body for message in WebhookMessage.objects.all()}
    chosen = WebhookDelivery.objects.earliest("id")
    which = Which(message_ids=[chosen.message_id])
    assert deliveries_replay(endpoint_id=endpoint.pk, which=which, origin=ORIGIN) == 1
    (waiting,) = WebhookDelivery.objects.filter(status="waiting")
    assert (waiting.pk, waiting.message_id, waiting.attempts_made) == (chosen.pk, chosen.message_id, 0)
    assert {message.pk: message.body for message in WebhookMessage.objects.all()} == before


def test_sending_again_by_status_type_and_time() -> None:
    endpoint, _secret = make_endpoint(URL, EVENT, "staff.object_deleted")
    other, _secret = make_endpoint(URL, name="Other")
    happen("one", "two")
    happen("three", type="staff.object_deleted")
    deliver_all()
    middle = Event.objects.filter(type=EVENT).latest("id").occurred_at
    WebhookDelivery.objects.filter(endpoint=endpoint, message__type="staff.object_deleted").update(status="failed")
    for which, count in (
        (Which(status=WebhookDelivery.Status.FAILED), 1),
        (Which(type=EVENT), 2),
        (Which(since=middle), 2),
        (Which(until=middle), 1),
    ):
        deliver_all() if which.status is None else None
        assert deliveries_replay(endpoint_id=endpoint.pk, which=which, origin=ORIGIN) == count
    assert not WebhookDelivery.objects.filter(endpoint=other, status="waiting").exists()
    with pytest.raises(Refused) as refused:
        deliveries_replay(endpoint_id=endpoint.pk, which=Which(type="no.such"), origin=ORIGIN)
    assert refused.value.code == "webhook_nothing_to_replay"


def test_what_is_under_way_is_not_sent_again() -> None:
    endpoint, _secret = make_endpoint(URL)
    happen("one")
    deliver_all()
    later = timezone.now() + timedelta(seconds=30)
    WebhookDelivery.objects.update(status="waiting", lease="0" * 32, next_attempt_at=later)
    with pytest.raises(Refused):
        deliveries_replay(endpoint_id=endpoint.pk, which=Which(type=EVENT), origin=ORIGIN)


def test_what_was_missed_while_off_is_sent_under_the_ids_that_others_know() -> None:
    start = timezone.now()
    endpoint, _secret = make_endpoint(URL)
    make_endpoint(URL, name="Other")
    endpoint_disable(endpoint_id=endpoint.pk, origin=ORIGIN)
    happen("one", "two")
    deliver_all()
    endpoint_enable(endpoint_id=endpoint.pk, origin=ORIGIN)
    happen("three")
    deliver_all()
    assert WebhookDelivery.objects.filter(endpoint=endpoint).count() == 1
    assert missed_send(endpoint_id=endpoint.pk, since=start, until=timezone.now(), origin=ORIGIN) == 2
    ids = [set(one.deliveries.values_list("message", flat=True)) for one in WebhookEndpoint.objects.all()]
    assert ids[0] == ids[1]
    with pytest.raises(Refused):
        missed_send(endpoint_id=endpoint.pk, since=start, until=timezone.now(), origin=ORIGIN)


def test_the_log_forgets_what_is_over() -> None:
    make_endpoint(URL)
    happen("one", "two")
    deliver_all()
    kept = WebhookDelivery.objects.latest("id")
    long_ago = timezone.now() - timedelta(days=40)
    WebhookDelivery.objects.update(created_at=long_ago, next_attempt_at=long_ago)
    WebhookMessage.objects.update(created_at=long_ago)
    WebhookDelivery.objects.filter(pk=kept.pk).update(status="waiting")
    assert forget_old(before=timezone.now() - timedelta(days=30)) == 1
    assert list(WebhookDelivery.objects.values_list("pk", flat=True)) == [kept.pk]
    assert WebhookMessage.objects.count() == 1


# --- Commands ------------------------------------------------------------------------------------
def test_operators_do_all_of_it_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("webhook_endpoint", "add", "CRM", URL, EVENT, "--ordered")
    assert "whsec_" in capsys.readouterr().out
    call_command("webhook_endpoint", "rotate", "CRM", "--hours", "1")
    assert "whsec_" in capsys.readouterr().out
    call_command("webhook_endpoint", "test", "CRM")
    happen("one")
    deliver_all()
    call_command("webhook_replay", "CRM", "--type", EVENT)
    call_command("webhook_endpoint", "disable", "CRM")
    call_command("webhook_endpoint", "list")
    shown = capsys.readouterr().out
    assert "1 sent again to CRM." in shown
    assert (
        "CRM: https://crm.example.com/hooks, in order, staff.object_added; off (Turned off by staff); 1 waiting"
        in shown
    )
    call_command("webhook_endpoint", "enable", "CRM")
    for wrong in (
        ("webhook_endpoint", "test", "Nobody"),
        ("webhook_endpoint", "add", "CRM", URL, EVENT),
        ("webhook_replay", "CRM"),
        ("webhook_replay", "CRM", "--missed"),
        ("webhook_replay", "CRM", "--since", "yesterday"),
    ):
        with pytest.raises(CommandError):
            call_command(*wrong)
