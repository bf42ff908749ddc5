"""Spread policies and slippage."""

from decimal import Decimal

import pytest

from marketdata.ticks import Tick, to_units
from trading.engine.market import Slippage, SlippageMode
from trading.engine.pricing import SpreadMode, SpreadPolicy, client_quote, slippage_points

MARKUP, FIXED = SpreadMode.MARKUP, SpreadMode.FIXED


@pytest.mark.parametrize(
    ("policy", "bid", "ask", "expected"),
    [
        pytest.param(SpreadPolicy(digits=5), "1.10000", "1.10010", ("1.10000", "1.10010"), id="none"),
        pytest.param(SpreadPolicy(digits=4), "1.10006", "1.10011", ("1.1000", "1.1002"), id="rounded away"),
        pytest.param(SpreadPolicy(MARKUP, 4, 5), "1.10000", "1.10010", ("1.09998", "1.10012"), id="markup"),
        pytest.param(SpreadPolicy(MARKUP, 5, 5), "1.10000", "1.10010", ("1.09998", "1.10013"), id="odd markup"),
        pytest.param(SpreadPolicy(FIXED, 20, 5), "1.10000", "1.10010", ("1.09995", "1.10015"), id="fixed"),
        pytest.param(SpreadPolicy(FIXED, 3, 3), "150.000", "150.010", ("150.003", "150.006"), id="fixed, odd"),
        pytest.param(SpreadPolicy(digits=5, one_sided_points=12), "1.1", "1.1", ("1.09994", "1.10006"), id="one-sided"),
        pytest.param(
            SpreadPolicy(MARKUP, 20, 5, one_sided_points=12), "1.1", "1.1", ("1.09990", "1.10010"), id="the wider one"
        ),
        pytest.param(SpreadPolicy(digits=5), "1.1", "1.1", ("1.10000", "1.10000"), id="no spread asked for"),
        pytest.param(SpreadPolicy(), "0.00000123", "0.00000124", ("0.00000123", "0.00000124"), id="small prices"),
    ],
)  # fmt: skip
def test_spread_policies(policy, bid, ask, expected):
    tick = Tick("EURUSD", to_units(Decimal(bid)), to_units(Decimal(ask)), 1_000, 2_500, "test", "1-0")
    seen = client_quote(tick, policy)
    assert (f"{seen.bid:f}", f"{seen.ask:f}") == expected
    assert policy.apply(tick) == (to_units(seen.bid), to_units(seen.ask))
    assert (seen.time.timestamp(), seen.received_at.timestamp(), seen.tick_id) == (1.0, 2.5, "1-0")


def test_random_slippage_depends_on_seed_and_deal_alone_and_covers_its_bounds():
    slippage = Slippage(SlippageMode.RANDOM, minimum_points=-1, maximum_points=3, seed=7)
    drawn = [slippage_points(slippage, f"order:{id}") for id in range(500)]
    assert drawn == [slippage_points(slippage, f"order:{id}") for id in range(500)]
    assert set(drawn) == {-1, 0, 1, 2, 3}
    other = Slippage(SlippageMode.RANDOM, minimum_points=-1, maximum_points=3, seed=8)
    assert drawn != [slippage_points(other, f"order:{id}") for id in range(500)]


def test_slippage_is_none_or_fixed():
    assert slippage_points(Slippage(), "order:1") == 0
    assert slippage_points(Slippage(SlippageMode.FIXED, maximum_points=5), "order:1") == 5
