"""Heikin-Ashi candles, for which scripts ask with `ticker.heikinashi()`."""

from collections.abc import Sequence

from analytics.pine.runtime.bars import Bar

_BEGIN, _END = "heikinashi(", ")"


def named_within(symbol: str) -> str | None:
    """Return the symbol whose Heikin-Ashi candles a name asks for, None if it asks for plain ones."""
    if symbol.startswith(_BEGIN) and symbol.endswith(_END):
        return symbol[len(_BEGIN) : -len(_END)]
    return None


def smooth(bars: Sequence[Bar], smoothed: list[Bar], first: float | None = None) -> None:
    """Let `smoothed` have a candle for each of `bars`; those it has already stay.

    The close is the mean of the four prices, the open the middle of the candle before, of the first its own, or `first`
    where there was one before it; high and low take both in.
    """
    for bar in bars[len(smoothed) :]:
        before = smoothed[-1] if smoothed else bar
        opening = (before.open + before.close) / 2 if smoothed or first is None else first
        close = (bar.open + bar.high + bar.low + bar.close) / 4
        smoothed.append(
            bar._replace(
                open=opening, high=max(bar.high, opening, close), low=min(bar.low, opening, close), close=close
            )
        )
