import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from pytest_django import Settings

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.events.sentences import described_types
from forexpro.core.models import WebhookEndpoint
from forexpro.core.webhooks import schedule
from forexpro.core.webhooks.endpoints import endpoint_create
from forexpro.core.webhooks.sender import Sender

ORIGIN = Origin(actor="system:test")
EVENT = "staff.object_added"


@pytest.fixture(autouse=True)
def loopback_allowed(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries within moments instead of days."""
    monkeypatch.setattr(schedule, "DELAYS", (timedelta(milliseconds=50),) * 9)
    monkeypatch.setattr(schedule, "PAUSE_FIRST", timedelta(milliseconds=100))
    monkeypatch.setattr(schedule, "PAUSE_LONGEST", timedelta(milliseconds=200))
    monkeypatch.setattr(schedule, "THROTTLE_PAUSE", timedelta(milliseconds=50))


@pytest.fixture
async def async_connection_closed() -> AsyncIterator[None]:
    """Close the connection of the thread in which Django's asynchronous queries run."""
    yield
    await sync_to_async(lambda: connection.close())()


def make_endpoint(url: str, *event_types: str, name: str = "CRM", **options: Any) -> tuple[WebhookEndpoint, str]:
    return endpoint_create(name=name, url=url, event_types=event_types or (EVENT,), origin=ORIGIN, **options)


def happen(*texts: str, stream: str = "staff:1", type: str = EVENT) -> None:
    """Record events, one transaction each."""
    assert type in described_types()
    for text in texts:
        with transaction.atomic():
            record([NewEvent(stream, type, {"object": "core.thing:1", "name": text})], origin=ORIGIN)


async def send_until(condition: Callable[[], bool], *, seconds: float = 30, **options: Any) -> None:
    """Send until the condition holds; fail where it never does."""
    sender = Sender(**options)
    sending = asyncio.create_task(sender.run(seconds=seconds))
    try:
        while not condition():
            assert not sending.done(), f"it never came about; the sender ended: {sending}"
            await asyncio.sleep(0.02)
        sender.stop()
        await sending
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
