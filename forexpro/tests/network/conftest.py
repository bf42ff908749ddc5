"""A web server that reaches PostgreSQL and Redis over links that tests make fail, a market, a trader's programs."""

import asyncio
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from forexpro.core.scratch import child_environment
from forexpro.tests.network.link import Link, Streams
from forexpro.tests.running import free_port
from marketdata.stream import publish_ticks
from marketdata.ticks import PRICE_SCALE, Tick
from trading.tests.factories import make_account, make_symbols, make_user

# What the product promises: an answer within so many seconds, and no fill at a quote older than so many.
ANSWER_SECONDS = 5
QUOTE_MAX_AGE_SECONDS = 2
START_SECONDS = 60
SYMBOL = "EURUSD"


async def to_postgres() -> Streams:
    host, port = connection.settings_dict["HOST"], connection.settings_dict["PORT"] or 5432
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, int(port))


async def to_redis() -> Streams:
    url = urlsplit(settings.REDIS_URL)
    if url.scheme == "unix":
        return await asyncio.open_unix_connection(url.path)
    return await asyncio.open_connection(url.hostname, url.port or 6379)


@pytest.fixture
def postgres() -> Iterator[Link]:
    with Link(to_postgres) as link:
        yield link


@pytest.fixture
def redis_link() -> Iterator[Link]:
    with Link(to_redis) as link:
        yield link


class Market:
    """Publishes a new price ten times a second, each once only, so that a fill tells which quote it was filled at."""

    def __init__(self) -> None:
        self.published_at: dict[Decimal, float] = {}
        self.closed = threading.Event()
        self._number = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._run(),))

    def __enter__(self) -> "Market":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def newest_bid(self) -> Decimal:
        return Decimal(108_000 + self._number).scaleb(-5)

    async def _run(self) -> None:
        while not self._ended.is_set():
            if not self.closed.is_set():
                self._number += 1
                bid = self.newest_bid
                ask = bid + Decimal("0.5")  # no bid is ever an ask
                now_ms = int(time.time() * 1000)
                self.published_at[bid] = self.published_at[ask] = time.monotonic()
                units = int(bid * PRICE_SCALE), int(ask * PRICE_SCALE)
                await publish_ticks([Tick(SYMBOL, *units, now_ms, now_ms, "test")])
            await asyncio.sleep(0.1)


@pytest.fixture
def market(transactional_db: None) -> Iterator[Market]:
    make_symbols()
    with Market() as market:
        yield market


@dataclass
class Attempt:
    """An order under its key: when it was first sent, and the answers in their order."""

    body: dict[str, str]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    first_sent: float = field(default_factory=time.monotonic)
    answers: list[httpx.Response] = field(default_factory=list)

    @property
    def is_placed(self) -> bool:
        return self.answers[-1].status_code == 201

    @property
    def code(self) -> str:
        return str(self.answers[-1].json()["error"]["code"])


class Trader:
    """A program that trades and follows its account over sockets, which it opens again when they close."""

    def __init__(self, port: int) -> None:
        owner = make_user()
        self.account = make_account(owner, deposit="1000000")
        client = Client()
        client.force_login(owner)
        self._cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'t' * 32}"
        self._address = f"127.0.0.1:{port}"
        headers = {"Cookie": self._cookie, "X-CSRFToken": "t" * 32}
        self._http = httpx.Client(base_url=f"http://{self._address}", headers=headers, timeout=ANSWER_SECONDS)
        self.attempts: list[Attempt] = []
        self.seqs: list[int] = []
        self.newest_bid = ""
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow, args=(work,)) for work in (self._take_events, self._take_prices)
        ]

    def __enter__(self) -> "Trader":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._http.close()

    def order(self, **body: str) -> Attempt:
        """Place an order; one that fails to answer in time fails the test."""
        attempt = Attempt({"symbol": SYMBOL, "volume": "0.01", "side": "buy", **body})
        self.attempts.append(attempt)
        return self.repeat(attempt)

    def repeat(self, attempt: Attempt) -> Attempt:
        path, headers = f"/api/v1/accounts/{self.account.pk}/orders", {"Idempotency-Key": attempt.key}
        attempt.answers.append(self._http.post(path, json=attempt.body, headers=headers))
        return attempt

    def market_order(self) -> Attempt:
        return self.order(type="market")

    def limit_order(self) -> Attempt:
        return self.order(type="limit", price="0.50000")

    def _follow(self, work: Any) -> None:
        while not self._ended.is_set():
            with suppress(OSError, WebSocketException):
                work()
            self._ended.wait(0.2)

    def _socket(self, path: str) -> Any:
        return connect(f"ws://{self._address}{path}", additional_headers={"Cookie": self._cookie}, close_timeout=1)

    def _take_events(self) -> None:
        since = self.seqs[-1] if self.seqs else 0
        with self._socket(f"/ws/account/{self.account.pk}?since={since}") as socket:
            for frame in self._frames(socket):
                if frame["type"] == "event":
                    self.seqs.append(frame["event"]["seq"])

    def _take_prices(self) -> None:
        with self._socket("/ws/prices") as socket:
            socket.send(orjson.dumps({"action": "subscribe", "symbols": [SYMBOL]}).decode())
            for frame in self._frames(socket):
                if frame["type"] == "prices":
                    self.newest_bid = frame["prices"][0]["b"]

    def _frames(self, socket: Any) -> Iterator[dict[str, Any]]:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                frame = orjson.loads(socket.recv(timeout=0.2))
                if frame["type"] == "heartbeat":
                    socket.send(orjson.dumps({"action": "heartbeat", "seq": frame["seq"]}).decode())
                yield frame


@pytest.fixture
def trader(postgres: Link, redis_link: Link, market: Market) -> Iterator[Trader]:
    """A trader of a web server behind the links."""
    port = free_port()
    own = child_environment()
    sign_in = urlsplit(own["DATABASE_URL"]).netloc.rpartition("@")[0]
    redis_url = urlsplit(own["REDIS_URL"])
    environment = {
        **os.environ,
        **own,
        "DATABASE_URL": f"postgresql://{sign_in}@127.0.0.1:{postgres.port}/{connection.settings_dict['NAME']}",
        "REDIS_URL": f"redis://127.0.0.1:{redis_link.port}{'' if redis_url.scheme == 'unix' else redis_url.path}",
        "QUOTE_MAX_AGE_SECONDS": str(QUOTE_MAX_AGE_SECONDS),
        "RATE_LIMIT_USER": "none",
        "LOG_LEVEL": "ERROR",
    }
    daphne = ("-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "forexpro.asgi:application")
    server = subprocess.Popen([sys.executable, *daphne], cwd=settings.BASE_DIR, env=environment)
    try:
        _wait_for(port)
        with Trader(port) as trader:
            yield trader
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=5).is_success:
                return
        time.sleep(0.2)
    raise RuntimeError("the web server did not start")
