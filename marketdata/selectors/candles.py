"""Pages of candles, as the bytes that go over the wire, and the gaps in them."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import orjson
import psycopg
from django.db import connection
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from forexpro.core.refusals import Refused
from marketdata.candle_cache import CHUNK_BARS, Head, Series, read_chunks, read_head, write_chunks
from marketdata.candle_rows import TIME_FORMAT, joined, lines_of_json
from marketdata.feeds import Interval
from marketdata.sessions import TradingHours
from marketdata.ticks import PRICE_SCALE, moment_of

PAGE_BARS_MAX = 5_000

# A chunk is kept as lines: the number of the nearest older chunk that has bars, then one row of JSON per bar. Every row
# begins with its time in a form that sorts as text.
_TIME = slice(len('{"time":"'), len('{"time":"2026-11-20T00:00:00Z'))

_NEWEST = """
    SELECT (SELECT max(time) FROM marketdata_candle WHERE symbol = code AND interval = %s)
    FROM marketdata_symbol WHERE code = %s
"""
_SESSIONS_AND_TIMES = """
    SELECT sessions::text, ARRAY(
        SELECT time FROM marketdata_candle WHERE symbol = code AND interval = %s AND time >= %s AND time < %s
    ) FROM marketdata_symbol WHERE code = %s
"""
# One row, with all bars in one value as PostgreSQL sends their numbers: making a row, or only a Python number, of each
# would cost more than finding the bars. They are put in order here, where only their times have to be moved for it.
_BARS = """
    SELECT
        digits,
        (SELECT max(time) FROM marketdata_candle WHERE symbol = code AND interval = %(interval)s AND time < %(start)s),
        (
            SELECT string_agg(
                timestamptz_send(time) || float8send(open) || float8send(high) || float8send(low) || float8send(close)
                || int4send(volume),
                ''
            )
            FROM marketdata_candle
            WHERE symbol = code AND interval = %(interval)s AND time >= %(start)s AND time < %(end)s
        )
    FROM marketdata_symbol
    WHERE code = %(symbol)s
"""
_BAR = np.dtype([("microseconds", ">i8"), ("prices", ">f8", 4), ("volume", ">i4")])
_POSTGRESQL_EPOCH_SECONDS = 946_684_800  # timestamps are sent as microseconds since 2000


class StoredBars(NamedTuple):
    """The bars of one range, oldest first: opening times in seconds, and prices in units of 10^-8, a row each of open,
    high, low and close. `before` is when the newest bar before the range opened.
    """

    digits: int
    before: datetime | None
    seconds: NDArray[np.int64]
    prices: NDArray[np.int64]
    volumes: NDArray[np.int64]


def candles_page(
    symbol: str,
    interval: Interval,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 1000,
) -> bytes:
    """Return the newest `limit` candles that opened in [start, end), oldest first, as a JSON object.

    Bars of history come from the cache, or from one query; the forming bar is the newest that the feed wrote. Raises
    Refused `unknown_symbol`.
    """
    series = Series(symbol, interval)
    head = read_head(series)
    first, last = _text(start, "0"), _text(end, "9")
    rows: list[bytes] = []
    newest_ms = _newest_ms(series, head)
    if newest_ms is not None:
        newest = series.chunk(newest_ms)
        oldest = series.chunk(_ms(start)) if start else None
        chunk: int | None = newest if end is None else min(newest, series.chunk(_ms(end) - 1))
        if head.live is not None and first <= _row_time(head.live) < last:
            rows.append(head.live)
        before = min(last, _row_time(head.live)) if head.live is not None else last
        while chunk is not None and len(rows) < limit and (oldest is None or chunk >= oldest):
            expected = -(-(limit - len(rows)) // CHUNK_BARS) + 1  # the newest chunk is seldom full
            for content in _chunks(series, head, range(chunk, chunk - expected, -1), newest):
                older, *found = content.split(b"\n")
                lowest = bisect_left(found, first, key=_row_time)
                rows[:0] = found[lowest : bisect_left(found, before, key=_row_time)]
                chunk -= 1
            chunk = int(older) if older else None
    page = b",".join(rows[-limit:])
    return b'{"symbol":"%s","interval":"%s","candles":[%s]}' % (symbol.encode(), interval.value.encode(), page)


def candle_gaps(
    symbol: str,
    interval: Interval,
    start: datetime,
    end: datetime,
    *,
    trades_at: Callable[[TradingHours, datetime], bool] = TradingHours.is_open,
) -> list[tuple[datetime, datetime]]:
    """Return the ranges within [start, end) in which no candle is stored although there was trading, oldest first.

    `trades_at` says whether there was at a moment, given the symbol's hours: a feed's own where it keeps others. One
    query. Raises Refused `unknown_symbol`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS_AND_TIMES, [interval.minutes, start, end, symbol])
        found = cursor.fetchone()
    if found is None:
        raise _unknown(symbol)
    hours, stored = TradingHours.from_json(orjson.loads(found[0])), set(found[1])
    length = timedelta(minutes=interval.minutes)
    step = min(length, timedelta(hours=1))
    gaps: list[tuple[datetime, datetime]] = []
    is_gap_open = False
    moment = moment_of(interval.opening_ms(_ms(start)))
    while moment < end:
        if moment in stored:
            is_gap_open = False
        elif moment >= start and any(trades_at(hours, moment + step * part) for part in range(length // step)):
            gaps[-1:] = [(gaps[-1][0], moment + length)] if is_gap_open else [*gaps[-1:], (moment, moment + length)]
            is_gap_open = True
        moment += length
    return gaps


def _chunks(series: Series, head: Head, numbers: range, newest: int) -> list[bytes]:
    """Return the content of consecutive chunks, newest first."""
    contents = dict(zip(numbers, read_chunks(series, head, numbers, newest), strict=True))
    missing = [number for number, content in contents.items() if content is None]
    if missing:
        read = _read_chunks_from_database(series, min(missing), max(missing))
        write_chunks(series, head, {number: read[number] for number in missing}, newest)
        contents.update(read)
    return [contents[number] or b"" for number in numbers]


def _read_chunks_from_database(series: Series, lowest: int, highest: int) -> dict[int, bytes]:
    starts = [series.chunk_start(number) for number in range(lowest, highest + 2)]
    bars = read_bars(series, moment_of(starts[0]), moment_of(starts[-1]))
    lines = lines_of_json(bars.seconds, bars.prices, bars.volumes, bars.digits)
    older = series.chunk(_ms(bars.before)) if bars.before else None
    contents = {}
    edges = pairwise(np.searchsorted(bars.seconds * 1000, starts).tolist())
    for number, (first, last) in enumerate(edges, start=lowest):
        contents[number] = (b"" if older is None else str(older).encode()) + joined(lines[first:last])
        if last > first:
            older = number
    return contents


def read_bars(series: Series, start: datetime, end: datetime) -> StoredBars:
    """Return the bars that opened in [start, end). Raises Refused `unknown_symbol`."""
    asked = {"symbol": series.symbol, "interval": series.interval.minutes, "start": start, "end": end}
    connection.ensure_connection()
    # Django's own cursors ask for text.
    with psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(_BARS, asked, binary=True).fetchone()
    if found is None:
        raise _unknown(series.symbol)
    digits, before, content = found
    bars = np.frombuffer(content or b"", _BAR)
    bars = bars[np.argsort(bars["microseconds"])]
    seconds = bars["microseconds"] // 1_000_000 + _POSTGRESQL_EPOCH_SECONDS
    prices = np.rint(np.ascontiguousarray(bars["prices"].T) * PRICE_SCALE).astype(np.int64)
    return StoredBars(digits, before, seconds, prices, bars["volume"].astype(np.int64))


def _newest_ms(series: Series, head: Head) -> int | None:
    if head.live is not None:
        return _ms(datetime.fromisoformat(_row_time(head.live).decode()))
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [series.interval.minutes, series.symbol])
        found = cursor.fetchone()
    if found is None:
        raise _unknown(series.symbol)
    return _ms(found[0]) if found[0] else None


def _unknown(symbol: str) -> Refused:
    return Refused(
        "unknown_symbol",
        _("%(symbol)s is not offered here. The list of symbols says what is.") % {"symbol": symbol},
        {"symbol": symbol},
        http_status=404,
    )


def _row_time(row: bytes) -> bytes:
    return row[_TIME]


def _text(moment: datetime | None, otherwise: str) -> bytes:
    """Return a bound as rows write their times: bars open on whole seconds, so a fraction counts as the next one."""
    if moment is None:
        return otherwise.encode()
    return (moment + timedelta(microseconds=999_999)).astimezone(UTC).strftime(TIME_FORMAT).encode()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
