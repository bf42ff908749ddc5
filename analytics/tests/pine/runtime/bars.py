"""Bars and contexts for tests of the runtime."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.context import Context, Declaration
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe

START = 1_704_150_000_000
"""Tuesday, 2 January 2024, 18:00 in New York."""


def context_of(bars: list[Bar], *, timeframe: str = "30", symbol: Symbol | None = None, version: int = 6) -> Context:
    """Return a context over bars, before the first."""
    return Context(
        symbol or Symbol("EURUSD"), Timeframe.parse(timeframe), bars, declaration=Declaration(version=version)
    )


def walk(count: int, seed: int = 1, minutes: int = 30) -> list[Bar]:
    """Return bars of a random walk that has flat stretches and volumes of zero too."""
    random = Random(seed)
    bars = []
    price = 1.1
    for index in range(count):
        open_ = price
        if random.random() < 0.9:
            price = round(price + random.gauss(0, 0.0007), 5)
        high = round(max(open_, price) + abs(random.gauss(0, 0.0002)) * (index % 7 > 0), 5)
        low = round(min(open_, price) - abs(random.gauss(0, 0.0002)) * (index % 7 > 0), 5)
        bars.append(Bar(START + index * minutes * 60_000, open_, high, low, price, float(random.randrange(0, 900))))
    return bars


def closes(values: list[float]) -> list[Bar]:
    """Return bars that open and close at given prices, with a range of one around them."""
    return [Bar(START + i * 1_800_000, value, value + 0.5, value - 0.5, value, 10.0) for i, value in enumerate(values)]


def each_bar(context: Context) -> Iterator[int]:
    """Step through the bars of a context as through history."""
    for index in range(len(context.bars)):
        context.begin(index)
        yield index


def run(context: Context, calculate: Callable[[], Any]) -> list[Any]:
    """Return what a calculation gives on every bar."""
    return [calculate() for _ in each_bar(context)]
