"""Kill parts of the running platform in the middle of trading: it recovers, and no order is lost or executed twice.

Clients do what the API asks of them: they repeat a request that got no answer, under the same idempotency key.
"""

import os
import re
import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import psycopg
import pytest
from redis import BusyLoadingError, Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from forexpro.core import embedded
from forexpro.tests.running import Platform, running_platform
from marketdata.ticks import PACKED_SIZE, to_price, to_units, unpack

SYMBOL = "EURUSD"
POINT = Decimal("0.00001")
RECOVERY_SECONDS = 120
PRICE_REFUSALS = {"quote_stale", "quote_unavailable", "price_wrong_side", "price_too_close"}


class Trader:
    """A program that trades through the API with the demo trader's session."""

    def __init__(self, platform: Platform) -> None:
        email, password = platform.sign_ins["Trader"]
        self._client = httpx.Client(base_url=platform.url, timeout=10)
        page = self._client.get("/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        form = {"csrfmiddlewaretoken": token[1], "email": email, "password": password}
        assert self._client.post("/sign-in", data=form, headers={"Referer": platform.url}).status_code == 302
        accounts = self._client.get("/api/v1/accounts").json()
        self.account_id = next(one["id"] for one in accounts["results"] if one["currency"] == "USD")

    def close(self) -> None:
        self._client.close()

    def place(self, **order: Any) -> str | None:
        """Place an order, again and again under one key until the platform has answered.

        Return its id, or None when it was refused because the price had moved or was too old.
        """
        key = str(uuid.uuid4())
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline:
            try:
                response = self._client.post(
                    f"/api/v1/accounts/{self.account_id}/orders",
                    json={"symbol": SYMBOL, "volume": "0.01", **order},
                    headers={"Idempotency-Key": key, "X-CSRFToken": self._client.cookies["csrftoken"]},
                )
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if response.is_success:
                return str(response.json()["order_id"])
            if response.status_code == 422:
                assert response.json()["error"]["code"] in PRICE_REFUSALS, response.text
                return None
            assert response.status_code >= 500 or response.status_code == 409, response.text
            time.sleep(0.2)
        raise AssertionError("the platform did not recover")


class Clients:
    """Traders at work until told to stop; what they placed and were told."""

    def __init__(self, platform: Platform) -> None:
        self._traders = [Trader(platform) for _ in range(2)]
        self._stop = Event()
        self._platform = platform
        self.placed: list[str] = []
        self.failures: list[BaseException] = []
        self._threads = [Thread(target=self._work, args=(trader,)) for trader in self._traders]

    def __enter__(self) -> "Clients":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for trader in self._traders:
            trader.close()

    def _work(self, trader: Trader) -> None:
        turn = 0
        try:
            while not self._stop.wait(0.3):
                turn += 1
                side = ("buy", "sell")[turn % 2]
                if turn % 3 == 0:
                    placed = trader.place(type="market", side=side)
                else:
                    placed = trader.place(type="limit", side=side, price=self._near(side))
                if placed:
                    self.placed.append(placed)
        except BaseException as error:  # the test fails with it, in its own thread
            self.failures.append(error)

    def _near(self, side: str) -> str:
        """Return a limit that the market reaches soon, a few points on the good side of the price."""
        newest = ticks(self._platform)[-1]
        price = to_price(newest.bid) - 3 * POINT if side == "buy" else to_price(newest.ask) + 3 * POINT
        return str(price.quantize(POINT))


def ticks(platform: Platform) -> list[Any]:
    """Return the newest ticks of the symbol that the stream still holds."""
    patience = Retry(ConstantBackoff(0.5), 2 * RECOVERY_SECONDS)
    client = Redis.from_url(redis_url(platform), retry=patience, retry_on_error=[BusyLoadingError])
    entries = client.xrevrange(f"{platform.environment['REDIS_NAMESPACE']}:ticks", count=100_000)
    found = [unpack(fields[b"t"][:PACKED_SIZE], entry.decode()) for entry, fields in reversed(entries)]
    client.close()
    return [tick for tick in found if tick.symbol == SYMBOL]


def redis_url(platform: Platform) -> str:
    return embedded.redis_url(Path(platform.environment["LOCAL_DIR"]))


def database(platform: Platform) -> psycopg.Connection[Any]:
    return psycopg.connect(embedded.database_url(Path(platform.environment["LOCAL_DIR"])), autocommit=True)


def processes(platform: Platform, words: str) -> list[int]:
    """Return the processes of this platform whose command line holds `words`."""
    mark = f"LOCAL_DIR={platform.environment['LOCAL_DIR']}".encode()
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if words in command and mark in (directory / "environ").read_bytes().split(b"\0"):
                found.append(int(directory.name))
        except OSError:
            continue
    return found


# What of the command line tells a process of ours; the embedded services' keepers know theirs.
VICTIMS = {
    "engine": "manage.py run_engine",
    "web": "-m daphne",
    "feed": "manage.py run_feed",
    "worker": "forexpro.celery",
    "redis": None,
    "postgres": None,
}


def kill(platform: Platform, victim: str) -> None:
    """Kill a part of the platform as the kernel does when memory runs out."""
    if words := VICTIMS[victim]:
        pids = processes(platform, words)
    else:
        pids = [int(embedded.SERVICES[victim](Path(platform.environment["LOCAL_DIR"])).keeper_lock.read_text())]
    assert pids, f"{victim} does not run"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def until_recovered(platform: Platform) -> None:
    """Wait until every part says of itself that it is well, and prices flow."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    state: Any = None
    while time.monotonic() < deadline:
        try:
            state = httpx.get(f"{platform.url}/api/health", timeout=10).json()
            feeds = [part for part in state["parts"] if part["name"].startswith("feed:")]
            if state["status"] != "down" and feeds and all(part["status"] == "live" for part in feeds):
                return
        except (httpx.TransportError, ValueError):
            pass
        time.sleep(0.5)
    raise AssertionError(f"not recovered: {state}\n{platform.log.read_text()[-3000:]}")


@contextmanager
def unlimited_platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setenv("RATE_LIMIT_USER", "none")
    for variable in ("DATABASE_URL", "REDIS_URL"):  # only what is ours may be killed
        monkeypatch.delenv(variable, raising=False)
    with running_platform() as platform:
        with database(platform) as connection:
            connection.execute("UPDATE trading_accountgroup SET orders_per_minute = NULL")
        yield platform


def missed_orders(platform: Platform) -> list[str]:
    """Return the limit orders that still wait although the market has been at their price since they were placed."""
    with database(platform) as connection:
        waiting = connection.execute(
            "SELECT id, side, price, placed_at FROM trading_order WHERE status = 'working' AND symbol = %s", [SYMBOL]
        ).fetchall()
    seen = ticks(platform)
    missed = []
    for order_id, side, price, placed_at in waiting:
        limit, placed_ms = to_units(price), placed_at.timestamp() * 1000
        reached = (tick for tick in seen if (tick.ask <= limit if side == "buy" else tick.bid >= limit))
        if first := next((tick for tick in reached if tick.received_ms > placed_ms), None):
            late = first.received_ms - placed_ms
            missed.append(f"{side} {order_id} at {price}, placed {placed_at}, was reached {late:.0f} ms later: {first}")
    return missed


def nothing_missed(platform: Platform) -> None:
    """Wait until the engine has worked through the ticks; fail if it has passed by an order then."""
    deadline = time.monotonic() + RECOVERY_SECONDS / 2
    while (missed := missed_orders(platform)) and time.monotonic() < deadline:
        time.sleep(1)
    assert missed == [], platform.log.read_text()[-3000:]


def check_books(platform: Platform, placed: list[str]) -> None:
    """Hold what the database says against what the clients were told and against itself."""
    nothing_missed(platform)
    with database(platform) as connection:
        orders = connection.execute("SELECT id::text, status FROM trading_order").fetchall()
        opened = connection.execute("SELECT order_id::text FROM trading_deal WHERE entry = 'in'").fetchall()
    filled = {order_id for order_id, status in orders if status == "filled"}
    executions = Counter(order_id for (order_id,) in opened)

    assert Counter(placed) == Counter(order_id for order_id, _ in orders), "an order is lost or was placed twice"
    assert set(executions) == filled, "an order is filled without a deal, or the other way round"
    assert set(executions.values()) <= {1}, "an order was executed twice"
    assert "complete and unaltered" in platform.manage("verify_events")
    assert "the tables are what the events say" in platform.manage("replay_account", "--all")


def trade_through(platform: Platform, victims: list[str], *, seconds: float) -> None:
    """Trade, kill one victim after the other, and check the books at the end."""
    with Clients(platform) as clients:
        time.sleep(seconds)
        for victim in victims:
            before = len(clients.placed)
            kill(platform, victim)
            until_recovered(platform)
            time.sleep(seconds)
            assert clients.failures == []
            assert len(clients.placed) > before, f"nobody could trade after the end of {victim}"
    assert clients.failures == []
    time.sleep(seconds)
    check_books(platform, clients.placed)


def test_trading_goes_on_after_the_engine_and_redis_were_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    with unlimited_platform(monkeypatch) as platform:
        trade_through(platform, ["engine", "redis"], seconds=4)


@pytest.mark.long
def test_trading_goes_on_whatever_is_killed_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with unlimited_platform(monkeypatch) as platform:
        trade_through(platform, list(VICTIMS) * 3, seconds=4)
