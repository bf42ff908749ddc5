"""Exits that name no entry: they hold for all that a position has until it closes."""

import pytest

from analytics.tests.pine.broker.desk import cancel, cancel_all, close_all, entry, flat, follow, leave

START = flat(100)
FALL = (100, 100, 80, 85)


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        # Named, an exit is for that entry; unnamed, it stands for all the position will have.
        ("A", [("X", -1, 90)]),
        (None, [("X", -1, 90), ("X", -2, 90)]),
    ],
)
def test_an_exit_without_an_entry_stands_for_those_that_come_later(name, filled):
    plan = {0: [entry("A")], 1: [leave("X", name, stop=90)], 2: [entry("B", quantity=2)]}

    broker, found = follow([START, START, START, FALL], plan, pyramiding=2)

    assert [fill[1:] for fill in found[2:]] == filled
    assert broker.account.size == 3 + sum(size for _, size, _ in filled)


def test_a_standing_exit_ends_with_the_position():
    plan = {0: [entry("A")], 1: [leave("X", stop=90)], 2: [close_all()], 3: [entry("B")]}

    broker, _ = follow([*[START] * 5, FALL], plan)

    assert broker.account.size == 1


@pytest.mark.parametrize("command", [cancel("X"), cancel_all(), leave("X")])
def test_a_standing_exit_that_is_taken_back_holds_for_no_entry(command):
    plan = {0: [entry("A")], 1: [leave("X", stop=90)], 2: [command], 3: [entry("B")]}

    broker, _ = follow([*[START] * 5, FALL], plan, pyramiding=2)

    assert broker.account.size == 2


def test_standing_exits_share_a_later_entry_in_the_order_of_their_issue():
    plan = {
        0: [entry("A", quantity=10)],
        1: [leave("half", percent=50, stop=90), leave("rest", stop=85)],
        2: [entry("B", quantity=6)],
    }

    _, filled = follow([START, START, START, FALL], plan, pyramiding=2)

    assert [fill[1:] for fill in filled[2:]] == [("half", -5, 90), ("half", -3, 90), ("rest", -5, 85), ("rest", -3, 85)]
