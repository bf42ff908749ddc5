"""How much an order trades when the script does not say."""

from typing import TYPE_CHECKING

from analytics.pine.broker import large_sums
from analytics.pine.broker.rounding import ten_digits
from analytics.pine.broker.settings import (
    CASH,
    COMMISSION_PER_CONTRACT,
    COMMISSION_PER_ORDER,
    COMMISSION_PERCENT,
    FIXED,
    PERCENT_OF_EQUITY,
)

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker


def default_budget(broker: "Broker") -> float | None:
    """Return the money an order of default size may cost now, None if its quantity is fixed."""
    settings = broker.settings
    if settings.default_qty_type == FIXED:
        return None
    if settings.default_qty_type == CASH:
        return settings.default_qty_value
    money = broker.account.equity * settings.default_qty_value / 100
    if settings.commission_type == COMMISSION_PER_ORDER:
        money -= settings.commission_value
    return money


def unit_cost(broker: "Broker", price: float, point_value: float) -> float:
    """Return what one unit costs at a price; a share of equity has to pay the commission too."""
    settings = broker.settings
    cost = price * point_value
    if settings.default_qty_type == PERCENT_OF_EQUITY:
        if settings.commission_type == COMMISSION_PERCENT:
            cost *= 1 + settings.commission_value / 100
        elif settings.commission_type == COMMISSION_PER_CONTRACT:
            cost += settings.commission_value
    return cost


def affordable_lots(broker: "Broker", money: float, price: float, point_value: float) -> int:
    """Return the whole lots that money buys at a price."""
    cost = unit_cost(broker, price, point_value)
    if not (money > 0 and cost > 0):
        return 0
    return int(broker.lot_grid.count(ten_digits(money) / cost))


def granted_lots(broker: "Broker", money: float, price: float, point_value: float) -> int:
    """Return the whole lots that an order filled at a price is granted for its money."""
    lots = affordable_lots(broker, money, price, point_value)
    if money < large_sums.LARGE or not lots:
        return lots
    cost = unit_cost(broker, price, point_value) * broker.lot_grid.step
    return large_sums.granted(ten_digits(money), lots, cost, broker.tick_grid.step)


def default_lots(broker: "Broker", ticks: int, *, fills_there: bool) -> int:
    """Return the default quantity of an order that would fill at a price, or surely does."""
    money = default_budget(broker)
    if money is None:
        return broker.lot_grid.whole(broker.settings.default_qty_value)
    lots_for = granted_lots if fills_there else affordable_lots
    return lots_for(broker, money, broker.tick_grid.value(ticks), broker.account.point_value)
