"""A file of recorded ticks as a feed: lines of `time_ms,symbol,bid,ask`, plain or gzipped, in the order of time."""

import asyncio
import gzip
import logging
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from marketdata.feeds import Candle, FeedRefused, FeedStatus, Interval
from marketdata.sessions import TradingHours
from marketdata.ticks import PRICE_DIGITS, Tick, tick_source

logger = logging.getLogger(__name__)

HEADER = "time_ms,symbol,bid,ask"
BATCH_TICKS = 500
# Bad lines beyond this many are counted and no longer described one by one.
REPORTED_LINES = 100

_PRICE = re.compile(rf"(\d{{1,9}})(?:\.(\d{{1,{PRICE_DIGITS}}}))?", re.ASCII)
# 1971 to 2100: times in seconds or microseconds fall outside.
_EARLIEST_MS, _LATEST_MS = 31_536_000_000, 4_102_444_800_000


class BadLine(Exception):
    """A line that is no tick; says why."""


class LineParser:
    """Turns lines into ticks. Prices repeat, so each way of writing one is read once."""

    def __init__(self, symbols: Collection[str], *, source: str, clock_ms: Callable[[], int]):
        self._symbols = {symbol: symbol for symbol in symbols}
        self._prices: dict[str, int] = {}
        self._source, self._clock_ms = source, clock_ms

    def parse(self, line: str) -> Tick:
        """Return the tick of one line, received now. Raises BadLine."""
        try:
            time_text, symbol, bid_text, ask_text = line.rstrip("\r\n").split(",")
        except ValueError:
            raise BadLine(f"expected the 4 fields {HEADER}, found {line.count(',') + 1}") from None
        try:
            bid, ask = self._prices[bid_text], self._prices[ask_text]
        except KeyError:
            bid, ask = self._price("bid", bid_text), self._price("ask", ask_text)
        if not (time_text.isascii() and time_text.isdecimal() and _EARLIEST_MS <= int(time_text) < _LATEST_MS):
            raise BadLine(f"time_ms {time_text[:40]!r} is not a time in milliseconds since 1970")
        if symbol not in self._symbols:
            raise BadLine(f"{symbol[:40]!r} is not an active symbol of the catalogue")
        if bid > ask:
            raise BadLine(f"bid {bid_text} is above ask {ask_text}")
        return Tick(self._symbols[symbol], bid, ask, int(time_text), self._clock_ms(), self._source)

    def _price(self, side: str, text: str) -> int:
        match = _PRICE.fullmatch(text)
        if match is None:
            raise BadLine(f"{side} {text[:40]!r} is not a price with at most {PRICE_DIGITS} decimal places")
        whole, fraction = match.groups(default="")
        units = int(whole + fraction.ljust(PRICE_DIGITS, "0"))
        if units == 0:
            raise BadLine(f"{side} is zero")
        self._prices[text] = units
        return units


class ReplayFeed:
    """A recorded file at real speed, `speed` times as fast, or as fast as it goes (0)."""

    name = tick_source("replay")
    can_wait = True

    def __init__(
        self,
        path: Path,
        *,
        speed: float,
        clock_ms: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self.status = FeedStatus.CONNECTING
        self.status_detail = _("%(file)s is being opened.") % {"file": path.name}
        self.ticks = 0
        self.bad_lines = 0
        self._path, self._speed = path, speed
        self._clock_ms, self._sleep = clock_ms, sleep

    async def stream(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[Tick]]:
        started_ms = self._clock_ms()
        first_ms: int | None = None
        batch: list[Tick] = []
        try:
            with self._open() as file:
                self._report(_("%(file)s is being replayed.") % {"file": self._path.name}, FeedStatus.LIVE)
                for tick in self._ticks(file, LineParser(symbols, source=self.name, clock_ms=self._clock_ms)):
                    if first_ms is None:
                        first_ms = tick.time_ms
                    if self._speed:
                        wait = started_ms + (tick.time_ms - first_ms) / self._speed - self._clock_ms()
                        if wait > 0:
                            if batch:
                                yield batch
                                batch = []
                            await self._sleep(wait / 1000)
                            tick = tick._replace(received_ms=self._clock_ms())
                    batch.append(tick)
                    self.ticks += 1
                    if len(batch) == BATCH_TICKS:
                        yield batch
                        batch = []
        except (OSError, EOFError, zlib.error) as error:
            if batch:
                yield batch
            raise FeedRefused(
                _("%(file)s cannot be read after %(ticks)s ticks: %(reason)s. Mend the file and start the feed again.")
                % {"file": self._path, "ticks": self.ticks, "reason": error}
            ) from error
        if batch:
            yield batch
        self._report(_("%(file)s has been replayed to its end.") % {"file": self._path.name}, FeedStatus.DOWN)
        logger.info("%s", self.status_detail)

    def trades_at(self, hours: TradingHours, at: datetime) -> bool:
        return hours.is_open(at)

    async def candles(self, symbol: str, interval: Interval, start: datetime, end: datetime) -> list[Candle]:
        """Return nothing: a file of ticks has no other history than its ticks."""
        return []

    def _open(self) -> TextIO:
        # Bytes that are no text make a bad line, not the end of the replay.
        if self._path.suffix == ".gz":
            return gzip.open(self._path, "rt", encoding="utf-8-sig", errors="replace", newline="\n")
        return self._path.open(encoding="utf-8-sig", errors="replace", newline="\n")

    def _ticks(self, file: TextIO, parser: LineParser) -> Iterator[Tick]:
        parse = parser.parse
        for number, line in enumerate(file, start=1):
            try:
                yield parse(line)
            except BadLine as error:
                if (number > 1 or line.strip() != HEADER) and line.strip():
                    self._reject(number, error)

    def _reject(self, number: int, error: BadLine) -> None:
        self.bad_lines += 1
        if self.bad_lines <= REPORTED_LINES:
            logger.warning("%s line %s: %s", self._path.name, number, error)
        if self.bad_lines == REPORTED_LINES:
            logger.warning("%s: further bad lines are only counted", self._path.name)
        self._report(_("%(file)s is being replayed.") % {"file": self._path.name}, self.status)

    def _report(self, sentence: str, status: FeedStatus) -> None:
        if self.bad_lines:
            sentence += " " + _("%(count)s lines were no ticks and were skipped; the log names them.") % {
                "count": self.bad_lines
            }
        self.status, self.status_detail = status, sentence
