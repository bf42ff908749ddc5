"""The life of a feed process, with a feed that does what the test says and a Redis that can be away."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import redis as redis_package

from marketdata.feeding import runner as runner_module
from marketdata.feeding.leadership import LeadershipLost
from marketdata.feeding.runner import FeedRunner
from marketdata.feeds import FeedRefused, FeedStatus
from marketdata.selectors import feed_statuses, latest_ticks
from marketdata.stream import read_ticks
from marketdata.ticks import Tick


def tick(number: int, symbol: str = "EURUSD") -> Tick:
    return Tick(symbol, 100_000_000 + number, 100_000_100 + number, number, number, "test")


class ScriptedFeed:
    """Yields the batches put into its queue; an exception there is raised, None ends it."""

    name = "scripted"

    def __init__(self, *, can_wait: bool = False):
        self.can_wait = can_wait
        self.status, self.status_detail = FeedStatus.LIVE, "Prices of a test."
        self.queue: asyncio.Queue = asyncio.Queue()
        self.started = 0

    async def stream(self, symbols):
        self.started += 1
        while (item := await self.queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def trades_at(self, hours, at):
        return hours.is_open(at)

    async def candles(self, symbol, interval, start, end):
        return []


class Lead:
    """A leadership that is given and taken by the test."""

    def __init__(self):
        self.held = True
        self.lost = asyncio.Event()
        self.released = False
        self.acquired = 0
        self.lease = None

    async def acquire(self):
        self.acquired += 1
        self.lost.clear()

    async def keep(self):
        await self.lost.wait()
        raise LeadershipLost

    async def release(self):
        self.released = True


async def no_wait(seconds: float) -> None:
    await asyncio.sleep(0.001)


@asynccontextmanager
async def running(feed, **options):
    lead = Lead()
    runner = FeedRunner(feed, ["EURUSD"], leadership=lead, sleep=no_wait, **options)
    task = asyncio.create_task(runner.run())
    try:
        yield runner, lead
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # it waits for what other processes would see
            await asyncio.sleep(0.005)


async def test_ticks_are_published_in_order_and_stopping_gives_the_lead_back(redis):
    feed, seen = ScriptedFeed(), []

    async def on_ticks(batch):
        seen.extend(batch)

    async with running(feed, on_ticks=on_ticks) as (_, lead):
        feed.queue.put_nowait([tick(1), tick(2)])
        feed.queue.put_nowait([tick(3)])
        await until(lambda: len(seen) == 3)
        assert [entry.time_ms for entry in read_ticks("0-0")] == [1, 2, 3]
        assert latest_ticks(["EURUSD"])["EURUSD"].time_ms == 3
    assert lead.released


async def test_the_status_is_there_for_everybody(redis):
    async with running(ScriptedFeed()):
        await until(feed_statuses)
        [status] = feed_statuses()
    assert (status["name"], status["status"], status["detail"]) == ("scripted", "live", "Prices of a test.")


async def test_a_silent_feed_is_called_delayed():
    now = [100.0]
    runner = FeedRunner(ScriptedFeed(), ["EURUSD"], leadership=Lead(), monotonic=lambda: now[0])
    now[0] += 15
    assert runner.report().status == FeedStatus.LIVE
    now[0] += 1
    assert (runner.report().status, runner.report().detail) == (FeedStatus.DELAYED, "No price for 16 seconds.")


async def test_a_refusal_is_final_and_its_sentence_is_the_status(redis):
    feed = ScriptedFeed()
    async with running(feed) as (runner, _):
        feed.queue.put_nowait(FeedRefused("The key was refused. Set another."))
        await until(lambda: feed.status == FeedStatus.DOWN)
        assert runner.report().detail == "The key was refused. Set another."
        assert feed.started == 1


@pytest.mark.parametrize("can_wait", [True, False])
async def test_while_redis_is_away_nothing_is_lost(redis, monkeypatch, can_wait):
    feed, away, publish = ScriptedFeed(can_wait=can_wait), [True], runner_module.publish_ticks
    attempts = []

    async def publish_ticks(ticks, **options):
        attempts.append(len(ticks))
        if away[0]:
            raise redis_package.ConnectionError("gone")
        await publish(ticks, **options)

    monkeypatch.setattr(runner_module, "publish_ticks", publish_ticks)
    async with running(feed):
        for number in range(1, 6):
            feed.queue.put_nowait([tick(number)])
        await until(lambda: len(attempts) > 3)
        # A file is held up with one batch read ahead, a market goes on and its ticks wait here.
        assert feed.queue.qsize() == (3 if can_wait else 0)
        away[0] = False
        await until(lambda: len(read_ticks("0-0")) == 5)
    assert [entry.time_ms for entry in read_ticks("0-0")] == [1, 2, 3, 4, 5]


async def test_a_long_outage_merges_live_ticks_and_keeps_every_spike(redis, monkeypatch):
    monkeypatch.setattr(runner_module, "BUFFERED_TICKS", 20)
    feed = ScriptedFeed()
    async with running(feed) as (_, lead):
        lead.held = False
        feed.queue.put_nowait([tick(0)])
        await asyncio.sleep(0.02)
        for number in range(1, 101):
            feed.queue.put_nowait([tick(5_000 if number == 50 else number)])
        await until(feed.queue.empty)
        lead.held = True
        await until(lambda: len(read_ticks("0-0")) > 1)
        times = [entry.time_ms for entry in read_ticks("0-0")]
    assert {0, 1, 5_000, 100} <= set(times)
    assert len(times) < 40


async def test_nothing_is_published_on_a_lease_that_ran_out(redis):
    feed = ScriptedFeed()
    async with running(feed) as (_, lead):
        lead.held = False
        feed.queue.put_nowait([tick(1)])
        await asyncio.sleep(0.05)
        assert read_ticks("0-0") == []
        lead.held = True
        await until(lambda: len(read_ticks("0-0")) == 1)


async def test_losing_the_lead_stops_the_stream_and_winning_it_starts_another(redis):
    feed = ScriptedFeed()
    async with running(feed) as (_, lead):
        await until(lambda: feed.started == 1)
        lead.lost.set()
        await until(lambda: feed.started == 2)
        assert lead.acquired == 2


async def test_what_runs_beside_cannot_stop_the_prices_and_is_started_again(redis, caplog):
    starts = []

    async def breaks_once():
        starts.append(1)
        if len(starts) == 1:
            raise RuntimeError("no history today")

    feed = ScriptedFeed()
    async with running(feed, beside=[breaks_once]):
        feed.queue.put_nowait([tick(1)])
        await until(lambda: len(read_ticks("0-0")) == 1 and len(starts) == 2)
    assert "no history today" in caplog.text
