import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexpro.core.realtime.connections import async_redis_client, name, redis_client
from marketdata import stream
from marketdata.selectors import feed_statuses, latest_ticks
from marketdata.ticks import PACKED_SIZE, Tick, tick_source, unpack

pytestmark = pytest.mark.usefixtures("redis")


def tick(symbol: str = "EURUSD", bid: int = 108_012_000, ask: int = 108_015_000, time_ms: int = 1_000) -> Tick:
    return Tick(symbol, bid, ask, time_ms, time_ms + 5, "test")


def everything() -> list[Tick]:
    return stream.read_ticks(stream.START, count=100_000)


async def test_every_tick_is_read_back_in_order_with_growing_ids():
    ticks = [tick(bid=bid) for bid in range(1, 1_300)]
    await stream.publish_ticks(ticks[:700])
    await stream.publish_ticks(ticks[700:])

    read = everything()

    assert [one._replace(id="") for one in read] == ticks
    numbers = [tuple(map(int, one.id.split("-"))) for one in read]
    assert numbers == sorted(set(numbers))
    assert [number for _, number in numbers] == list(range(1, 1_300))
    assert stream.newest_id() == read[-1].id


async def test_reading_goes_on_after_the_last_id():
    await stream.publish_ticks([tick(bid=1), tick(bid=2), tick(bid=3)])
    first = stream.read_ticks(stream.START, count=2)
    assert [one.bid for one in first] == [1, 2]
    assert [one.bid for one in stream.read_ticks(first[-1].id, count=2)] == [3]
    assert stream.read_ticks(stream.newest_id(), count=2, block_ms=1) == []


async def test_the_newest_tick_of_each_symbol_is_the_latest_quote():
    await stream.publish_ticks([tick(bid=1), tick("XAUUSD", bid=7, ask=9), tick(bid=2)])

    assert {one.symbol: one.bid for one in latest_ticks().values()} == {"EURUSD": 2, "XAUUSD": 7}
    assert latest_ticks(["XAUUSD", "NONE"])["XAUUSD"].source == "test"
    assert set(latest_ticks(["XAUUSD", "NONE"])) == {"XAUUSD"}
    assert latest_ticks([]) == {}
    assert latest_ticks(["EURUSD"])["EURUSD"].id == stream.newest_id()


async def test_a_batch_is_published_once():
    async with async_redis_client().pubsub(ignore_subscribe_messages=True) as subscription:
        await subscription.subscribe(name("prices"))
        await subscription.get_message(timeout=5)
        await stream.publish_ticks([tick(bid=1), tick("XAUUSD", bid=7, ask=9)])
        message = await subscription.get_message(timeout=5)
    packed = message["data"]
    assert [unpack(packed[i : i + PACKED_SIZE]).bid for i in range(0, len(packed), PACKED_SIZE)] == [1, 7]


async def test_nothing_published_changes_nothing():
    await stream.publish_ticks([])
    assert everything() == []


async def test_the_stream_keeps_growing_after_redis_lost_its_data():
    await stream.publish_ticks([tick(bid=bid) for bid in range(1, 100)])
    last_seen = stream.newest_id()
    redis_client().delete(name("ticks"))
    await asyncio.sleep(0.002)

    await stream.publish_ticks([tick(bid=500)])

    assert [one.bid for one in stream.read_ticks(last_seen)] == [500]


async def test_a_replay_waits_for_the_slowest_consumer(settings):
    settings.TICK_STREAM_LENGTH = 20
    stream.report_progress("quick", "9999999999999-1000")
    stream.report_progress("slow", stream.START)
    replay = asyncio.ensure_future(
        stream.publish_ticks([tick(bid=bid) for bid in range(1, 12)], wait_for_consumers=True)
    )
    await asyncio.sleep(0.1)
    assert not replay.done()

    stream.report_progress("slow", everything()[4].id)

    await asyncio.wait_for(replay, timeout=5)
    assert [one.bid for one in everything()] == list(range(1, 12))


@pytest.mark.parametrize("leave", ["forget", "silence"])
async def test_nobody_waits_for_a_consumer_that_is_gone(settings, monkeypatch, leave):
    settings.TICK_STREAM_LENGTH = 20
    stream.report_progress("engine", stream.START)
    if leave == "forget":
        stream.forget_consumer("engine")
    else:
        monkeypatch.setattr(stream, "CONSUMER_TIMEOUT_MS", -1)
    ticks = [tick(bid=bid) for bid in range(1, 30)]
    await asyncio.wait_for(stream.publish_ticks(ticks, wait_for_consumers=True), timeout=5)
    assert stream.newest_id().endswith("-29")


async def test_a_live_feed_that_overflows_merges_and_loses_no_spike(settings, caplog):
    settings.TICK_STREAM_LENGTH = 20
    stream.report_progress("engine", stream.START)
    await stream.publish_ticks([tick(bid=100, ask=102)] * 11)

    spiky = [50, 60, 10, 70, 90, 55, 56]
    for bid in spiky:
        await stream.publish_ticks([tick(bid=bid, ask=bid + 2)])
    assert len(everything()) == 11
    assert latest_ticks()["EURUSD"].bid == 56  # pages are not held up

    stream.report_progress("engine", stream.newest_id())
    for _ in range(500):
        if len(everything()) > 11:
            break
        await asyncio.sleep(0.01)
    assert [one.bid for one in everything()[11:]] == [50, 10, 90, 56]
    assert "merging ticks" in caplog.text

    await stream.publish_ticks([tick(bid=57, ask=59)])
    assert [one.bid for one in everything()[15:]] == [57]


prices = st.integers(min_value=1, max_value=1_000)


@given(st.lists(st.builds(lambda s, b, a: tick(s, b, b + a), st.sampled_from("ABC"), prices, prices)))
def test_merged_ticks_keep_first_last_and_extremes_in_order(ticks):
    merged = stream.merge_ticks(ticks)

    positions = [next(i for i, one in enumerate(ticks) if one is kept) for kept in merged]
    assert positions == sorted(positions)
    for symbol in {one.symbol for one in ticks}:
        before = [one for one in ticks if one.symbol == symbol]
        after = [one for one in merged if one.symbol == symbol]
        assert len(after) <= 6
        assert (after[0], after[-1]) == (before[0], before[-1])
        for side in ("bid", "ask"):
            assert max(getattr(one, side) for one in after) == max(getattr(one, side) for one in before)
            assert min(getattr(one, side) for one in after) == min(getattr(one, side) for one in before)


def test_feed_statuses_come_by_name():
    _reported("twelvedata", seconds_ago=0)
    _reported("simulator", seconds_ago=0)
    assert [(feed["name"], feed["status"]) for feed in feed_statuses()] == [
        ("simulator", "live"),
        ("twelvedata", "live"),
    ]


def test_a_feed_that_reports_no_more_is_down():
    _reported("simulator", seconds_ago=9)
    _reported("twelvedata", seconds_ago=11)
    assert [feed["status"] for feed in feed_statuses()] == ["live", "down"]
    assert feed_statuses()[1]["detail"] == "The feed does not run."


def _reported(feed: str, *, seconds_ago: int) -> None:
    at = (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat()
    report = {"name": feed, "status": "live", "detail": "Ticking.", "at": at}
    redis_client().hset(name("feeds"), feed, json.dumps(report))


async def test_only_the_holder_of_the_lease_publishes():
    key = name("feed_leader", "test")
    mine, successors = stream.Lease(key, b"mine"), stream.Lease(key, b"successors")
    redis_client().set(key, mine.token)
    await stream.publish_ticks([tick(bid=1)], lease=mine)
    redis_client().set(key, successors.token)
    with pytest.raises(stream.LeaseLost):
        await stream.publish_ticks([tick(bid=2)], lease=mine)
    await stream.publish_ticks([tick(bid=3)], lease=successors)
    redis_client().delete(key)
    with pytest.raises(stream.LeaseLost):
        await stream.publish_ticks([tick(bid=4)], lease=successors)
    assert [one.bid for one in stream.read_ticks("0-0")] == [1, 3]
    assert latest_ticks()["EURUSD"].bid == 3


def test_a_source_that_has_no_room_in_a_tick_is_refused():
    assert tick_source("12345678") == "12345678"
    with pytest.raises(ValueError, match="'twelvedata' is too long"):
        tick_source("twelvedata")
