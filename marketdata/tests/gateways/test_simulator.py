"""The simulated market: reproducible, coherent, joined to its own history, alive when it says so."""

import asyncio
import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.catalogue import catalogue_entries
from marketdata.feeds import Feed, FeedStatus, Interval
from marketdata.gateways.simulator import SimulatorFeed, reference_rates
from marketdata.gateways.simulator.paths import COARSE, DAY_MS, FINE, SimulatedMarket
from marketdata.gateways.simulator.spreads import rollover_widening
from marketdata.sessions import TradingHours
from marketdata.ticks import PRICE_SCALE, to_price

ENTRIES = catalogue_entries()
FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, start: datetime):
        self.ms = int(start.timestamp() * 1000)

    def __call__(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)
        await asyncio.sleep(0)


def simulator(start: datetime = FRIDAY, **options) -> SimulatorFeed:
    clock = Clock(start)
    given = {"seed": 1, "ticks_per_second": 2.0, "market_hours": "always"} | options
    return SimulatorFeed(ENTRIES, **given, clock_ms=clock, sleep=clock.sleep)


async def ticks_of(feed: Feed, symbols, *, batches: int):
    collected = []
    async for batch in feed.stream(symbols):
        collected += batch
        batches -= 1
        if not batches:
            return collected


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(ENTRIES, seed=1)


async def test_the_same_seed_and_time_give_the_same_ticks():
    first, second = [await ticks_of(simulator(), list(ENTRIES), batches=30) for _ in range(2)]
    assert first == second
    other = await ticks_of(simulator(seed=2), list(ENTRIES), batches=30)
    assert [tick.bid for tick in other[:50]] != [tick.bid for tick in first[:50]]


async def test_a_restart_goes_on_where_the_market_is_by_then():
    feed = simulator()
    before = await ticks_of(feed, ["EURUSD"], batches=40)
    last = before[-1]
    restarted = simulator(datetime.fromtimestamp(last.time_ms / 1000, UTC))
    after = await ticks_of(restarted, ["EURUSD"], batches=1)
    assert abs(after[0].bid - last.bid) <= 10 * 1000  # a pip, for another draw of the spread


async def test_every_symbol_has_a_price_at_once_and_is_never_silent_for_long():
    ticks = await ticks_of(simulator(ticks_per_second=0.01), list(ENTRIES), batches=130)
    assert [tick.symbol for tick in ticks[: len(ENTRIES)]] == list(ENTRIES)
    for symbol in ENTRIES:
        times = [tick.time_ms for tick in ticks if tick.symbol == symbol]
        assert max(np.diff(times)) <= 5_000, symbol


async def test_prices_have_two_sides_in_whole_points():
    for tick in await ticks_of(simulator(), list(ENTRIES), batches=20):
        entry = ENTRIES[tick.symbol]
        point = 10 ** (8 - entry.digits)
        assert 0 < tick.bid < tick.ask
        assert tick.bid % point == tick.ask % point == 0
        assert 0.7 <= (tick.ask - tick.bid) / point / entry.typical_spread_points <= 1.6
        assert tick.time_ms == tick.received_ms


@settings(max_examples=10)
@given(st.integers(0, 5 * DAY_MS))
def test_no_triangle_of_currencies_can_be_arbitraged(offset):
    """Going round through two crosses never pays, whichever way."""
    feed = simulator(FRIDAY + timedelta(milliseconds=offset))
    codes = [code for code, entry in ENTRIES.items() if entry.asset_class == "forex"]
    ticks = asyncio.run(ticks_of(feed, codes, batches=1))
    sell, buy = {}, {}
    for tick in ticks:
        base, quote = tick.symbol[:3], tick.symbol[3:]
        sell[base, quote], buy[base, quote] = tick.bid / PRICE_SCALE, tick.ask / PRICE_SCALE
        sell[quote, base], buy[quote, base] = PRICE_SCALE / tick.ask, PRICE_SCALE / tick.bid
    currencies = {currency for pair in sell for currency in pair}
    closed = 0
    for one, two, three in itertools.permutations(sorted(currencies), 3):
        if (one, two) in sell and (two, three) in sell and (three, one) in sell:
            closed += 1
            assert sell[one, two] * sell[two, three] * sell[three, one] < 1, (one, two, three)
    assert closed > 100


def test_other_crosses_follow_from_their_legs(market):
    now = int(FRIDAY.timestamp() * 1000)
    for cross, metal, currency in [
        ("XAUEUR", "XAUUSD", "EURUSD"),
        ("BTCEUR", "BTCUSD", "EURUSD"),
        ("ETHBTC", "ETHUSD", "BTCUSD"),
    ]:
        assert market.mid(cross, now) == pytest.approx(market.mid(metal, now) / market.mid(currency, now), rel=1e-12)


@pytest.mark.parametrize(
    ("symbol", "currency", "inverse"), [("EURUSD", "USD", False), ("USDJPY", "JPY", True), ("EURGBP", "GBP", False)]
)
def test_currencies_start_from_the_reference_rates(market, symbol, currency, inverse):
    per_euro = reference_rates._per_euro()
    last = reference_rates.last_day()
    for day in (last, last - 7, last - 700):
        expected = per_euro[currency][day] / (per_euro["USD"][day] if inverse else 1)
        assert market.samples(symbol, day, FINE)[-1] == pytest.approx(expected, rel=1e-9)


def test_the_level_stays_near_its_reference(market):
    for code, entry in ENTRIES.items():
        if entry.reference_price is not None:
            today = market.mid(code, int(FRIDAY.timestamp() * 1000))
            assert 1 / 3 < today / float(entry.reference_price) < 3, code


@pytest.mark.parametrize(
    ("symbol", "low", "high"), [("EURUSD", 0.03, 0.12), ("XAUUSD", 0.1, 0.3), ("BTCUSD", 0.3, 0.8)]
)
def test_volatility_is_that_of_the_class(market, symbol, low, high):
    today = int(FRIDAY.timestamp() * 1000) // DAY_MS
    closes = np.log([market.samples(symbol, day, FINE)[-1] for day in range(today - 250, today)])
    assert low < np.diff(closes).std() * np.sqrt(260) < high


def test_live_prices_pass_through_the_samples_of_history(market):
    day = int(FRIDAY.timestamp() * 1000) // DAY_MS
    samples = market.samples("BTCUSD", day, FINE)
    live = [market.mid("BTCUSD", day * DAY_MS + index * 20_000) for index in range(0, len(samples) - 1, 100)]
    assert live == pytest.approx(samples[:-1:100], rel=0.001)
    assert market.mid("BTCUSD", day * DAY_MS) == pytest.approx(samples[0], rel=1e-12)


def test_coarse_history_is_the_fine_one_at_fewer_points(market):
    day = int(FRIDAY.timestamp() * 1000) // DAY_MS - 300
    fine, coarse = market.samples("BTCUSD", day, FINE), market.samples("BTCUSD", day, COARSE)
    hours = slice(None, None, 3 * 3_600_000 // COARSE.sample_ms)  # 3 hours are 32 of a coin's 256 even cells
    assert coarse[hours] == pytest.approx(fine[:: 3 * 3_600_000 // FINE.sample_ms], rel=1e-12)


@pytest.mark.parametrize(
    ("moment", "widening"),
    [
        ("2026-11-20T22:00:00", 6.0),  # 17:00 in New York in winter
        ("2026-07-20T21:00:00", 6.0),  # and in summer
        ("2026-11-20T21:52:30", 3.5),
        ("2026-11-20T22:15:00", 1.0),
        ("2026-11-20T12:00:00", 1.0),
    ],
)
def test_spreads_widen_at_rollover(moment, widening):
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert rollover_widening(int(at.timestamp() * 1000)) == pytest.approx(widening)


async def test_rollover_shows_in_the_quotes_of_currencies_and_not_of_coins():
    rollover = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
    euro, bitcoin = await ticks_of(simulator(rollover), ["EURUSD", "BTCUSD"], batches=1)
    assert euro.ask - euro.bid > 4 * 8 * 1000
    assert (bitcoin.ask - bitcoin.bid) // 10**6 < 2 * 1800


async def test_alive_while_real_markets_are_closed_and_says_so():
    feed = simulator(SATURDAY)
    ticks = await ticks_of(feed, list(ENTRIES), batches=1)
    assert len(ticks) == len(ENTRIES)
    assert feed.status == FeedStatus.LIVE
    assert "although real markets are closed" in feed.status_detail


async def test_real_hours_by_setting():
    feed = simulator(SATURDAY, market_hours="real")
    ticks = await ticks_of(feed, list(ENTRIES), batches=20)
    assert {ENTRIES[tick.symbol].asset_class for tick in ticks} == {"crypto"}
    assert "trading hours" in feed.status_detail


async def test_a_symbol_that_is_not_simulated_is_left_out():
    ticks = await ticks_of(simulator(), ["EURUSD", "ACME"], batches=1)
    assert [tick.symbol for tick in ticks] == ["EURUSD"]
    assert await simulator().candles("ACME", Interval.M1, FRIDAY - timedelta(hours=1), FRIDAY) == []


# --- History --------------------------------------------------------------------------------------


@pytest.mark.parametrize("interval", list(Interval))
async def test_history_is_closed_whole_and_in_order(interval):
    start = FRIDAY - timedelta(milliseconds=20 * interval.milliseconds)
    candles = await simulator().candles("BTCUSD", interval, start, FRIDAY)
    times = [int(candle.time.timestamp() * 1000) for candle in candles]
    now = int(FRIDAY.timestamp() * 1000)
    assert 19 <= len(candles) <= 20
    assert times == [times[0] + index * interval.milliseconds for index in range(len(times))]
    assert all(interval.opening_ms(time) == time for time in times)
    assert times[0] >= int(start.timestamp() * 1000)
    assert now - 2 * interval.milliseconds < times[-1] <= now - interval.milliseconds
    for candle in candles:
        assert candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high
        assert candle.volume > 0


async def test_the_bars_of_all_intervals_agree():
    feed, start = simulator(), FRIDAY - timedelta(days=1, hours=14)
    day = (await feed.candles("GBPJPY", Interval.D1, start, start + timedelta(days=1)))[0]
    for interval in (Interval.M1, Interval.M15, Interval.H4):
        parts = await feed.candles("GBPJPY", interval, start, start + timedelta(days=1))
        assert len(parts) == DAY_MS // interval.milliseconds
        assert (parts[0].open, parts[-1].close) == (day.open, day.close)
        assert (max(part.high for part in parts), min(part.low for part in parts)) == (day.high, day.low)


async def test_history_runs_into_the_live_price():
    feed = simulator()
    last = (await feed.candles("EURUSD", Interval.M1, FRIDAY - timedelta(minutes=5), FRIDAY))[-1]
    tick = (await ticks_of(feed, ["EURUSD"], batches=1))[0]
    assert last.time == FRIDAY - timedelta(minutes=1)
    assert abs(to_price(tick.bid) - last.close) <= Decimal("0.0001")


@pytest.fixture
def rates_until_october(monkeypatch) -> None:
    """Whatever file of rates is installed, its last day is a Friday before the moments of the tests."""
    last = date(2026, 10, 30).toordinal() - reference_rates.EPOCH_DAY
    monkeypatch.setattr(reference_rates, "last_day", lambda: last)


CLOSED_MOMENTS = [
    pytest.param(datetime(2026, 11, 20, 23, 10, tzinfo=UTC), id="Friday evening"),
    pytest.param(SATURDAY, id="Saturday"),
    pytest.param(datetime(2026, 11, 22, 20, 30, tzinfo=UTC), id="Sunday evening"),
]


@pytest.mark.usefixtures("rates_until_october")
@pytest.mark.parametrize("now", CLOSED_MOMENTS)
async def test_history_and_prices_are_one_market_while_real_ones_are_closed(now):
    feed = simulator(now)
    codes = ["EURUSD", "GBPUSD", "EURGBP", "USDJPY", "EURJPY", "XAUUSD", "XAUEUR", "US30"]
    ticks = {tick.symbol: tick for tick in await ticks_of(feed, codes, batches=1)}
    mids = {}
    for code in codes:
        entry = ENTRIES[code]
        bars = await feed.candles(code, Interval.M1, now - timedelta(hours=4), now)
        assert [bar.time for bar in bars] == [now - timedelta(minutes=left) for left in range(240, 0, -1)]
        assert all(before.close == bar.open for before, bar in itertools.pairwise(bars))
        # One tick further: the movement of seconds, and another draw of the spread.
        point = Decimal(1).scaleb(-entry.digits)
        minute = sorted(bar.high - bar.low for bar in bars)[len(bars) // 2]
        spread = entry.typical_spread_points * point
        assert abs(to_price(ticks[code].bid) - bars[-1].close) <= minute + spread / 4 + point, code
        mids[code] = float(bars[-1].close + spread / 2)
    for cross, one, other in [("EURGBP", "EURUSD", "GBPUSD"), ("XAUEUR", "XAUUSD", "EURUSD")]:
        assert mids[cross] == pytest.approx(mids[one] / mids[other], rel=2e-5)
    assert mids["EURJPY"] == pytest.approx(mids["EURUSD"] * mids["USDJPY"], rel=2e-5)


@pytest.mark.usefixtures("rates_until_october")
@pytest.mark.parametrize("market_hours", ["always", "real"])
@pytest.mark.parametrize("interval", list(Interval))
async def test_there_are_bars_exactly_where_the_feed_says_that_it_trades(market_hours, interval):
    """From before the last reference rate, whose weekends are those of the real market, to a Saturday."""
    feed = simulator(SATURDAY, market_hours=market_hours)
    hours = TradingHours.from_json(ENTRIES["EURUSD"].sessions)
    length = timedelta(minutes=interval.minutes)
    step = min(length, timedelta(hours=1))
    for start, end in [
        (datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)),
        (datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)),
    ]:
        openings = [start + length * number for number in range((end - start) // length)]
        traded = [
            opening
            for opening in openings
            if any(feed.trades_at(hours, opening + step * part) for part in range(length // step))
        ]
        assert [bar.time for bar in await feed.candles("EURUSD", interval, start, end)] == traded
        is_whole = market_hours == "always" and start.month == 11
        assert (traded == openings) == (is_whole or interval is Interval.W1)


async def test_working_days_close_at_the_reference_rate_and_only_sunday_evenings_trade_beside_them():
    end = datetime(2026, 10, 31, tzinfo=UTC)
    candles = await simulator().candles("EURUSD", Interval.D1, end - timedelta(days=14), end)
    assert [candle.time.weekday() for candle in candles] == [5, 6, 0, 1, 2, 3, 4][1:] * 2
    for candle in candles:
        if candle.time.weekday() == 6:
            continue
        rate = reference_rates._per_euro()["USD"][candle.time.date().toordinal() - reference_rates.EPOCH_DAY]
        assert abs(candle.close - Decimal(repr(rate)) + Decimal("0.00004")) <= Decimal("0.000011")  # half the spread


async def test_coins_have_bars_on_weekends():
    start = datetime(2026, 10, 24, tzinfo=UTC)
    assert len(await simulator().candles("BTCUSD", Interval.H1, start, start + timedelta(days=2))) == 48


async def test_history_in_real_hours_has_the_gaps_of_the_market():
    feed = simulator(market_hours="real")
    start = datetime(2026, 11, 13, 20, tzinfo=UTC)  # a Friday
    hours = await feed.candles("EURUSD", Interval.H1, start, start + timedelta(days=2, hours=4))
    assert [candle.time.isoformat()[5:13] for candle in hours] == ["11-13T20", "11-13T21", "11-15T22", "11-15T23"]


async def test_there_is_no_history_before_the_first_rate():
    start = datetime(1998, 12, 1, tzinfo=UTC)
    candles = await simulator().candles("EURUSD", Interval.D1, start, datetime(1999, 1, 12, tzinfo=UTC))
    assert candles[0].time == datetime(1999, 1, 5, tzinfo=UTC)
