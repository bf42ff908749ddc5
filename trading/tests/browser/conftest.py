"""A real Daphne, a real engine and a real Chromium, with prices that the test makes."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from forexpro.core.scratch import child_environment
from marketdata.stream import publish_ticks
from marketdata.ticks import Tick
from trading.models import TradingAccount
from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard
from trading.tests.factories import make_account, make_symbols, make_user, tick
from trading.tests.runner.driving import work

START_SECONDS = 120
EXPECT_MS = 15_000
PASSWORD = "correct horse battery"


class AsyncThread:
    """An event loop of its own: the browser's library keeps one running in the test's thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, job: Coroutine[Any, Any, None]) -> None:
        future: Future[None] = asyncio.run_coroutine_threadsafe(job, self._loop)
        future.result(timeout=START_SECONDS)

    def close(self) -> None:
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Market:
    """The feed and the engine in the test's hands: a price is published, then the engine has worked it through."""

    def __init__(self, thread: AsyncThread, engine: EngineRunner):
        self._thread = thread
        self._engine = engine

    def move(self, symbol: str, bid: str, ask: str) -> None:
        self.publish(tick(symbol, bid, ask))
        work(self._engine)

    def publish(self, *ticks: Tick) -> None:
        self._thread.run(publish_ticks([tick._replace(id="") for tick in ticks]))


@pytest.fixture(scope="session")
def platform(django_db_setup, tmp_path_factory) -> Iterator[str]:
    """The address of a running Daphne on the tests' database and Redis names; one serves all these tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The test makes the prices, and a page may take its time on a busy machine: none goes stale meanwhile.
    own = {"DEMO": "true", "PORT": str(port), "QUOTE_MAX_AGE_SECONDS": "600"}
    environment = {**os.environ, **child_environment(), **own}
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "forexpro.asgi:application"]
    log = tmp_path_factory.mktemp("platform") / "daphne.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"{url}/sign-in", timeout=5)
            return
        except httpx.TransportError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"Daphne does not answer: {log.read_text()}"
            time.sleep(0.2)


@pytest.fixture
def market(platform, chromium, transactional_db, redis) -> Iterator[Market]:
    """Three symbols with prices, fed and traded by the test."""
    make_symbols()
    thread = AsyncThread()
    engine = EngineRunner(Shard())
    engine.start()
    market = Market(thread, engine)
    market.publish(
        tick("EURUSD", "1.10000", "1.10010"),
        tick("GBPUSD", "1.30000", "1.30010"),
        tick("USDJPY", "150.000", "150.010"),
    )
    work(engine)
    yield market
    engine.stop()
    thread.close()


@pytest.fixture
def account(market) -> TradingAccount:
    """A demo account in USD with 10,000, whose owner is trader@example.com."""
    return make_account(make_user("trader@example.com", password=PASSWORD, email_verified_at=datetime.now(UTC)))


@pytest.fixture
def browser_page(chromium: Browser, platform) -> Iterator[Callable[..., Page]]:
    """Make a visitor's page of a size; script errors and what the content security policy stops fail the test."""
    if not (settings.BASE_DIR / "static" / "dist" / "terminal.js").exists():
        pytest.fail("The front end is not built: `make build`, or node scripts/build.mjs.")
    complaints: list[str] = []
    contexts = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def make(width: int = 1440, height: int = 900) -> Page:
        context = chromium.new_context(
            base_url=platform, reduced_motion="reduce", viewport={"width": width, "height": height}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(EXPECT_MS)
        expect.set_options(timeout=EXPECT_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", hear)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def terminal(browser_page, account, platform) -> Callable[..., Page]:
    """Open the owner's terminal in a page of a size and theme, its prices and account live."""
    client = Client()
    client.force_login(account.owner)

    def open_terminal(width: int = 1440, height: int = 900, theme: str = "dark") -> Page:
        page = browser_page(width, height)
        page.context.add_cookies(
            [
                {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": platform},
                {"name": "theme", "value": theme, "url": platform},
            ]
        )
        page.goto("/trade")
        page.wait_for_selector("#prices-state[data-state=live]", state="attached")
        page.wait_for_selector("#account-state[data-state=live]", state="attached")
        return page

    return open_terminal
