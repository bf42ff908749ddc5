"""The Twelve Data client against a stand-in with the vendor's habits."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from marketdata.feeds import Candle, FeedRefused, FeedStatus, Interval
from marketdata.gateways.twelvedata import Timings, TwelveDataFeed
from marketdata.gateways.twelvedata.rest import Credits, CreditsExhausted, Unavailable
from marketdata.tests.standins.twelvedata import (
    KEY,
    TwelveData,
    bad_key,
    close_1011,
    drop,
    fall_silent,
    price,
)

NAMES = {"EURUSD": "EUR/USD", "XAUUSD": "XAU/USD", "BTCUSD": "BTC/USD"}
NOON = int(datetime(2026, 11, 20, 14, 0, 30, tzinfo=UTC).timestamp() * 1000)
QUICK = Timings(
    heartbeat=0.02,
    ping=0.5,
    ping_timeout=2,
    stall=3,
    first_retry=0.01,
    longest_retry=0.04,
    retry_without_symbols=60,
    poll=0.01,
)
MINUTE_FULL = {
    "code": 429,
    "message": "You have run out of API credits for the current minute. 9 API credits were used.",
    "status": "error",
}
DAY_FULL = MINUTE_FULL | {"message": "You have run out of API credits for the day. 801 API credits were used."}


class Clock:
    """Time that passes only when somebody sleeps; what sleeps is also noted."""

    def __init__(self):
        self.ms = NOON
        self.naps = []

    def __call__(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.ms += round(seconds * 1000)
        await asyncio.sleep(min(seconds, 0.01))


def client(vendor: TwelveData, *, key: str = KEY, names=NAMES, timings: Timings = QUICK, **options) -> TwelveDataFeed:
    clock = Clock()
    given = {"websocket_url": vendor.websocket_url, "rest_url": vendor.rest_url, "symbols_max": 500} | options
    feed = TwelveDataFeed(key=key, vendor_symbols=names, clock_ms=clock, sleep=clock.sleep, timings=timings, **given)
    feed.clock = clock
    return feed


async def ticks_of(feed: TwelveDataFeed, count: int, symbols=tuple(NAMES)) -> list:
    ticks = []
    async with asyncio.timeout(10), contextlib.aclosing(feed.stream(symbols)) as stream:
        async for batch in stream:
            ticks += batch
            if len(ticks) >= count:
                return ticks
    raise AssertionError("the stream ended")


async def watch(feed: TwelveDataFeed, until) -> None:
    """Run the feed until a condition holds."""

    async def run():
        async with contextlib.aclosing(feed.stream(["EURUSD"])) as stream:
            async for _ in stream:
                pass

    task = asyncio.create_task(run())
    async with asyncio.timeout(20):
        while not until():  # noqa: ASYNC110  # it waits for what the vendor sees
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture
async def vendor():
    async with TwelveData() as vendor:
        yield vendor


# --- The socket -----------------------------------------------------------------------------------


async def test_quotes_become_ticks(vendor):
    vendor.scripts = [[price("EUR/USD", 1.0833, bid=1.0832, ask=1.0834), price("XAU/USD", 1925.18)]]
    feed = client(vendor)
    euro, gold = await ticks_of(feed, 2)
    assert (euro.symbol, euro.bid, euro.ask, euro.time_ms, euro.received_ms, euro.source) == (
        *("EURUSD", 108_320_000, 108_340_000),
        *(1_800_000_000_000, NOON, "twelve"),
    )
    assert gold.bid == gold.ask == 192_518_000_000  # the group's spread policy opens it
    assert feed.status == FeedStatus.LIVE
    assert vendor.frames[0] == {"action": "subscribe", "params": {"symbols": "EUR/USD,XAU/USD,BTC/USD"}}


async def test_heartbeats_are_sent_and_a_quiet_market_keeps_its_socket(vendor):
    vendor.scripts = [[]]
    feed = client(vendor)
    await watch(feed, lambda: sum(frame["action"] == "heartbeat" for frame in vendor.frames) > 5)
    assert vendor.opened == 1


async def test_many_symbols_are_subscribed_in_parts_and_limited(vendor):
    names = {f"SYM{number}": f"SYM/{number}" for number in range(250)}
    vendor.scripts = [[price("SYM/0", 1.5)]] * 3
    await ticks_of(client(vendor, names=names, symbols_max=220), 1, tuple(names))
    parts = [frame["params"]["symbols"].split(",") for frame in vendor.frames if frame["action"] == "subscribe"]
    assert [len(part) for part in parts][:2] == [100, 100]
    assert sum(len(part) for part in parts) <= 220


async def test_one_refused_symbol_costs_neither_the_others_nor_the_connection(vendor):
    vendor.trial = {"EUR/USD", "XAU/USD"}
    vendor.scripts = [[price("EUR/USD", 1.08), price("EUR/USD", 1.09)]]
    feed = client(vendor)
    assert len(await ticks_of(feed, 2)) == 2
    assert feed.status == FeedStatus.LIVE
    assert "BTCUSD" in feed.status_detail
    assert feed.not_offered == {"BTCUSD": "You are not authorized to access this data."}
    assert vendor.opened == 1


async def test_a_plan_without_any_of_the_symbols_is_asked_again_only_after_long(vendor):
    vendor.trial = set()
    feed = client(vendor)
    ticks = await ticks_of(feed, 4)
    assert {tick.bid for tick in ticks} == {108_330_000, 192_518_000_000}  # by REST meanwhile
    assert vendor.opened == 1
    assert feed.status == FeedStatus.DELAYED


async def test_rubbish_is_counted_and_skipped(vendor, caplog):
    vendor.scripts = [
        [
            "not json",
            "[]",
            price("EUR/USD", -1),
            price("EUR/USD", 1.08, bid=1.09, ask=1.07),
            price("FOO/BAR", 1.08),
            {"event": "subscribe-status", "status": "error", "messages": ["Cant parse message"]},
            {"event": "news", "text": "?"},
            price("EUR/USD", 1.0833),
        ]
    ]
    feed = client(vendor)
    [tick] = await ticks_of(feed, 1)
    assert tick.bid == 108_330_000
    assert feed.bad_frames == 4
    assert "Cant parse message" in caplog.text


async def test_late_prices_are_dropped_and_those_of_the_same_second_kept(vendor):
    vendor.scripts = [
        [
            price("EUR/USD", 1.1, 1_800_000_010),
            price("EUR/USD", 1.2, 1_800_000_009),
            price("XAU/USD", 1900, 1_800_000_001),
            price("EUR/USD", 1.3, 1_800_000_010),
        ]
    ]
    feed = client(vendor)
    ticks = await ticks_of(feed, 3)
    assert [(tick.symbol, tick.bid) for tick in ticks] == [
        ("EURUSD", 110_000_000),
        ("XAUUSD", 190_000_000_000),
        ("EURUSD", 130_000_000),
    ]
    assert feed.late_ticks == 1


async def test_a_burst_arrives_whole(vendor):
    vendor.scripts = [[price("EUR/USD", round(1 + number / 10_000, 4)) for number in range(1, 2_001)]]
    ticks = await ticks_of(client(vendor), 2_000)
    assert [tick.bid for tick in ticks] == [100_000_000 + number * 10_000 for number in range(1, 2_001)]


@pytest.mark.parametrize("end", [close_1011, drop, fall_silent], ids=["closed 1011", "dropped 1006", "silent"])
async def test_a_broken_socket_is_opened_and_subscribed_again(vendor, end):
    vendor.scripts = [[price("EUR/USD", 1.1), end], [price("EUR/USD", 1.2)]]
    vendor.prices = {}
    feed = client(vendor, timings=Timings(heartbeat=0.02, stall=0.3, first_retry=0.01, poll=0.01))
    assert [tick.bid for tick in await ticks_of(feed, 2)] == [110_000_000, 120_000_000]
    assert vendor.opened == 2
    assert [frame["action"] for frame in vendor.frames].count("subscribe") == 2
    assert feed.status == FeedStatus.LIVE


async def test_the_oldest_of_too_many_connections_is_closed_and_comes_back(vendor):
    vendor.scripts = [[price("EUR/USD", 1.1)]]
    vendor.prices = {}
    feeds = [client(vendor) for _ in range(4)]
    streams = [feed.stream(["EURUSD"]) for feed in feeds]
    for stream in streams:
        await asyncio.wait_for(anext(stream), 5)
    # The fourth connection has cost the first its own.
    assert (await asyncio.wait_for(anext(streams[0]), 5))[0].bid == 110_000_000
    assert vendor.opened == 5
    for stream in streams:
        await stream.aclose()


# --- Refusal --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal",
    [(401, bad_key()), (403, {"code": 403, "message": "plan"}), (401, b""), (200, bad_key())],
    ids=["401", "403", "401 without a body", "200 with an error body"],
)
async def test_a_refused_key_is_final_and_says_what_to_do(vendor, refusal, caplog):
    vendor.refuse_upgrade = refusal
    feed = client(vendor)
    with pytest.raises(FeedRefused, match="Check TWELVEDATA_API_KEY") as refused:
        await ticks_of(feed, 1)
    assert KEY not in str(refused.value)
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "refusal",
    [(500, b"oops"), (200, b"<html>"), (200, MINUTE_FULL), (503, b"")],
    ids=["500", "200 with a page", "200 with a 429", "503"],
)
async def test_other_refusals_pass(vendor, refusal):
    vendor.refuse_upgrade = refusal
    vendor.prices = {}
    vendor.scripts = [[price("EUR/USD", 1.1)]]
    feed = client(vendor)
    task = asyncio.create_task(ticks_of(feed, 1))
    async with asyncio.timeout(10):
        while feed.status != FeedStatus.DOWN:  # noqa: ASYNC110  # the vendor decides
            await asyncio.sleep(0.005)
    vendor.refuse_upgrade = None
    assert len(await task) == 1


async def test_the_key_is_in_no_address_and_no_log(vendor, caplog):
    caplog.set_level("DEBUG")
    vendor.scripts = [[price("EUR/USD", 1.1), drop]]
    await ticks_of(client(vendor), 4)
    assert vendor.requests
    assert all(KEY not in str((path, params)) for path, params, _ in vendor.requests)
    handshakes = [record for record in caplog.records if record.name.startswith("websockets")]
    assert KEY not in "".join(record.getMessage() for record in caplog.records if record not in handshakes)


# --- REST while the socket is down ----------------------------------------------------------------


async def test_prices_come_by_rest_while_the_socket_is_down(vendor):
    vendor.refuse_upgrade = (500, b"")
    feed = client(vendor)
    ticks = await ticks_of(feed, 4)
    assert {(tick.symbol, tick.bid, tick.ask) for tick in ticks} == {
        ("EURUSD", 108_330_000, 108_330_000),
        ("XAUUSD", 192_518_000_000, 192_518_000_000),
    }
    assert feed.status == FeedStatus.DELAYED
    assert "REST" in feed.status_detail


async def test_the_pauses_between_attempts_double_up_to_a_minute(vendor, caplog):
    vendor.refuse_upgrade = (500, b"")
    vendor.prices = {}
    feed = client(vendor, timings=Timings(first_retry=0.001, longest_retry=0.004, poll=0.001))

    def attempts():
        return [record.args[1] for record in caplog.records if "next attempt" in record.msg]

    await watch(feed, lambda: len(attempts()) >= 4)
    assert attempts()[:4] == [0.001, 0.002, 0.004, 0.004]
    assert (Timings().first_retry, Timings().longest_retry) == (1, 60)


async def test_few_credits_poll_the_symbols_in_turns(vendor):
    vendor.credits_per_minute = 2
    vendor.refuse_upgrade = (500, b"")
    vendor.prices = {"EUR/USD": "1.1", "XAU/USD": "1.2", "BTC/USD": "1.3"}
    feed = client(vendor)
    polled = []
    async with asyncio.timeout(10), contextlib.aclosing(feed.stream(list(NAMES))) as stream:
        async for batch in stream:
            polled.append([tick.symbol for tick in batch])
            if len(polled) == 3:
                break
            feed.clock.ms += 60_000
            vendor.credits_used = 0
    # Asking for the limits took one credit of the first minute.
    assert polled == [["EURUSD"], ["XAUUSD", "BTCUSD"], ["EURUSD", "XAUUSD"]]


# --- Credits --------------------------------------------------------------------------------------


async def test_credits_come_back_with_the_minute_and_run_out_with_the_day():
    clock = Clock()
    credits = Credits(clock, clock.sleep)
    credits.per_minute, credits.per_day = 8, 12
    await credits.spend(8)
    assert (credits.available(), clock.naps) == (0, [])
    await credits.spend(4)
    assert clock.naps == [30.0]  # it was half past the minute
    with pytest.raises(CreditsExhausted):
        await credits.spend(1)
    clock.ms += 86_400_000
    await credits.spend(1)


def test_the_vendors_own_count_is_believed():
    credits = Credits(Clock(), Clock().sleep)
    credits.learn({"api-credits-left": "3", "api-credits-used": "5"})
    assert credits.available() == 3
    credits.learn({})
    credits.learn({"api-credits-left": "many"})
    assert credits.available() == 3


# --- History --------------------------------------------------------------------------------------

START = datetime(2026, 11, 20, 13, 50, tzinfo=UTC)


async def test_history_is_closed_bars_oldest_first(vendor):
    feed = client(vendor)
    candles = await feed.candles("EURUSD", Interval.M1, START, START + timedelta(hours=1))
    assert [candle.time.minute for candle in candles] == list(range(50, 60))  # 14:00 is still forming
    assert candles[0] == Candle(START, Decimal("1.0800"), Decimal("1.0812"), Decimal("1.0790"), Decimal("1.0805"))
    _, params, _ = vendor.requests[-1]
    assert (params["symbol"], params["interval"], params["timezone"]) == ("EUR/USD", "1min", "UTC")
    assert params["start_date"] == "2026-11-20T13:50:00"


async def test_daily_and_weekly_bars_have_bare_dates(vendor):
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    feed = client(vendor)
    days = await feed.candles("EURUSD", Interval.D1, monday, monday + timedelta(days=30))
    assert [candle.time.day for candle in days] == list(range(2, 20))
    weeks = await feed.candles("EURUSD", Interval.W1, monday, monday + timedelta(days=30))
    assert [candle.time.day for candle in weeks] == [2, 9]


async def test_a_long_history_is_fetched_in_parts(vendor):
    start = START - timedelta(minutes=12_000)
    candles = await client(vendor).candles("EURUSD", Interval.M1, start, START)
    assert len(candles) == 12_000
    assert [path for path, _, _ in vendor.requests].count("/time_series") == 3


@pytest.mark.parametrize("symbol", ["BTCUSD", "ACME"])
async def test_an_unknown_symbol_has_no_history(vendor, symbol):
    assert await client(vendor).candles(symbol, Interval.M1, START, START + timedelta(hours=1)) == []


async def test_no_data_in_the_range_is_no_error(vendor):
    future = START + timedelta(days=3)
    assert await client(vendor).candles("EURUSD", Interval.M1, future, future + timedelta(hours=1)) == []


async def test_credits_of_the_minute_are_waited_for(vendor):
    vendor.errors["/time_series"] = [(200, MINUTE_FULL), (429, MINUTE_FULL)]
    feed = client(vendor)
    assert len(await feed.candles("EURUSD", Interval.M1, START, START + timedelta(minutes=5))) == 5
    assert feed.clock.naps[:2] == [30.0, 60.0]


async def test_credits_of_the_day_end_the_attempt(vendor):
    vendor.errors["/time_series"] = [(200, DAY_FULL)]
    feed = client(vendor)
    for _ in range(2):
        with pytest.raises(CreditsExhausted):
            await feed.candles("EURUSD", Interval.M1, START, START + timedelta(minutes=5))
    assert [path for path, _, _ in vendor.requests].count("/time_series") == 1


@pytest.mark.parametrize("status", [200, 401])
async def test_a_bad_key_is_final_for_history_too(vendor, status):
    feed = client(vendor, key="wrong")
    vendor.errors["/api_usage"] = [(status, bad_key() | {"message": "**apikey** wrong is incorrect"})]
    with pytest.raises(FeedRefused) as refused:
        await feed.candles("EURUSD", Interval.M1, START, START + timedelta(minutes=5))
    assert "wrong" not in str(refused.value)


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"code": 500, "message": "Something went wrong", "status": "error"}),
        (502, b"<html>"),
        (200, b"[]"),
        (504, {}),
    ],
)
async def test_a_vendor_in_trouble_is_unavailable(vendor, answer):
    vendor.errors["/time_series"] = [answer]
    with pytest.raises(Unavailable):
        await client(vendor).candles("EURUSD", Interval.M1, START, START + timedelta(minutes=5))


async def test_a_vendor_that_is_not_there_is_unavailable(vendor):
    feed = client(vendor, rest_url="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        await feed.candles("EURUSD", Interval.M1, START, START + timedelta(minutes=5))


async def test_rows_that_make_no_sense_are_skipped(vendor, caplog):
    good = {
        "datetime": "2026-11-20 13:50:00",
        "open": "1.1",
        "high": "1.2",
        "low": "1.0",
        "close": "1.1",
        "volume": "7",
    }
    rows = [
        good,
        good | {"datetime": "yesterday"},
        good | {"open": None},
        good | {"high": "0.5"},
        good | {"low": "NaN"},
        good | {"close": "abc"},
        {},
        None,
    ]
    vendor.errors["/time_series"] = [(200, {"values": rows, "status": "ok"})]
    candles = await client(vendor).candles("EURUSD", Interval.M1, START, START + timedelta(minutes=5))
    assert [(candle.time, candle.volume) for candle in candles] == [(START, 7)]
    assert len([record for record in caplog.records if "skipped" in record.message]) == 6
