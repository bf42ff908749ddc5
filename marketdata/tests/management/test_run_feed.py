"""The daemon's loop: it runs the configured feed and stops on a signal."""

import asyncio
import os
import signal

import pytest

from forexpro.core.realtime.connections import async_redis_client, name
from marketdata.feeds import FeedStatus
from marketdata.management.commands import run_feed
from marketdata.selectors import latest_ticks
from marketdata.ticks import Tick


class OneTick:
    name = "one tick"
    can_wait = False
    status, status_detail = FeedStatus.LIVE, "One tick."

    async def stream(self, symbols):
        yield [Tick("EURUSD", 108_000_000, 108_010_000, 1, 2, "test")]
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_feeds_until_told_to_stop_and_gives_the_lead_back(redis, monkeypatch, number):
    monkeypatch.setattr(run_feed, "CandleRecorder", Idle)
    monkeypatch.setattr(run_feed, "History", Idle)
    task = asyncio.create_task(run_feed.Command().run(OneTick(), ["EURUSD"]))
    async with asyncio.timeout(10):
        while "EURUSD" not in latest_ticks():  # noqa: ASYNC110 - it waits for what other processes would see
            await asyncio.sleep(0.01)
    os.kill(os.getpid(), number)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert not redis.exists(name("feed_leader", OneTick.name))
    await async_redis_client().aclose()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(each)
