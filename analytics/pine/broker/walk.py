"""How a bar that may matter is gone through: along its way, with the margin looked at on each part, to its end."""

from typing import TYPE_CHECKING

from analytics.pine.broker import margin, path
from analytics.pine.broker.calm import calm_range

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker


def advance(broker: "Broker", filled: bool) -> bool:
    """Go on along the bar's way, to the next point at which the script has to run or to the end."""
    account = broker.account
    before = account.orders_filled
    by_ticks = broker.by_ticks
    may_pause = broker.settings.calc_on_order_fills or by_ticks
    while broker.next_step < len(broker.steps):
        _take(broker, broker.steps[broker.next_step])
        broker.next_step += 1
        if broker.next_step == 1 and not may_pause and _rests(broker):
            break
        filled = filled or account.orders_filled > before
        if (by_ticks or (filled and may_pause)) and broker.next_step < len(broker.steps):
            broker.is_paused = True
            broker.mark_ticks = broker.steps[broker.next_step - 1][1]
            account.mark(broker.tick_grid.value(broker.mark_ticks))
            return True
    _finish(broker)
    return filled or bool(broker.fills)


def _rests(broker: "Broker") -> bool:
    """Return whether nothing can happen any more on a bar that has opened."""
    if len(broker.steps) > 4 or broker.risk.counts_days or broker.margin_waits:
        return False
    lowest, highest = broker.calm = calm_range(broker)
    broker.is_calm = lowest <= broker.low_ticks <= broker.close_ticks <= broker.high_ticks < highest
    return broker.is_calm


def _take(broker: "Broker", step: path.Step) -> None:
    start, end, is_jump = step
    filled_at: int | None = None
    if is_jump:
        path.open_at(broker, end, start, market=broker.next_step == 0)
    elif not broker.margin_waits and (broker.book.entries or broker.book.exits):
        fills = len(broker.fills)
        path.run_leg(broker, start, end)
        if len(broker.fills) > fills:
            filled_at = broker.tick_grid.nearest(broker.fills[-1].price)
    if not broker.account.position or broker.margin_waits or broker.next_step % 4 == 3:
        return
    is_adverse = not is_jump and broker.account.position * (end - start) < 0
    if is_adverse and broker.risk.intraday_loss(broker, end):
        return
    if margin.call(broker, end, may_wait=is_adverse and broker.next_step % 4 == 1, filled_at=filled_at):
        broker.margin_waits = True


def _finish(broker: "Broker") -> None:
    account, value = broker.account, broker.tick_grid.value
    broker.margin_waits = False
    account.mark(value(broker.close_ticks))
    if broker.book.entries:
        broker.drop_unaffordable()
    if account.position or broker.fills:
        account.watch(value(broker.high_ticks), value(broker.low_ticks))
        broker.risk.after_bar(broker)


def fill_at_close(broker: "Broker") -> None:
    """Fill what is to be filled at the close once the script has run, after a look at the margin."""
    account, book = broker.account, broker.book
    if not book and not account.position:
        return
    broker.settle()
    broker.forget_calm()
    broker.round_close()
    before = account.orders_filled
    if not broker.fills:
        broker.start = account.position, account.equity
    if account.position:
        # What is opened at the close is looked at when the next bar opens.
        margin.call(broker, broker.close_ticks)
    if book.closes:
        immediate = [order for order in book.market() if order.immediately]
        path.fill_at_market(broker, immediate, broker.close_ticks)
    if broker.settings.process_orders_on_close and book:
        broker.at_close = True
        path.fill_at_close(broker)
        broker.at_close = False
    if account.position:
        account.mark(broker.tick_grid.value(broker.close_ticks))
    if account.orders_filled > before:
        price = broker.tick_grid.value(broker.close_ticks)
        account.watch(price, price)
        broker.risk.after_bar(broker)
