"""A sender that is killed at any moment loses nothing."""

import asyncio
import os
import random
import signal
import sys
from datetime import timedelta

import pytest
from aiohttp import web
from pytest_django import Settings

from forexpro.core.models import WebhookDelivery, WebhookOutbox
from forexpro.core.realtime.database import in_database
from forexpro.core.scratch import child_environment
from forexpro.core.tasks import SHIFT_EXPIRES_SECONDS, send_webhooks
from forexpro.core.tests.webhooks.conftest import happen, make_endpoint, send_until
from forexpro.core.tests.webhooks.receiving import Request, receiving
from forexpro.core.webhooks import queue, schedule, sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis")]

# Leases of three seconds instead of sixty; and it tells when it begins to send.
HURRY = """
import asyncio, os, sys, django
django.setup()
from datetime import timedelta
from forexpro.core.webhooks import queue, schedule, sender
queue.LEASE, sender.WRITING_SECONDS = timedelta(seconds=3), 0.5
schedule.DELAYS = (timedelta(milliseconds=100),) * 9
schedule.PAUSE_FIRST = schedule.PAUSE_LONGEST = timedelta(milliseconds=100)
run = sender.Sender.run
async def told(self, **options):
    os.write(1, b"sending\\n")
    await run(self, **options)
sender.Sender.run = told
"""
# By itself, and as it is at work: in a worker of Celery, which is given a shift by the schedule.
SENDER = f"{HURRY}asyncio.run(sender.Sender().run(seconds=600))"
WORKER = f"""{HURRY}
from forexpro.celery import app
app.worker_main([
    "--quiet", "worker", "--queues", "webhooks", "--pool", "threads", "--concurrency", "2", "--loglevel", "ERROR",
])
"""


class EveryThirdFails:
    """Answers of a receiver that remembers what it was told, verified at once: signatures are good for minutes."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.secret = ""
        self.told: dict[str, int] = {}

    async def __call__(self, request: Request, _times: int) -> web.StreamResponse:
        self.told[request.id] = int(request.verified(self.secret)["data"]["payload"]["name"])
        await asyncio.sleep(self._chance.random() / 50)
        return web.Response(status=500 if self._chance.random() < 0.3 else 200)


@pytest.mark.parametrize(
    ("program", "kills"),
    [
        pytest.param(SENDER, 4, id="sender"),
        pytest.param(WORKER, 50, id="worker", marks=pytest.mark.long),
        pytest.param(SENDER, 200, id="sender-often", marks=pytest.mark.long),
    ],
)
async def test_every_event_is_delivered_whenever_the_sender_is_killed(
    program: str, kills: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(queue, "LEASE", timedelta(seconds=3))
    monkeypatch.setattr(sender, "WRITING_SECONDS", 0.5)
    monkeypatch.setattr(schedule, "DELAYS", (timedelta(milliseconds=100),) * 9)
    monkeypatch.setattr(schedule, "PAUSE_FIRST", timedelta(milliseconds=100))
    monkeypatch.setattr(schedule, "PAUSE_LONGEST", timedelta(milliseconds=100))
    settings.WEBHOOK_TIMEOUT_SECONDS = 1
    chance = random.Random(7)
    one, other = EveryThirdFails(chance), EveryThirdFails(chance)
    killed_at_work = 0
    async with receiving(one) as free, receiving(other) as ordered:
        _endpoint, one.secret = await in_database(make_endpoint)(free.url, name="Free")
        _endpoint, other.secret = await in_database(make_endpoint)(ordered.url, name="Ordered", ordered=True)
        happened = 0
        for _ in range(kills):
            names = [str(number) for number in range(happened, happened + 40)]
            happened += 40
            recording = None
            process = await _start(program)
            before, wanted = len(free.requests), chance.randint(1, 30)
            if chance.random() < 0.5:  # after so many requests
                await in_database(happen)(*names)
                while len(free.requests) < before + wanted:
                    assert process.returncode is None, "the sender ended by itself"
                    await asyncio.sleep(0.005)
            else:  # after so long, perhaps before anything was made of the events
                recording = asyncio.create_task(in_database(happen)(*names))
                await asyncio.sleep(chance.random())
            killed_at_work += len(free.accepted) < happened
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            if recording is not None:
                await recording
        await send_until(lambda: len(free.accepted) == len(ordered.accepted) == happened, seconds=max(120, 20 * kills))

    assert sorted(one.told.values()) == sorted(other.told.values()) == list(range(happened))
    assert [other.told[id] for id in ordered.accepted] == list(range(happened))
    assert killed_at_work
    assert await in_database(WebhookDelivery.objects.exclude(status="delivered").count)() == 0
    assert await in_database(WebhookOutbox.objects.count)() == 0


async def _start(program: str) -> asyncio.subprocess.Process:
    """Return a program that has begun to send."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore",
        "-c",
        program,
        stdout=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            **child_environment(),
            "DJANGO_SETTINGS_MODULE": "forexpro.settings",
            "WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8",
            "WEBHOOK_TIMEOUT_SECONDS": "1",
        },
    )
    assert process.stdout is not None
    begun = asyncio.create_task(process.stdout.readline())
    while program == WORKER and not begun.done():  # as beat does: a message may be lost with the worker before
        await in_database(send_webhooks.apply_async)(expires=SHIFT_EXPIRES_SECONDS)
        await asyncio.wait([begun], timeout=1)
    assert await begun == b"sending\n"
    return process
