"""The money and the position of a strategy: what fills make of them and what prices do."""

from collections.abc import Callable
from typing import Any

from analytics.pine.broker.commissions import Fee
from analytics.pine.broker.rounding import Grid
from analytics.pine.broker.settings import StrategySettings
from analytics.pine.broker.trades import ClosedTrade, Lot, OpenTrade, Tally

NOTHING = float("nan")


class Account:
    """Position, trades and sums; quantities in lots, prices as floats on the tick.

    `point_value` is what one unit gains in the account's currency when the price rises by 1; its change from bar to bar
    converts every amount at the rate of the bar on which it is booked.
    """

    __slots__ = (
        "average_price",
        "closed",
        "closed_count",
        "drawdown_percent",
        "held_long",
        "held_short",
        "lasting_calls",
        "long",
        "lot_grid",
        "lots",
        "lots_opened",
        "margin_calls",
        "max_drawdown",
        "max_runup",
        "net_profit",
        "open",
        "open_commission",
        "open_profit",
        "orders_filled",
        "point_value",
        "position",
        "realised_high",
        "runup_low",
        "runup_percent",
        "settings",
        "short",
        "size",
    )
    _PLAIN = (
        "average_price",
        "closed_count",
        "drawdown_percent",
        "held_long",
        "held_short",
        "lasting_calls",
        "lots_opened",
        "margin_calls",
        "max_drawdown",
        "max_runup",
        "net_profit",
        "open_commission",
        "open_profit",
        "orders_filled",
        "point_value",
        "position",
        "realised_high",
        "runup_low",
        "runup_percent",
        "size",
    )

    def __init__(self, settings: StrategySettings, lot_grid: Grid, point_value: float) -> None:
        self.settings = settings
        self.lot_grid = lot_grid
        self.point_value = point_value
        self.position = 0
        self.size = 0.0
        self.average_price = NOTHING
        self.open_profit = 0.0
        self.open_commission = 0.0
        # Gross profit less gross loss: commission for open trades is lost already.
        self.net_profit = 0.0
        self.open: list[OpenTrade] = []
        self.closed: list[ClosedTrade] = []
        self.closed_count = 0
        self.lots: list[Lot] = []
        self.lots_opened = 0
        self.orders_filled = 0
        self.long = Tally()
        self.short = Tally()
        self.max_drawdown = 0.0
        self.drawdown_percent = 0.0
        self.max_runup = 0.0
        self.runup_percent = 0.0
        self.realised_high = settings.initial_capital
        self.runup_low = settings.initial_capital
        self.held_long = 0
        self.held_short = 0
        # Margin calls that hold for later trades, too: what they take off each, and the last lot they have seen.
        self.lasting_calls: tuple[tuple[int, int], ...] = ()
        # How many there were, whatever they closed.
        self.margin_calls = 0

    @property
    def gross_profit(self) -> float:
        """Return the sum of all that trades won."""
        return self.long.gross_profit + self.short.gross_profit

    @property
    def gross_loss(self) -> float:
        """Return the sum of all that trades lost, and the commission paid for the open ones."""
        return self.long.gross_loss + self.short.gross_loss + self.open_commission

    @property
    def wins(self) -> int:
        """Return how many closed trades won."""
        return self.long.wins + self.short.wins

    @property
    def losses(self) -> int:
        """Return how many closed trades lost."""
        return self.long.losses + self.short.losses

    @property
    def realised_equity(self) -> float:
        """Return initial capital and net profit."""
        return self.settings.initial_capital + self.net_profit

    @property
    def equity(self) -> float:
        """Return initial capital, net profit and the profit of the open position at its last mark."""
        return self.settings.initial_capital + self.net_profit + self.open_profit

    def open_profit_at(self, price: float) -> float:
        """Return the profit of the position if the price were this, before the commission of closing."""
        return self.size * (price - self.average_price) * self.point_value if self.position else 0.0

    def mark(self, price: float) -> None:
        """Value the open position at a price."""
        self.open_profit = self.open_profit_at(price)

    def open_trade(self, trade: OpenTrade, *, from_exit: bool = False) -> Lot:
        """Add a trade to the position and return its lot."""
        # The rise of equity is measured from the lowest point at which an entry was made.
        low = self.realised_equity - trade.commission + max(self.open_profit_at(trade.price), 0.0)
        self.runup_low = min(self.runup_low, low)
        self.open_commission += trade.commission
        self.open.append(trade)
        self.position += trade.side * trade.lots
        self.held_long = max(self.held_long, self.position)
        self.held_short = max(self.held_short, -self.position)
        self.lots_opened += 1
        trade.lot = self.lots_opened
        lot = Lot(self.lots_opened, trade.entry_id, trade.side, trade.lots, trade.lots, trade.ticks, from_exit)
        self.lots.append(lot)
        self._average()
        return lot

    def close_trades(
        self,
        quantity: int,
        price: float,
        *,
        only: str | None,
        lot: int = 0,
        fee: Fee,
        closed_by: Callable[[OpenTrade], tuple[str, str, bool]],
        bar: int,
        time: int,
    ) -> int:
        """Close up to a quantity of open trades, the oldest first, and return what was closed.

        `only` names the entry whose trades count when any may be closed, `lot` the one trade that does; `fee` is
        that of the whole order; `closed_by` says a trade's exit id and comment, and whether entry and exit change
        places in the record.
        """
        left = quantity
        kept: list[OpenTrade] = []
        for trade in self.open:
            if not left or (only is not None and trade.entry_id != only) or (lot and trade.lot != lot):
                kept.append(trade)
                continue
            lots = min(left, trade.lots)
            left -= lots
            self._close(trade, lots, price, fee.part(lots), closed_by(trade), bar, time)
            if trade.lots:
                kept.append(trade)
        self.open = kept
        if not self.position:
            self.open_commission = 0.0
            self.lasting_calls = ()
        self._average()
        return quantity - left

    def _close(
        self,
        trade: OpenTrade,
        lots: int,
        price: float,
        fee: float,
        closed_by: tuple[str, str, bool],
        bar: int,
        time: int,
    ) -> None:
        part = lots / trade.lots
        size = self.lot_grid.value(lots)
        paid = trade.commission * part
        profit = trade.side * size * (price - trade.price) * self.point_value - paid - fee
        exit_id, exit_comment, swapped = closed_by
        side, entry_id, entry_comment = trade.side, trade.entry_id, trade.comment
        entry_price, exit_price, entry_fee = trade.price, price, paid
        if swapped:
            side = -side
            entry_id, exit_id = exit_id, entry_id
            entry_comment, exit_comment = exit_comment, entry_comment
            entry_price, exit_price, entry_fee = price, trade.price, fee
        cost = size * entry_price * self.point_value + entry_fee
        per_cent = 100 / cost if cost else 0.0
        tally = self.long if side > 0 else self.short
        # The exit itself is the last excursion.
        reached = profit + fee
        runup = max(trade.max_runup * part, reached)
        drawdown = max(trade.max_drawdown * part, -reached)
        closed = ClosedTrade(
            size=side * size,
            entry_id=entry_id,
            entry_comment=entry_comment,
            entry_bar=trade.bar,
            entry_time=trade.time,
            entry_price=entry_price,
            exit_id=exit_id,
            exit_comment=exit_comment,
            exit_bar=bar,
            exit_time=time,
            exit_price=exit_price,
            profit=profit,
            profit_percent=profit * per_cent,
            commission=paid + fee,
            max_runup=runup,
            max_runup_percent=runup * per_cent,
            max_drawdown=drawdown,
            max_drawdown_percent=drawdown * per_cent,
            cumulative_profit=(self.closed[-1].cumulative_profit if self.closed else 0.0) + profit,
            entry_order=trade.order,
            exit_order=self.orders_filled,
        )
        tally.add(closed)
        self.open_commission -= paid
        trade.commission -= paid
        trade.max_runup *= 1 - part
        trade.max_drawdown *= 1 - part
        trade.lots -= lots
        self.position -= trade.side * lots
        self.closed.append(closed)
        self.closed_count += 1

    def forget_old_orders(self) -> None:
        """Drop the trades whose orders are beyond the limit, oldest first; sums keep them."""
        limit = self.settings.order_limit
        if limit is None or self.orders_filled <= limit:
            return
        oldest = self.orders_filled - limit
        gone = 0
        while gone < len(self.closed) and self.closed[gone].entry_order <= oldest:
            gone += 1
        if gone:
            del self.closed[:gone]

    def lot(self, number: int) -> Lot | None:
        """Return the lot of a number while anything of it is left."""
        for lot in self.lots:
            if lot.number == number:
                return lot
        return None

    def has_lot_of(self, entry_id: str | None) -> bool:
        """Return whether anything is left of what an entry of this name opened."""
        return any(lot.entry_id == entry_id for lot in self.lots)

    def remaining_of(self, entry_id: str) -> int:
        """Return what is left of all that entries of this name opened."""
        return sum(lot.remaining for lot in self.lots if lot.entry_id == entry_id)

    def _average(self) -> None:
        self.net_profit = self.gross_profit - self.gross_loss
        value = self.lot_grid.value
        self.size = value(self.position)
        if not self.position:
            self.average_price = NOTHING
            self.open_profit = 0.0
            return
        cost = 0.0
        for trade in self.open:
            cost += trade.price * value(trade.lots)
        self.average_price = cost / abs(self.size)

    def watch(self, high: float, low: float) -> None:
        """Take in the extremes of a bar: excursions of each trade and of equity.

        A trade's are measured from its own entry with the commission of its entry, those of equity from the average
        price. Drawdown falls from the highest realised equity, run-up rises from the lowest point of an entry; each is
        also kept in per cent of its higher end.
        """
        realised = self.realised_equity
        top = bottom = realised
        if self.position:
            better, worse = (high, low) if self.position > 0 else (low, high)
            for trade in self.open:
                size = trade.side * self.lot_grid.value(trade.lots) * self.point_value
                runup = size * (better - trade.price) - trade.commission
                if runup > trade.max_runup:
                    trade.max_runup = runup
                drawdown = trade.commission - size * (worse - trade.price)
                if drawdown > trade.max_drawdown:
                    trade.max_drawdown = drawdown
            top += max(self.open_profit_at(better), 0.0)
            bottom += min(self.open_profit_at(worse), 0.0)
        if realised > self.realised_high:
            self.realised_high = realised
        fall = self.realised_high - bottom
        if fall > 0:
            if fall > self.max_drawdown:
                self.max_drawdown = fall
            if fall > self.drawdown_percent * self.realised_high / 100 and self.realised_high > 0:
                self.drawdown_percent = fall / self.realised_high * 100
        rise = top - self.runup_low
        if rise > 0:
            if rise > self.max_runup:
                self.max_runup = rise
            if rise > self.runup_percent * top / 100 and top > 0:
                self.runup_percent = rise / top * 100

    def save(self) -> Any:
        """Return all that changes, as plain values."""
        return (
            tuple(getattr(self, name) for name in self._PLAIN),
            [trade.save() for trade in self.open],
            self.closed.copy(),
            [lot.save() for lot in self.lots],
            self.long.save(),
            self.short.save(),
        )

    def restore(self, saved: Any) -> None:
        """Go back to what `save()` returned."""
        plain, open_trades, closed, lots, long, short = saved
        for name, value in zip(self._PLAIN, plain, strict=True):
            setattr(self, name, value)
        self.open = [OpenTrade(*row) for row in open_trades]
        self.closed = list(closed)
        self.lots = [Lot(*row) for row in lots]
        self.long = Tally(*long)
        self.short = Tally(*short)
