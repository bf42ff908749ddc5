"""Bars and contexts for tests of the runtime."""

from collections.abc import Callable, Iterator
from math import isclose
from random import Random
from typing import Any

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.bindings import OfContext, PerCall, Pure, Variable
from analytics.pine.runtime.builtins import BUILTINS
from analytics.pine.runtime.context import Context, Declaration
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import is_na

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


class Calls:
    """Binds built-ins to a context as generated code does; each `[]` is a place in a script of its own."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def __getitem__(self, name: str) -> Callable[..., Any]:
        match BUILTINS[name]:
            case PerCall(state):
                made: Callable[..., Any] = state(self.context)
                return made
            case Pure(function):
                return function
            case OfContext(function):
                return lambda *arguments: function(self.context, *arguments)
            case Variable(read):
                return lambda: read(self.context)


def same(one: Any, two: Any, *, within: float = 1e-9) -> bool:
    """Return whether two results agree, na with na, tuples and lists by their elements."""
    if isinstance(one, (tuple, list)) and isinstance(two, (tuple, list)):
        return len(one) == len(two) and all(same(a, b, within=within) for a, b in zip(one, two, strict=True))
    if is_na(one) or is_na(two):
        return is_na(one) and is_na(two)
    if isinstance(one, float) or isinstance(two, float):
        return isclose(one, two, rel_tol=within, abs_tol=within)
    return bool(one == two)


def run(context: Context, calculate: Callable[[], Any]) -> list[Any]:
    """Return what a calculation gives on every bar."""
    return [calculate() for _ in each_bar(context)]
