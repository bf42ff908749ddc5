"""Bars that are passed over because they reach no price give what looking at all of them gives."""

from random import Random

import pytest

from analytics.pine.broker import broker as broker_module
from analytics.pine.broker import walk as walk_module
from analytics.pine.broker.broker import Broker
from analytics.pine.broker.calm import NEVER, calm_range
from analytics.pine.broker.orders import Kind
from analytics.pine.broker.settings import PERCENT_OF_EQUITY, StrategySettings
from analytics.tests.pine.broker.desk import Symbol, candles

SETTINGS = {
    "plain": {"default_qty_value": 3.0},
    "pyramids": {"default_qty_value": 2.0, "pyramiding": 3, "commission_value": 0.1, "slippage": 1},
    "margin": {"default_qty_type": PERCENT_OF_EQUITY, "default_qty_value": 400.0, "margin_long": 20.0, "margin_short": 24.0},
    "all of it": {"default_qty_type": PERCENT_OF_EQUITY, "default_qty_value": 100.0},
    "at the close": {"default_qty_value": 3.0, "process_orders_on_close": True},
    "on fills": {"default_qty_value": 3.0, "calc_on_order_fills": True},
    "wiped out": {"default_qty_value": 40.0, "margin_long": 0.0, "margin_short": 0.0},
}  # fmt: skip


def walk(seed):
    random, price, rows = Random(seed), 1_000, []
    for _ in range(400):
        close = max(price + random.randrange(-6, 7), 100)
        rows.append((price, max(price, close) + random.randrange(4), min(price, close) - random.randrange(4), close))
        price = close if random.random() < 0.9 else max(close + random.randrange(-15, 16), 100)
    return candles(*rows)


def command(broker, random, price):
    """Ask for something, often for an exit of the same terms again."""
    chance = random.random()
    if chance < 0.04:
        broker.place(Kind.ENTRY, random.choice("ab"), random.choice(("long", "short")))
    elif chance < 0.06:
        broker.place(Kind.ENTRY, "c", "long", limit=price - random.randrange(3, 30))
    elif chance < 0.08:
        broker.place(Kind.ENTRY, "d", "short", stop=price - random.randrange(3, 30), limit=price - 5)
    elif chance < 0.1:
        broker.close(random.choice("ab"), percent=random.choice((50, 100)))
    elif chance < 0.12:
        broker.cancel(random.choice("cd"))
    if chance > 0.3:
        broker.exit("tight", "a", percent=50, profit=20, loss=15)
        broker.exit("wide", "a", trail_points=12, trail_offset=7, loss=40)
        broker.exit("rest", stop=price - 60, limit=price + 60)


def run(settings, seed):
    broker, random, seen = Broker(StrategySettings(initial_capital=10_000, **settings), Symbol()), Random(seed), []
    calm = 0
    for bar in walk(seed):
        broker.open_bar(bar)
        while broker.is_paused:
            broker.resume()
        command(broker, random, bar.close)
        broker.close_bar()
        calm += broker.calm not in (None, NEVER)
        if random.random() < 0.1:
            broker.settle()
            account = broker.account
            reached = [(trade.max_runup, trade.max_drawdown) for trade in account.open]
            seen.append((account.max_drawdown, account.max_runup, account.runup_percent, reached))
    return (broker.trades(), broker.summary(), broker.equity_curve, seen), calm


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("seed", range(6))
def test_passing_over_calm_bars_changes_nothing(name, seed, monkeypatch):
    passed_over, calm = run(SETTINGS[name], seed)
    for module in (broker_module, walk_module):
        monkeypatch.setattr(module, "calm_range", lambda broker: NEVER)
    looked_at, never = run(SETTINGS[name], seed)

    assert passed_over == looked_at
    assert never == 0
    assert calm > 40 or name == "at the close"


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"stop": 90.0}, (91, float("inf"))),
        ({"limit": 120.0}, (float("-inf"), 120)),
        ({"stop": 90.0, "limit": 120.0}, (91, 120)),
        ({"trail_price": 110.0, "trail_offset": 5}, (float("-inf"), 110)),
        ({"trail_price": 95.0, "trail_offset": 5}, (96, 101)),
    ],
)
def test_a_bar_is_calm_between_the_prices_of_orders(terms, expected):
    broker = Broker(StrategySettings(initial_capital=10_000, default_qty_value=1), Symbol())
    first, second = candles((100, 100, 100, 100), (100, 100, 100, 100))
    broker.open_bar(first)
    broker.place(Kind.ENTRY, "a", "long")
    broker.close_bar()
    broker.open_bar(second)
    broker.exit("x", "a", **terms)

    assert calm_range(broker) == expected
