"""The broker of one strategy on one symbol, bar by bar."""

from array import array
from collections.abc import Callable, Sequence
from math import floor, inf
from typing import Any

from analytics.pine.broker import commands, fills, margin, path, pauses, states, walk
from analytics.pine.broker.account import Account
from analytics.pine.broker.calm import ALWAYS, Range, calm_range
from analytics.pine.broker.commissions import Charges
from analytics.pine.broker.fills import Fill
from analytics.pine.broker.listing import TradeRow, trade_rows
from analytics.pine.broker.orders import Book, Kind, Order, Reason
from analytics.pine.broker.risk import RiskRules
from analytics.pine.broker.rounding import Grid
from analytics.pine.broker.settings import Candle, Instrument, StrategySettings
from analytics.pine.broker.statistics import Summary, summary
from analytics.pine.broker.trading_days import TradingDays


class Broker:
    """Fills a strategy's orders as TradingView's broker emulator does.

    For each bar call `open_bar`, then the script, then `close_bar`. With `calc_on_order_fills`, or where the script
    runs `by_ticks`, call it also while `is_paused`, each time followed by `resume`. A bar that is still forming is
    computed from the state before it: `save` when a bar has closed, `restore` before each update. `conversion` returns
    what a unit of the symbol's currency is worth in the account's at a time; without it they count as the same.

    Most bars reach no price that matters: `calm` says between which prices that is so, as long as nothing is ordered
    (None: it has to be found out). Then only the position is valued, and the extremes wait for `settle`.
    """

    __slots__ = (
        "_days",
        "_sites",
        "account",
        "at_close",
        "bar_index",
        "book",
        "by_ticks",
        "calm",
        "changes",
        "charges",
        "close_ticks",
        "closed_on_bar",
        "conversion",
        "covered",
        "equity_curve",
        "fills",
        "first_close",
        "fresh",
        "high_ticks",
        "highest",
        "is_calm",
        "is_paused",
        "is_rounded",
        "last_close",
        "lot_grid",
        "lots_per_unit",
        "low_ticks",
        "lowest",
        "margin_debt",
        "margin_waits",
        "mark_ticks",
        "moment",
        "next_step",
        "open_ticks",
        "rests",
        "risk",
        "settings",
        "start",
        "steps",
        "symbol",
        "tick_grid",
        "time",
        "times",
    )

    def __init__(
        self,
        settings: StrategySettings,
        symbol: Instrument,
        conversion: Callable[[int], float] | None = None,
    ) -> None:
        self.settings = settings
        self.symbol = symbol
        self.conversion = conversion
        self.tick_grid = Grid(symbol.mintick)
        self.lot_grid = Grid(symbol.mincontract)
        self.lots_per_unit = max(1, round(1 / symbol.mincontract))
        self.charges = Charges(settings, symbol.mintick)
        self.account = Account(settings, self.lot_grid, symbol.pointvalue)
        self.book = Book()
        self.risk = RiskRules()
        self.bar_index = -1
        self.time = 0
        self.equity_curve = array("d")
        self.times = array("q")
        self.first_close: float | None = None
        self.fills: list[Fill] = []
        self.fresh: list[Order] = []
        self.moment = 0
        self.closed_on_bar = 0
        self.is_paused = False
        self.at_close = False
        self.open_ticks = self.high_ticks = self.low_ticks = self.close_ticks = 0
        self.mark_ticks = 0
        self.last_close = 0.0
        self.is_rounded = True
        self.steps: list[path.Step] = []
        self.next_step = 0
        self.by_ticks = False
        # Position and equity before anything filled on the bar.
        self.start = 0, settings.initial_capital
        self.margin_debt: margin.Debt | None = None
        self.margin_waits = False
        self._sites = 0
        self.calm: Range | None = None
        self.changes = 0
        # Between which prices the margin of the position is covered, None if that has to be found out.
        self.covered: Range | None = None
        self.is_calm = False
        # Whether nothing is open, waits or has to be watched: then a bar leaves nothing but its time until something is
        # ordered.
        self.rests = False
        # The extremes of calm bars that the position has not seen yet, in ticks.
        self.highest, self.lowest = -inf, inf
        self._days = TradingDays(symbol.timezone, symbol.hours)

    # Bars

    def open_bar(self, bar: Candle, lower: Sequence[Candle] = (), *, by_ticks: bool = False) -> bool:
        """Begin a bar: fill what waits on its way from open to close; return whether anything was filled.

        `lower` are the bars of a shorter timeframe that make it up, for the bar magnifier. `by_ticks` says that the
        script runs at each price of the way, not only where something fills.
        """
        self.by_ticks = by_ticks
        return self.begin(bar.time, bar.open, bar.high, bar.low, bar.close, lower)

    def begin(
        self, time: int, open_: float, high: float, low: float, close: float, lower: Sequence[Candle] = ()
    ) -> bool:
        """Begin a bar as `open_bar` does."""
        self.bar_index += 1
        self.time = time
        self.last_close = close
        if self.fills:
            self.fills = []
            self.closed_on_bar = 0
            self.margin_debt = None
        if self.conversion is not None:
            self.settle()
            self.account.point_value = self.symbol.pointvalue * self.conversion(time)
            self.covered = None
            self.forget_calm()
        risk = self.risk
        if (
            not self.by_ticks
            and risk.max_orders is None
            and risk.max_intraday_loss is None
            and risk.max_loss_days is None
        ):
            calm = self.calm
            if calm is None:
                calm = self.calm = calm_range(self)
            if calm is ALWAYS:
                self.is_calm = True
                self.is_rounded = False
                self.rests = self.conversion is None
                return False
            step = self.tick_grid.step
            top, bottom = high / step + 0.5, low / step + 0.5
            if bottom >= calm[0] and top < calm[1] and low <= close <= high:
                self._pass_over(top, bottom, close)
                return False
        account = self.account
        self.settle()
        self.is_calm = False
        self.margin_debt = None
        self.forget_calm()
        nearest, previous = self.tick_grid.nearest, self.close_ticks
        self.open_ticks, self.high_ticks = nearest(open_), nearest(high)
        self.low_ticks, self.close_ticks = nearest(low), nearest(close)
        self.mark_ticks = self.close_ticks
        self.is_rounded = True
        self.start = account.position, account.equity
        if self.risk.counts_days:
            self.risk.new_bar(self, self._days.day(time), self.open_ticks)
        parts = [(self.open_ticks, self.high_ticks, self.low_ticks, self.close_ticks)]
        if lower and self.settings.use_bar_magnifier:
            parts = [(nearest(part.open), nearest(part.high), nearest(part.low), nearest(part.close)) for part in lower]
        self.steps = path.steps_through(self.tick_grid, parts, previous)
        self.next_step = 0
        return walk.advance(self, False)

    def _pass_over(self, top: float, bottom: float, close: float) -> None:
        """Take in a calm bar: the position has another value, and its extremes may be new ones."""
        self.is_calm = True
        self.is_rounded = False
        account = self.account
        if account.position:
            grid = self.tick_grid
            self.close_ticks = self.mark_ticks = ticks = floor(close / grid.step + 0.5)
            self.is_rounded = True
            price = ticks / grid.per_unit if grid.per_unit else ticks * grid.step
            account.open_profit = account.size * (price - account.average_price) * account.point_value
            if top > self.highest:
                self.highest = top
            if bottom < self.lowest:
                self.lowest = bottom
        if self.book.entries:
            self.drop_unaffordable()

    def resume(self) -> bool:
        """Go on with a bar after the script ran within it; return whether the script has to run again."""
        self.is_paused = False
        self.mark_ticks = self.close_ticks
        before = self.account.orders_filled
        if self.by_ticks:
            pauses.go_on_after_tick(self, self.steps[self.next_step])
        else:
            pauses.go_on_after_fill(self, self.steps[self.next_step - 1])
        walk.advance(self, self.account.orders_filled > before)
        return self.is_paused

    def close_bar(self) -> None:
        """End a bar after the script: fill what is to be filled at the close, then check margin and rules."""
        self.record([self.time], [self.end()])

    def end(self) -> float:
        """End a bar as `close_bar` does, and return the equity, which is to be recorded."""
        settings, account = self.settings, self.account
        if not self.is_calm or self.book.closes or settings.process_orders_on_close:
            walk.fill_at_close(self)
        if self.first_close is None:
            self.first_close = self.last_close
        # As `account.equity`, which is slower.
        return settings.initial_capital + account.net_profit + account.open_profit

    def record(self, times: list[int], equities: list[float]) -> None:
        """Record bars that have ended; for many together that takes a fraction of what it takes for each."""
        self.times.fromlist(times)
        self.equity_curve.fromlist(equities)

    def begin_at_rest(self, time: int, close: float) -> None:
        """Begin a bar as `begin` does while `rests`; without an order it ends with the same equity."""
        self.bar_index += 1
        self.time = time
        self.last_close = close
        self.is_rounded = False

    def forget_calm(self) -> None:
        """Let it be found out anew between which prices bars are calm, because orders or position have changed."""
        self.calm = None
        self.rests = False
        self.changes += 1

    def begin_anew(self) -> None:
        """Forget what was found out about orders and position, which have become others."""
        self.covered = None
        self.forget_calm()
        self.highest, self.lowest = -inf, inf
        self.fresh = []
        self.is_paused = self.margin_waits = False

    def settle(self) -> None:
        """Let the position see the extremes of the calm bars since it last did.

        What it makes of them grows with the price, so that the highest and the lowest of several bars do for all.
        """
        if self.lowest <= self.highest:
            value = self.tick_grid.value
            self.account.watch(value(floor(self.highest)), value(floor(self.lowest)))
            self.highest, self.lowest = -inf, inf

    def drop_unaffordable(self) -> None:
        """Drop entries that wait at a price and could not be paid for at the close."""
        waiting = len(self.book.entries)
        self.round_close()
        margin.drop_unaffordable(self)
        if len(self.book.entries) != waiting:
            self.forget_calm()

    def round_close(self) -> None:
        """Put the close of a bar that was passed over on the tick, now that it matters."""
        if not self.is_rounded:
            self.close_ticks = self.mark_ticks = self.tick_grid.nearest(self.last_close)
            self.is_rounded = True

    # Orders

    def fill(self, order: Order, ticks: int, reason: Reason) -> bool:
        """Fill an order at a price in ticks; return whether anything was traded."""
        self.covered = None
        self.forget_calm()
        return fills.fill(self, order, ticks, reason)

    def new_site(self) -> int:
        """Return a number for a place in the script from which positions are closed."""
        self._sites += 1
        return self._sites

    def place(self, kind: Kind, order_id: str, direction: str, *arguments: Any, **options: Any) -> None:
        """Place an entry or plain order; see `commands.place`."""
        self.round_close()
        self.forget_calm()
        commands.place(self, kind, order_id, 1 if direction == "long" else -1, *arguments, **options)

    def exit(self, order_id: str, from_entry: str | None = None, *arguments: Any, **terms: Any) -> None:
        """Place exits; see `commands.exit_`."""
        if self.account.position or self.book.entries:
            self.round_close()
            commands.exit_(self, order_id, from_entry, *arguments, **terms)

    def close(self, entry_id: str | None, *arguments: Any, **options: Any) -> None:
        """Close what an entry opened, or the position; see `commands.close`."""
        self.forget_calm()
        commands.close(self, entry_id, *arguments, **options)

    def cancel(self, order_id: str) -> None:
        """Cancel entries, plain orders and exits of a name."""
        self.forget_calm()
        self.book.cancel(order_id)

    def cancel_all(self) -> None:
        """Cancel all orders."""
        self.forget_calm()
        self.book.clear()

    # Results

    @property
    def last_price(self) -> float:
        """Return the last close, on the tick."""
        self.round_close()
        return self.tick_grid.value(self.close_ticks)

    def trades(self) -> list[TradeRow]:
        """Return the list of trades as TradingView exports it."""
        self.settle()
        return trade_rows(self)

    def summary(self) -> Summary:
        """Return the figures of the strategy's summary."""
        self.settle()
        return summary(self)

    def equity(self) -> list[float]:
        """Return the equity at the close of every bar."""
        self.settle()
        return self.equity_curve.tolist()

    # State

    def save(self) -> Any:
        """Return the state after a bar, no part of which lives on."""
        return states.state_of(self), self.equity_curve.tolist(), self.times.tolist(), self.changes

    def restore(self, saved: Any) -> None:
        """Go back to a state that `save()` returned."""
        state, curve, times, changes = saved
        # Whoever remembers what had not changed then must not take it for what is now.
        self.changes = max(self.changes, changes)
        self.equity_curve, self.times = array("d", curve), array("q", times)
        states.return_to(self, state)

    def mark(self) -> Any:
        """Return the state after a bar as `save` does, but without a copy of all bars before."""
        return states.state_of(self), len(self.times)

    def rewind(self, marked: Any) -> None:
        """Go back to a bar that was marked."""
        state, bars = marked
        del self.equity_curve[bars:], self.times[bars:]
        states.return_to(self, state)
