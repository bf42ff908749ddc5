"""Sums of ten million and more are compared in whole ticks; figures are of probes on a price of 0.01 ticks."""

import pytest

from analytics.pine.broker import large_sums
from analytics.tests.pine.broker.desk import Symbol, entry, flat, follow

CENT = 0.01
COIN = Symbol(mintick=CENT, mincontract=0.00001)


@pytest.mark.parametrize(
    ("equity", "margin", "fills"),
    [
        # short of 0.76 ticks it fills, of 1.00 and of 1.81 it does not
        (15_000_000.0, 15_000_000.0076, True),
        (15_000_000.0, 15_000_000.0100, False),
        (15_000_000.0, 15_000_000.0181, False),
        (15_000_000.0, 15_000_000.0, True),
    ],
)
def test_a_fill_may_miss_a_part_of_a_tick(equity, margin, fills):
    assert large_sums.covers_fill(equity, margin, CENT) is fills


@pytest.mark.parametrize(
    ("surplus", "places"),
    # half a tick is the grid below 10,000,000,000 ticks: with 0.19 ticks to spare an order may be refused
    [(0.0019, False), (0.0050, True), (0.0100, True)],
)
def test_an_order_is_placed_if_its_cost_on_the_grid_is_covered(surplus, places):
    margin = 18_580_000.0026

    assert large_sums.covers(margin + surplus, margin, CENT) is places


@pytest.mark.parametrize(
    ("equity", "margin", "missing"),
    [
        (20_000_000.0047, 20_000_000.0, 0),
        # more than half a tick rounds the margin up, and what equity has beyond a tick does not count
        (20_000_000.0097, 20_000_000.0060, 0.0037),
        (20_000_000.0147, 20_000_000.0150, 0.0003),
        # 10,000,000,000 ticks and more count in tens
        (200_000_000.06, 200_000_000.04, -0.06),
        (200_000_000.06, 200_000_000.06, 0.04),
    ],
)
def test_a_margin_is_called_for_less_than_a_tick(equity, margin, missing):
    found = large_sums.shortfall(equity, margin, CENT)

    assert found == pytest.approx(missing, abs=1e-7)


@pytest.mark.parametrize(
    ("money", "lots", "cost", "expected"),
    [
        # 99 lots cost 1,000,000,000.2 ticks, which is 2,000,000,001 halves on the grid
        (10_000_000.006, 99, 10_000_000.002, 99),
        # below that an odd number of halves leaves one lot less, an even one none
        (10_000_000.003, 99, 10_000_000.002, 98),
        (10_000_000.008, 99, 10_000_000.007, 0),
        # far from the cost of one lot more, all are granted
        (10_050_000.0, 99, 10_000_000.002, 99),
        # nearly enough for one more, that one is judged: from 10,000,000,000 ticks on by the grid of five
        (150_000_000.06, 99, 148_500_000.08, 0),
        (150_000_000.02, 99, 148_500_000.04, 99),
    ],
)
def test_lots_that_are_granted(money, lots, cost, expected):
    assert large_sums.granted(money, lots, cost / lots, CENT) == expected


def test_an_account_of_ten_million_buys_what_is_granted():
    """At 100 % of equity and a price of 100.00 the whole sum is on the grid; a fill a cent above cannot be paid for."""
    declared = {"initial_capital": 10_000_000, "default_qty_type": "percent_of_equity", "default_qty_value": 100}
    plan = {0: [entry("E", quantity=None)]}

    _, filled = follow([flat(100), flat(100)], plan, COIN, **declared)
    _, dearer = follow([flat(100), flat(100.01)], plan, COIN, **declared)

    assert filled == [(1, "E", 100_000, 100)]
    assert dearer == []
