"""Ticks to bars, bars to longer bars: pure functions over NumPy arrays, prices as integers in units of 10^-8."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from marketdata.feeds import Interval

# The memory layout of `marketdata.ticks.pack`.
TICKS = np.dtype(
    [("symbol", "S16"), ("bid", "<i8"), ("ask", "<i8"), ("time", "<i8"), ("received", "<i8"), ("source", "S8")]
)
# `time` is when the bar opened, milliseconds since the epoch; prices are bids; `volume` counts ticks.
BARS = np.dtype(
    [
        ("symbol", "S16"),
        ("time", "<i8"),
        ("open", "<i8"),
        ("high", "<i8"),
        ("low", "<i8"),
        ("close", "<i8"),
        ("volume", "<i8"),
    ]
)
Array = NDArray[np.void]


def ticks_as_bars(ticks: Array) -> Array:
    """Return each tick as a bar of its own, at its own time."""
    bars = np.empty(len(ticks), BARS)
    bars["symbol"], bars["time"], bars["volume"] = ticks["symbol"], ticks["time"], 1
    for price in ("open", "high", "low", "close"):
        bars[price] = ticks["bid"]
    return bars


def roll_up(bars: Array, interval: Interval) -> Array:
    """Merge bars, in the order in which they happened, into the bars of `interval`, grouped by symbol, by time."""
    if not len(bars):
        return bars
    start = interval.opening_ms(bars["time"])
    order = np.lexsort((start, *_words(bars)))
    bars, start = bars[order], start[order]
    changes = (start[1:] != start[:-1]) | (bars["symbol"][1:] != bars["symbol"][:-1])
    first = np.flatnonzero(np.append(True, changes))
    last = np.append(first[1:], len(bars)) - 1
    merged = np.empty(len(first), BARS)
    merged["symbol"], merged["time"] = bars["symbol"][first], start[first]
    merged["open"], merged["close"] = bars["open"][first], bars["close"][last]
    merged["high"] = np.maximum.reduceat(bars["high"], first)
    merged["low"] = np.minimum.reduceat(bars["low"], first)
    merged["volume"] = np.add.reduceat(bars["volume"], first)
    return merged


class CandleBuilder:
    """The forming bar of each symbol and interval.

    Time goes only forward: a late tick counts for the forming bar, so that a bar never changes after it has closed.
    A tick more than `JUMP_MS` older than its predecessor starts another timeline, such as a replay's.
    """

    JUMP_MS = 3_600_000
    # A clock that is ahead must not open bars that have not begun.
    AHEAD_MS = 1_000

    def __init__(self) -> None:
        self._forming: dict[Interval, Array] = {interval: np.empty(0, BARS) for interval in Interval}
        self._newest: dict[bytes, int] = {}

    def resume(self, interval: Interval, bars: Array) -> None:
        """Go on from the bars, at most one per symbol, that were forming when another builder stopped."""
        self._forming[interval] = bars
        for symbol, time in zip(bars["symbol"].tolist(), bars["time"].tolist(), strict=True):
            self._newest[symbol] = max(time, self._newest.get(symbol, 0))

    def complete(self, symbol: str, closed: Mapping[Interval, Array]) -> None:
        """Let the forming bars of `symbol` begin with the finished bars of shorter ones that they hold.

        `closed` has the finished bars of each interval that opened in the forming bar of the next longer one.
        """
        for shorter, longer in pairwise(Interval):
            begun = self._forming[shorter]
            parts = roll_up(np.concatenate((closed[shorter], begun[begun["symbol"] == symbol.encode()])), longer)
            forming = self._forming[longer]
            forming[forming["symbol"] == symbol.encode()] = parts[-1:]

    def forming(self, interval: Interval) -> Array:
        """Return the forming bars, by symbol."""
        return self._forming[interval]

    def add(self, ticks: Array) -> dict[Interval, Array]:
        """Take ticks in the order received; return the bars which they closed, by interval."""
        if not len(ticks):
            return {}
        bars = ticks_as_bars(ticks)
        bars["time"] = np.minimum(ticks["time"], ticks["received"] + self.AHEAD_MS)
        bars = bars[_by_symbol(bars)]
        jumped = self._keep_time_going_forward(bars)
        bars = roll_up(bars, Interval.M1)
        closed = {}
        for interval in Interval:
            forming = self._forming[interval]
            left = np.isin(forming["symbol"], jumped)
            merged = roll_up(np.concatenate((forming[~left], bars)), interval)
            is_last = np.append(merged["symbol"][1:] != merged["symbol"][:-1], True)
            self._forming[interval] = merged[is_last]
            closed[interval] = np.concatenate((forming[left], merged[~is_last]))
        return closed

    def _keep_time_going_forward(self, bars: Array) -> Array:
        """Move late ones up to their predecessors' time; return the symbols that start another timeline."""
        first = np.flatnonzero(np.append(True, bars["symbol"][1:] != bars["symbol"][:-1]))
        symbols = bars["symbol"][first]
        newest = np.array([self._newest.get(symbol, 0) for symbol in symbols.tolist()])
        jumped = bars["time"][first] < newest - self.JUMP_MS
        bars["time"][first] = np.where(jumped, bars["time"][first], np.maximum(bars["time"][first], newest))
        # One running maximum serves all symbols where each symbol's times lie above those of the one before.
        above = np.repeat(np.arange(len(first)) << 42, np.diff(np.append(first, len(bars))))
        bars["time"] = np.maximum.accumulate(bars["time"] + above) - above
        last = np.append(first[1:], len(bars)) - 1
        self._newest.update(zip(symbols.tolist(), bars["time"][last].tolist(), strict=True))
        return symbols[jumped]


def latest_of_each(bars: Array) -> Array:
    """Return the last given bar of each symbol and time."""
    order = np.lexsort((bars["time"], *_words(bars)))
    bars = bars[order]
    same = (bars["symbol"][1:] == bars["symbol"][:-1]) & (bars["time"][1:] == bars["time"][:-1])
    return bars[np.append(~same, True)] if len(bars) else bars


def _words(bars: Array) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the symbols as pairs of integers, which sort several times faster than text."""
    words = np.ascontiguousarray(bars["symbol"]).view("<u8").reshape(-1, 2)
    return words[:, 1], words[:, 0]


def _by_symbol(bars: Array) -> NDArray[np.intp]:
    return np.lexsort(_words(bars))
