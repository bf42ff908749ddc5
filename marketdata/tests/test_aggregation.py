from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.aggregation import BARS, TICKS, CandleBuilder, latest_of_each, roll_up
from marketdata.feeds import Interval
from marketdata.ticks import PACKED_SIZE, Tick, pack

START = 1_700_000_000_000


def array(ticks: list[Tick]) -> np.ndarray:
    return np.frombuffer(b"".join(map(pack, ticks)), TICKS)


def tick(symbol: str, bid: int, time_ms: int) -> Tick:
    return Tick(symbol, bid, bid + 2, time_ms, time_ms, "test")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class PlainBuilder:
    """The same rules, one tick at a time."""

    def __init__(self) -> None:
        self.forming: dict[tuple[str, Interval], list[int]] = {}
        self.closed: list[tuple] = []
        self.newest: dict[str, int] = {}

    def add(self, ticks: list[Tick]) -> None:
        for one in ticks:
            time = self.newest[one.symbol] = max(one.time_ms, self.newest.get(one.symbol, 0))
            for interval in Interval:
                start = interval.opening_ms(time)
                bar = self.forming.get((one.symbol, interval))
                if bar is None or bar[0] != start:
                    if bar is not None:
                        self.closed.append((one.symbol, interval, *bar))
                    self.forming[one.symbol, interval] = [start, one.bid, one.bid, one.bid, one.bid, 1]
                else:
                    bar[2], bar[3] = max(bar[2], one.bid), min(bar[3], one.bid)
                    bar[4], bar[5] = one.bid, bar[5] + 1


def rows(bars: np.ndarray, interval: Interval) -> list[tuple]:
    return [(symbol.decode(), interval, *rest) for symbol, *rest in bars.tolist()]


steps = st.integers(-30, 60 * 26).map(lambda minutes: minutes * 20_000)
batches = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["EURUSD", "BTCUSD", "LONGSYMBOL.CASH"]), st.integers(1, 50), steps), max_size=12
    ),
    max_size=6,
)


@given(batches)
def test_bars_equal_those_of_a_plain_loop(script):
    builder, plain = CandleBuilder(), PlainBuilder()
    builder.JUMP_MS = 10**15
    closed, time = [], START
    for batch in script:
        ticks = []
        for symbol, bid, step in batch:
            time += step
            ticks.append(tick(symbol, bid, time))
        plain.add(ticks)
        for interval, bars in builder.add(array(ticks)).items():
            closed += rows(bars, interval)
    assert sorted(closed) == sorted(plain.closed)
    forming = [row for interval in Interval for row in rows(builder.forming(interval), interval)]
    assert sorted(forming) == sorted((symbol, interval, *bar) for (symbol, interval), bar in plain.forming.items())


def test_the_array_is_the_packed_tick():
    assert TICKS.itemsize == PACKED_SIZE
    one = array([Tick("EURUSD", 108_000_000, 108_001_000, 5, 7, "test")])[0]
    assert (one["symbol"], one["bid"], one["ask"], one["time"], one["received"]) == (
        b"EURUSD",
        108_000_000,
        108_001_000,
        5,
        7,
    )


@pytest.mark.parametrize(
    ("moment", "interval", "start"),
    [
        (
            "2026-11-22T23:59:59",
            Interval.W1,
            "2026-11-16T00:00:00",
        ),  # a Sunday belongs to the week of the Monday before
        ("2026-11-23T00:00:00", Interval.W1, "2026-11-23T00:00:00"),
        ("2026-01-01T12:00:00", Interval.W1, "2025-12-29T00:00:00"),
        ("2026-03-29T01:30:00", Interval.D1, "2026-03-29T00:00:00"),  # clocks change in Europe; UTC days do not
        ("2026-10-25T03:59:59", Interval.H4, "2026-10-25T00:00:00"),
        ("2024-02-29T23:59:59", Interval.D1, "2024-02-29T00:00:00"),
        ("2026-11-20T10:59:59", Interval.M30, "2026-11-20T10:30:00"),
        ("1969-12-31T23:59:59", Interval.W1, "1969-12-29T00:00:00"),
    ],
)
def test_where_bars_start(moment, interval, start):
    assert interval.opening_ms(ms(moment)) == ms(start)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.sampled_from(list(Interval)))
def test_every_moment_lies_in_its_bar(moment, interval):
    time = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    start = interval.opening_ms(time)
    assert start <= time < start + interval.milliseconds
    if interval is Interval.W1:
        opened = datetime.fromtimestamp(start / 1000, UTC)
        assert (opened.weekday(), opened.hour, opened.minute) == (0, 0, 0)


def test_a_late_tick_counts_for_the_forming_bar():
    builder = CandleBuilder()
    builder.add(array([tick("EURUSD", 10, START)]))
    closed = builder.add(array([tick("EURUSD", 30, START - 120_000)]))
    assert len(closed[Interval.M1]) == 0
    assert builder.forming(Interval.M1)[0]["high"] == 30


def test_a_clock_that_is_ahead_opens_no_future_bar():
    builder = CandleBuilder()
    day = 86_400_000
    builder.add(array([Tick("EURUSD", 10, 12, START + day, START, "test")]))
    assert builder.forming(Interval.M1)[0]["time"] == Interval.M1.opening_ms(START + builder.AHEAD_MS)


def test_another_timeline_closes_what_was_forming():
    builder = CandleBuilder()
    builder.add(array([tick("EURUSD", 10, START), tick("XAUUSD", 20, START)]))
    past = ms("2014-05-08T00:00:00")
    closed = builder.add(array([tick("EURUSD", 11, past)]))
    assert rows(closed[Interval.M1], Interval.M1) == [
        ("EURUSD", Interval.M1, Interval.M1.opening_ms(START), 10, 10, 10, 10, 1)
    ]
    forming = {row[0]: row[2] for row in rows(builder.forming(Interval.M1), Interval.M1)}
    assert forming == {"EURUSD": past, "XAUUSD": Interval.M1.opening_ms(START)}


def test_a_builder_resumes_where_another_stopped():
    first, whole = CandleBuilder(), CandleBuilder()
    before = array([tick("EURUSD", bid, START + bid * 1_000) for bid in range(1, 20)])
    after = array([tick("EURUSD", bid, START + bid * 1_000) for bid in range(20, 40)])
    first.add(before)
    second = CandleBuilder()
    for interval in Interval:
        second.resume(interval, first.forming(interval))
    second.add(after)
    whole.add(before)
    whole.add(after)
    for interval in Interval:
        assert second.forming(interval).tolist() == whole.forming(interval).tolist()


def test_nothing_makes_nothing():
    assert CandleBuilder().add(array([])) == {}
    assert len(roll_up(np.empty(0, BARS), Interval.H1)) == 0
    assert len(latest_of_each(np.empty(0, BARS))) == 0


def test_the_last_of_equal_bars_stays():
    bars = np.array([(b"A", 0, 1, 1, 1, 1, 1), (b"B", 0, 2, 2, 2, 2, 2), (b"A", 0, 3, 3, 3, 3, 3)], BARS)
    assert [row[2] for row in latest_of_each(bars).tolist()] == [3, 2]


def test_rolling_up_minutes_equals_rolling_up_ticks():
    day = timedelta(days=1) // timedelta(milliseconds=1)
    random = np.random.default_rng(7)
    ticks = [
        tick("EURUSD", int(bid), START + int(at))
        for bid, at in zip(random.integers(1, 99, 500), np.sort(random.integers(0, 9 * day, 500)), strict=True)
    ]
    builder = CandleBuilder()
    closed = builder.add(array(ticks))
    minutes = np.concatenate((closed[Interval.M1], builder.forming(Interval.M1)))
    weeks = np.concatenate((closed[Interval.W1], builder.forming(Interval.W1)))
    assert roll_up(minutes, Interval.W1).tolist() == weeks.tolist()
