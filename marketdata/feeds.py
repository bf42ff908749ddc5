"""What a provider of prices offers, whoever it is."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from marketdata.ticks import Tick


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


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar of bid prices; `time` is when it opened, UTC; `volume` counts ticks."""

    time: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int = 0


class Feed(Protocol):
    """A provider. `status` and `status_detail` (a sentence for people) are current at any time."""

    name: str
    status: FeedStatus
    status_detail: str

    def stream(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[Tick]]:
        """Yield batches of ticks in the order received, for ever, or until a finite source ends."""
        ...

    async def candles(self, symbol: str, interval: Interval, start: datetime, end: datetime) -> list[Candle]:
        """Return the closed history in [start, end), oldest first; empty where the provider has none."""
        ...
