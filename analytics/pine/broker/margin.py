"""What the account can carry: entries it cannot pay for, and margin calls."""

from typing import TYPE_CHECKING, NamedTuple

from analytics.pine.broker import large_sums
from analytics.pine.broker.orders import CLOSE, ENTRY, MARKET, STOP, Order
from analytics.pine.broker.settings import CLOSE_ANY

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker
    from analytics.pine.broker.trades import OpenTrade

MARGIN_CALL = "Margin call"
# A margin call closes this many times what would restore the margin.
CALL_MULTIPLE = 4
# Sums of floats may miss a balance by this part of it.
NOISE = 1e-11


class Debt(NamedTuple):
    """What a margin call was about, for the next look at the margin on its bar; `legs` are sizes and entry prices."""

    side: int
    missing: float
    price: float
    legs: tuple[tuple[float, float], ...]


def margin_ratio(broker: "Broker", side: int) -> float:
    """Return the part of a position's value that has to be covered, 0 if none."""
    settings = broker.settings
    return (settings.margin_long if side > 0 else settings.margin_short) / 100


def margin_of(broker: "Broker", side: int, lots: int, ticks: int) -> float:
    """Return what has to cover a position at a price."""
    value = broker.lot_grid.value(lots) * broker.tick_grid.value(ticks) * broker.account.point_value
    return value * margin_ratio(broker, side)


def can_place(broker: "Broker", side: int, lots: int, ticks: int) -> bool:
    """Return whether an entry can be paid for by itself at the current price."""
    needed, equity = margin_of(broker, side, lots, ticks), broker.account.equity
    if equity >= large_sums.LARGE:
        return large_sums.covers(equity, needed, broker.tick_grid.step)
    return needed <= equity * (1 + NOISE)


def can_fill(broker: "Broker", side: int, position: int, lots: int, ticks: int, equity: float) -> bool:
    """Return whether the position that a fill leaves behind can be paid for at the price of the fill."""
    needed = margin_of(broker, side, abs(position + side * lots), ticks)
    if equity >= large_sums.LARGE:
        return large_sums.covers_fill(equity, needed, broker.tick_grid.step)
    return needed - equity <= abs(equity) * NOISE


def drop_unaffordable(broker: "Broker") -> None:
    """Cancel entries waiting at a price whose own margin at the close is more than the equity."""
    for order in list(broker.book.priced()):
        if order.kind is ENTRY and not can_place(broker, order.side, order.quantity, broker.mark_ticks):
            broker.book.remove(order)


def call(broker: "Broker", ticks: int, *, may_wait: bool = False, filled_at: int | None = None) -> bool:
    """Close part of the position if equity at a price does not cover its margin; return whether to wait for the close.

    Four times the quantity that would restore the margin is closed, that quantity cut to whole lots; where it is less
    than one lot, one unit is, or one lot of what trades in whole units only. The latter waits for the bar's close at
    the first extreme of the bar (`may_wait`) if the close will not cover the margin either. Where something filled on
    the way there (`filled_at`), a margin that is covered now but was not then, by a lot or more, is called for, too.
    """
    filled = broker.account.orders_filled
    waits = _call(broker, ticks, may_wait=may_wait)
    if filled_at is not None and not waits and broker.account.orders_filled == filled:
        _call(broker, ticks, may_wait=False, judged_at=filled_at)
    if broker.account.lasting_calls and not waits:
        _cut_later_trades(broker, ticks)
    return waits


def _call(broker: "Broker", ticks: int, *, may_wait: bool, judged_at: int | None = None) -> bool:
    account = broker.account
    position = account.position
    if not position:
        return False
    side = 1 if position > 0 else -1
    ratio = margin_ratio(broker, side)
    if ratio <= 0:
        return False
    debt, broker.margin_debt = broker.margin_debt, None
    if debt is not None and debt.side == side and _call_again(broker, debt, ratio, ticks):
        return False
    price = broker.tick_grid.value(ticks if judged_at is None else judged_at)
    missing = _missing(broker, price, ratio)
    if missing <= 0:
        return False
    unit = broker.lots_per_unit
    cover = _cover(broker, missing / ratio, price)
    if cover:
        lots = cover * CALL_MULTIPLE
    elif judged_at is not None:
        return False
    else:
        lots = unit
        if may_wait and unit == 1 and ticks != broker.close_ticks:
            at_close = broker.tick_grid.value(broker.close_ticks)
            if _missing(broker, at_close, ratio) > 0:
                return True
    legs = tuple((broker.lot_grid.value(trade.lots), trade.price) for trade in account.open)
    broker.margin_debt = Debt(side, missing, price, legs)
    _liquidate(broker, side, lots, ticks)
    return False


def _cover(broker: "Broker", value: float, price: float) -> int:
    """Return the whole lots worth a value; how near the next one is does not matter."""
    return int(broker.lot_grid.count(value / (price * broker.account.point_value)))


def _liquidate(broker: "Broker", side: int, lots: int, ticks: int) -> None:
    """Close a part of the position; where any trade may be closed, so much of every one, and of each that follows."""
    account = broker.account
    account.margin_calls += 1
    slipped = ticks - side * broker.settings.slippage
    if broker.settings.close_entries_rule == CLOSE_ANY:
        calls = (*account.lasting_calls, (lots, account.lots_opened))
        for trade in account.open.copy():
            _cut(broker, trade, lots, slipped)
        account.lasting_calls = calls if account.position else ()
    else:
        order = Order(kind=CLOSE, id=MARGIN_CALL, side=-side, quantity=min(lots, abs(account.position)))
        broker.fill(order, slipped, MARKET)
    _bring_exits_back(broker, ticks, slipped)


def _cut(broker: "Broker", trade: "OpenTrade", lots: int, ticks: int) -> None:
    quantity = min(lots, trade.lots)
    order = Order(kind=CLOSE, id=MARGIN_CALL, side=-trade.side, quantity=quantity, lot=trade.lot)
    broker.fill(order, ticks, MARKET)


def _cut_later_trades(broker: "Broker", ticks: int) -> None:
    """Take off trades opened since a margin call what that took off the others, once for each call.

    Where any trade may be closed, a call holds until the position is flat, whatever margin the account has by then.
    """
    account = broker.account
    calls, opened = account.lasting_calls, account.lots_opened
    if calls[0][1] == opened:
        return
    side = 1 if account.position > 0 else -1
    slipped = ticks - side * broker.settings.slippage
    for lots, seen in calls:
        for trade in [trade for trade in account.open if trade.lot > seen]:
            _cut(broker, trade, lots, slipped)
    account.lasting_calls = tuple((lots, opened) for lots, _ in calls) if account.position else ()
    _bring_exits_back(broker, ticks, slipped)


def _bring_exits_back(broker: "Broker", ticks: int, slipped: int) -> None:
    for withdrawn in [order for order in broker.book.exits.values() if order.withdrawn]:
        # Withdrawn exits come back with the call; a stop that is passed already fills with it.
        withdrawn.withdrawn = False
        if withdrawn.stop is not None and (ticks - withdrawn.stop) * withdrawn.side >= 0:
            broker.fill(withdrawn, slipped, STOP)


def _call_again(broker: "Broker", debt: Debt, ratio: float, ticks: int) -> bool:
    """Close once more for a call that has not been credited in full; return whether anything was.

    TradingView credits a call at its next look only with whole trades, oldest first, as long as they fit into what was
    missing: each with its cost, and with the gain it brought one trade later.
    """
    account = broker.account
    credited = gain = 0.0
    left = 0.0
    for size, price in debt.legs:
        cost = size * price * account.point_value
        if debt.missing - credited - cost - gain < 0:
            break
        credited += cost
        left = debt.missing - credited - gain
        gain += debt.side * size * (debt.price - price) * account.point_value
        gain -= broker.charges.estimate(size, debt.price, account.point_value)
    cover = _cover(broker, left / ratio, debt.price) if left > 0 else 0
    if cover:
        _liquidate(broker, debt.side, cover * CALL_MULTIPLE, ticks)
    return cover > 0


def _missing(broker: "Broker", price: float, ratio: float) -> float:
    """Return what is missing of the margin at a price, 0 or less if it is covered but for what floats lose."""
    account = broker.account
    size = abs(account.size)
    value = size * price * account.point_value
    gain = value - size * account.average_price * account.point_value
    equity = account.realised_equity + (gain if account.position > 0 else -gain)
    margin = value * ratio
    if equity >= large_sums.LARGE:
        return large_sums.shortfall(equity, margin, broker.tick_grid.step)
    missing = margin - equity
    return missing if missing > abs(equity) * NOISE else 0.0


def liquidation_price(broker: "Broker") -> float:
    """Return the price at which equity just covers the margin, NaN if there is none.

    It solves `capital + side * size * (P - average) = ratio * size * P` for P and rounds away from the position's gain.
    """
    account, grid = broker.account, broker.tick_grid
    if not account.position:
        return float("nan")
    side = 1 if account.position > 0 else -1
    ratio = margin_ratio(broker, side)
    worth = abs(account.size) * account.point_value
    divisor = worth * (side - ratio)
    if ratio <= 0 or divisor == 0:
        return float("nan")
    ticks = (side * worth * account.average_price - account.realised_equity) / divisor / grid.step
    return grid.value(grid.down(ticks) if side > 0 else grid.up(ticks))
