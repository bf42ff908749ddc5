"""Candles: pages out of a large table, bars out of ticks, bars into the table."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
from django.db import connection
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from forexpro.core.bench import Measurement, benchmark, stopwatch
from forexpro.core.realtime.connections import name, redis_client
from forexpro.core.scratch import scratch_services
from marketdata.aggregation import BARS, TICKS, CandleBuilder
from marketdata.bench.processes import server
from marketdata.candle_cache import Series, write_live
from marketdata.candle_rows import row_of_json
from marketdata.feeds import Interval
from marketdata.models import Candle
from marketdata.selectors import candles_page, symbol_catalogue
from marketdata.services.candles import candles_upsert
from marketdata.services.catalogue import catalogue_load

SYMBOLS, BARS_EACH = 50, 100_000
NEWEST = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = 1_000
REPEATS = 40
TICK_COUNT = 1_000_000
UPSERTED = 100_000

_FILL = """
    INSERT INTO marketdata_candle (symbol, "interval", time, open, high, low, close, volume)
    SELECT symbol, 1, %s - number * interval '1 minute', 1.08, 1.0805, 1.0795, 1.0801, 60
    FROM generate_series(%s, 1, -1) AS number, unnest(%s::text[]) AS symbol
"""
_PAGE_ROWS = """
    SELECT time, open, high, low, close, volume FROM marketdata_candle
    WHERE symbol = %s AND interval = 1 AND time < %s ORDER BY time DESC LIMIT %s
"""


class CandleSerializer(serializers.ModelSerializer[Candle]):
    class Meta:
        model = Candle
        fields = ["time", "open", "high", "low", "close", "volume"]


@benchmark
def candle_pages() -> Iterator[Measurement]:
    """A page of 1,000 candles out of a table of 5 million, symbols in turn."""
    with scratch_services():
        catalogue_load()
        symbols = list(symbol_catalogue())[:SYMBOLS]
        with connection.cursor() as cursor:
            cursor.execute(_FILL, [NEWEST, BARS_EACH, symbols])
            cursor.execute("VACUUM ANALYZE marketdata_candle")
        now = int(NEWEST.timestamp() * 1000)
        write_live({Series(symbol, Interval.M1): row_of_json(now, ["1.08"] * 4, 1) for symbol in symbols})

        raw = _milliseconds(_raw_page, symbols)
        serializer = _milliseconds(_serialized_page, symbols)
        uncached = _milliseconds(_page, symbols, before=_forget_chunks)
        cached = _milliseconds(_page, symbols)
        content = _page(symbols[0])
        redis_client().set(name("bench_page"), content)
        get = _milliseconds(lambda _symbol: redis_client().get(name("bench_page")), symbols)
        yield Measurement("1,000 candles, not cached", uncached, "ms", raw, "the rows alone")
        yield Measurement("1,000 candles, cached", cached, "ms", get, "one GET of as many bytes")
        yield Measurement("1,000 candles by a DRF serializer", serializer, "ms", uncached, "the page, not cached")
        with server("granian", "forexpro.wsgi:application") as running, httpx.Client() as client:
            url = f"http://127.0.0.1:{running.port}/market/candles?interval=1m&limit={PAGE}&symbol="
            assert client.get(url + symbols[0]).content == content
            through_http = _milliseconds(lambda symbol: client.get(url + symbol), symbols)
        yield Measurement("1,000 candles, cached, through HTTP", through_http, "ms", cached, "the selector alone")


@benchmark
def candles_from_ticks() -> Iterator[Measurement]:
    """Ticks of 100 symbols, in batches of 10,000, to bars of all intervals."""
    random = np.random.default_rng(1)
    ticks = np.zeros(TICK_COUNT, TICKS)
    names = np.array([f"SYM{number:03}".encode() for number in range(100)], "S16")
    ticks["symbol"] = names[random.integers(0, len(names), TICK_COUNT)]
    ticks["bid"] = 100_000_000 + random.integers(-1_000, 1_000, TICK_COUNT).cumsum()
    ticks["time"] = ticks["received"] = int(NEWEST.timestamp() * 1000) + np.arange(TICK_COUNT) // 2
    builder = CandleBuilder()
    with stopwatch() as sorting:
        np.argsort(ticks["time"] // 60_000 * 100 + ticks["bid"] % 100, kind="stable")
    with stopwatch() as building:
        for start in range(0, TICK_COUNT, 10_000):
            builder.add(ticks[start : start + 10_000])
    yield Measurement(
        "ticks to candles of eight intervals",
        TICK_COUNT / building.processor_seconds,
        "ticks per processor second",
        TICK_COUNT / sorting.processor_seconds,
        "sorting them once",
    )


@benchmark
def candle_upsert() -> Iterator[Measurement]:
    """Bars into the table, new ones and ones that are there."""
    bars = np.zeros(UPSERTED, BARS)
    bars["symbol"] = np.array([f"SYM{number:03}".encode() for number in range(100)], "S16")[np.arange(UPSERTED) % 100]
    bars["time"] = int(NEWEST.timestamp() * 1000) + np.arange(UPSERTED) // 100 * 60_000
    bars["open"] = bars["high"] = bars["low"] = bars["close"] = 108_000_000
    bars["volume"] = 60
    with scratch_services():
        with stopwatch() as inserting:
            candles_upsert({Interval.M1: bars})
        with stopwatch() as updating:
            candles_upsert({Interval.M1: bars})
        with connection.cursor() as cursor, stopwatch() as copying:
            cursor.execute("CREATE TABLE bench_copy AS SELECT * FROM marketdata_candle")
        floor = UPSERTED / copying.seconds
        yield Measurement(
            "new candles stored", UPSERTED / inserting.seconds, "rows a second", floor, "copying the table"
        )
        yield Measurement("candles replaced", UPSERTED / updating.seconds, "rows a second", floor, "copying the table")


def _page(symbol: str) -> bytes:
    return candles_page(symbol, Interval.M1, limit=PAGE)


def _raw_page(symbol: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PAGE_ROWS, [symbol, NEWEST, PAGE])
        cursor.fetchall()


def _serialized_page(symbol: str) -> None:
    newest = Candle.objects.filter(symbol=symbol, interval=1, time__lt=NEWEST).order_by("-time")[:PAGE]
    JSONRenderer().render(CandleSerializer(newest, many=True).data)


def _forget_chunks(symbol: str) -> None:
    for key in redis_client().scan_iter(match=name("candle_rows", "*"), count=1000):
        redis_client().unlink(key)


def _milliseconds(
    function: Callable[[str], Any], symbols: list[str], *, before: Callable[[str], Any] = lambda symbol: None
) -> float:
    """Return the median time of `function`, called for one symbol after the other."""
    times = []
    for symbol in (symbols * 2)[: REPEATS + len(symbols)]:
        before(symbol)
        started = time.perf_counter()
        function(symbol)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[-REPEATS:])
