"""What holds whatever a script does: found out with random bars and random commands."""

import math
import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.pine.broker.broker import Broker
from analytics.pine.broker.orders import Kind
from analytics.pine.broker.settings import StrategySettings
from analytics.tests.pine.broker.desk import MINUTE, Candle, Symbol

NAMES = st.sampled_from(["A", "B"])
DIRECTIONS = st.sampled_from(["long", "short"])
QUANTITIES = st.one_of(st.none(), st.integers(1, 6))
PRICES = st.one_of(st.none(), st.integers(85, 115))
DISTANCES = st.one_of(st.none(), st.integers(1, 12))


@st.composite
def bars(draw):
    open_, close = draw(st.integers(90, 110)), draw(st.integers(90, 110))
    high = max(open_, close) + draw(st.integers(0, 8))
    low = min(open_, close) - draw(st.integers(0, 8))
    return open_, high, low, close


@st.composite
def commands(draw):
    kind = draw(st.sampled_from(["entry", "order", "exit", "exit", "close", "close_all", "cancel"]))
    if kind in ("entry", "order"):
        group = draw(st.sampled_from([("", "none"), ("G", "cancel"), ("G", "reduce")]))
        return kind, draw(NAMES), draw(DIRECTIONS), draw(QUANTITIES), draw(PRICES), draw(PRICES), group
    if kind == "exit":
        terms = {
            "percent": draw(st.sampled_from([None, 50, 100])),
            "profit": draw(DISTANCES),
            "loss": draw(DISTANCES),
            "limit": draw(PRICES),
            "stop": draw(PRICES),
            "trail_points": draw(DISTANCES),
            "trail_offset": draw(st.integers(0, 4)),
        }
        return kind, draw(st.sampled_from(["X", "Y"])), draw(st.sampled_from(["A", "B", None])), terms
    if kind == "close":
        return kind, draw(NAMES), draw(QUANTITIES), draw(st.booleans())
    if kind == "close_all":
        return kind, draw(st.booleans())
    return kind, draw(st.sampled_from(["A", "B", "X", "Y"]))


STEPS = st.lists(st.tuples(bars(), st.lists(commands(), max_size=4)), min_size=2, max_size=25)
SETTINGS = st.builds(
    StrategySettings,
    initial_capital=st.sampled_from([1_000.0, 100_000.0]),
    pyramiding=st.integers(0, 3),
    slippage=st.integers(0, 2),
    commission_type=st.sampled_from(["percent", "cash_per_order", "cash_per_contract"]),
    commission_value=st.sampled_from([0.0, 0.5]),
    default_qty_type=st.sampled_from(["fixed", "cash", "percent_of_equity"]),
    default_qty_value=st.sampled_from([2.0, 40.0]),
    margin_long=st.sampled_from([0.0, 25.0, 100.0]),
    margin_short=st.sampled_from([0.0, 25.0, 100.0]),
    close_entries_rule=st.sampled_from(["FIFO", "ANY"]),
    process_orders_on_close=st.booleans(),
    calc_on_order_fills=st.booleans(),
    backtest_fill_limits_assumption=st.integers(0, 2),
)

STILL = 90, 90, 90, 90
NOTHING = dict.fromkeys(("percent", "profit", "loss", "limit", "stop", "trail_points"))
NO_GROUP = "", "none"
# An exit of a lot of which an order has closed a part already, and of which it closes the whole size.
OVER_ITS_LOT = [
    (STILL, [("entry", "B", "short", None, None, None, NO_GROUP)]),
    (STILL, [("order", "C", "long", 2, None, None, NO_GROUP)]),
    (
        STILL,
        [
            ("entry", "A", "short", None, None, None, NO_GROUP),
            ("entry", "B", "short", None, None, None, NO_GROUP),
            ("exit", "X", "B", NOTHING | {"trail_points": 1, "trail_offset": 0}),
        ],
    ),
    ((90, 90, 80, 90), []),
    (STILL, []),
]


def carry_out(broker, command):
    kind, *rest = command
    if kind in ("entry", "order"):
        name, direction, quantity, limit, stop, (group, group_type) = rest
        broker.place(Kind(kind), name, direction, quantity, limit, stop, oca_name=group, oca_type=group_type)
    elif kind == "exit":
        name, entry, terms = rest
        broker.exit(name, entry, **terms)
    elif kind == "close":
        name, quantity, immediately = rest
        broker.close(name, quantity, immediately=immediately)
    elif kind == "close_all":
        broker.close(None, immediately=rest[0])
    else:
        broker.cancel(rest[0])


def run_bar(broker, number, bar, script):
    broker.open_bar(Candle(number * MINUTE, *bar))
    while broker.is_paused:
        for command in script:
            carry_out(broker, command)
        broker.resume()
    for command in script:
        carry_out(broker, command)
    broker.close_bar()


def check(broker, bar):
    account = broker.account
    _, high, low, close = bar
    slip = broker.settings.slippage
    # A limit that the market has to pass by some ticks fills where it was reached, maybe bars ago.
    late = {"limit"} if broker.settings.backtest_fill_limits_assumption else set()
    assert account.position == sum(trade.side * trade.lots for trade in account.open)
    assert all(trade.lots > 0 for trade in account.open)
    assert len({trade.side for trade in account.open}) <= 1
    assert math.isclose(
        account.equity, broker.settings.initial_capital + account.net_profit + account.open_profit, rel_tol=1e-12
    )
    closed = sum(trade.profit for trade in account.closed)
    assert account.net_profit == pytest.approx(closed - sum(trade.commission for trade in account.open), abs=1e-6)
    marked = sum(trade.side * trade.lots * (close - trade.price) for trade in account.open)
    assert account.open_profit == pytest.approx(marked, abs=1e-6)
    assert all(low - slip <= fill.price <= high + slip for fill in broker.fills if fill.reason not in late)
    for order in broker.book.exits.values():
        assert order.lot == 0 or account.lot(order.lot) is not None
        assert order.quantity <= max(order.reserved, order.bound)


@settings(max_examples=150)
@given(SETTINGS, STEPS)
def test_books_balance_after_every_bar(declared, steps):
    broker = Broker(declared, Symbol())
    traded = 0.0
    for number, (bar, script) in enumerate(steps):
        run_bar(broker, number, bar, script)
        traded += sum(fill.size for fill in broker.fills)
        check(broker, bar)
        assert broker.account.size == traded


@settings(max_examples=60)
@given(SETTINGS, STEPS, st.integers(1, 24))
def test_a_state_saved_midway_leads_to_the_same_end(declared, steps, middle):
    whole, halves = Broker(declared, Symbol()), Broker(declared, Symbol())
    for number, (bar, script) in enumerate(steps):
        run_bar(whole, number, bar, script)
        if number == middle:
            state = pickle.dumps(halves.save())
            halves = Broker(declared, Symbol())
            halves.restore(pickle.loads(state))
        run_bar(halves, number, bar, script)

    assert halves.trades() == whole.trades()
    assert halves.equity_curve == whole.equity_curve
    assert halves.summary() == whole.summary()


@settings(max_examples=60)
@given(SETTINGS, STEPS)
def test_a_bar_that_is_computed_twice_comes_out_the_same(declared, steps):
    once, twice = Broker(declared, Symbol()), Broker(declared, Symbol())
    for number, (bar, script) in enumerate(steps):
        run_bar(once, number, bar, script)
        before = twice.save()
        run_bar(twice, number, (bar[0], bar[0], bar[0], bar[0]), script)
        twice.restore(before)
        run_bar(twice, number, bar, script)

    assert twice.trades() == once.trades()
    assert twice.equity_curve == once.equity_curve


@settings(max_examples=100)
@example(StrategySettings(default_qty_value=3.0, pyramiding=2, margin_long=0.0, margin_short=0.0), OVER_ITS_LOT)
@example(
    StrategySettings(default_qty_value=3.0, pyramiding=2, margin_long=0.0, margin_short=0.0, close_entries_rule="ANY"),
    OVER_ITS_LOT,
)
@given(SETTINGS, STEPS)
def test_no_lot_is_closed_more_than_once(declared, steps):
    broker = Broker(declared, Symbol())
    for number, (bar, script) in enumerate(steps):
        run_bar(broker, number, bar, script)
        account = broker.account
        assert sum(lot.remaining for lot in account.lots) >= 0
        assert all(0 < lot.remaining <= lot.initial for lot in account.lots)
        if account.position:
            assert sum(lot.side * lot.remaining for lot in account.lots) == account.position
