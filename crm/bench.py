"""How long after an event its receivers hear of it, with several endpoints and a steady stream of events."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
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
DELIVERIES_PER_SECOND = 200
SECONDS = 20
EVENT = "staff.object_added"
ORIGIN = Origin(actor="system:bench")
PATIENCE_SECONDS = 60
LOOPBACK = "127.0.0.0/8"

# Prints its port, then for every request, at the end, the seconds since the moment that its payload names.
RECEIVER = """
import asyncio, json, sys, time
from datetime import datetime
from aiohttp import web

delays = []

async def take(request):
    moment = datetime.fromisoformat((await request.json())["timestamp"])
    delays.append(time.time() - moment.timestamp())
    return web.Response(status=204)

async def count(request):
    return web.Response(text=str(len(delays)))

async def main():
    application = web.Application()
    application.router.add_post("/{path:.*}", take)
    application.router.add_get("/count", count)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(json.dumps(delays), flush=True)

asyncio.run(main())
"""
SENDER = """
import asyncio, django
django.setup()
from forexpro.core.webhooks.sender import Sender
{wait}
asyncio.run(Sender().run(seconds=3600))
"""


@benchmark
def webhook_delivery() -> Iterator[Measurement]:
    """Seconds from the recording of an event to its arrival, and memory of the process that sends."""
    reachable = override_settings(WEBHOOK_PRIVATE_NETWORKS=[LOOPBACK])
    with scratch_services(), reachable, _receiver() as (receiver, port):
        for number in range(ENDPOINTS):
            endpoint_create(
                name=f"Receiver {number}", url=f"http://127.0.0.1:{port}/{number}", event_types=[EVENT], origin=ORIGIN
            )
        idle = _memory_of_idle_process()
        with _program(SENDER.format(wait="")) as sender:
            _record("first")
            _wait_for(port, ENDPOINTS, sender)  # it has started
            for number in range(SECONDS * DELIVERIES_PER_SECOND // ENDPOINTS):
                started = time.monotonic()
                _record(str(number))
                time.sleep(max(ENDPOINTS / DELIVERIES_PER_SECOND - (time.monotonic() - started), 0))
            _wait_for(port, ENDPOINTS + SECONDS * DELIVERIES_PER_SECOND, sender)
            memory = _peak_megabytes(sender.pid)
        delays = _delays(receiver)[ENDPOINTS:]
    with _receiver() as (receiver, port):
        asyncio.run(_post_directly(port))
        floor = _delays(receiver)
    for percent in (50, 99):
        yield Measurement(
            f"{DELIVERIES_PER_SECOND} deliveries a second to {ENDPOINTS} endpoints for {SECONDS} s, p{percent} delay",
            _percentile(delays, percent) * 1000,
            "ms",
            _percentile(floor, percent) * 1000,
            "the same requests at the same pace, nothing recorded, signed or looked up",
        )
    yield Measurement("memory of the sender at its peak", memory, "MB", idle, "the same program before it sends")


@contextmanager
def _receiver() -> Iterator[tuple["subprocess.Popen[str]", int]]:
    with subprocess.Popen(  # noqa: S603  # our own arguments, no shell
        [sys.executable, "-c", RECEIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
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


def _delays(receiver: "subprocess.Popen[str]") -> list[float]:
    assert receiver.stdin is not None
    assert receiver.stdout is not None
    receiver.stdin.write("\n")
    receiver.stdin.flush()
    delays: list[float] = json.loads(receiver.stdout.readline())
    return delays


def _record(name: str) -> None:
    with transaction.atomic():
        record([NewEvent("staff:1", EVENT, {"object": "core.thing:1", "name": name})], origin=ORIGIN)


def _wait_for(port: int, count: int, sender: "subprocess.Popen[bytes]") -> None:
    async def received() -> int:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/count") as response:
            return int(await response.text())

    deadline = time.monotonic() + PATIENCE_SECONDS
    while (arrived := asyncio.run(received())) < count:
        if time.monotonic() > deadline or sender.poll() is not None:
            raise RuntimeError(f"{arrived} of {count} deliveries arrived")
        time.sleep(0.1)


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


async def _post_directly(port: int) -> None:
    async with aiohttp.ClientSession() as session:

        async def post(number: int) -> None:
            body: dict[str, Any] = {"timestamp": datetime.now(UTC).isoformat(), "data": {"name": str(number)}}
            async with session.post(f"http://127.0.0.1:{port}/{number}", json=body):
                pass

        for _ in range(SECONDS * DELIVERIES_PER_SECOND // ENDPOINTS):
            started = time.monotonic()
            await asyncio.gather(*(post(number) for number in range(ENDPOINTS)))
            await asyncio.sleep(max(ENDPOINTS / DELIVERIES_PER_SECOND - (time.monotonic() - started), 0))


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1]
