import asyncio
import os
import signal
import sys
import threading

import pytest
from aiohttp import web
from pytest_django import Settings

from forexpro.core.realtime.database import in_database
from forexpro.core.scratch import child_environment
from forexpro.core.tasks import send_webhooks
from forexpro.core.tests.webhooks.conftest import happen, make_endpoint
from forexpro.core.tests.webhooks.receiving import Request, receiving, status
from forexpro.core.webhooks import shifts
from forexpro.core.webhooks.shifts import shift_work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis")]
WORKER = (
    "-m", "celery", "--app", "forexpro.celery", "--quiet", "worker", "--queues", "webhooks", "--pool", "threads",
    "--concurrency", "2", "--loglevel", "WARNING",
)  # fmt: skip


def test_a_shift_without_listeners_is_over_at_once_and_has_no_successor() -> None:
    handed_over: list[bool] = []
    assert shift_work(hand_over=lambda: handed_over.append(True), seconds=60)
    assert handed_over == []


def test_a_process_is_on_one_shift_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[bool] = []

    async def work(_seconds: float, _time_is_up: object) -> None:
        inside.append(await asyncio.to_thread(shift_work, hand_over=lambda: None))

    monkeypatch.setattr(shifts, "_work", work)
    assert shift_work(hand_over=lambda: None)
    assert inside == [False]


async def test_the_next_shift_begins_while_the_last_one_waits_for_a_slow_receiver(settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 30
    time_is_up, answer = threading.Event(), asyncio.Event()

    async def slowly(_request: Request, _times: int) -> web.StreamResponse:
        await answer.wait()
        return web.Response()

    async with receiving(slowly) as slow, receiving(status(200)) as well:
        await in_database(make_endpoint)(slow.url, name="Slow")
        await in_database(happen)("one")
        first = asyncio.create_task(asyncio.to_thread(shift_work, hand_over=time_is_up.set, seconds=1))
        await slow.received(1)

        await asyncio.to_thread(time_is_up.wait)
        await in_database(make_endpoint)(well.url, name="Well")
        await in_database(happen)("two")
        second = asyncio.create_task(asyncio.to_thread(shift_work, hand_over=lambda: None, seconds=1))
        await well.received(1)
        assert not first.done()
        answer.set()
        assert await first
        assert await second


async def test_a_worker_of_the_queue_sends_and_ends_when_it_is_told_to() -> None:
    async with receiving(status(200)) as receiver:
        _endpoint, secret = await in_database(make_endpoint)(receiver.url)
        await in_database(happen)("one")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", *WORKER,
            env={**os.environ, **child_environment(), "WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8"},
        )  # fmt: skip
        try:
            await in_database(send_webhooks.delay)()
            await asyncio.wait_for(receiver.received(1), 60)
            await in_database(happen)("two")
            await asyncio.wait_for(receiver.received(2), 60)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert {request.verified(secret)["data"]["payload"]["name"] for request in receiver.requests} == {"one", "two"}
