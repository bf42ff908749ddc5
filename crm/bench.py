"""How soon receivers hear of an event at a steady pace, and how many requests a second a sender gets through."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp
from django.db import transaction
from django.test.utils import override_settings

from forexpro.core.bench import Measurement, benchmark
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.scratch import child_environment, scratch_services
from forexpro.core.webhooks.endpoints import endpoint_create

ENDPOINTS = 20
PACE, PACE_SECONDS = 200, 60
FASTER_PACES, FASTER_SECONDS = (400, 800), 10
BACKLOG_EVENTS = 1_000
# The client alone keeps as many requests open as the sender does.
FLOOR_SECONDS, FLOOR_AT_ONCE = 10, 320
EVENT = "staff.object_added"
ORIGIN = Origin(actor="system:bench")
PATIENCE_SECONDS = 120
LOOPBACK = "127.0.0.0/8"

# Prints its port. GET /count tells how many requests came; GET /taken gives, and forgets, of each the moment that its
# payload names and the moment at which it came.
RECEIVER = """
import asyncio, sys, time
from aiohttp import web

taken = []

async def take(request):
    body = await request.text()
    taken.append((body.partition('"timestamp":"')[2].partition('"')[0], time.time()))
    return web.Response(status=204)

async def count(request):
    return web.Response(text=str(len(taken)))

async def give(request):
    given = list(taken)
    taken.clear()
    return web.json_response(given)

async def main():
    application = web.Application()
    application.router.add_post("/{path:.*}", take)
    application.router.add_get("/count", count)
    application.router.add_get("/taken", give)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""
SENDER = """
import asyncio, django
django.setup()
from forexpro.core.webhooks.sender import Sender
{wait}
asyncio.run(Sender().run(seconds=3600))
"""


class Arrivals:
    """Requests that a receiver has taken: how late each was, and in which time they came."""

    def __init__(self, taken: Sequence[tuple[str, float]]) -> None:
        began = [datetime.fromisoformat(moment).timestamp() for moment, _arrived in taken]
        arrived = [moment for _began, moment in taken]
        self.delays = [late - early for early, late in zip(began, arrived, strict=True)]
        self.a_second = len(taken) / (max(arrived) - min(began))
        self.a_second_once_begun = len(taken) / (max(arrived) - min(arrived))

    def percentile(self, percent: int) -> float:
        """Return a percentile of the delays in milliseconds."""
        return quantiles(self.delays, n=100)[percent - 1] * 1000


@benchmark
def webhook_delivery() -> Iterator[Measurement]:
    """Delay at a steady pace, pace of a backlog, and memory of the process that sends."""
    reachable = override_settings(WEBHOOK_PRIVATE_NETWORKS=[LOOPBACK])
    with scratch_services(), reachable, _receiver() as port:
        for number in range(ENDPOINTS):
            endpoint_create(
                name=f"Receiver {number}", url=f"http://127.0.0.1:{port}/{number}", event_types=[EVENT], origin=ORIGIN
            )
        idle = _memory_of_idle_process()
        with _program(SENDER.format(wait="")) as sender:
            _record(["first"])
            _arrivals(port, ENDPOINTS, sender)  # it has started
            steady = _at_pace(PACE, PACE_SECONDS, port, sender)
            memory = _peak_megabytes(sender.pid)
            faster = {pace: _at_pace(pace, FASTER_SECONDS, port, sender) for pace in FASTER_PACES}
            _record([str(number) for number in range(BACKLOG_EVENTS)])
            backlog = _arrivals(port, BACKLOG_EVENTS * ENDPOINTS, sender)
            memory_in_the_end = _peak_megabytes(sender.pid)
    with _receiver() as port:
        asyncio.run(_post_at_pace(port))
        floor = Arrivals(_get(port, "taken"))
        asyncio.run(_post_at_once(port))
        floor_at_once = Arrivals(_get(port, "taken"))
    as_bare = "the same requests at the same pace, nothing recorded, signed or looked up"
    what = f"{PACE} deliveries a second to {ENDPOINTS} endpoints for {PACE_SECONDS} s"
    yield Measurement(f"{what}, reached", steady.a_second, "/s", floor.a_second, as_bare)
    for percent in (50, 99):
        yield Measurement(
            f"{what}, p{percent} delay", steady.percentile(percent), "ms", floor.percentile(percent), as_bare
        )
    for pace, arrivals in faster.items():
        yield Measurement(
            f"{pace} a second for {FASTER_SECONDS} s, p99 delay", arrivals.percentile(99), "ms", floor.percentile(99),
            f"bare, {PACE} a second",
        )  # fmt: skip
    yield Measurement(
        f"a backlog of {BACKLOG_EVENTS * ENDPOINTS:,} deliveries, sent", backlog.a_second, "/s",
        floor_at_once.a_second_once_begun, f"bare, {FLOOR_AT_ONCE} requests at once",
    )  # fmt: skip
    as_idle = "the same program before it sends"
    yield Measurement(f"memory of the sender at its peak, {PACE} a second", memory, "MB", idle, as_idle)
    yield Measurement("memory of the sender at its peak, with the backlog", memory_in_the_end, "MB", idle, as_idle)


@contextmanager
def _receiver() -> Iterator[int]:
    with subprocess.Popen(  # noqa: S603  # our own arguments, no shell
        [sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def _program(source: str) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        **child_environment(),
        "DJANGO_SETTINGS_MODULE": "forexpro.settings",
        "WEBHOOK_PRIVATE_NETWORKS": LOOPBACK,
    }
    with subprocess.Popen([sys.executable, "-c", source], env=environment) as process:  # noqa: S603  # as above
        try:
            yield process
        finally:
            process.kill()


def _record(names: Sequence[str]) -> None:
    with transaction.atomic():
        record([NewEvent("staff:1", EVENT, {"object": "core.thing:1", "name": name}) for name in names], origin=ORIGIN)


def _at_pace(pace: int, seconds: int, port: int, sender: "subprocess.Popen[bytes]") -> Arrivals:
    """Record events that cause so many deliveries a second, evenly; return how they came."""
    events, began = seconds * pace // ENDPOINTS, time.monotonic()
    for number in range(events):
        time.sleep(max(began + number * ENDPOINTS / pace - time.monotonic(), 0))
        _record([str(number)])
    return _arrivals(port, events * ENDPOINTS, sender)


def _arrivals(port: int, count: int, sender: "subprocess.Popen[bytes]") -> Arrivals:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (arrived := _get(port, "count")) < count:
        if time.monotonic() > deadline or sender.poll() is not None:
            raise RuntimeError(f"{arrived} of {count} deliveries arrived")
        time.sleep(0.1)
    return Arrivals(_get(port, "taken"))


def _get(port: int, what: str) -> Any:
    async def get() -> Any:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/{what}") as response:
            return json.loads(await response.read())

    return asyncio.run(get())


def _memory_of_idle_process() -> float:
    with _program(SENDER.format(wait="import time; time.sleep(3600)")) as process:
        memory, before = _peak_megabytes(process.pid), 0.0
        while memory > before:  # still starting
            time.sleep(2)
            before, memory = memory, _peak_megabytes(process.pid)
        return memory


def _peak_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


async def _post(session: aiohttp.ClientSession, port: int, number: int) -> None:
    body = {"timestamp": datetime.now(UTC).isoformat(), "data": {"name": str(number)}}
    content = json.dumps(body, separators=(",", ":")).encode()
    async with session.post(f"http://127.0.0.1:{port}/{number % ENDPOINTS}", data=content):
        pass


async def _post_at_pace(port: int) -> None:
    async with aiohttp.ClientSession() as session:
        began = time.monotonic()
        for group in range(FLOOR_SECONDS * PACE // ENDPOINTS):
            await asyncio.sleep(max(began + group * ENDPOINTS / PACE - time.monotonic(), 0))
            await asyncio.gather(*(_post(session, port, number) for number in range(ENDPOINTS)))


async def _post_at_once(port: int) -> None:
    left = iter(range(BACKLOG_EVENTS * ENDPOINTS))

    async def go_on(session: aiohttp.ClientSession) -> None:
        for number in left:
            await _post(session, port, number)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(go_on(session) for _ in range(FLOOR_AT_ONCE)))
