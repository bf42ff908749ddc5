"""Which exits go on for entries of the same name that fill when the entry they were for is closed or about to be."""

import pytest

from analytics.tests.pine.broker.desk import close, close_all, entry, flat, follow, leave

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


@pytest.mark.parametrize(
    ("terms", "filled"),
    [
        pytest.param({"limit": 110}, [], id="a limit is withdrawn"),
        pytest.param({"stop": 95}, [], id="a stop is withdrawn"),
        pytest.param(
            {"limit": 110, "trail_points": 9, "trail_offset": 3}, [(3, "X", -9, 109)], id="a trailing stop is not"
        ),
    ],
)
def test_a_reversal_that_cannot_be_paid_for_withdraws_stops_and_limits_only(terms, filled):
    plan = {0: [entry("L", quantity=9)], 1: [leave("X", "L", **terms), entry("S", "short", 10)]}

    _, found = follow([START, START, flat(105), (105, 112, 92, 100)], plan, initial_capital=1_000)

    assert found[1:] == filled


def test_a_rejected_reversal_of_what_opened_a_moment_ago_withdraws_nothing():
    """The account cannot carry both entries of the bar; the first stays, with its exit."""
    plan = {0: [entry("S", "short", 9), entry("L", quantity=9), leave("X", "S", loss=4)]}

    _, filled = follow([START, (100, 110, 100, 105)], plan, initial_capital=1_000)

    assert filled == [(1, "S", -9, 100), (1, "X", 9, 104)]


@pytest.mark.parametrize(("first", "second"), [(7, 3), (10, 0)])
def test_closes_of_an_entry_close_no_more_than_it_opened(first, second):
    """Two places of a script close parts of one entry on one bar; the other entry's are not theirs."""
    twice = [close("A", first, site=1), close("A", 7, site=2)]
    plan = {0: [entry("A", quantity=10)], 1: [entry("B", quantity=10)], 2: twice}

    broker, filled = follow([START] * 4, plan, pyramiding=2)

    assert [size for bar, _, size, _ in filled if bar == 3] == [-first, -second][: 1 + (second > 0)]
    assert broker.account.size == 10
