"""What one currency is worth in another: the last daily close of their pair, of the chart or from the market."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.bindings import Binding, OfContext
from analytics.pine.runtime.calendars import calendar_of
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.messages import warn
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA

DAY = Timeframe.parse("D")
_DOLLARS = frozenset({"USDT", "USDC", "BUSD", "TUSD", "FDUSD", "DAI"})
"""Coins that are worth a dollar."""


class Days:
    """The closes of the days of one pair, and when each of them was known."""

    def __init__(self, symbol: Symbol, bars: Sequence[Bar]) -> None:
        self.calendar = calendar_of(symbol)
        self.bars = bars
        self.ends: list[int] = []
        self.closes: list[float] = []
        self._taken = 0

    def close(self, moment: int) -> float:
        """Return the close of the last day that had ended; before the first one, where that opened."""
        if not self.ends or moment >= self.ends[-1]:
            self._follow()
        place = bisect_right(self.ends, moment) - 1
        if place >= 0:
            return self.closes[place]
        return self.bars[0].open if self.bars else NA

    def _follow(self) -> None:
        for bar in self.bars[self._taken :]:
            end = self.calendar.bar(bar.time, DAY)[1]
            if self.ends and self.ends[-1] == end:
                self.closes[-1] = bar.close
            else:
                self.ends.append(end)
                self.closes.append(bar.close)
        self._taken = max(len(self.bars) - 1, 0)  # the newest bar may still change


class Rates:
    """Rates for one running script; pairs are looked up when they are first needed."""

    def __init__(self, context: Context, market: Any) -> None:
        self._context = context
        self._market = market
        self._days: dict[tuple[str, str], Days | None] = {}
        self._told: set[str] = set()

    def rate(self, base: str, quote: str, moment: int) -> float | None:
        """Return what a unit of one currency is worth in another, None if nobody knows."""
        base, quote = _plain(base), _plain(quote)
        if base == quote:
            return 1.0
        direct = self._pair(base, quote, moment)
        if direct is not None:
            return direct
        if "USD" in (base, quote):
            return None
        first, second = self._pair(base, "USD", moment), self._pair("USD", quote, moment)
        return None if first is None or second is None else first * second

    def _pair(self, base: str, quote: str, moment: int) -> float | None:
        days = self._known(base, quote)
        if days is not None:
            return days.close(moment)
        days = self._known(quote, base)
        price = days.close(moment) if days is not None else 0.0
        return 1 / price if price else None

    def _known(self, base: str, quote: str) -> Days | None:
        key = (base, quote)
        if key not in self._days:
            self._days[key] = self._found(base, quote)
        return self._days[key]

    def _found(self, base: str, quote: str) -> Days | None:
        chart = self._context.symbol
        if (
            chart.type == "forex"
            and chart.ticker[:6] == base + quote
            and self._context.timeframe.seconds <= DAY.seconds
        ):
            return Days(chart, self._context.bars)
        found = self._market(base + quote, DAY) if self._market else None
        return None if found is None or not found[1] else Days(found[0], found[1])

    def tell_missing(self, message: str) -> None:
        """Stop the script for a rate that the market lacks; where there is no market, say so once and go on."""
        if self._market is not None:
            raise PineRuntimeError(message)
        if message not in self._told:
            self._told.add(message)
            warn(self._context, f"{message} The rate is na.")


def _plain(currency: str) -> str:
    return "USD" if currency in _DOLLARS else currency


def currency_rate(context: Context, base: str | None, quote: str | None, ignore: bool = False) -> float:
    """Return `request.currency_rate`: na for a currency that is not known, if that is to be ignored or nobody has any.

    An empty name is the other currency.
    """
    if not base or not quote:
        return 1.0
    known = context.rates.rate(base, quote, context.time)
    if known is None and not ignore:
        context.rates.tell_missing(f'There are no daily bars of "{base}{quote}" or "{quote}{base}" here.')
    return NA if known is None else known


BINDINGS: dict[str, Binding] = {"request.currency_rate": OfContext(currency_rate)}
