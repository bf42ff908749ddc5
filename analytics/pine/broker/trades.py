"""Trades, open and closed, and the lots that exits are bound to."""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple


class ClosedTrade(NamedTuple):
    """A trade that is over; `size` is negative for a short one, money is in the account's currency.

    `commission` is that of entry and exit, `profit` is after both. The percentages are of what the entry cost: its
    value and its commission. `entry_order` and `exit_order` count the orders filled so far, from 1.
    """

    size: float
    entry_id: str
    entry_comment: str
    entry_bar: int
    entry_time: int
    entry_price: float
    exit_id: str
    exit_comment: str
    exit_bar: int
    exit_time: int
    exit_price: float
    profit: float
    profit_percent: float
    commission: float
    max_runup: float
    max_runup_percent: float
    max_drawdown: float
    max_drawdown_percent: float
    cumulative_profit: float
    entry_order: int
    exit_order: int


@dataclass(slots=True, eq=False)
class OpenTrade:
    """A trade that is open: `lots` are what is left of it, `commission` is what was paid to open that.

    `lot` is the number of the lot that it was opened with.
    """

    entry_id: str
    comment: str
    side: int
    lots: int
    price: float
    ticks: int
    bar: int
    time: int
    commission: float
    order: int
    moment: int
    max_runup: float = 0.0
    max_drawdown: float = 0.0
    lot: int = 0

    def save(self) -> tuple[Any, ...]:
        """Return the fields as plain values."""
        return tuple(getattr(self, name) for name in _OPEN_TRADE)


_OPEN_TRADE = tuple(field.name for field in fields(OpenTrade))


@dataclass(slots=True, eq=False)
class Lot:
    """What one filled entry put into the position, to which its exits are bound.

    Trades are closed oldest first whatever entry a closing order is bound to; a lot shrinks only by orders bound to it
    and by those bound to none. So the two views of a position drift apart, and it is lots that pyramiding counts.
    `from_exit` marks a lot that an exit opened.
    """

    number: int
    entry_id: str
    side: int
    initial: int
    remaining: int
    ticks: int
    from_exit: bool = False

    def save(self) -> tuple[Any, ...]:
        """Return the fields as plain values."""
        return (self.number, self.entry_id, self.side, self.initial, self.remaining, self.ticks, self.from_exit)


@dataclass(slots=True)
class Tally:
    """Sums over closed trades of one direction; ratios are profit over the cost of the entry."""

    trades: int = 0
    wins: int = 0
    losses: int = 0
    gross_profit: float = 0.0
    gross_loss: float = 0.0
    commission: float = 0.0
    ratios: float = 0.0
    win_ratios: float = 0.0
    loss_ratios: float = 0.0
    bars: int = 0
    win_bars: int = 0
    loss_bars: int = 0
    largest_win: float = 0.0
    largest_loss: float = 0.0
    largest_win_ratio: float = 0.0
    largest_loss_ratio: float = 0.0

    @property
    def even(self) -> int:
        """Return how many trades neither won nor lost."""
        return self.trades - self.wins - self.losses

    def add(self, trade: ClosedTrade) -> None:
        """Count a trade."""
        profit, ratio = trade.profit, trade.profit_percent / 100
        # A trade lasts from the bar of its entry to that of its exit, both counted.
        bars = trade.exit_bar - trade.entry_bar + 1
        self.trades += 1
        self.commission += trade.commission
        self.ratios += ratio
        self.bars += bars
        if profit > 0:
            self.wins += 1
            self.gross_profit += profit
            self.win_ratios += ratio
            self.win_bars += bars
            self.largest_win = max(self.largest_win, profit)
            self.largest_win_ratio = max(self.largest_win_ratio, ratio)
        elif profit < 0:
            self.losses += 1
            self.gross_loss -= profit
            self.loss_ratios += ratio
            self.loss_bars += bars
            self.largest_loss = max(self.largest_loss, -profit)
            self.largest_loss_ratio = max(self.largest_loss_ratio, -ratio)

    def plus(self, other: "Tally") -> "Tally":
        """Return the tally of the trades of both."""
        both = {field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(Tally)}
        for name in ("largest_win", "largest_loss", "largest_win_ratio", "largest_loss_ratio"):
            both[name] = max(getattr(self, name), getattr(other, name))
        return Tally(**both)

    def save(self) -> tuple[Any, ...]:
        """Return the fields as plain values."""
        return tuple(getattr(self, field.name) for field in fields(Tally))
