import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import orjson
import pytest
from django.db import OperationalError

from forexpro.core.realtime.connections import name, redis_client
from forexpro.core.realtime.database import in_database
from marketdata.aggregation import BARS
from marketdata.catalogue import catalogue_entries
from marketdata.feeds import Candle as History
from marketdata.feeds import FeedStatus, Interval
from marketdata.gateways.simulator import SimulatorFeed, reference_rates
from marketdata.models import Candle
from marketdata.selectors import candles_page
from marketdata.services import candles
from marketdata.services.candles import CandleRecorder, candles_backfill, candles_upsert
from marketdata.services.catalogue import catalogue_load
from marketdata.ticks import Tick

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "catalogue")]

START_MS = 1_795_132_800_000  # 2026-11-20 00:00 UTC


@pytest.fixture
def catalogue(transactional_db) -> None:
    catalogue_load()


def tick(bid: int, seconds: int, symbol: str = "EURUSD") -> Tick:
    at = START_MS + seconds * 1_000
    return Tick(symbol, bid * 100_000, bid * 100_000 + 2_000, at, at, "test")


def stored(interval: int) -> list[tuple]:
    rows = Candle.objects.filter(interval=interval).order_by("symbol", "time")
    return [
        (row.symbol, row.time.strftime("%H:%M"), row.open, row.high, row.low, row.close, row.volume) for row in rows
    ]


def test_upserting_replaces_and_repeats_safely():
    bars = np.array([(b"EURUSD", START_MS, 1, 4, 1, 3, 5), (b"EURUSD", START_MS + 60_000, 3, 3, 3, 3, 1)], BARS)
    for price in ("open", "high", "low", "close"):
        bars[price] *= 10**8
    assert candles_upsert({Interval.M1: bars}) == 2
    bars["close"][0] = 2 * 10**8
    assert candles_upsert({Interval.M1: np.concatenate((bars, bars))}) == 2
    assert stored(1) == [("EURUSD", "00:00", 1, 4, 1, 2, 5), ("EURUSD", "00:01", 3, 3, 3, 3, 1)]
    assert candles_upsert({Interval.M1: bars[:0]}) == 0


async def test_a_recorder_shows_forming_bars_and_stores_finished_ones():
    recorder = CandleRecorder()
    await recorder._resume()
    await recorder.add([tick(1_080, 0), tick(1_090, 10), tick(1_070, 20), tick(1_085, 59)])
    await recorder.flush()
    await recorder.add([tick(1_086, 61)])
    await recorder.flush()

    assert (await in_database(stored)(1))[0] == ("EURUSD", "00:00", 1.08, 1.09, 1.07, 1.085, 4)
    await recorder.add([tick(1_099, 62)])
    await recorder.flush()
    page = orjson.loads(await in_database(candles_page)("EURUSD", Interval.M1))["candles"]
    assert [(bar["close"], bar["volume"]) for bar in page] == [("1.08500", 4), ("1.09900", 2)]
    week = orjson.loads(await in_database(candles_page)("EURUSD", Interval.W1))["candles"]
    assert [(bar["time"], bar["high"], bar["volume"]) for bar in week] == [("2026-11-16T00:00:00Z", "1.09900", 6)]


@pytest.mark.parametrize("redis_lost", [False, True])
async def test_the_next_recorder_goes_on_where_the_last_one_was_killed(redis_lost):
    first = CandleRecorder()
    await first._resume()
    await first.add([tick(1_080, 0), tick(1_090, 10)])
    await first.flush()
    if redis_lost:
        redis_client().delete(name("candles"))

    second = CandleRecorder()
    await second._resume()
    await second.add([tick(1_085, 30), tick(1_100, 70)])
    await second.flush()

    assert (await in_database(stored)(1))[0] == ("EURUSD", "00:00", 1.08, 1.09, 1.08, 1.085, 3)
    hour = orjson.loads(await in_database(candles_page)("EURUSD", Interval.H1))["candles"]
    assert [(bar["open"], bar["high"], bar["volume"]) for bar in hour] == [("1.08000", "1.10000", 4)]


async def test_a_database_that_is_away_delays_bars_and_loses_none(monkeypatch, caplog):
    recorder = CandleRecorder()
    await recorder._resume()

    def away(*args, **kwargs):
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(candles, "candles_upsert", away)
        for minute in range(3):
            await recorder.add([tick(1_080 + minute, minute * 60)])
            await recorder.flush()
    assert "trying again" in caplog.text
    assert await in_database(stored)(1) == []
    await recorder.add([tick(1_090, 180)])
    await recorder.flush()
    assert [row[1] for row in await in_database(stored)(1)] == ["00:00", "00:01", "00:02", "00:03"]


async def test_a_stopped_recorder_stores_what_was_forming():
    recorder = CandleRecorder()
    await recorder.add([tick(1_080, 0)])
    running = asyncio.ensure_future(recorder.run())
    async with asyncio.timeout(30):
        while not await in_database(stored)(1440):  # noqa: ASYNC110  # its first flush stores everything
            await asyncio.sleep(0.05)
    await recorder.add([tick(1_081, 1)])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [row[-1] for row in await in_database(stored)(1440)] == [2]


class History3Hours:
    """A provider whose history is three hourly bars."""

    name, status, status_detail, can_wait = "history", FeedStatus.LIVE, "", False

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def stream(self, symbols):
        raise NotImplementedError

    def trades_at(self, hours, at):
        return hours.is_open(at)

    async def candles(self, symbol, interval, start, end):
        self.asked.append((symbol, interval, start, end))
        if interval is not Interval.H1:
            return []
        price = Decimal("1.08")
        hours = [datetime(2026, 11, 19, hour, tzinfo=UTC) for hour in (20, 21, 22)]
        return [History(hour, price, price, price, price) for hour in hours]


async def test_backfilling_asks_once_per_series_and_only_for_what_is_missing(monkeypatch):
    monkeypatch.setattr(candles, "BACKFILL_BARS", 5)
    feed = History3Hours()
    now = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    await candles_backfill(feed, ["EURUSD"], now=now)
    assert [interval for _, interval, *_ in feed.asked] == list(Interval)
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    assert next(asked[2:] for asked in feed.asked if asked[1] is Interval.H1) == (
        midnight - timedelta(hours=5),
        midnight,
    )

    feed.asked.clear()
    await candles_backfill(feed, ["EURUSD"], now=now)
    assert next(asked[2:] for asked in feed.asked if asked[1] is Interval.H1) == (
        midnight - timedelta(hours=5),
        midnight,
    )
    assert [row[1] for row in await in_database(stored)(60)] == ["20:00", "21:00", "22:00"]


@pytest.mark.parametrize("moment", ["2026-11-20T23:10:00", "2026-11-21T14:00:00", "2026-11-22T20:30:00"])
@pytest.mark.parametrize("market_hours", ["always", "real"])
async def test_the_simulators_history_goes_up_to_now_whenever_it_trades(monkeypatch, market_hours, moment):
    """Friday evening, Saturday and Sunday evening: forex is closed then, in New York."""
    monkeypatch.setattr(candles, "BACKFILL_BARS", 600)
    last_rate = datetime(2026, 10, 30, tzinfo=UTC)
    monkeypatch.setattr(reference_rates, "last_day", lambda: int(last_rate.timestamp()) // 86_400)
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    feed = SimulatorFeed(
        catalogue_entries(),
        seed=1,
        ticks_per_second=1.0,
        market_hours=market_hours,
        clock_ms=lambda: int(now.timestamp() * 1000),
    )
    await candles_backfill(feed, ["EURUSD"], now=now)
    closes_at = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    for interval in (Interval.M1, Interval.M5, Interval.M15, Interval.M30, Interval.H1, Interval.H4):
        length = timedelta(minutes=interval.minutes)
        end = _opening(now, interval)
        opened = await in_database(_stored_openings)(interval)
        if market_hours == "always":
            week = [time for time in opened if time > closes_at - timedelta(days=4)]
            assert opened[-1] == end - length, interval
            assert {later - earlier for earlier, later in pairwise(week)} == {length}, interval
        elif end - 600 * length < closes_at:
            assert opened[-1] == min(end - length, _opening(closes_at - timedelta(minutes=1), interval)), interval
        else:
            assert opened == [], interval
    # Nothing is taken for a gap for ever.
    assert await candles_backfill(feed, ["EURUSD"], now=now) == 0


def _stored_openings(interval: Interval) -> list[datetime]:
    return list(Candle.objects.filter(interval=interval.minutes).order_by("time").values_list("time", flat=True))


def _opening(moment: datetime, interval: Interval) -> datetime:
    return datetime.fromtimestamp(interval.opening_ms(int(moment.timestamp() * 1000)) / 1000, UTC)


def test_a_redis_that_is_away_costs_no_candle(monkeypatch):
    def gone(touched):
        raise ConnectionError("gone")

    monkeypatch.setattr(candles, "stamp", gone)
    assert candles_upsert({Interval.M1: np.array([(b"EURUSD", START_MS, 1, 1, 1, 1, 1)], BARS)}) == 1
    assert len(stored(1)) == 1


async def test_forming_bars_begin_where_history_does_and_not_at_the_first_tick(redis):
    """Thursday: the feed starts at 13:07:30 and gets its history afterwards, while ticks go on."""
    thursday = START_MS - 86_400_000
    at = (13 * 60 + 7) * 60 + 30 - 86_400
    recorder = CandleRecorder()
    await recorder._resume()
    await recorder.add([tick(1_080, at)])
    await recorder.flush()

    def bar(opened_ms: int, low: int, high: int) -> np.ndarray:
        prices = (low + 1, high, low, high - 1)
        return np.array([(b"EURUSD", opened_ms, *(price * 100_000 for price in prices), 10)], BARS)

    await in_database(candles_upsert)(
        {
            Interval.D1: bar(thursday - 86_400_000, 1_010, 1_200),  # Wednesday
            Interval.H4: bar(thursday, 1_050, 1_100),
            Interval.H1: bar(thursday + 12 * 3_600_000, 1_060, 1_090),
            Interval.M5: bar(thursday + 13 * 3_600_000, 1_040, 1_095),
            Interval.M1: np.concatenate(
                (bar(thursday + 13 * 3_600_000, 1, 9_999), bar(thursday + 13 * 3_600_000 + 6 * 60_000, 1_079, 1_082))
            ),
        }
    )
    await recorder.add([tick(1_081, at + 1)])
    await recorder.complete("EURUSD")

    async def forming(interval: Interval) -> tuple[str, ...]:
        page = orjson.loads(await in_database(candles_page)("EURUSD", interval, limit=1))["candles"]
        return tuple(page[0][field] for field in ("open", "high", "low", "close", "volume"))

    assert await forming(Interval.M1) == ("1.08000", "1.08100", "1.08000", "1.08100", 2)
    assert await forming(Interval.M5) == ("1.08000", "1.08200", "1.07900", "1.08100", 12)
    assert await forming(Interval.M15) == ("1.04100", "1.09500", "1.04000", "1.08100", 22)
    assert await forming(Interval.H1) == ("1.04100", "1.09500", "1.04000", "1.08100", 22)
    assert await forming(Interval.H4) == ("1.06100", "1.09500", "1.04000", "1.08100", 32)
    assert await forming(Interval.D1) == ("1.05100", "1.10000", "1.04000", "1.08100", 42)
    assert await forming(Interval.W1) == ("1.01100", "1.20000", "1.01000", "1.08100", 52)

    await recorder.add([tick(1_099, at + 120)])
    await recorder.flush()
    assert (await forming(Interval.D1))[1:] == ("1.10000", "1.04000", "1.09900", 43)


async def test_a_symbol_without_ticks_has_nothing_to_complete():
    recorder = CandleRecorder()
    await recorder._resume()
    await recorder.complete("EURUSD")
    assert not len(recorder._builder.forming(Interval.D1))
