from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import orjson
import pytest

from forexpro.core.refusals import Refused
from marketdata.aggregation import BARS
from marketdata.candle_cache import CHUNK_BARS, Series, write_live
from marketdata.candle_rows import row_of_json
from marketdata.feeds import Interval
from marketdata.selectors import candle_gaps, candles_page, day_summaries
from marketdata.selectors.candles import read_bars
from marketdata.services.candles import candles_upsert
from marketdata.services.catalogue import catalogue_load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis", "catalogue")]

START = datetime(2026, 11, 16, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)


@pytest.fixture
def catalogue(db) -> None:
    catalogue_load()


@pytest.fixture
def upsert(django_capture_on_commit_callbacks):
    """Store bars and let what waits for the commit happen."""

    def store(interval: Interval, bars: np.ndarray, newest: dict[Series, int] | None = None) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            candles_upsert({interval: bars}, newest=newest)

    return store


def bars(count: int, *, symbol: str = "EURUSD", start: datetime = START, step: timedelta = MINUTE, close: int = 5):
    """Return `count` bars, the first of which closes at `close` hundredths of a unit."""
    first = int(start.timestamp() * 1000)
    length = step // timedelta(milliseconds=1)
    price = [(close + number) * 1_000_000 for number in range(count)]
    rows = [(symbol.encode(), first + n * length, p, p + 5_000, p - 5_000, p, 7) for n, p in enumerate(price)]
    return np.array(rows, BARS)


def page(*args, **kwargs) -> list[dict]:
    return orjson.loads(candles_page(*args, **kwargs))["candles"]


def live(symbol: str, interval: Interval, opened: datetime, close: str) -> None:
    row = row_of_json(int(opened.timestamp() * 1000), [close] * 4, 3)
    write_live({Series(symbol, interval): row})


def test_a_page_has_the_shape_of_the_contract(upsert):
    upsert(Interval.M1, bars(2))
    assert orjson.loads(candles_page("EURUSD", Interval.M1)) == {
        "symbol": "EURUSD",
        "interval": "1m",
        "candles": [
            {
                "time": "2026-11-16T00:00:00Z",
                "open": "0.05000",
                "high": "0.05005",
                "low": "0.04995",
                "close": "0.05000",
                "volume": 7,
            },
            {
                "time": "2026-11-16T00:01:00Z",
                "open": "0.06000",
                "high": "0.06005",
                "low": "0.05995",
                "close": "0.06000",
                "volume": 7,
            },
        ],
    }


@pytest.mark.parametrize("limit", [1, CHUNK_BARS - 1, CHUNK_BARS, CHUNK_BARS + 1, 1_300, 5_000])
def test_a_page_holds_the_newest_bars_and_the_cache_says_the_same(upsert, limit):
    upsert(Interval.M1, bars(1_300))
    first = page("EURUSD", Interval.M1, limit=limit)
    expected = [START + n * MINUTE for n in range(1_300)][-limit:]
    assert [datetime.fromisoformat(bar["time"]) for bar in first] == expected
    assert page("EURUSD", Interval.M1, limit=limit) == first


@pytest.mark.parametrize(
    ("start", "end"), [(0, 10), (490, 510), (3, None), (None, 3), (499, 1_001), (1_290, 4_000), (20, 20)]
)
def test_a_page_keeps_to_its_bounds(upsert, start, end):
    upsert(Interval.M1, bars(1_300))
    moments = [None if n is None else START + n * MINUTE for n in (start, end)]
    found = page("EURUSD", Interval.M1, *moments, limit=5_000)
    expected = range(1_300)[slice(start, end)]
    assert [bar["time"] for bar in found] == [(START + n * MINUTE).strftime("%Y-%m-%dT%H:%M:%SZ") for n in expected]


def test_bounds_with_fractions_of_a_second(upsert):
    upsert(Interval.M1, bars(3))
    half = timedelta(milliseconds=500)
    found = page("EURUSD", Interval.M1, START + half, START + 2 * MINUTE + half)
    assert [bar["time"][14:16] for bar in found] == ["01", "02"]


def test_history_across_a_long_gap_is_found(upsert):
    upsert(Interval.M1, bars(10, start=START - timedelta(days=400)))
    upsert(Interval.M1, bars(10))
    found = page("EURUSD", Interval.M1, limit=15)
    assert [bar["time"][:4] for bar in found] == ["2025"] * 5 + ["2026"] * 10
    assert page("EURUSD", Interval.M1, end=START, limit=15) == page("EURUSD", Interval.M1, limit=20)[:10]


def test_the_forming_bar_replaces_its_stored_form_and_nothing_newer_is_shown(upsert):
    upsert(Interval.M1, bars(5))
    live("EURUSD", Interval.M1, START + 3 * MINUTE, "9.00000")
    found = page("EURUSD", Interval.M1)
    assert [bar["close"] for bar in found] == ["0.05000", "0.06000", "0.07000", "9.00000"]
    assert [bar["close"] for bar in page("EURUSD", Interval.M1, limit=1)] == ["9.00000"]
    assert [bar["close"] for bar in page("EURUSD", Interval.M1, end=START + 2 * MINUTE)] == ["0.05000", "0.06000"]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From where, in milliseconds, bars were read from the table, one entry for each read."""
    found: list[int] = []

    def read(series: Series, start: datetime, end: datetime):
        found.append(int(start.timestamp() * 1000))
        return read_bars(series, start, end)

    monkeypatch.setattr("marketdata.selectors.candles.read_bars", read)
    return found


def test_a_cached_page_needs_no_query(upsert, reads, django_assert_num_queries):
    upsert(Interval.M1, bars(1_300))
    live("EURUSD", Interval.M1, START + 1_300 * MINUTE, "1.00000")
    first = candles_page("EURUSD", Interval.M1)
    assert len(reads) == 1
    with django_assert_num_queries(0):
        assert candles_page("EURUSD", Interval.M1) == first
    assert len(reads) == 1


def test_a_late_write_is_seen_at_once(upsert):
    upsert(Interval.M1, bars(1_300))
    live("EURUSD", Interval.M1, START + 1_300 * MINUTE, "1.00000")
    page("EURUSD", Interval.M1)
    upsert(Interval.M1, bars(1, start=START + 700 * MINUTE, close=123_400))
    assert "1234.00000" in [bar["close"] for bar in page("EURUSD", Interval.M1)]
    older = bars(1, start=START - timedelta(days=90), close=999_900)
    upsert(Interval.M1, older)
    assert page("EURUSD", Interval.M1, limit=5_000)[0]["close"] == "9999.00000"


def test_a_finished_bar_outdates_only_the_newest_chunk(upsert, reads):
    upsert(Interval.M1, bars(1_300))
    forming = START + 1_301 * MINUTE
    live("EURUSD", Interval.M1, forming, "1.00000")
    page("EURUSD", Interval.M1)
    upsert(
        Interval.M1,
        bars(1, start=START + 1_300 * MINUTE, close=777),
        {Series("EURUSD", Interval.M1): int(forming.timestamp() * 1000)},
    )
    reads.clear()
    found = page("EURUSD", Interval.M1)
    assert [bar["close"] for bar in found[-2:]] == ["7.77000", "1.00000"]
    series = Series("EURUSD", Interval.M1)
    assert reads == [series.chunk_start(series.chunk(int(forming.timestamp() * 1000)))]


def test_a_reader_overtaken_by_a_write_leaves_nothing_stale(upsert, monkeypatch):
    from marketdata.selectors import candles

    upsert(Interval.M1, bars(3))
    read = candles._read_chunks_from_database

    def overtaken(*args):
        contents = read(*args)
        upsert(Interval.M1, bars(1, start=START + MINUTE, close=4_200))
        return contents

    monkeypatch.setattr(candles, "_read_chunks_from_database", overtaken)
    assert "42.00000" not in [bar["close"] for bar in page("EURUSD", Interval.M1)]
    monkeypatch.undo()
    assert "42.00000" in [bar["close"] for bar in page("EURUSD", Interval.M1)]


def test_weeks_and_days_are_pages_too(upsert):
    upsert(Interval.W1, bars(600, step=timedelta(days=7), start=START - timedelta(weeks=599)))
    found = page("EURUSD", Interval.W1, limit=600)
    assert len(found) == 600
    assert found[-1]["time"] == "2026-11-16T00:00:00Z"


def test_nothing_stored_is_an_empty_page_and_an_unknown_symbol_is_refused():
    assert page("EURUSD", Interval.H1) == []
    with pytest.raises(Refused) as refusal:
        candles_page("NOSUCH", Interval.H1)
    assert (refusal.value.code, refusal.value.http_status) == ("unknown_symbol", 404)


def test_gaps_are_missing_bars_while_the_market_was_open(upsert):
    upsert(Interval.H1, bars(24, step=timedelta(hours=1)))
    upsert(Interval.H1, bars(10, start=START + timedelta(hours=26), step=timedelta(hours=1)))
    end = START + timedelta(hours=36)
    assert candle_gaps("EURUSD", Interval.H1, START, end) == [
        (START + timedelta(hours=24), START + timedelta(hours=26))
    ]
    # Forex closes on Friday 17:00 in New York, 22:00 UTC in winter, until Sunday.
    saturday = START + timedelta(days=5)
    assert candle_gaps("EURUSD", Interval.H1, saturday, saturday + timedelta(days=1)) == []
    assert candle_gaps("BTCUSD", Interval.H1, saturday, saturday + timedelta(days=1)) == [
        (saturday, saturday + timedelta(days=1))
    ]


@pytest.mark.parametrize(
    ("start", "open_hours"),
    [
        ("2026-11-20T20:00", (0, 2)),  # Friday evening
        ("2026-11-21T14:00", None),  # Saturday
        ("2026-11-22T20:00", (2, 4)),  # Sunday evening
    ],
)
def test_a_feed_that_trades_at_any_hour_has_gaps_in_closed_hours_too(start, open_hours):
    start = datetime.fromisoformat(start).replace(tzinfo=UTC)
    end = start + timedelta(hours=4)
    expected = [tuple(start + timedelta(hours=hour) for hour in open_hours)] if open_hours else []
    assert candle_gaps("EURUSD", Interval.M15, start, end) == expected
    assert candle_gaps("EURUSD", Interval.M15, start, end, trades_at=lambda hours, at: True) == [(start, end)]


def test_gaps_cost_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        candle_gaps("EURUSD", Interval.D1, START, START + timedelta(days=30))
    with pytest.raises(Refused):
        candle_gaps("NOSUCH", Interval.D1, START, START + timedelta(days=30))


def test_the_day_counts_from_the_close_before(upsert, django_assert_num_queries):
    upsert(Interval.D1, bars(3, start=START - timedelta(days=3), step=timedelta(days=1)))
    write_live(
        {
            Series("EURUSD", Interval.D1): row_of_json(
                int(START.timestamp() * 1000), ["0.06", "0.09", "0.05", "0.084"], 9
            )
        }
    )
    live("XAUUSD", Interval.D1, START, "2000")
    with django_assert_num_queries(1):
        days = day_summaries(["EURUSD", "XAUUSD", "WTI"])
    assert set(days) == {"EURUSD", "XAUUSD"}
    assert days["EURUSD"].previous_close == Decimal("0.07")
    assert days["EURUSD"].change_percent == Decimal("20.00")
    assert days["XAUUSD"].change_percent == 0
    with django_assert_num_queries(0):
        assert day_summaries(["EURUSD", "XAUUSD", "WTI"]) == days
