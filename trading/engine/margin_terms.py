"""What margin an instrument asks for besides its formula: rates per kind of order, and leverage by size."""

from dataclasses import dataclass
from decimal import Decimal

from trading.engine.state import Order, Side


@dataclass(frozen=True, slots=True)
class MarginRate:
    """Multipliers of the computed margin: `initial` while an order is on its way, `maintenance` for what it opened.

    A maintenance rate of zero stands for the initial one (MT5).
    """

    initial: Decimal = Decimal(1)
    maintenance: Decimal = Decimal(0)

    @property
    def held(self) -> Decimal:
        """The rate of an open position."""
        return self.maintenance or self.initial


@dataclass(frozen=True, slots=True)
class MarginRates:
    """The rates of market orders and positions by side, and the part of the margin that each pending type reserves."""

    buy: MarginRate = MarginRate()
    sell: MarginRate = MarginRate()
    buy_limit: Decimal = Decimal(0)
    sell_limit: Decimal = Decimal(0)
    buy_stop: Decimal = Decimal(0)
    sell_stop: Decimal = Decimal(0)
    buy_stop_limit: Decimal = Decimal(0)
    sell_stop_limit: Decimal = Decimal(0)

    def of(self, side: Side) -> MarginRate:
        """Return the rates of market orders and positions of `side`."""
        return self.buy if side is Side.BUY else self.sell

    def pending(self, order: Order) -> Decimal:
        """Return the rate of a pending order; an armed stop-limit is a limit."""
        kind = "limit" if order.is_limit else order.type.value
        rate: Decimal = getattr(self, f"{order.side}_{kind}")
        return rate


# Margin in full for what is open, and none for what is pending.
STANDARD_RATES = MarginRates()


@dataclass(frozen=True, slots=True)
class MarginTier:
    """What multiplies the margin of the part of a holding above `start`, `initial` that of orders.

    `maintenance` is that of positions, None the same as for orders; zero is no margin at all (MT5, leverages).
    """

    start: Decimal
    initial: Decimal
    maintenance: Decimal | None = None

    @property
    def held(self) -> Decimal:
        """The rate of an open position."""
        return self.initial if self.maintenance is None else self.maintenance


@dataclass(frozen=True, slots=True)
class LeverageTier:
    """The highest leverage of the part of a notional value above `notional_from`, in account currency."""

    notional_from: Decimal
    leverage: Decimal
