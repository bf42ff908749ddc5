"""True range, directional movement, supertrend and the parabolic stop."""

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.columns import Columns
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.numbers import TOLERANCE
from analytics.pine.runtime.technical.averages import Rma
from analytics.pine.runtime.technical.windows import Calculation
from analytics.pine.runtime.values import NA

_CLOSE = Bar._fields.index("close")


def true_range(context: Context, *, handle_na: bool) -> float:
    """Return the bar's range together with the close before; without one na, or the mere range if `handle_na`."""
    high = context.high
    low = context.low
    index = context.bar_index
    if index:
        before = context.bars[index - 1][_CLOSE]
        if before > high:
            return before - low
        if before < low:
            return high - before
        if before == before:
            return high - low
    return high - low if handle_na else NA


def true_ranges(bars: Columns, *, handle_na: bool) -> list[float]:
    """Return the ranges of many bars, each as `true_range` does."""
    return [
        before - low
        if before > high
        else high - before
        if before < low
        else high - low
        if before == before or handle_na
        else NA
        for high, low, before in zip(bars.high, bars.low, bars.before, strict=True)
    ]


class TrueRange(Calculation):
    """The bar's range together with the close before; without one na, or the mere range if `handle_na`."""

    __slots__ = ()
    columns = 0

    def __call__(self, handle_na: bool = False) -> float:
        return true_range(self.context, handle_na=handle_na)

    def over(self, bars: Columns, handle_na: bool = False) -> list[float]:
        """Return the ranges of many bars."""
        return true_ranges(bars, handle_na=handle_na)


class Atr(Calculation):
    """Wilder's average of the true range, in which the first bar counts with its mere range."""

    __slots__ = ("average",)
    columns = 0

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.average = Rma(context)

    def __call__(self, length: float) -> float:
        average = self.average
        span = true_range(self.context, handle_na=True)
        return average.advance(span) if length == average.length and span == span else average(span, length)

    def over(self, bars: Columns, length: float) -> list[float]:
        """Return the averages on many bars."""
        return self.average.over(bars, true_ranges(bars, handle_na=True), length)


class Dmi(Calculation):
    """Wilder's directional movement: plus and minus indicator, and the averaged index of their difference."""

    __slots__ = ("high", "index", "low", "minus", "plus", "span", "true_range")
    columns = 0

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.high = NA
        self.low = NA
        self.plus = Rma(context)
        self.minus = Rma(context)
        self.span = Rma(context)
        self.index = Rma(context)
        self.true_range = TrueRange(context)

    def __call__(self, length: float, smoothing: float) -> tuple[float, float, float]:
        context = self.context
        up = context.high - self.high
        down = self.low - context.low
        self.high = context.high
        self.low = context.low
        span = self.span(self.true_range(False), length)
        if up != up or down != down:
            plus = minus = NA
        else:
            plus = up if up - down > TOLERANCE and up > TOLERANCE else 0.0
            minus = down if down - up > TOLERANCE and down > TOLERANCE else 0.0
        plus = self.plus(plus, length)
        minus = self.minus(minus, length)
        if not span or span != span or plus != plus or minus != minus:
            return NA, NA, NA
        plus = 100 * plus / span
        minus = 100 * minus / span
        total = plus + minus
        return plus, minus, 100 * self.index(abs(plus - minus) / (total if total else 1), smoothing)


class Supertrend(Calculation):
    """A band of `factor` average true ranges around the middle of the bars that tightens until the close breaks it.

    The second value is its direction: 1 falling, -1 rising. On the first bar the band is 0, as on reference platforms.
    """

    __slots__ = ("average", "close", "direction", "lower", "upper")
    columns = 0

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.average = Atr(context)
        self.close = NA
        self.direction = 0
        self.lower = NA
        self.upper = NA

    def __call__(self, factor: float, period: float) -> tuple[float, int]:
        context = self.context
        reach = factor * self.average(period)
        if context.bar_index == 0:
            return 0.0, 1
        middle = (context.high + context.low) / 2
        upper = middle + reach
        lower = middle - reach
        if upper != upper:
            return NA, self.direction or 1
        if not self.direction:
            direction = 1
        else:
            if lower <= self.lower <= self.close:
                lower = self.lower
            if upper >= self.upper >= self.close:
                upper = self.upper
            if self.direction > 0:
                direction = -1 if context.close > upper else 1
            else:
                direction = 1 if context.close < lower else -1
        self.lower = lower
        self.upper = upper
        self.close = context.close
        self.direction = direction
        return (upper if direction > 0 else lower), direction


class Sar(Calculation):
    """Wilder's parabolic stop and reverse.

    It looks at the two bars before, which it knows only if it was called on them: one that skips bars is na for good.
    """

    __slots__ = ("bar", "extreme", "highs", "lows", "rising", "speed", "stop")
    columns = 0

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.bar = -1
        self.highs = (NA, NA)
        self.lows = (NA, NA)
        self.rising = True
        self.speed = 0.0
        self.extreme = NA
        self.stop = NA

    def __call__(self, start: float = 0.02, increment: float = 0.02, maximum: float = 0.2) -> float:
        context = self.context
        high = context.high
        low = context.low
        index = context.bar_index
        if index != self.bar + 1:
            self.stop = NA
        elif index == 1:
            self._begin(high, low, start)
        elif index > 1:
            self._advance(high, low, start, increment, maximum)
        self.bar = index
        self.highs = (self.highs[1], high)
        self.lows = (self.lows[1], low)
        return self.stop

    def _begin(self, high: float, low: float, start: float) -> None:
        self.rising = self.highs[1] <= high
        self.stop = self.lows[1] if self.rising else self.highs[1]
        self.extreme = high if self.rising else low
        self.speed = start

    def _advance(self, high: float, low: float, start: float, increment: float, maximum: float) -> None:
        stop = self.stop + self.speed * (self.extreme - self.stop)
        if stop != stop:
            self.stop = NA
            return
        if self.rising:
            if low <= stop:
                stop = max(self.extreme, high, self._top())
                self._turn(rising=False, extreme=low, start=start)
            else:
                stop = min(stop, self._bottom())
                if high > self.extreme:
                    self._speed_up(high, increment, maximum)
        elif high >= stop:
            stop = min(self.extreme, low, self._bottom())
            self._turn(rising=True, extreme=high, start=start)
        else:
            stop = max(stop, self._top())
            if low < self.extreme:
                self._speed_up(low, increment, maximum)
        self.stop = stop

    def _turn(self, *, rising: bool, extreme: float, start: float) -> None:
        self.rising = rising
        self.extreme = extreme
        self.speed = start

    def _speed_up(self, extreme: float, increment: float, maximum: float) -> None:
        self.extreme = extreme
        self.speed = min(self.speed + increment, maximum)

    def _top(self) -> float:
        """Return the higher of the highs of the two bars before."""
        return max(high for high in self.highs if high == high)

    def _bottom(self) -> float:
        """Return the lower of the lows of the two bars before."""
        return min(low for low in self.lows if low == low)


BINDINGS: dict[str, Binding] = {
    "ta.tr()": PerCall(TrueRange),
    "ta.atr": PerCall(Atr),
    "ta.dmi": PerCall(Dmi),
    "ta.supertrend": PerCall(Supertrend),
    "ta.sar": PerCall(Sar),
}
