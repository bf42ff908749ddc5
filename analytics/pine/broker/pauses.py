"""How a bar goes on when the script has run within it."""

from typing import TYPE_CHECKING

from analytics.pine.broker import path

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker


def go_on_after_fill(broker: "Broker", step: path.Step) -> None:
    """Fill what the script ordered when something had filled on a part of the way, as far as that part goes."""
    start, end, is_jump = step
    path.fill_at_market(broker, broker.book.market(), end)
    broker.moment += 1
    for order in (*broker.book.priced(), *broker.book.exits.values()):
        if broker.book.holds(order) and order.bar == broker.bar_index:
            broker.fresh.append(order)
    path.activate_all(broker, end)
    if not is_jump:
        path.run_leg(broker, start, end)


def go_on_after_tick(broker: "Broker", step: path.Step) -> None:
    """Fill what the script ordered at a price of the way at the next one: at market, or beyond its price already.

    Orders at prices that are still to come fill on the way there.
    """
    start, end, _ = step
    immediate = [order for order in broker.book.market() if order.immediately]
    path.fill_at_market(broker, immediate, start)
    path.fill_at_market(broker, broker.book.market(), end)
    broker.moment += 1
    assumption = broker.settings.backtest_fill_limits_assumption
    broker.fresh = [
        order
        for order in (*broker.book.priced(), *broker.book.exits.values())
        if order.bar == broker.bar_index and path.marketable(order, start, assumption) is not None
    ]
    path.activate_all(broker, end)
