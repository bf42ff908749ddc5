"""Candles of other symbols and timeframes for scripts that request them, from files."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from analytics.pine.histories import read_history
from analytics.pine.instruments import symbol_of, timeframe_of
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.calendars import calendar_of
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe


class OtherCandles:
    """Gives the candles of a symbol in a timeframe, put together from those of the file with the next shorter one."""

    def __init__(self, files: Iterable[tuple[str, Path]]) -> None:
        self._known: list[tuple[Symbol, Timeframe, Sequence[Bar]]] = []
        for name, path in files:
            history = read_history(path)
            timeframe = timeframe_of(path, history.bars)
            self._known.append((symbol_of(path, history, name), timeframe, history.bars))

    def __call__(self, name: str, timeframe: Timeframe) -> tuple[Symbol, Sequence[Bar]] | None:
        fitting = [
            (known.seconds, symbol, bars)
            for symbol, known, bars in self._known
            if name in (symbol.tickerid, symbol.ticker) and known.seconds <= timeframe.seconds
        ]
        if not fitting:
            return None
        seconds, symbol, bars = max(fitting, key=lambda found: found[0])
        return symbol, bars if seconds == timeframe.seconds else grouped(bars, symbol, timeframe)


def grouped(bars: Sequence[Bar], symbol: Symbol, timeframe: Timeframe) -> list[Bar]:
    """Return the candles of a longer timeframe that candles make up."""
    calendar = calendar_of(symbol)
    found: list[Bar] = []
    following = 0
    for bar in bars:
        if not found or bar.time >= following:
            start, following = calendar.bar(bar.time, timeframe)
            found.append(bar._replace(time=start))
        else:
            found[-1] = found[-1].and_then(bar)
    return found
