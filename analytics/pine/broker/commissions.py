"""What orders cost: one fee each, in ten significant digits, split over the trades that it opens and closes."""

from decimal import Context, Decimal
from typing import NamedTuple

from analytics.pine.broker.rounding import TEN_DIGITS, ten_digits
from analytics.pine.broker.settings import COMMISSION_PER_CONTRACT, COMMISSION_PERCENT, StrategySettings

# A float as it is written has at most 17 digits, a number of lots 19.
_EXACT = Context(prec=40)


class Fee(NamedTuple):
    """The fee of an order in the account's currency, and of how many lots it is."""

    amount: float
    lots: int

    def part(self, lots: int) -> float:
        """Return the part of it that some of the lots bear, in ten significant digits of its own."""
        if not self.amount or lots == self.lots:
            return self.amount
        return float(TEN_DIGITS.divide(_EXACT.multiply(Decimal(repr(self.amount)), Decimal(lots)), Decimal(self.lots)))


NO_FEE = Fee(0.0, 1)


class Charges:
    """What a strategy pays for its orders on a symbol with ticks of this size."""

    __slots__ = ("_by_size", "_divisor", "_factor", "_value")

    def __init__(self, settings: StrategySettings, tick: float) -> None:
        self._value = settings.commission_value
        self._by_size = settings.commission_type == COMMISSION_PER_CONTRACT
        # A rate is taken of the price in decimals, as both are written; what that comes to for one unit is a float.
        self._factor = self._divisor = 0
        if settings.commission_type == COMMISSION_PERCENT:
            rate, of_rate = Decimal(repr(float(self._value))).as_integer_ratio()
            ticks, of_ticks = Decimal(repr(float(tick))).as_integer_ratio()
            self._factor, self._divisor = rate * ticks, of_rate * of_ticks * 100

    def fee(self, lots: int, size: float, ticks: int, point_value: float) -> Fee:
        """Return what an order costs that trades a size at a price."""
        if not self._value:
            return NO_FEE
        if self._divisor:
            return Fee(ten_digits(ticks * self._factor / self._divisor * point_value * size), lots)
        return Fee(ten_digits(self._value * size if self._by_size else self._value), lots)

    def estimate(self, size: float, price: float, point_value: float) -> float:
        """Return what an order that trades a size would cost, without rounding: so trades are valued while open."""
        if not self._value:
            return 0.0
        if self._divisor:
            return size * price * point_value * self._value / 100
        return self._value * size if self._by_size else self._value
