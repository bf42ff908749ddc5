"""What a provider of prices offers, whoever it is."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from marketdata.sessions import TradingHours
from marketdata.ticks import Tick

Times = TypeVar("Times", int, NDArray[np.int64])


class FeedStatus(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    DELAYED = "delayed"
    DOWN = "down"


class Interval(StrEnum):
    """Candle intervals by the names of the HTTP contract."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"
    W1 = "1w"

    @property
    def minutes(self) -> int:
        return _MINUTES[self]

    @property
    def milliseconds(self) -> int:
        return _MINUTES[self] * 60_000

    def number(self, time_ms: Times) -> Times:
        """Return the number, without gaps, of the bar that a moment belongs to, or of each of an array."""
        return (time_ms - _FIRST_MONDAY_MS) // self.milliseconds

    def opening_of(self, number: Times) -> Times:
        """Return when a bar opens: days at 00:00 UTC, weeks on Monday."""
        return number * self.milliseconds + _FIRST_MONDAY_MS

    def opening_ms(self, time_ms: Times) -> Times:
        """Return when the bar opened that a moment belongs to."""
        return self.opening_of(self.number(time_ms))


_MINUTES = {
    Interval.M1: 1,
    Interval.M5: 5,
    Interval.M15: 15,
    Interval.M30: 30,
    Interval.H1: 60,
    Interval.H4: 4 * 60,
    Interval.D1: 24 * 60,
    Interval.W1: 7 * 24 * 60,
}
# 1970-01-05, the first Monday after the epoch.
_FIRST_MONDAY_MS = 4 * 86_400_000


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar of bid prices; `time` is when it opened, UTC; `volume` counts ticks."""

    time: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int = 0


class FeedRefused(Exception):
    """A provider will not serve us, now or later, until somebody does what the message says."""


class HistoryUnavailable(Exception):
    """A provider cannot give history now; later it may."""


class Feed(Protocol):
    """A provider. `status` and `status_detail` (a sentence for people) are current at any time.

    `can_wait` says that the source may be held up without losing anything, as a file can and a market cannot.
    """

    name: str
    can_wait: bool
    status: FeedStatus
    status_detail: str

    def stream(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[Tick]]:
        """Yield batches of ticks in the order received, for ever, or until a finite source ends. Raises FeedRefused."""
        ...

    def trades_at(self, hours: TradingHours, at: datetime) -> bool:
        """Return whether a symbol whose real market keeps `hours` has prices here at an aware moment."""
        ...

    async def candles(self, symbol: str, interval: Interval, start: datetime, end: datetime) -> list[Candle]:
        """Return the closed history in [start, end), oldest first; empty where the provider has none.

        Raises HistoryUnavailable and FeedRefused.
        """
        ...
