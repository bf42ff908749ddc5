"""Prices to many sockets: what the hub delivers per second of processor time, and how old it is then."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import orjson

from forexpro.core.bench import Measurement, benchmark
from forexpro.core.scratch import scratch_services
from marketdata.bench.processes import ServerProcess, process, server
from marketdata.selectors import symbol_catalogue
from marketdata.services.catalogue import catalogue_load

SYMBOLS, TICKS_PER_SECOND, SECONDS = 100, 2_000, 10
NAIVE_TICKS_PER_SECOND = 500
STALLED = 20


class Run:
    """What the viewers of one run received, and what that cost the server."""

    def __init__(self, result: dict[str, Any], processor_seconds: float, memory: float):
        self.result, self.processor_seconds, self.memory = result, processor_seconds, memory

    @property
    def per_processor_second(self) -> float:
        return float(self.result["updates"] / self.processor_seconds)

    @property
    def core(self) -> float:
        return float(self.processor_seconds / self.result["seconds"] * 100)


@benchmark
def price_sockets() -> Iterator[Measurement]:
    """Sockets of 15 symbols each at 2,000 ticks a second: against one `group_send` per tick."""
    with scratch_services():
        symbols = _symbols()
        with (
            _source("groups", NAIVE_TICKS_PER_SECOND, symbols),
            server("daphne", "marketdata.load.naive:application") as running,
        ):
            naive = _watch(running, "/ws/prices", 500, symbols)
        floor = naive.per_processor_second
        with _source("hub", TICKS_PER_SECOND, symbols):
            for kind, path, viewers in (
                ("daphne", "/ws/prices", 500),
                ("uvicorn", "/ws/prices", 2_000),
                ("daphne", "/stream", 200),
            ):
                with server(kind) as running:
                    run = _watch(running, path, viewers, symbols)
                yield from _measurements(f"{viewers:,} sockets of {path} on {kind}", run, naive, floor)


@benchmark
def stalled_sockets() -> Iterator[Measurement]:
    """Twenty sockets that never read, beside 100 that do: what they cost in memory, what the others notice."""
    with scratch_services():
        symbols = _symbols()
        with _source("hub", TICKS_PER_SECOND, symbols):
            for kind in ("daphne", "uvicorn"):
                with server(kind) as running:
                    undisturbed = _watch(running, "/ws/prices", 100, symbols)
                    with _stalled(running, symbols):
                        beside = _watch(running, "/ws/prices", 100, symbols, seconds=3 * SECONDS)
                label = f"{STALLED} stalled sockets on {kind}"
                yield Measurement(f"{label}, memory", beside.memory, "MB", undisturbed.memory, "without them")
                yield Measurement(
                    f"{label}, p99 age of the others",
                    beside.result["p99"],
                    "ms",
                    undisturbed.result["p99"],
                    "without them",
                )
                yield Measurement(
                    f"{label}, others disconnected", beside.result["disconnected"], "sockets", 100, "all of them"
                )


def _measurements(label: str, run: Run, naive: Run, floor: float) -> Iterator[Measurement]:
    beside = "one group_send per tick on daphne"
    yield Measurement(f"{label}, updates", run.per_processor_second, "per processor second", floor, beside)
    if run.result["p99"]:
        yield Measurement(f"{label}, p99 age of a price", run.result["p99"], "ms", naive.result["p99"], beside)
    yield Measurement(f"{label}, processor", run.core, "% of a core", naive.core, beside)
    yield Measurement(f"{label}, disconnected", run.result["disconnected"], "sockets", 1, "a single one")


def _symbols() -> list[str]:
    catalogue_load()
    return list(symbol_catalogue())[:SYMBOLS]


def _source(way: str, rate: int, symbols: list[str]) -> Any:
    return process(["-m", "marketdata.load.source", way, str(rate), ",".join(symbols)])


def _watch(running: ServerProcess, path: str, viewers: int, symbols: list[str], *, seconds: float = SECONDS) -> Run:
    url = f"ws://127.0.0.1:{running.port}{path}"
    arguments = ["-m", "marketdata.load.viewers", url, str(viewers), ",".join(symbols), str(seconds)]
    with process(arguments) as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        before = running.processor_seconds
        result = orjson.loads(watching.stdout.readline())
        return Run(result, running.processor_seconds - before, running.memory_megabytes)


@contextmanager
def _stalled(running: ServerProcess, symbols: list[str]) -> Iterator[None]:
    """Hold sockets that subscribe to everything and never read."""
    message = orjson.dumps({"action": "subscribe", "symbols": symbols})
    mask = bytes(4)
    frame = bytes([0x81, 0x80 | 126]) + len(message).to_bytes(2, "big") + mask + message
    with ExitStack() as stack:
        for _ in range(STALLED):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", running.port)))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(
                b"GET /ws/prices HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            connection.recv(129)
            connection.sendall(frame)
        yield
