"""Margin calls where any trade may be closed first: so much comes off every trade, and off those that follow."""

import pytest

from analytics.tests.pine.broker.desk import close_all, entry, flat, follow

CALLED = (100, 100, 90, 95)
"""The position of 20 at 100 is short of 100: two units and a part, eight of which are closed."""
ENTRIES = {0: [entry("A", quantity=10)], 1: [entry("B", quantity=10)]}
ACCOUNT = {"initial_capital": 1_000, "margin_long": 50, "pyramiding": 9}


def called(plan, *later, rule="ANY", **settings):
    bars = [flat(100), flat(100), flat(100), CALLED, *later]
    return follow(bars, ENTRIES | plan, close_entries_rule=rule, **ACCOUNT | settings)


def cuts(filled):
    return [(bar, size) for bar, name, size, _ in filled if name == "Margin call"]


@pytest.mark.parametrize(
    ("rule", "closed", "left"),
    [("FIFO", [("A", 8)], [("A", 2), ("B", 10)]), ("ANY", [("A", 8), ("B", 8)], [("A", 2), ("B", 2)])],
)
def test_every_trade_loses_as_much(rule, closed, left):
    broker, filled = called({}, rule=rule)

    assert [(trade.entry_id, trade.size) for trade in broker.account.closed] == closed
    assert [(trade.entry_id, trade.lots) for trade in broker.account.open] == left
    assert all(price == 90 for _, name, _, price in filled if name == "Margin call")


def test_trades_of_one_entry_are_cut_one_by_one_and_small_ones_close():
    plan = {0: [entry("A", quantity=15)], 1: [entry("A", quantity=5)]}
    broker, filled = called(plan)

    assert cuts(filled) == [(3, -8), (3, -5)]
    assert [(trade.entry_id, trade.lots) for trade in broker.account.open] == [("A", 7)]
    assert [lot.remaining for lot in broker.account.lots] == [7]


def test_the_call_holds_for_trades_that_follow():
    plan = {3: [entry("C", quantity=9)], 4: [entry("D", quantity=3)]}
    broker, filled = called(plan, flat(95), flat(95), flat(95))

    assert cuts(filled) == [(3, -8), (3, -8), (4, -8), (5, -3)]
    assert [price for bar, name, _, price in filled if name == "Margin call" and bar > 3] == [95, 95]
    assert [(trade.entry_id, trade.lots) for trade in broker.account.open] == [("A", 2), ("B", 2), ("C", 1)]


def test_it_holds_until_the_position_is_flat():
    plan = {3: [close_all()], 4: [entry("C", quantity=3)]}
    broker, filled = called(plan, flat(95), flat(95), flat(95))

    assert cuts(filled) == [(3, -8), (3, -8)]
    assert [(trade.entry_id, trade.lots) for trade in broker.account.open] == [("C", 3)]


def test_a_saved_broker_remembers_it():
    plan = {3: [entry("C", quantity=9)]}

    def again(broker):
        broker.restore(broker.save())

    _, filled = called({3: [*plan[3], again]}, flat(95))

    assert cuts(filled)[-1] == (4, -8)
