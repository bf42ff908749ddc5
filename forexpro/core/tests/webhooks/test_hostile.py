"""Receivers that answer anything but an answer: each is a failure or a success, costs little, and delays nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from forexpro.core.models import WebhookAttempt, WebhookDelivery
from forexpro.core.tests.webhooks.conftest import happen, make_endpoint, send_until
from forexpro.core.tests.webhooks.receiving import receiving, status

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("async_connection_closed")]

EVENTS = 30
# More than a sender may be made to take of one answer: what is kept, what is read, and what is in sockets' buffers.
BYTES_MAX = 12_000_000


@dataclass(frozen=True)
class Answer:
    """What a server writes to whoever calls: `begins`, then `repeats` for ever, or nothing more.

    Then it closes the connection, or with `holds` keeps it open until the test is over.
    """

    begins: bytes
    repeats: bytes = b""
    holds: bool = False


@dataclass
class Wire:
    """A server that gives such an answer, and how much it got rid of in its longest one."""

    answer: Answer
    url: str = ""
    calls: int = 0
    longest: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await self._write(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.open.discard(task)

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        writer.write(self.answer.begins)
        if not self.answer.repeats:
            await writer.drain()
        written = 0
        while self.answer.repeats:
            writer.write(self.answer.repeats)
            await writer.drain()
            written += len(self.answer.repeats)
            self.longest = max(self.longest, written)
        if self.answer.holds:
            await self.over.wait()


@asynccontextmanager
async def speaking(answer: Answer) -> AsyncIterator[Wire]:
    """Run a server on a free port of 127.0.0.1 that speaks as it likes."""
    wire = Wire(answer)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield wire
    finally:
        server.close()
        wire.over.set()
        await asyncio.gather(*wire.open)


OK = b"HTTP/1.1 200 OK\r\n"
FAILURES = {
    "endless headers": Answer(OK, repeats=b"X-Header: value\r\n" * 1000),
    "endless header": Answer(OK + b"X-Header: ", repeats=b"v" * 16_000),
    "endless status": Answer(b"HTTP/1.1 200 ", repeats=b"K" * 16_000),
    "many interim answers": Answer(b"HTTP/1.1 102 Processing\r\n\r\n" * 100, holds=True),
    "bytes that are no text": Answer(b"HTTP/1.1 200 \xff\x00\r\nX-Header: \xff\x00\r\n\r\n"),
    "closes in the headers": Answer(OK + b"Content-"),
    "closes at once": Answer(b""),
    "speaks another protocol": Answer(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "claims two lengths": Answer(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    "never ends the headers": Answer(OK + b"X-Header", holds=True),
}
SUCCESSES = {
    "body that is no text": Answer(
        b"HTTP/1.1 200 \xe9\r\nX-Header: \xe9\r\nRetry-After: \xe9\r\n\r\n\xff\x00\xed\xa0\x80"
    ),
    "endless body": Answer(OK + b"\r\n", repeats=b"v" * 16_000),
    "endless chunks": Answer(OK + b"Transfer-Encoding: chunked\r\n\r\n", repeats=b"1\r\nv\r\n" * 1000),
    "packed body": Answer(OK + b"Content-Encoding: gzip\r\n\r\n", repeats=b"\x1f\x8b" * 8_000),
    "closes in the body": Answer(OK + b"Content-Length: 1000\r\n\r\nnoted"),
    "never ends the body": Answer(OK + b"Content-Length: 1000\r\n\r\nnoted", holds=True),
}


@pytest.mark.parametrize("name", [*FAILURES, *SUCCESSES])
async def test_what_is_no_answer_is_written_down_costs_little_and_delays_nobody(name: str, settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 2
    async with speaking((FAILURES | SUCCESSES)[name]) as wire, receiving(status(200)) as well:
        hostile, _secret = await sync_to_async(make_endpoint)(wire.url, name="Hostile")
        _endpoint, secret = await sync_to_async(make_endpoint)(well.url, name="Well")
        await sync_to_async(happen)(*map(str, range(EVENTS)))
        attempts = WebhookAttempt.objects.filter(delivery__endpoint=hostile)
        await send_until(lambda: len(well.accepted) == EVENTS and wire.calls > 0, seconds=120)
        told = [request.verified(secret)["data"]["payload"]["name"] for request in well.requests]
        assert sorted(map(int, told)) == list(range(EVENTS))
        assert wire.longest < BYTES_MAX
    delivered = WebhookDelivery.objects.filter(endpoint=hostile, status=WebhookDelivery.Status.DELIVERED)
    waiting = WebhookDelivery.objects.filter(endpoint=hostile, status=WebhookDelivery.Status.WAITING)
    assert await delivered.acount() + await waiting.acount() == EVENTS  # nothing is lost
    if name in SUCCESSES:  # the status has decided
        assert {attempt.response_status async for attempt in attempts} == {200}
        assert await delivered.acount() == wire.calls
    else:
        assert {attempt.response_status async for attempt in attempts} == {None}
        assert all([attempt.error async for attempt in attempts])
        assert not await delivered.aexists()
        await hostile.arefresh_from_db()
        assert hostile.failures >= 5
        assert hostile.paused_until is not None
