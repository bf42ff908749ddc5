"""Writing candles: bars built from ticks, and history from providers."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, repeat
from typing import Any

import numpy as np
import orjson
import redis
from django.db import DatabaseError, connection, transaction
from numpy.typing import NDArray

from forexpro.core.realtime.database import in_database
from marketdata.aggregation import BARS, TICKS, Array, CandleBuilder, latest_of_each
from marketdata.candle_cache import Series, read_live, stamp, write_live
from marketdata.candle_rows import row_of_json
from marketdata.feeds import Candle, Feed, Interval
from marketdata.selectors import candle_gaps, symbol_catalogue
from marketdata.ticks import PRICE_DIGITS, PRICE_SCALE, Tick, format_price, moment_of, pack, to_units

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
# Forming bars reach the database so often, so that losing Redis costs no more of them than this.
STORE_FORMING_SECONDS = 60
BACKFILL_BARS = 1_000
# Weeks of 20 years are no use to anybody who opens a chart on the first day.
BACKFILL_REACH = timedelta(days=3 * 365)

_STAGE = """
    DROP TABLE IF EXISTS pg_temp.candle_stage;
    CREATE TEMPORARY TABLE candle_stage
        (symbol text, "interval" smallint, time_ms bigint,
         open float8, high float8, low float8, close float8, volume integer) ON COMMIT DROP
"""
_UPSERT = """
    INSERT INTO marketdata_candle (symbol, "interval", time, open, high, low, close, volume)
    SELECT symbol, "interval", to_timestamp(time_ms / 1000.0), open, high, low, close, volume
    FROM candle_stage ORDER BY symbol, "interval", time_ms
    ON CONFLICT (symbol, "interval", time) DO UPDATE SET
        open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
        volume = excluded.volume
"""
_LAST_BARS = """
    SELECT symbol, "interval", last.* FROM unnest(%s::text[], %s::smallint[]) AS series (symbol, "interval")
    JOIN LATERAL (
        SELECT time, open, high, low, close, volume FROM marketdata_candle
        WHERE symbol = series.symbol AND "interval" = series."interval" ORDER BY time DESC LIMIT 1
    ) AS last ON true
"""
_CLOSED_BARS = """
    SELECT "interval", time, open, high, low, close, volume
    FROM unnest(%s::smallint[], %s::timestamptz[], %s::timestamptz[]) AS wanted ("interval", start, "end")
    JOIN marketdata_candle USING ("interval")
    WHERE symbol = %s AND time >= start AND time < "end" ORDER BY "interval", time
"""
_STAGE_TYPES = ["text", "int2", "int8", "float8", "float8", "float8", "float8", "int4"]


def candles_upsert(bars: Mapping[Interval, Array], *, newest: Mapping[Series, int] | None = None) -> int:
    """Store bars, replacing those stored for the same symbol, interval and time; return how many.

    `newest` holds the time of the forming bar of series that are being built: writing near it leaves the cached history
    before it untouched.
    """
    if not any(map(len, bars.values())):
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_STAGE)
            with cursor.copy("COPY candle_stage FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(_STAGE_TYPES)
                for interval, some in bars.items():
                    _copy_rows(copy, interval, latest_of_each(some))
            cursor.execute(_UPSERT)
            stored: int = cursor.rowcount
        touched = _touched(bars, newest or {})
        # No functools.partial: Django names a robust callback that fails by an attribute which partials have not.
        transaction.on_commit(lambda: stamp(touched), robust=True)
    return stored


def _copy_rows(copy: Any, interval: Interval, bars: Array) -> None:
    symbols = map(bytes.decode, bars["symbol"].tolist())
    prices = ((bars[price] / PRICE_SCALE).tolist() for price in ("open", "high", "low", "close"))
    times, volumes = bars["time"].tolist(), bars["volume"].tolist()
    for row in zip(symbols, repeat(interval.minutes), times, *prices, volumes, strict=False):
        copy.write_row(row)


def _touched(bars: Mapping[Interval, Array], newest: Mapping[Series, int]) -> set[tuple[Series, bool]]:
    """Return which cached parts of which series some bars make outdated."""
    touched = set()
    for interval, some in bars.items():
        chunks = map(Series("", interval).chunk, some["time"].tolist())
        for symbol, chunk in set(zip(some["symbol"].tolist(), chunks, strict=True)):
            series = Series(symbol.decode(), interval)
            if series in newest:
                touched.add((series, chunk >= series.chunk(newest[series])))
            else:
                touched |= {(series, False), (series, True)}
    return touched


class CandleRecorder:
    """Builds candles from the ticks of a feed: forming bars go to Redis at once, finished ones to the database.

    A database that cannot be reached delays bars and loses none.
    """

    def __init__(self) -> None:
        self._builder = CandleBuilder()
        self._ticks: list[bytes] = []
        self._finished: dict[Interval, list[Array]] = {interval: [] for interval in Interval}
        self._digits: dict[str, int] = {}
        self._formed_stored_at = 0.0
        self._turn = asyncio.Lock()

    async def add(self, ticks: Sequence[Tick]) -> None:
        """Take published ticks, in order."""
        self._ticks += map(pack, ticks)

    async def run(self) -> None:
        """Go on where the recorder before stopped, then record until cancelled."""
        await self._resume()
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                await self.flush()
        finally:
            self._formed_stored_at = 0.0
            await self.flush()

    async def flush(self) -> None:
        """Turn the ticks since the last flush into bars."""
        async with self._turn:
            await self._flush()

    async def complete(self, symbol: str) -> None:
        """Let the forming bars of `symbol` begin where its stored history does, not at the first tick that came here.

        One query, while ticks wait.
        """
        async with self._turn:
            await self._flush()  # what has just finished is stored then, or the query fails as well
            minutes = self._builder.forming(Interval.M1)
            forming = minutes[minutes["symbol"] == symbol.encode()]
            if not len(forming):
                return
            self._builder.complete(symbol, await in_database(_closed_bars)(symbol, int(forming["time"][0])))
            self._formed_stored_at = 0.0
            try:
                write_live(self._live_rows(np.array([symbol.encode()])))
            except redis.RedisError as error:
                logger.warning("forming candles not written: %s", error)

    async def _flush(self) -> None:
        ticks = np.frombuffer(b"".join(self._ticks), TICKS)
        self._ticks.clear()
        for interval, closed in self._builder.add(ticks).items():
            if len(closed):
                self._finished[interval].append(closed)
        try:
            write_live(self._live_rows(np.unique(ticks["symbol"])))
        except redis.RedisError as error:
            logger.warning("forming candles not written: %s", error)
        await self._store()

    async def _store(self) -> None:
        now = asyncio.get_running_loop().time()
        store_forming = not self._formed_stored_at or now - self._formed_stored_at >= STORE_FORMING_SECONDS
        bars = {interval: finished.copy() for interval, finished in self._finished.items() if finished or store_forming}
        newest = {}
        for interval in Interval:
            forming = self._builder.forming(interval)
            if store_forming:
                bars[interval].append(forming)
            for symbol, time in zip(forming["symbol"].tolist(), forming["time"].tolist(), strict=True):
                newest[Series(symbol.decode(), interval)] = time
        joined = {interval: np.concatenate(parts) for interval, parts in bars.items()}
        try:
            await in_database(candles_upsert)(joined, newest=newest)
        except DatabaseError as error:
            logger.warning("candles not stored, trying again: %s", error)
            return
        for finished in self._finished.values():
            finished.clear()
        if store_forming:
            self._formed_stored_at = now

    def _live_rows(self, symbols: NDArray[np.bytes_]) -> dict[Series, bytes]:
        rows = {}
        for interval in Interval:
            forming = self._builder.forming(interval)
            for symbol, time, *prices, volume in forming[np.isin(forming["symbol"], symbols)].tolist():
                code = symbol.decode()
                digits = self._digits.get(code, PRICE_DIGITS)
                written = [format_price(price, digits) for price in prices]
                rows[Series(code, interval)] = row_of_json(time, written, volume)
        return rows

    async def _resume(self) -> None:
        while True:
            try:
                forming = await in_database(_last_bars)()
                break
            except (DatabaseError, redis.RedisError) as error:
                logger.warning("candles cannot go on where they stopped, trying again: %s", error)
                await asyncio.sleep(FLUSH_SECONDS)
        catalogue = await in_database(symbol_catalogue)()
        self._digits = {symbol.code: symbol.digits for symbol in catalogue.values()}
        for interval, bars in forming.items():
            self._builder.resume(interval, bars)


def _last_bars() -> dict[Interval, Array]:
    """Return the newest bar of each series: as Redis has it, else as it was stored."""
    serieses = [Series(symbol, interval) for interval in Interval for symbol in symbol_catalogue()]
    found: dict[Series, tuple[Any, ...]] = {}
    for series, row in read_live(serieses):
        bar = orjson.loads(row)
        time_ms = int(datetime.fromisoformat(bar["time"]).timestamp() * 1000)
        prices = (to_units(Decimal(bar[price])) for price in ("open", "high", "low", "close"))
        found[series] = (time_ms, *prices, bar["volume"])
    missing = [series for series in serieses if series not in found]
    with connection.cursor() as cursor:
        minutes = [series.interval.minutes for series in missing]
        cursor.execute(_LAST_BARS, [[series.symbol for series in missing], minutes])
        names = {interval.minutes: interval for interval in Interval}
        for symbol, minute, time, *floats, volume in cursor.fetchall():
            prices = (round(price * PRICE_SCALE) for price in floats)
            found[Series(symbol, names[minute])] = (int(time.timestamp() * 1000), *prices, volume)
    return {
        interval: np.array(
            [(series.symbol.encode(), *bar) for series, bar in found.items() if series.interval is interval], BARS
        )
        for interval in Interval
    }


def _closed_bars(symbol: str, minute_ms: int) -> dict[Interval, Array]:
    """Return the stored bars of each interval within the longer bar of the next one that is open at `minute_ms`."""
    ranges = [
        (shorter.minutes, moment_of(longer.opening_ms(minute_ms)), moment_of(shorter.opening_ms(minute_ms)))
        for shorter, longer in pairwise(Interval)
    ]
    closed: dict[Interval, list[tuple[Any, ...]]] = {interval: [] for interval in Interval}
    names = {interval.minutes: interval for interval in Interval}
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED_BARS, [*(list(column) for column in zip(*ranges, strict=True)), symbol])
        for minutes, time, *floats, volume in cursor.fetchall():
            prices = (round(price * PRICE_SCALE) for price in floats)
            closed[names[minutes]].append((symbol.encode(), int(time.timestamp() * 1000), *prices, volume))
    return {interval: np.array(bars, BARS) for interval, bars in closed.items()}


async def candles_backfill(feed: Feed, symbols: Sequence[str], *, now: datetime | None = None) -> int:
    """Fetch from `feed` what is missing of the last `BACKFILL_BARS` bars of each interval, as far as `BACKFILL_REACH`.

    The bar that is forming now is left to the recorder. Returns how many bars were stored.
    """
    now, stored = now or datetime.now(UTC), 0
    # A symbol's charts are complete before the next symbol's begin: people look at one.
    for symbol in symbols:
        for interval in Interval:
            length = timedelta(minutes=interval.minutes)
            end = moment_of(interval.opening_ms(int(now.timestamp() * 1000)))
            start = end - min(BACKFILL_BARS * length, BACKFILL_REACH)
            gaps = await in_database(candle_gaps)(symbol, interval, start, end, trades_at=feed.trades_at)
            if gaps:
                candles = await feed.candles(symbol, interval, gaps[0][0], gaps[-1][1])
                bars = _as_bars(symbol, (candle for candle in candles if candle.time < end))
                stored += await in_database(candles_upsert)({interval: bars})
    return stored


def _as_bars(symbol: str, candles: Iterable[Candle]) -> Array:
    return np.array(
        [
            (
                symbol.encode(),
                int(candle.time.timestamp() * 1000),
                *(to_units(price) for price in (candle.open, candle.high, candle.low, candle.close)),
                candle.volume,
            )
            for candle in candles
        ],
        BARS,
    )
