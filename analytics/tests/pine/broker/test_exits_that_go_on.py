"""Which exits go on for entries of the same name that fill when the entry they were for is closed or about to be."""

import pytest

from analytics.tests.pine.broker.desk import close_all, entry, flat, follow, leave

START = flat(100)


@pytest.mark.parametrize("at_close", [False, True])
@pytest.mark.parametrize("side", ["long", "short"])
def test_an_exit_does_not_go_over_to_the_reversal_under_its_name(side, at_close):
    """What reverses a position gets no exit of the old one, also if the exit was ordered for the reversal already."""
    back = "long" if side == "short" else "short"
    plan = {0: [entry("E", side)], 1: [entry("E", back), leave("X", "E", profit=5, loss=5)]}

    broker, filled = follow([START, START, (100, 110, 90, 100)], plan, process_orders_on_close=at_close)

    assert [name for _, name, _, _ in filled] == ["E", "E"]
    assert broker.account.size == (1 if back == "long" else -1)


def test_an_exit_goes_over_to_a_long_entry_of_its_name_that_waits_when_all_is_closed():
    plan = {0: [entry("E")], 1: [close_all(), entry("E"), leave("X", "E", profit=5)]}

    _, filled = follow([START, START, (100, 110, 99, 100)], plan)

    assert filled[1:] == [(2, "Close position order", -1, 100), (2, "E", 1, 100), (2, "X", -1, 105)]


def test_an_exit_passed_by_the_same_jump_as_a_further_entry_is_for_that_too():
    """An exit goes on for entries of its name that come later, also for one that fills just before it does."""
    plan = {0: [entry("E")], 1: [leave("X", "E", stop=95), entry("E", limit=96)]}

    broker, filled = follow([START, START, flat(90)], plan, pyramiding=2)

    assert filled[1:] == [(2, "E", 1, 90), (2, "X", -1, 90), (2, "X", -1, 90)]
    assert broker.account.size == 0
