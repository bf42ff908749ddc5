"""Opposite orders that fill at one moment."""

import pytest

from analytics.tests.pine.broker.desk import entry, flat, follow, order

START = flat(100)


@pytest.mark.parametrize(
    ("place", "long", "size", "slippage", "prices"),
    [
        pytest.param(entry, 2, 2, 0, (100, 100), id="entries"),
        pytest.param(entry, 2, 2, 1, (101, 99), id="entries with slippage, bought first"),
        pytest.param(order, 3, 2, 0, (100, 100), id="plain orders"),
        pytest.param(order, 1, 0, 1, (101, 99), id="plain orders that leave nothing"),
    ],
)
def test_opposite_orders_that_wait_together_are_recorded_with_the_long_one_first(place, long, size, slippage, prices):
    broker, _ = follow([START, START], {0: [place("S", "short"), place("L", quantity=long)]}, slippage=slippage)

    (trade,) = broker.account.closed
    assert (trade.size, trade.entry_id, trade.exit_id) == (1, "L", "S")
    assert (trade.entry_price, trade.exit_price, trade.profit) == (*prices, -2 * slippage)
    assert broker.account.size == size
