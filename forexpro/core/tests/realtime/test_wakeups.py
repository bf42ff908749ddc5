import asyncio
from contextlib import asynccontextmanager

import pytest
import redis as redis_library
from asgiref.sync import sync_to_async

from forexpro.core.realtime import wakeups
from forexpro.core.realtime.wakeups import WakeupHub, channel, wake


@asynccontextmanager
async def listening_hub():
    hub = WakeupHub()
    try:
        yield hub
    finally:
        if hub._task is not None:
            hub._task.cancel()
            await asyncio.gather(hub._task, return_exceptions=True)


async def subscribed(client):
    """Wait until Redis knows of the one subscription; there is nothing to be told by."""
    while await sync_to_async(client.pubsub_numsub)(channel()) != [(channel().encode(), 1)]:  # noqa: ASYNC110  # it waits for what Redis sees
        await asyncio.sleep(0.01)


async def test_followers_are_called_for_their_streams_only(redis):
    async with asyncio.timeout(10), listening_hub() as hub:
        mine, woken = asyncio.Event(), []
        hub.follow("account:1", lambda: (woken.append("account:1"), mine.set()))
        hub.follow("account:2", lambda: woken.append("account:2"))
        await mine.wait()  # called once on subscribing, in case something was published before
        await subscribed(redis)
        woken.clear()
        mine.clear()
        await sync_to_async(wake)(["account:7", "account:1"])
        await mine.wait()
        assert woken == ["account:1"]


async def test_one_subscription_serves_all_followers_and_leaving_is_final(redis):
    async with asyncio.timeout(10), listening_hub() as hub:
        first, second = asyncio.Event(), asyncio.Event()
        leave = hub.follow("account:1", first.set)
        hub.follow("account:1", second.set)
        await second.wait()
        await subscribed(redis)
        leave()
        first.clear()
        second.clear()
        await sync_to_async(wake)(["account:1"])
        await second.wait()
        assert not first.is_set()


async def test_a_broken_subscription_is_renewed_and_everybody_called(redis, monkeypatch, caplog):
    monkeypatch.setattr(wakeups, "RECONNECT_SECONDS", 0)
    async with asyncio.timeout(10), listening_hub() as hub:
        called = asyncio.Event()
        hub.follow("account:1", called.set)
        await called.wait()
        await subscribed(redis)
        called.clear()
        await sync_to_async(redis.client_kill_filter)(_type="pubsub")
        await called.wait()  # a wake-up may have been lost meanwhile
        await subscribed(redis)
        called.clear()
        await sync_to_async(wake)(["account:1"])
        await called.wait()


def test_without_redis_the_caller_goes_on(monkeypatch, caplog):
    class Away:
        def publish(self, *_arguments):
            raise redis_library.ConnectionError("refused")

    monkeypatch.setattr(wakeups, "redis_client", Away)
    wake(["account:1"])
    assert "wake-up not published" in caplog.text


@pytest.fixture(autouse=True)
def _no_leftover_clients():
    yield
    from forexpro.core.realtime import connections

    connections._async_clients.clear()
