"""Receivers that answer anything but an answer: each is a failure or a success, costs little, and delays nobody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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


@dataclass
class Wire:
    """What a server writes to whoever calls, and how much it got rid of in its longest answer."""

    behave: Callable[["Wire", asyncio.StreamWriter], Awaitable[None]]
    url: str = ""
    calls: int = 0
    longest: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    open: set[asyncio.Task[None]] = field(default_factory=set)

    async def forever(self, writer: asyncio.StreamWriter, chunk: bytes) -> None:
        written = 0
        while True:
            writer.write(chunk)
            await writer.drain()
            written += len(chunk)
            self.longest = max(self.longest, written)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await self.behave(self, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.open.discard(task)


@asynccontextmanager
async def speaking(behave: Callable[[Wire, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[Wire]:
    """Run a server on a free port of 127.0.0.1 that speaks as it likes."""
    wire = Wire(behave)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield wire
    finally:
        server.close()
        wire.over.set()
        await asyncio.gather(*wire.open)


async def endless_headers(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await wire.forever(writer, b"X-Header: value\r\n" * 1000)


async def endless_header(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Header: ")
    await wire.forever(writer, b"v" * 16_000)


async def endless_status(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 ")
    await wire.forever(writer, b"K" * 16_000)


async def many_interim_answers(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)
    await wire.over.wait()


async def bytes_that_are_no_text(_wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 \xff\x00\r\nX-Header: \xff\x00\r\n\r\n")
    await writer.drain()


async def closes_in_the_headers(_wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-")
    await writer.drain()


async def closes_at_once(_wire: Wire, _writer: asyncio.StreamWriter) -> None:
    pass


async def speaks_another_protocol(_wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    await writer.drain()


async def claims_two_lengths(_wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")
    await writer.drain()


async def endless_body(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await wire.forever(writer, b"v" * 16_000)


async def endless_chunks(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    await wire.forever(writer, b"1\r\nv\r\n" * 1000)


async def packed_body(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    await wire.forever(writer, b"\x1f\x8b" * 8_000)


async def body_that_is_no_text(_wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 \xe9\r\nX-Header: \xe9\r\nRetry-After: \xe9\r\n\r\n\xff\x00\xed\xa0\x80")
    await writer.drain()


async def closes_in_the_body(_wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nnoted")
    await writer.drain()


async def never_ends_the_body(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nnoted")
    await wire.over.wait()


async def never_ends_the_headers(wire: Wire, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Header")
    await wire.over.wait()


FAILURES = [
    endless_headers, endless_header, endless_status, many_interim_answers, bytes_that_are_no_text,
    closes_in_the_headers, closes_at_once, speaks_another_protocol, claims_two_lengths, never_ends_the_headers,
]  # fmt: skip
SUCCESSES = [body_that_is_no_text, endless_body, endless_chunks, packed_body, closes_in_the_body, never_ends_the_body]


@pytest.mark.parametrize("behave", [*FAILURES, *SUCCESSES], ids=lambda behave: behave.__name__)
async def test_what_is_no_answer_is_written_down_costs_little_and_delays_nobody(
    behave: Callable[[Wire, asyncio.StreamWriter], Awaitable[None]], settings: Settings
) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 2
    async with speaking(behave) as wire, receiving(status(200)) as well:
        hostile, _secret = await sync_to_async(make_endpoint)(wire.url, name="Hostile")
        _endpoint, secret = await sync_to_async(make_endpoint)(well.url, name="Well")
        await sync_to_async(happen)(*map(str, range(EVENTS)))
        attempts = WebhookAttempt.objects.filter(delivery__endpoint=hostile)
        await send_until(lambda: len(well.accepted) == EVENTS and wire.calls > 0)
        told = [request.verified(secret)["data"]["payload"]["name"] for request in well.requests]
        assert sorted(map(int, told)) == list(range(EVENTS))
        assert wire.longest < BYTES_MAX
    delivered = WebhookDelivery.objects.filter(endpoint=hostile, status=WebhookDelivery.Status.DELIVERED)
    waiting = WebhookDelivery.objects.filter(endpoint=hostile, status=WebhookDelivery.Status.WAITING)
    assert await delivered.acount() + await waiting.acount() == EVENTS  # nothing is lost
    if behave in SUCCESSES:  # the status has decided
        assert {attempt.response_status async for attempt in attempts} == {200}
        assert await delivered.acount() == wire.calls
    else:
        assert {attempt.response_status async for attempt in attempts} == {None}
        assert all([attempt.error async for attempt in attempts])
        assert not await delivered.aexists()
        await hostile.arefresh_from_db()
        assert hostile.failures >= 5
        assert hostile.paused_until is not None
