"""The rules of `strategy.risk.*`, which stop a strategy for the rest of a day or for good."""

from typing import TYPE_CHECKING, Any

from analytics.pine.broker.orders import CLOSE, ENTRY, MARKET, ORDER, Order
from analytics.pine.broker.settings import BOTH_DIRECTIONS, LONG, PERCENT_OF_EQUITY, SHORT

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

_DRAWDOWN = "Close Position (Max drawdown reached)"
_INTRADAY_LOSS = "Close Position (Max intraday loss reached)"
_LOSS_DAYS = "Close Position (Max consecutive loss days reached)"
_FILLED_ORDERS = "Close Position (Max number of filled orders in one day)"


class RiskRules:
    """The limits a script has set and what was counted against them; None is no limit."""

    __slots__ = (
        "day",
        "day_equity",
        "direction",
        "flattens_next",
        "halted_for_good",
        "halted_on",
        "loss_days",
        "max_drawdown",
        "max_intraday_loss",
        "max_loss_days",
        "max_orders",
        "max_position",
        "orders_today",
    )

    def __init__(self) -> None:
        self.direction = BOTH_DIRECTIONS
        self.max_drawdown: tuple[float, str] | None = None
        self.max_intraday_loss: tuple[float, str] | None = None
        self.max_loss_days: int | None = None
        self.max_orders: int | None = None
        self.max_position: float | None = None
        self.day: int | None = None
        self.day_equity = 0.0
        self.orders_today = 0
        self.loss_days = 0
        self.halted_for_good = False
        self.halted_on: int | None = None
        # Whether the day's last order filled at the close of a bar, so that the next open closes the position.
        self.flattens_next = False

    @property
    def counts_days(self) -> bool:
        """Return whether a rule needs to know where one day ends and the next begins."""
        return self.max_intraday_loss is not None or self.max_loss_days is not None or self.max_orders is not None

    @property
    def is_halted(self) -> bool:
        """Return whether nothing may be opened any more, today or ever."""
        return self.halted_for_good or self.halted_on is not None

    @property
    def orders_used_up(self) -> bool:
        """Return whether as many orders were filled today as may be."""
        return self.max_orders is not None and self.orders_today >= self.max_orders

    def allows(self, side: int) -> bool:
        """Return whether entries may open positions of a side; they may always close one of the other."""
        return self.direction != (SHORT if side > 0 else LONG)

    def new_bar(self, broker: "Broker", day: int, open_ticks: int) -> None:
        """Begin a new day if the bar does, before anything fills on it, and close what the last bar's close left."""
        if self.flattens_next:
            self.flattens_next = False
            self._flatten(broker, _FILLED_ORDERS, open_ticks)
        if day == self.day:
            return
        equity = broker.account.equity
        if self.day is not None:
            self.loss_days = self.loss_days + 1 if equity < self.day_equity else 0
        self.day = day
        self.day_equity = equity
        self.orders_today = 0
        self.halted_on = None
        if self.max_loss_days is not None and self.loss_days >= self.max_loss_days and not self.halted_for_good:
            self._flatten(broker, _LOSS_DAYS, open_ticks)
            self.halted_for_good = True

    def order_filled(self, broker: "Broker", order: Order, ticks: int) -> None:
        """Count a filled order; at the day's last one the position is closed and what waits is cancelled.

        An entry that filled within the bar, on the way from the open to the position's better side, is closed at that
        end of the bar, any other order at its own price; after one at the close of the bar the next open closes it.
        """
        self.orders_today += 1
        if self.max_orders is None or self.orders_today != self.max_orders:
            return
        if broker.at_close:
            broker.book.clear()
            self.flattens_next = True
            return
        position = broker.account.position
        if order.kind in (ENTRY, ORDER):
            if position > 0 and ticks > broker.open_ticks:
                ticks = broker.high_ticks
            elif position < 0 and ticks < broker.open_ticks:
                ticks = broker.low_ticks
        self._flatten(broker, _FILLED_ORDERS, ticks)

    def intraday_loss(self, broker: "Broker", ticks: int) -> bool:
        """Close the position if the day has lost too much at a price; return whether it has.

        The loss is counted from the day's first equity, and the rule rests while that is not positive.
        """
        if self.max_intraday_loss is None or self.is_halted:
            return False
        account = broker.account
        equity = account.realised_equity + account.open_profit_at(broker.tick_grid.value(ticks))
        if self.day_equity <= 0 or not _exceeded(self.max_intraday_loss, self.day_equity, equity):
            return False
        side = (account.position > 0) - (account.position < 0)
        self._flatten(broker, _INTRADAY_LOSS, ticks - side * broker.settings.slippage)
        self.halted_on = self.day
        return True

    def after_bar(self, broker: "Broker") -> None:
        """Check what is checked once a bar; a drawdown stops the strategy only when something was closed."""
        if self.is_halted:
            return
        account = broker.account
        if self.max_drawdown is not None and broker.closed_on_bar:
            high = max(account.realised_high, account.realised_equity)
            if _exceeded(self.max_drawdown, high, account.equity):
                self._flatten(broker, _DRAWDOWN, broker.close_ticks)
                self.halted_for_good = True
                return
        self.intraday_loss(broker, broker.close_ticks)

    def _flatten(self, broker: "Broker", comment: str, ticks: int) -> None:
        broker.book.clear()
        position = broker.account.position
        if position:
            side = -1 if position > 0 else 1
            orders_today = self.orders_today
            broker.fill(Order(kind=CLOSE, id=comment, side=side, quantity=abs(position)), ticks, MARKET)
            self.orders_today = orders_today

    def save(self) -> Any:
        """Return the rules and counts as plain values."""
        return tuple(getattr(self, name) for name in self.__slots__)

    def restore(self, saved: Any) -> None:
        """Go back to what `save()` returned."""
        for name, value in zip(self.__slots__, saved, strict=True):
            setattr(self, name, value)


def _exceeded(limit: tuple[float, str], high: float, equity: float) -> bool:
    value, kind = limit
    most = high * value / 100 if kind == PERCENT_OF_EQUITY else value
    return 0 < most <= high - equity
