"""The figures of a strategy's summary, each with its formula."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from analytics.pine.broker.trades import Tally

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

MONTHS_FOR_MONTHLY_RETURNS = 3
DAYS_FOR_DAILY_RETURNS = 3


@dataclass(frozen=True, slots=True)
class SideSummary:
    """The figures of the closed trades of one direction, or of both; None where there is nothing to divide by."""

    net_profit: float
    net_profit_percent: float
    gross_profit: float
    gross_profit_percent: float
    gross_loss: float
    gross_loss_percent: float
    commission: float
    profit_factor: float | None
    trades: int
    winning: int
    losing: int
    percent_profitable: float | None
    average_trade: float | None
    average_trade_percent: float | None
    average_win: float | None
    average_win_percent: float | None
    average_loss: float | None
    average_loss_percent: float | None
    win_to_loss: float | None
    largest_win: float
    largest_win_percent: float
    largest_loss: float
    largest_loss_percent: float
    average_bars: float | None
    average_bars_of_wins: float | None
    average_bars_of_losses: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of a strategy; money in the account's currency, percentages of money of the initial capital."""

    all: SideSummary
    long: SideSummary
    short: SideSummary
    open_profit: float
    open_profit_percent: float
    open_trades: int
    max_drawdown: float
    max_drawdown_percent: float
    max_runup: float
    max_runup_percent: float
    buy_and_hold: float | None
    buy_and_hold_percent: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    max_contracts_held: float
    margin_calls: int


def summary(broker: "Broker") -> Summary:
    """Return the summary of all bars so far."""
    account = broker.account
    capital = broker.settings.initial_capital
    held = buy_and_hold(capital, broker.first_close, broker.last_price)
    returns = period_returns(broker.times, broker.equity_curve, capital)
    free = broker.settings.risk_free_rate / 100 * returns.share_of_year
    return Summary(
        all=side_summary(account.long.plus(account.short), capital),
        long=side_summary(account.long, capital),
        short=side_summary(account.short, capital),
        open_profit=account.open_profit,
        open_profit_percent=percent_of(account.open_profit, capital),
        open_trades=len(account.open),
        max_drawdown=account.max_drawdown,
        max_drawdown_percent=account.drawdown_percent,
        max_runup=account.max_runup,
        max_runup_percent=account.runup_percent,
        buy_and_hold=held,
        buy_and_hold_percent=None if held is None else percent_of(held, capital),
        sharpe_ratio=sharpe_ratio(returns.values, free),
        sortino_ratio=sortino_ratio(returns.values, free),
        max_contracts_held=broker.lot_grid.value(max(account.held_long, account.held_short)),
        margin_calls=account.margin_calls,
    )


def side_summary(tally: Tally, capital: float) -> SideSummary:
    """Return the figures of a tally.

    Net profit is gross profit less gross loss; the profit factor is gross profit / gross loss; percent profitable is
    winning / closed trades * 100; an average is a sum over the number of its trades, that in per cent the mean of the
    trades' own percentages; win to loss is average win / average loss; bars are counted from that of the entry to that
    of the exit, both included. Losses are positive, their percentages too.
    """
    net = tally.gross_profit - tally.gross_loss
    average_win = ratio(tally.gross_profit, tally.wins)
    average_loss = ratio(tally.gross_loss, tally.losses)
    return SideSummary(
        net_profit=net,
        net_profit_percent=percent_of(net, capital),
        gross_profit=tally.gross_profit,
        gross_profit_percent=percent_of(tally.gross_profit, capital),
        gross_loss=tally.gross_loss,
        gross_loss_percent=percent_of(tally.gross_loss, capital),
        commission=tally.commission,
        profit_factor=ratio(tally.gross_profit, tally.gross_loss),
        trades=tally.trades,
        winning=tally.wins,
        losing=tally.losses,
        percent_profitable=ratio(100 * tally.wins, tally.trades),
        average_trade=ratio(net, tally.trades),
        average_trade_percent=ratio(100 * tally.ratios, tally.trades),
        average_win=average_win,
        average_win_percent=ratio(100 * tally.win_ratios, tally.wins),
        average_loss=average_loss,
        average_loss_percent=ratio(-100 * tally.loss_ratios, tally.losses),
        win_to_loss=None if average_win is None or average_loss is None else ratio(average_win, average_loss),
        largest_win=tally.largest_win,
        largest_win_percent=100 * tally.largest_win_ratio,
        largest_loss=tally.largest_loss,
        largest_loss_percent=100 * tally.largest_loss_ratio,
        average_bars=ratio(tally.bars, tally.trades),
        average_bars_of_wins=ratio(tally.win_bars, tally.wins),
        average_bars_of_losses=ratio(tally.loss_bars, tally.losses),
    )


def ratio(dividend: float, divisor: float) -> float | None:
    """Return a quotient, None if there is nothing to divide by."""
    return dividend / divisor if divisor else None


def percent_of(amount: float, capital: float) -> float:
    """Return `amount / capital * 100`, 0 without capital."""
    return amount / capital * 100 if capital else 0.0


def buy_and_hold(capital: float, first: float | None, last: float) -> float | None:
    """Return what the capital would have won from the first close on: `capital * (last / first - 1)`."""
    if first is None or not first > 0:
        return None
    return capital * (last / first - 1)


@dataclass(frozen=True, slots=True)
class Returns:
    """Relative changes of equity from the end of one month, or day, to that of the next."""

    values: tuple[float, ...]
    share_of_year: float


def period_returns(times: Sequence[int], curve: Sequence[float], capital: float) -> Returns:
    """Return the returns `equity / equity before - 1` of calendar months if there are three, otherwise of days.

    Equity is that at the close of a period's last bar, beginning with the initial capital; days are those of UTC with
    bars. Fewer than three days have no returns.
    """
    months: dict[tuple[int, int], float] = {}
    days: dict[int, float] = {}
    place = 0
    while place < len(times):
        day = times[place] // 86_400_000
        place = max(bisect_left(times, (day + 1) * 86_400_000, place), place + 1)
        days[day] = curve[place - 1]
    for day, equity in days.items():
        date = datetime.fromtimestamp(day * 86_400, UTC)
        months[(date.year, date.month)] = equity
    if len(months) >= MONTHS_FOR_MONTHLY_RETURNS:
        return Returns(_changes([capital, *months.values()]), 1 / 12)
    if len(days) >= DAYS_FOR_DAILY_RETURNS:
        return Returns(_changes([capital, *days.values()]), 1 / 365)
    return Returns((), 0.0)


def _changes(levels: list[float]) -> tuple[float, ...]:
    return tuple(after / before - 1 for before, after in pairwise(levels) if before > 0)


def sharpe_ratio(returns: Sequence[float], risk_free: float) -> float | None:
    """Return `(MR - RFR) / SD`: mean return, risk-free return of the period, standard deviation of returns (over n)."""
    if not returns:
        return None
    mean = math.fsum(returns) / len(returns)
    variance = math.fsum((value - mean) ** 2 for value in returns) / len(returns)
    return ratio(mean - risk_free, math.sqrt(variance))


def sortino_ratio(returns: Sequence[float], risk_free: float) -> float | None:
    """Return `(MR - RFR) / DD` with the downside deviation `sqrt(sum(min(0, X - T)^2) / N)`, T the risk-free return."""
    if not returns:
        return None
    mean = math.fsum(returns) / len(returns)
    downside = math.fsum(min(0.0, value - risk_free) ** 2 for value in returns) / len(returns)
    return ratio(mean - risk_free, math.sqrt(downside))
