import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from asgiref.sync import sync_to_async
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import WebhookVerificationError

from forexpro.core.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookOutbox
from forexpro.core.tests.webhooks.conftest import ORIGIN, happen, make_endpoint, send_until
from forexpro.core.tests.webhooks.receiving import Request, hang, receiving, status
from forexpro.core.webhooks.endpoints import secret_rotate

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("async_connection_closed")]

Status = WebhookDelivery.Status


def names(requests: list[Request], secret: str) -> list[str]:
    return [request.verified(secret)["data"]["payload"]["name"] for request in requests]


async def add(*arguments: Any, **options: Any) -> tuple[WebhookEndpoint, str]:
    return await sync_to_async(make_endpoint)(*arguments, **options)


async def test_what_happens_is_told_signed_as_the_standard_says() -> None:
    async with receiving(status(204)) as receiver:
        _endpoint, secret = await add(receiver.url)
        await sync_to_async(happen)("one")
        await send_until(lambda: len(receiver.requests) == 1)
    payload = receiver.requests[0].verified(secret)
    event = await Event.objects.aget(type="staff.object_added")
    assert payload == {
        "type": "staff.object_added",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "stream": "staff:1",
            "number": 1,
            "actor": "system:test",
            "payload": {"object": "core.thing:1", "name": "one"},
        },
    }
    assert receiver.requests[0].headers["webhook-version"] == "1"
    delivery = await WebhookDelivery.objects.aget()
    assert (delivery.status, delivery.attempts_made, delivery.lease) == (Status.DELIVERED, 1, None)
    assert delivery.message_id == receiver.requests[0].id
    attempt = await WebhookAttempt.objects.aget()
    assert (attempt.response_status, attempt.error, attempt.url) == (204, "", receiver.url)
    assert "webhook-signature" not in attempt.request_headers
    assert not await WebhookOutbox.objects.aexists()


async def test_a_changed_body_and_another_secret_do_not_verify() -> None:
    async with receiving(status(200)) as receiver:
        _endpoint, secret = await add(receiver.url)
        _other, other_secret = await add(receiver.url, name="Other")
        await sync_to_async(happen)("one")
        await send_until(lambda: len(receiver.requests) == 2)
    request = receiver.requests[0]
    good, bad = (secret, other_secret) if _verifies(request, secret) else (other_secret, secret)
    request.verified(good)
    with pytest.raises(WebhookVerificationError):
        request.verified(bad)
    request.body = request.body.replace(b"one", b"two")
    with pytest.raises(WebhookVerificationError):
        request.verified(good)


async def test_old_and_new_secret_sign_while_a_receiver_changes_over() -> None:
    async with receiving(status(200)) as receiver:
        endpoint, old = await add(receiver.url)
        new = await sync_to_async(secret_rotate)(endpoint_id=endpoint.pk, overlap=timedelta(hours=1), origin=ORIGIN)
        await sync_to_async(happen)("one")
        await send_until(lambda: len(receiver.requests) == 1)
        assert receiver.requests[0].verified(old) == receiver.requests[0].verified(new)

        await endpoint.secrets.filter(expires_at__isnull=False).aupdate(expires_at=timezone.now())
        await sync_to_async(happen)("two")
        await send_until(lambda: len(receiver.requests) == 2)
    assert receiver.requests[1].verified(new)
    assert not _verifies(receiver.requests[1], old)


@pytest.mark.usefixtures("hurried")
async def test_half_the_requests_fail_and_nothing_is_lost() -> None:
    asked = itertools.count()

    async def every_other(_request: Request, _times: int) -> web.StreamResponse:
        return web.Response(status=500 if next(asked) % 2 else 200)

    async with receiving(every_other) as receiver:
        _endpoint, secret = await add(receiver.url)
        await sync_to_async(happen)(*map(str, range(40)))
        await send_until(lambda: len(receiver.accepted) == 40)
    assert len(receiver.requests) > 60
    assert len(receiver.seen) == 40  # what came again came under the same id
    accepted = [request for request in receiver.requests if request.answered == 200]
    assert sorted(map(int, names(accepted, secret))) == list(range(40))
    assert await WebhookDelivery.objects.filter(status=Status.DELIVERED).acount() == 40


@pytest.mark.usefixtures("hurried")
async def test_who_asks_for_order_gets_it_whatever_fails() -> None:
    async def sometimes(_request: Request, times: int) -> web.StreamResponse:
        return web.Response(status=503 if times < 3 else 200)

    async with receiving(sometimes) as receiver:
        _endpoint, secret = await add(receiver.url, ordered=True)
        await sync_to_async(happen)(*map(str, range(12)))
        await send_until(lambda: len(receiver.accepted) == 12)
    in_turn = list(dict.fromkeys(names(receiver.requests, secret)))
    assert in_turn == list(map(str, range(12)))
    # Nothing of a later one came before an earlier one was accepted.
    assert names(receiver.requests, secret) == sorted(names(receiver.requests, secret), key=int)


@pytest.mark.usefixtures("hurried")
async def test_without_the_wish_for_order_later_ones_overtake() -> None:
    """The control of the test above: the same failures do change the order."""

    async def first_is_slow(request: Request, times: int) -> web.StreamResponse:
        return web.Response(status=503 if b'"0"' in request.body and times < 3 else 200)

    async with receiving(first_is_slow) as receiver:
        _endpoint, secret = await add(receiver.url)
        await sync_to_async(happen)(*map(str, range(12)))
        await send_until(lambda: len(receiver.accepted) == 12)
    assert names(receiver.requests, secret)[-1] == "0"


async def test_nobody_waits_for_a_receiver_that_hangs_or_is_down(settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 30
    async with receiving(hang) as hanging, receiving(status(200)) as well:
        await add(hanging.url, name="Hangs")
        await add(hanging.url, name="Hangs in order", ordered=True)
        await add("http://127.0.0.1:1/", name="Down")
        _endpoint, secret = await add(well.url, name="Well")
        await sync_to_async(happen)(*map(str, range(100)))
        sending = asyncio.create_task(send_until(lambda: len(well.accepted) == 100))
        while len(well.accepted) < 100:
            assert not sending.done()
            await asyncio.sleep(0.02)
        # Every one was told while the first requests to the hanging ones were still open.
        assert 0 < len(hanging.requests) <= 17
        assert all(request.answered is None for request in hanging.requests)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    assert sorted(map(int, names(well.requests, secret))) == list(range(100))


async def test_too_slow_is_a_failure(settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 1
    async with receiving(hang) as receiver:
        await add(receiver.url)
        await sync_to_async(happen)("one")
        await send_until(lambda: len(receiver.requests) == 1)
    attempt = await WebhookAttempt.objects.aget()
    assert (attempt.response_status, attempt.error) == (None, "no answer within 1 s")
    delivery = await WebhookDelivery.objects.aget()
    assert (delivery.status, delivery.attempts_made) == (Status.WAITING, 1)


async def test_redirections_are_not_followed() -> None:
    async with receiving(status(200)) as canary, receiving(status(302, Location=canary.url)) as receiver:
        await add(receiver.url)
        await sync_to_async(happen)("one")
        await send_until(lambda: len(receiver.requests) == 1)
    assert canary.requests == []
    attempt = await WebhookAttempt.objects.aget()
    assert (attempt.response_status, attempt.error) == (302, "redirections are not followed")


async def test_gone_turns_the_endpoint_off_and_keeps_what_waits() -> None:
    async with receiving(status(410)) as receiver:
        endpoint, _secret = await add(receiver.url, ordered=True)
        await sync_to_async(happen)("one", "two")
        await send_until(lambda: len(receiver.requests) == 1)
        await endpoint.arefresh_from_db()
        assert (endpoint.enabled, endpoint.disabled_reason) == (False, WebhookEndpoint.DisabledReason.GONE)
        assert await WebhookDelivery.objects.filter(status=Status.WAITING).acount() == 2
    event = await Event.objects.aget(type="webhook.endpoint_disabled")
    assert event.payload["reason"] == "gone"


@pytest.mark.parametrize("code", [429, 502, 504])
async def test_a_receiver_that_cannot_keep_up_is_left_alone_for_as_long_as_it_asks(code: int) -> None:
    async with receiving(status(code, **{"Retry-After": "600"})) as receiver:
        endpoint, _secret = await add(receiver.url, ordered=True)
        await sync_to_async(happen)("one", "two")
        await send_until(lambda: len(receiver.requests) == 1)
    await endpoint.arefresh_from_db()
    now = timezone.now()
    assert endpoint.paused_until is not None
    assert timedelta(minutes=9) < endpoint.paused_until - now <= timedelta(minutes=10)
    delivery = await WebhookDelivery.objects.order_by("id").afirst()
    assert delivery is not None
    assert delivery.next_attempt_at - now > timedelta(minutes=9)


async def test_an_endpoint_that_only_fails_is_asked_by_one_request_at_a_time() -> None:
    async with receiving(status(500)) as receiver:
        endpoint, _secret = await add(receiver.url)
        await sync_to_async(happen)(*map(str, range(60)))
        await send_until(lambda: len(receiver.requests) >= 5)
        asked = len(receiver.requests)
        assert asked <= 32  # of 60; the rest has not even been tried
        await endpoint.arefresh_from_db()
        assert endpoint.paused_until is not None
        await WebhookEndpoint.objects.aupdate(paused_until=timezone.now())
        await send_until(lambda: len(receiver.requests) > asked)
    assert len(receiver.requests) == asked + 1


async def test_an_answer_is_kept_cut_off() -> None:
    async def talkative(_request: Request, _times: int) -> web.StreamResponse:
        return web.Response(body=b"a\0" + b"b" * 1_000_000)

    async with receiving(talkative) as receiver:
        await add(receiver.url)
        await sync_to_async(happen)("one")
        await send_until(lambda: len(receiver.requests) == 1)
    attempt = await WebhookAttempt.objects.aget()
    assert attempt.response_body == "a" + "b" * 1_998
    assert attempt.error == ""


async def test_what_nobody_asks_for_is_told_to_nobody() -> None:
    async with receiving(status(200)) as receiver:
        await add(receiver.url, "staff.object_deleted")
        await add(receiver.url, "*", name="Everything")
        await sync_to_async(happen)("one")
        await send_until(lambda: len(receiver.requests) >= 3)  # the endpoint that was added, too
    delivered = WebhookDelivery.objects.exclude(endpoint__name="Everything")
    assert not await delivered.aexists()


def _verifies(request: Request, secret: str) -> bool:
    try:
        request.verified(secret)
    except WebhookVerificationError:
        return False
    return True
