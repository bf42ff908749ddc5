"""The figures of the summary, each computed here once more from the trades."""

import math

import pytest

from analytics.pine.broker.statistics import (
    buy_and_hold,
    period_returns,
    sharpe_ratio,
    sortino_ratio,
)
from analytics.tests.pine.broker.desk import close_all, entry, flat, follow

DAY = 86_400_000


@pytest.fixture
def figures():
    # Long 100 to 110, short 110 to 115, long 115 to 112, each of two units.
    bars = [flat(100), flat(100), flat(105), flat(110), flat(115), flat(112)]
    plan = {
        0: [entry("L", quantity=2)],
        2: [entry("S", "short", 2)],
        3: [entry("L", quantity=2)],
        4: [close_all()],
    }
    broker, _ = follow(bars, plan, initial_capital=1_000)
    return broker.summary()


def test_sums_and_averages(figures):
    every = figures.all

    assert (every.net_profit, every.gross_profit, every.gross_loss) == (4, 20, 16)
    assert (every.net_profit_percent, every.gross_profit_percent, every.gross_loss_percent) == (0.4, 2, 1.6)
    assert every.profit_factor == 1.25
    assert (every.trades, every.winning, every.losing) == (3, 1, 2)
    assert every.percent_profitable == pytest.approx(100 / 3)
    assert every.average_trade == pytest.approx(4 / 3)
    assert (every.average_win, every.average_loss, every.win_to_loss) == (20, 8, 2.5)
    assert every.average_trade_percent == pytest.approx((10 - 100 * 5 / 110 - 100 * 3 / 115) / 3)
    assert every.average_loss_percent == pytest.approx((100 * 5 / 110 + 100 * 3 / 115) / 2)
    assert (every.largest_win, every.largest_loss) == (20, 10)
    assert (every.largest_win_percent, every.largest_loss_percent) == (
        pytest.approx(10),
        pytest.approx(100 * 5 / 110),
    )
    assert (every.average_bars, every.average_bars_of_wins, every.average_bars_of_losses) == (
        pytest.approx(7 / 3),
        3,
        2,
    )


def test_directions_are_counted_apart(figures):
    assert (figures.long.trades, figures.long.net_profit) == (2, 14)
    assert (figures.short.trades, figures.short.net_profit) == (1, -10)
    assert figures.short.profit_factor == 0
    assert figures.short.average_win is None


def test_buying_and_holding(figures):
    assert figures.buy_and_hold == pytest.approx(120)
    assert figures.buy_and_hold_percent == pytest.approx(12)
    assert buy_and_hold(1_000, None, 5) is None


def test_returns_are_those_of_months_if_there_are_three():
    times = [0, 30 * DAY, 31 * DAY, 58 * DAY, 59 * DAY, 60 * DAY]

    returns = period_returns(times, [101, 110, 108, 99, 100, 132], 100)

    assert returns.values == (pytest.approx(0.1), pytest.approx(-0.1), pytest.approx(1 / 3))
    assert returns.share_of_year == 1 / 12


def test_returns_are_those_of_days_in_a_short_time():
    returns = period_returns([0, 5, DAY, 2 * DAY], [90, 110, 99, 198], 100)

    assert returns.values == (pytest.approx(0.1), pytest.approx(-0.1), pytest.approx(1))
    assert period_returns([0, DAY], [90, 110], 100).values == ()


def test_ratios_of_return_and_risk():
    returns = (0.1, -0.1, 0.3)
    mean, free = 0.1, 0.02

    deviation = math.sqrt((0.0 + 0.04 + 0.04) / 3)
    assert sharpe_ratio(returns, free) == pytest.approx((mean - free) / deviation)
    assert sortino_ratio(returns, free) == pytest.approx((mean - free) / math.sqrt(0.12**2 / 3))


def test_without_returns_or_risk_there_is_no_ratio():
    assert sharpe_ratio((), 0.01) is None
    assert sharpe_ratio((0.1, 0.1), 0.01) is None
    assert sortino_ratio((0.1, 0.2), 0.01) is None
