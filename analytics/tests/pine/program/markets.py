"""A market that is the same in every test: 600 half hours of a currency pair, whatever timeframe is asked for."""

import random
from functools import cache
from math import sin

from analytics.pine.other_candles import grouped
from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.calendars import calendar_of
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

EURUSD = Symbol("EURUSD", prefix="FX", basecurrency="EUR", root="EURUSD")
HALF_HOURS = Timeframe.parse("30")
_BEGIN = 1_704_146_400_000  # 1 January 2024, 22:00 UTC: the trading week begins
_STEP = 1_800_000


@cache
def half_hours(count: int = 600) -> tuple[Bar, ...]:
    """Return bars that wander and swing, without weekends."""
    choose = random.Random(20_240_101)
    calendar = calendar_of(EURUSD)
    bars: list[Bar] = []
    price, time = 1.1, _BEGIN
    while len(bars) < count:
        close = round(price + choose.gauss(0, 0.0009) + 0.0004 * sin(len(bars) / 23), 5)
        high = round(max(price, close) + abs(choose.gauss(0, 0.0005)), 5)
        low = round(min(price, close) - abs(choose.gauss(0, 0.0005)), 5)
        if calendar.overlaps(time, time + _STEP):
            bars.append(Bar(time, price, high, low, close, float(choose.randrange(100, 5_000))))
            price = close
        time += _STEP
    return tuple(bars)


def market(name: str, timeframe: Timeframe) -> tuple[Symbol, list[Bar]] | None:
    """Return bars of a symbol in a timeframe: shorter ones are the half hours in pieces."""
    if name.startswith("NONE"):
        return None
    prefix, _, ticker = name.rpartition(":")
    symbol = Symbol(ticker, prefix=prefix, currency=ticker[3:] if len(ticker) == 6 else "USD")
    if timeframe.seconds >= HALF_HOURS.seconds:
        return symbol, grouped(half_hours(), symbol, timeframe)
    pieces = int(min(30, max(1, HALF_HOURS.seconds // max(timeframe.seconds, 1))))
    return symbol, [piece for bar in half_hours() for piece in _pieces(bar, pieces)]


def _pieces(bar: Bar, count: int) -> list[Bar]:
    steps = [bar.open + (bar.close - bar.open) * place / count for place in range(count + 1)]
    found = []
    for place in range(count):
        begin, end = steps[place], steps[place + 1]
        high = bar.high if place == count // 2 else max(begin, end)
        low = bar.low if place == count // 3 else min(begin, end)
        found.append(Bar(bar.time + place * _STEP // count, begin, high, low, end, bar.volume / count))
    return found
