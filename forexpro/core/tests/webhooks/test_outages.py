"""Receivers that are down for an hour, or for days, while a clock of the test's own goes on for everybody."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from asgiref.sync import sync_to_async
from django.utils import timezone

from forexpro.core.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from forexpro.core.tests.webhooks.conftest import ORIGIN, happen, make_endpoint
from forexpro.core.tests.webhooks.receiving import Request, receiving, status
from forexpro.core.webhooks import sender
from forexpro.core.webhooks.endpoints import endpoint_enable
from forexpro.core.webhooks.replay import Which, deliveries_replay
from forexpro.core.webhooks.sender import Sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("async_connection_closed")]

Status = WebhookDelivery.Status


class Clock:
    """What time it is; it goes on by itself and may be put forward."""

    def __init__(self) -> None:
        self._real = timezone.now
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return self._real() + self.ahead

    async def go_on(self) -> None:
        """Put it forward to the moment at which the next request is due, unless one is under way."""
        waiting = WebhookDelivery.objects.filter(status=Status.WAITING)
        if await waiting.filter(lease__isnull=False, next_attempt_at__gt=self.now()).aexists():
            return
        due = []
        async for endpoint in WebhookEndpoint.objects.filter(enabled=True):
            first = "id" if endpoint.ordered else "next_attempt_at"
            if (delivery := await waiting.filter(endpoint=endpoint).order_by(first).afirst()) is not None:
                due.append(max(delivery.next_attempt_at, endpoint.paused_until or delivery.next_attempt_at))
        if due:
            self.ahead += max(min(due) - self.now(), timedelta(0))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    monkeypatch.setattr(sender, "POLL_SECONDS", 0.02)
    return clock


@asynccontextmanager
async def sending() -> AsyncIterator[None]:
    """Send for as long as the context is open."""
    working = Sender()
    task = asyncio.create_task(working.run(seconds=3600))
    try:
        yield
        working.stop()
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    while not await condition():  # noqa: ASYNC110  # it is in the database
        await asyncio.sleep(0.02)


async def add(url: str, **options: Any) -> tuple[WebhookEndpoint, str]:
    return await sync_to_async(make_endpoint)(url, **options)


def name(request: Request) -> int:
    """Return which event a request tells of; for a library that verifies, its time is too far ahead."""
    number: str = json.loads(request.body)["data"]["payload"]["name"]
    return int(number)


def delivered(endpoint: WebhookEndpoint) -> Any:
    return WebhookDelivery.objects.filter(endpoint=endpoint, status=Status.DELIVERED)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_an_hour_down_loses_and_reorders_nothing_and_delays_nobody(clock: Clock) -> None:
    port = free_port()
    async with receiving(status(200)) as well_receiver:
        well, _secret = await add(well_receiver.url, name="Well")
        free, _secret = await add(f"http://127.0.0.1:{port}/free", name="Down")
        ordered, _secret = await add(f"http://127.0.0.1:{port}/ordered", name="Down in order", ordered=True)
        async with sending():
            for minute in range(60):
                await sync_to_async(happen)(str(minute))

                async def heard(count: int = minute + 1) -> bool:
                    return bool(await delivered(well).acount() == count)

                await until(heard)  # before the next minute begins: it waits for nobody
                clock.ahead += timedelta(minutes=1)
            tried = WebhookAttempt.objects.exclude(delivery__endpoint=well)
            assert {attempt.response_status async for attempt in tried} == {None}
            # Each of 120 deliveries would be tried three or four times; what is paused is not tried at all.
            assert 2 <= await tried.acount() < 60
            assert not await WebhookDelivery.objects.filter(status=Status.FAILED).aexists()

            async with receiving(status(200), port=port) as back:

                async def all_heard() -> bool:
                    await clock.go_on()
                    return bool(await delivered(free).acount() == await delivered(ordered).acount() == 60)

                await until(all_heard)
    told = {
        path: [name(request) for request in back.requests if request.path == path] for path in ("/free", "/ordered")
    }
    assert sorted(set(told["/free"])) == list(range(60))
    assert list(dict.fromkeys(told["/ordered"])) == list(range(60))
    for endpoint in (free, ordered):
        await endpoint.arefresh_from_db()
        assert (endpoint.enabled, endpoint.failures, endpoint.paused_until) == (True, 0, None)


async def test_three_days_down_turn_it_off_and_nothing_is_lost(clock: Clock) -> None:
    down = True

    async def answer(_request: Request, _times: int) -> web.StreamResponse:
        return web.Response(status=503 if down else 200)

    began = clock.now()
    async with receiving(answer) as receiver:
        endpoint, _secret = await add(receiver.url, ordered=True)
        await sync_to_async(happen)(*map(str, range(12)))

        async def is_off() -> bool:
            await clock.go_on()
            await endpoint.arefresh_from_db()
            return not endpoint.enabled

        async with sending():
            await until(is_off)
        assert endpoint.disabled_reason == WebhookEndpoint.DisabledReason.FAILING
        assert clock.now() - began > timedelta(days=3)
        assert await Event.objects.filter(type="webhook.endpoint_disabled").acount() == 1
        asked = len(receiver.requests)

        down = False
        await sync_to_async(endpoint_enable)(endpoint_id=endpoint.pk, origin=ORIGIN)
        which = Which(status=Status.FAILED)  # the first was given up by the attempt that turned it off
        await sync_to_async(deliveries_replay)(endpoint_id=endpoint.pk, which=which, origin=ORIGIN)

        async def all_heard() -> bool:
            await clock.go_on()
            return bool(await delivered(endpoint).acount() == 12)

        async with sending():
            await until(all_heard)
    accepted = [name(request) for request in receiver.requests if request.answered == 200]
    assert accepted == list(range(12))
    assert asked <= 12  # one at a time, ever more rarely
