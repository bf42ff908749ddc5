"""Pivot point levels from the high, low, open and close of a period."""

from collections.abc import Callable

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.numbers import divide
from analytics.pine.runtime.technical.windows import Calculation
from analytics.pine.runtime.values import NA

LEVELS = 11


def _traditional(high: float, low: float, close: float, _: float, __: float) -> list[float]:
    pivot = (high + low + close) / 3
    levels = [pivot, 2 * pivot - low, 2 * pivot - high, pivot + (high - low), pivot - (high - low)]
    for factor in (2, 3, 4):
        levels += [factor * pivot + high - factor * low, factor * pivot - (factor * high - low)]
    return levels


def _fibonacci(high: float, low: float, close: float, _: float, __: float) -> list[float]:
    pivot = (high + low + close) / 3
    levels = [pivot]
    for share in (0.382, 0.618, 1):
        levels += [pivot + share * (high - low), pivot - share * (high - low)]
    return levels


def _woodie(high: float, low: float, _: float, __: float, opening: float) -> list[float]:
    pivot = (high + low + 2 * opening) / 4
    third, third_below = high + 2 * (pivot - low), low - 2 * (high - pivot)
    return [
        pivot,
        2 * pivot - low,
        2 * pivot - high,
        pivot + (high - low),
        pivot - (high - low),
        third,
        third_below,
        third + (high - low),
        third_below - (high - low),
    ]


def _classic(high: float, low: float, close: float, _: float, __: float) -> list[float]:
    pivot = (high + low + close) / 3
    levels = [pivot, 2 * pivot - low, 2 * pivot - high]
    for factor in (1, 2, 3):
        levels += [pivot + factor * (high - low), pivot - factor * (high - low)]
    return levels


def _demark(high: float, low: float, close: float, opened: float, _: float) -> list[float]:
    if close > opened:
        weighed = 2 * high + low + close
    elif close < opened:
        weighed = high + 2 * low + close
    else:
        weighed = high + low + 2 * close
    return [weighed / 4, weighed / 2 - low, weighed / 2 - high]


def _camarilla(high: float, low: float, close: float, _: float, __: float) -> list[float]:
    levels = [(high + low + close) / 3]
    for divisor in (12, 6, 4, 2):
        reach = 1.1 * (high - low) / divisor
        levels += [close + reach, close - reach]
    fifth = divide(high, low) * close
    return [*levels, fifth, close - (fifth - close)]


_KINDS: dict[str, Callable[[float, float, float, float, float], list[float]]] = {
    "Traditional": _traditional,
    "Fibonacci": _fibonacci,
    "Woodie": _woodie,
    "Classic": _classic,
    "DM": _demark,
    "Camarilla": _camarilla,
}


class PivotPointLevels(Calculation):
    """The levels P, R1, S1 … R5, S5 of the period that ended when `anchor` was last true, or of the one under way."""

    __slots__ = ("close", "done", "high", "low", "open")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.open = self.high = self.low = self.close = NA
        self.done: tuple[float, float, float, float, float] | None = None

    def __call__(self, kind: str, anchor: bool | None, developing: bool = False) -> list[float]:
        if kind not in _KINDS:
            raise PineRuntimeError(f'There are no pivot levels "{kind}": choose one of {", ".join(_KINDS)}.')
        if developing and kind == "Woodie":
            raise PineRuntimeError("Woodie's pivot levels need the open of their period and cannot be developing.")
        context = self.context
        if anchor:
            self.done = (self.high, self.low, self.close, self.open, context.open)
        if anchor or self.high != self.high:
            self.open, self.high, self.low = context.open, context.high, context.low
        else:
            self.high = max(self.high, context.high)
            self.low = min(self.low, context.low)
        self.close = context.close
        period = (self.high, self.low, self.close, self.open, NA) if developing else self.done
        levels = [] if period is None else _KINDS[kind](*period)
        return levels + [NA] * (LEVELS - len(levels))


BINDINGS: dict[str, Binding] = {"ta.pivot_point_levels": PerCall(PivotPointLevels)}
