"""The daemon's loop: it runs the configured feed and stops on a signal."""

import asyncio
import os
import signal

import pytest

from forexpro.core.realtime.connections import name
from marketdata.feeds import FeedStatus
from marketdata.management.commands import run_feed
from marketdata.selectors import latest_ticks
from marketdata.ticks import Tick


class OneTick:
    name = "one tick of each"
    can_wait = False
    status, status_detail = FeedStatus.LIVE, "One tick."

    async def stream(self, symbols):
        yield [Tick(symbol, 108_000_000, 108_010_000, 1, 2, "test") for symbol in symbols]
        await asyncio.Event().wait()


class Idle:
    """Stands for the recorder and the history, which have tests of their own and need a database."""

    def __init__(self, *arguments, **options):
        self.ticks = []

    async def add(self, ticks):
        self.ticks += ticks

    async def complete(self, symbol):
        raise AssertionError("no history, nothing to complete")

    async def run(self):
        await asyncio.Event().wait()


@pytest.fixture
def active(redis, monkeypatch) -> dict[str, None]:
    """The active symbols, which a test may change; the feed is `OneTick`, recorder and history are idle."""
    symbols: dict[str, None] = {"EURUSD": None}
    monkeypatch.setattr(run_feed, "CandleRecorder", Idle)
    monkeypatch.setattr(run_feed, "History", Idle)
    monkeypatch.setattr(run_feed, "CATALOGUE_SECONDS", 0.01)
    monkeypatch.setattr(run_feed, "symbol_catalogue", lambda: dict(symbols))
    monkeypatch.setattr(run_feed, "configured_feed", lambda symbols: OneTick())
    return symbols


async def stopped(task: asyncio.Task, number: signal.Signals = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(each)


async def until_fed(symbol: str) -> None:
    async with asyncio.timeout(10):
        while symbol not in latest_ticks():  # noqa: ASYNC110  # it waits for what other processes would see
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_feeds_until_told_to_stop_and_gives_the_lead_back(active, redis, number):
    task = asyncio.create_task(run_feed.Command().run())
    await until_fed("EURUSD")
    await stopped(task, number)
    assert not redis.exists(name("feed_leader", OneTick.name))


async def test_symbols_that_staff_activate_are_fed_without_a_restart(active):
    task = asyncio.create_task(run_feed.Command().run())
    await until_fed("EURUSD")
    active["XAUUSD"] = None
    await until_fed("XAUUSD")
    await stopped(task)


async def test_a_file_is_not_begun_anew_for_other_symbols(active, monkeypatch):
    monkeypatch.setattr(OneTick, "can_wait", True)
    task = asyncio.create_task(run_feed.Command().run())
    await until_fed("EURUSD")
    active["XAUUSD"] = None
    await asyncio.sleep(0.1)
    await stopped(task)
    assert "XAUUSD" not in latest_ticks()
