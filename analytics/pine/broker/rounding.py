"""Prices as whole ticks and quantities as whole lots, in which the broker compares and adds them."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from math import ceil, floor

# A price this close to a tick, in ticks, counts as being on it.
TICK_TOLERANCE = 1e-4
# More steps than this are no price and no quantity.
MOST_STEPS = 9_000_000_000_000_000_000
# As many signs as eleven digits have with a point, a sign and a zero before the point.
_ELEVEN_DIGITS = 14
TEN_DIGITS = Context(prec=10, rounding=ROUND_HALF_UP)


class Grid:
    """Multiples of one step: ticks of a price or lots of a quantity."""

    __slots__ = ("decimal_step", "per_unit", "step")

    def __init__(self, step: float) -> None:
        self.step = step
        self.decimal_step = Decimal(repr(step))
        per_unit = round(1 / step)
        # Dividing by a whole number gives the nearest float of the decimal: 113730 / 100000 is 1.1373 exactly as
        # written.
        self.per_unit = per_unit if per_unit and abs(per_unit * step - 1) < 1e-9 else 0

    def value(self, steps: int) -> float:
        """Return the price or quantity of a number of steps."""
        return steps / self.per_unit if self.per_unit else steps * self.step

    def count(self, value: float) -> float:
        """Return how many steps a value is, in floats."""
        return value * self.per_unit if self.per_unit else value / self.step

    def nearest(self, value: float) -> int:
        """Return the nearest step, a half upwards."""
        return floor(value / self.step + 0.5)

    def up(self, steps: float) -> int:
        """Return a fractional number of ticks rounded up, unless it is as good as on the tick below."""
        if -MOST_STEPS < steps < MOST_STEPS:
            return ceil(steps - TICK_TOLERANCE)
        return ceil(min(max(steps, -MOST_STEPS), MOST_STEPS))

    def down(self, steps: float) -> int:
        """Return a fractional number of ticks rounded down, unless it is as good as on the tick above."""
        if -MOST_STEPS < steps < MOST_STEPS:
            return floor(steps + TICK_TOLERANCE)
        return floor(min(max(steps, -MOST_STEPS), MOST_STEPS))

    def whole(self, value: float) -> int:
        """Return the steps that fit into a value as it is written in decimals."""
        return int((Decimal(repr(value)) / self.decimal_step).to_integral_value(rounding=ROUND_FLOOR))


def share_of(lots: int, percent: float) -> int:
    """Return a percentage of lots in whole lots, at least one if there is any."""
    # The product of whole lots is exact but for the last digits of the percentage.
    part = int(lots * percent / 100 + 1e-9)
    return part if part or lots <= 0 or percent <= 0 else 1


def ten_digits(money: float) -> float:
    """Return an amount of money, as it is written in decimals, rounded to ten significant digits, a half upwards."""
    written = repr(money)
    # So long a number is never just half-way between two others, whatever its binary form.
    if len(written) > _ELEVEN_DIGITS and "e" not in written and not written.startswith("0.0"):
        return float(f"{money:.10g}")
    return float(TEN_DIGITS.create_decimal(written))
