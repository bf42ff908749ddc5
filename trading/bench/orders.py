"""How fast orders are placed: through HTTP on two servers, beside the bare statements and beside the ORM."""

import asyncio
import hashlib
import itertools
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path

import orjson
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import ApiKey, Scope, User
from accounts.services.api_keys import KEY_START
from forexpro.core.bench import Measurement, benchmark
from forexpro.core.events.chain import Origin
from forexpro.core.garbage import collecting_seldom
from forexpro.core.scratch import child_environment, scratch_services
from trading.bench.alternatives import Orderer, RawOrders, place_with_orm
from trading.bench.crowd import open_account
from trading.bench.market import SYMBOL, make_symbol, publish_bids
from trading.engine.state import OrderType, Side
from trading.models import AccountGroup
from trading.services.orders import order_place

# Enough that an account has a few positions, as people's have, and not hundreds.
ACCOUNTS = 3000
CONNECTIONS = 8
ORDERS = 500
# Ways that are compared take turns so often, because a machine is not equally fast all the time.
TURNS = 5
# Each order is that of the next account, whichever way it goes, so that all accounts have equally many positions.
_numbers = itertools.count()
ORIGIN = Origin(actor="system:bench")
START_SECONDS = 60
# Orders are placed at one quote for as long as it takes.
ENVIRONMENT = {
    "QUOTE_MAX_AGE_SECONDS": str(7 * 86_400),
    "RATE_LIMIT_USER": "none",
    "DEBUG": "false",
    "LOG_LEVEL": "ERROR",
}
SERVERS: Mapping[str, Sequence[str]] = {
    "granian, 2 WSGI workers": (
        "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--host", "127.0.0.1",
        "--port", "{port}", "--no-ws", "--log-level", "warning", "forexpro.wsgi:application",
    ),
    "Daphne, 1 process": (
        "daphne", "-b", "127.0.0.1", "-p", "{port}", "-v", "0", "forexpro.asgi:application",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trader(Orderer):
    """An account, and the head of its owner's requests: of a program with a key, and of a browser with a session."""

    head: bytes
    head_of_browser: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """Orders a second, milliseconds of the median and of the slowest in a hundred, and what an order costs.

    `processor` is milliseconds of processor time for an order, of the program that places them.
    """

    rate: float
    p50: float
    p99: float
    processor: float

    @classmethod
    def of(cls, seconds: float, processor_seconds: float, durations: Sequence[float]) -> "Run":
        centiles = statistics.quantiles(durations, n=100)
        orders = len(durations)
        return cls(orders / seconds, centiles[49] * 1000, centiles[98] * 1000, processor_seconds / orders * 1000)

    @classmethod
    def median(cls, runs: Iterable["Run"]) -> "Run":
        """Return the median of each figure."""
        return cls(*map(statistics.median, zip(*map(astuple, runs), strict=True)))


@benchmark
def order_placement() -> Iterator[Measurement]:
    """Market orders of many accounts: service and HTTP beside the same statements without Python around them."""
    with scratch_services(), collecting_seldom():
        traders = _prepare()
        raw = RawOrders(traders)
        _settle(raw)
        service, bare, with_orm = _in_turn(
            lambda: _in_threads(lambda number: _place(traders[number % ACCOUNTS].account_id), 1, ORDERS // 4),
            lambda: _in_threads(raw.place, 1, ORDERS // 4),
            lambda: _in_threads(lambda number: place_with_orm(traders[number % ACCOUNTS].account_id), 1, ORDERS // 4),
        )
        yield from _beside("service, one after the other", service, bare, "the same statements, bare")
        yield from _beside("service, one after the other", service, with_orm, "row by row through the ORM")
        for server_name, command in SERVERS.items():
            with _served(command) as (port, server):
                yield from _through_server(f"HTTP, {server_name}", partial(_over_http, port, server), traders, raw)
        raw.close()


def _through_server(
    server_name: str, over_http: Callable[..., Run], traders: Sequence[Trader], raw: RawOrders
) -> Iterator[Measurement]:
    browsers = [replace(trader, head=trader.head_of_browser) for trader in traders]
    over_http(traders, CONNECTIONS, ORDERS)
    one, one_bare = _in_turn(
        lambda: over_http(traders, 1, ORDERS // 4),
        lambda: _in_threads(raw.place_with_key, 1, ORDERS // 4),
    )
    many, many_bare, hot, by_session = _in_turn(
        lambda: over_http(traders, CONNECTIONS, ORDERS),
        lambda: _in_threads(raw.place_with_key, CONNECTIONS, ORDERS),
        lambda: over_http([traders[next(_numbers) % ACCOUNTS]], CONNECTIONS, ORDERS // 5),
        lambda: over_http(browsers, CONNECTIONS, ORDERS),
    )
    bare = "the same statements, bare"
    connections = f"{CONNECTIONS} connections"
    yield from _beside(f"{server_name}, 1 connection", one, one_bare, bare)
    yield from _beside(f"{server_name}, {connections}", many, many_bare, f"{bare}, {connections}")
    yield from _beside(f"{server_name}, one account", hot, many, "many accounts")
    yield from _beside(f"{server_name}, by session", by_session, many, "by API key")


def _in_turn(*ways: Callable[[], Run]) -> list[Run]:
    """Go each way `TURNS` times, one after the other; return the median of each."""
    turns = [[way() for way in ways] for _ in range(TURNS)]
    return [Run.median(runs) for runs in zip(*turns, strict=True)]


def _beside(what: str, run: Run, floor: Run, floor_name: str) -> Iterator[Measurement]:
    yield Measurement(what, run.rate, "orders a second", floor.rate, floor_name)
    yield Measurement(what, run.p50, "ms, median", floor.p50, floor_name)
    yield Measurement(what, run.p99, "ms, p99", floor.p99, floor_name)
    yield Measurement(what, run.processor, "ms of processor time", floor.processor, floor_name)


def _settle(raw: RawOrders) -> None:
    """Fill the tables a little and count their rows, as autovacuum does within a minute wherever orders are placed.

    Otherwise each connection would keep plans for tables that were empty when it prepared its statements.
    """
    for number in range(ORDERS // 4):
        raw.place(number)
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        if cursor.fetchone() != ("on",):
            raise RuntimeError("PostgreSQL runs with fsync off: what it writes so is not comparable")
        cursor.execute("ANALYZE")


def _prepare() -> list[Trader]:
    """Fill the empty database with a symbol, a quote and accounts whose owners are signed in."""
    make_symbol()
    settings.QUOTE_MAX_AGE_SECONDS = int(ENVIRONMENT["QUOTE_MAX_AGE_SECONDS"])
    publish_bids([Decimal("1.10000")])
    group = AccountGroup.objects.create(name="Bench", orders_per_minute=None)
    return [_trader(number, group) for number in range(ACCOUNTS)]


def _trader(number: int, group: AccountGroup) -> Trader:
    owner = User.objects.create_user(f"bench{number}@localhost", None, full_name="Bench")
    account = open_account(owner, group, Decimal(10**6))
    request = (
        f"POST /api/v1/accounts/{account.pk}/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    )
    client = Client()
    client.force_login(owner)
    token, (api_key, digest) = "t" * 32, _api_key(owner)
    session, csrf = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
    cookies = f"{session}={client.cookies[session].value}; {csrf}={token}"
    by_session = f"Cookie: {cookies}\r\nX-CSRFToken: {token}\r\n"
    by_key = f"X-API-Key: {api_key}\r\n"
    return Trader(account.pk, owner.pk, digest, (request + by_key).encode(), (request + by_session).encode())


def _api_key(owner: User) -> tuple[str, str]:
    """Create a key that may trade and was used a moment ago; return its text and what is stored of it."""
    text, now = KEY_START + os.urandom(16).hex(), datetime.now(UTC)
    digest = hashlib.sha256(text.encode()).hexdigest()
    ApiKey.objects.create(
        owner=owner,
        name="Bench",
        prefix=text[:12],
        digest=digest,
        scopes=[Scope.READ.value, Scope.TRADE.value],
        networks=[],
        created_at=now,
        expires_at=now + timedelta(days=1),
        last_used_at=now,
    )
    return text, digest


def _place(account_id: int) -> None:
    order_place(
        account_id=account_id,
        symbol=SYMBOL,
        side=Side.BUY,
        type=OrderType.MARKET,
        volume=Decimal("0.01"),
        origin=ORIGIN,
        idempotency_key=os.urandom(16).hex(),
    )


def _in_threads(place: Callable[[int], object], threads: int, count: int) -> Run:
    """Call `place` with the next `count` numbers from so many threads, each with a connection of its own."""
    durations: list[float] = []
    barrier = threading.Barrier(threads)

    def work(first: int) -> None:
        place(next(_numbers))
        barrier.wait()
        try:
            for number in islice(_numbers, len(range(first, count, threads))):
                begun = time.perf_counter()
                place(number)
                durations.append(time.perf_counter() - begun)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as executor:
        begun, processor_begun = time.perf_counter(), time.process_time()
        list(executor.map(work, range(threads)))
        return Run.of(time.perf_counter() - begun, time.process_time() - processor_begun, durations)


def _over_http(port: int, server: int, traders: Sequence[Trader], connections: int, count: int) -> Run:
    """Place `count` orders over kept-alive connections; `server` is the process whose time counts, with its workers."""
    return asyncio.run(_over_connections(port, server, traders, connections, count))


async def _over_connections(port: int, server: int, traders: Sequence[Trader], connections: int, count: int) -> Run:
    durations: list[float] = []
    numbers = islice(_numbers, count)
    body = orjson.dumps({"symbol": SYMBOL, "side": "buy", "type": "market", "volume": "0.01"})

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            begun = time.perf_counter()
            key = os.urandom(16).hex()
            tail = f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            writer.write(traders[number % len(traders)].head + tail + body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            answer = await reader.readexactly(length)
            if b" 201 " not in head[:16]:
                raise RuntimeError(f"an order was not placed: {answer[:500]!r}")
            durations.append(time.perf_counter() - begun)
        writer.close()

    begun, processor_begun = time.perf_counter(), _processor_seconds(server)
    await asyncio.gather(*(work() for _ in range(connections)))
    return Run.of(time.perf_counter() - begun, _processor_seconds(server) - processor_begun, durations)


def _processor_seconds(pid: int) -> float:
    """Return the processor time that a process and its children have taken."""
    family, ticks = [pid], 0
    for member in family:
        family += map(int, Path(f"/proc/{member}/task/{member}/children").read_text().split())
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(command: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Run a server over the scratch database and yield its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program, *arguments = (part.format(port=port) for part in command)
    environment = {**os.environ, **ENVIRONMENT, **child_environment()}
    server = subprocess.Popen(  # noqa: S603  # a list of our own arguments, no shell
        [os.path.join(os.path.dirname(sys.executable), program), *arguments], env=environment, cwd=settings.BASE_DIR
    )
    try:
        _wait_for(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
