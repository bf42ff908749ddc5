"""What orders cost: one fee each, in ten significant digits, split over the trades that it opens and closes."""

import pytest

from analytics.pine.broker.commissions import Charges, Fee
from analytics.pine.broker.rounding import ten_digits
from analytics.pine.broker.settings import StrategySettings
from analytics.tests.pine.broker.desk import Symbol, entry, flat, follow

COINS = Symbol(mintick=0.01, mincontract=0.00001)


@pytest.mark.parametrize(
    ("kind", "value", "fee"),
    [
        # 93761.9 * 0.00055 * 0.02703 = 1.393911286...
        pytest.param("percent", 0.055, 1.393911286, id="ten digits of a rate"),
        pytest.param("cash_per_contract", 1.23456789012, 0.03337037007, id="ten digits of a sum for each unit"),
        pytest.param("cash_per_order", 25, 25, id="one for the order"),
    ],
)
def test_the_fee_of_an_order(kind, value, fee):
    settings = StrategySettings(commission_type=kind, commission_value=value)

    assert Charges(settings, 0.01).fee(2703, 0.02703, 9_376_190, 1.0) == Fee(fee, 2703)


@pytest.mark.parametrize(
    ("kind", "value", "cost"),
    [
        ("percent", 0.5, 2 * 90 * 10 * 0.5 / 100),
        ("cash_per_contract", 3, 6),
        ("cash_per_order", 25, 25),
        ("percent", 0, 0),
    ],
)
def test_what_closing_an_open_trade_would_cost(kind, value, cost):
    charges = Charges(StrategySettings(commission_type=kind, commission_value=value), 0.01)

    assert charges.estimate(2, 90, 10) == cost


def test_a_reversal_has_one_fee_and_its_parts_have_ten_digits_too():
    plan = {0: [entry("L", quantity=0.02703)], 1: [entry("S", "short", 0.01333)]}

    broker, _ = follow([flat(93761.9)] * 3, plan, COINS, commission_value=0.055)

    (closed,), (opened,) = broker.account.closed, broker.account.open
    # The order sells 0.04036 for 2.081326656, of which 1333 parts of 4036 are for what it opens.
    assert (closed.commission, opened.commission) == (1.393911286 + 1.393911286, 0.6874153698)


def test_half_a_last_digit_is_rounded_up():
    """As the numbers are written: their binary forms lie a little below or above the half."""
    assert Fee(0.02705829675, 28_000).part(14_000) == 0.01352914838
    assert [ten_digits(100012.34565), ten_digits(100012.34575)] == [100012.3457, 100012.3458]
