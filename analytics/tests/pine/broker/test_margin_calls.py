"""Margin calls beside what fills on the same part of a bar, and how they and orders of default size are cut to lots."""

import pytest

from analytics.tests.pine.broker.desk import Symbol, entry, flat, follow

TENTHS = Symbol(mincontract=0.1)


@pytest.mark.parametrize(
    ("commission", "called"),
    [
        # Of the margin of 990 at 99 the commission has taken 19.7: a tenth of a unit and a part, four of which close.
        pytest.param(3, [(1, "Margin call", 0.4, 90)], id="not covered when it filled"),
        pytest.param(1.8, [], id="not covered by less than a lot"),
    ],
)
def test_a_margin_not_covered_where_an_entry_filled_is_called_for_at_the_extreme_that_covers_it(commission, called):
    plan = {0: [entry("E", "short", 10, stop=99)]}

    broker, filled = follow(
        [flat(100), (100, 101, 90, 92)], plan, TENTHS, initial_capital=1_000, commission_value=commission
    )

    assert filled == [(1, "E", -10, 99), *called]
    assert broker.summary().margin_calls == len(called)


def test_a_margin_call_is_cut_to_lots_however_near_the_next_one_is():
    # At 85 the missing 6.7999999745 are 15999.99994 lots of a hundred-thousandth.
    settings = {"initial_capital": 1_028.2000000255, "margin_long": 50}

    _, filled = follow(
        [flat(100), flat(100), (100, 100, 85, 99)], {0: [entry("E", quantity=18)]}, Symbol(mincontract=1e-5), **settings
    )

    assert filled[1:] == [(2, "Margin call", -0.63996, 85)]


def test_money_that_buys_whole_lots_exactly_buys_all_of_them():
    settings = {"default_qty_type": "cash", "default_qty_value": 248.6264}

    _, filled = follow([flat(76)] * 2, {0: [entry("E", quantity=None)]}, Symbol(mincontract=0.0001), **settings)

    assert filled == [(1, "E", 3.2714, 76)]
