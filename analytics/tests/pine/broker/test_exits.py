"""What closes positions: brackets, trailing stops, reserved quantities, closes at market."""

import pytest

from analytics.tests.pine.broker.desk import close, close_all, entry, flat, follow, leave, order

START = flat(100)


@pytest.mark.parametrize(
    ("direction", "terms", "bar", "price"),
    [
        pytest.param("long", {"limit": 105}, (100, 107, 99, 101), 105, id="limit"),
        pytest.param("long", {"stop": 95}, (100, 101, 93, 94), 95, id="stop"),
        pytest.param("long", {"profit": 5}, (100, 107, 99, 101), 105, id="profit in ticks"),
        pytest.param("long", {"loss": 5}, (100, 101, 93, 94), 95, id="loss in ticks"),
        pytest.param("short", {"limit": 95}, (100, 101, 93, 94), 95, id="limit of a short"),
        pytest.param("short", {"stop": 105}, (100, 107, 99, 101), 105, id="stop of a short"),
        pytest.param("short", {"profit": 5}, (100, 101, 93, 94), 95, id="profit of a short"),
        pytest.param("short", {"loss": 5}, (100, 107, 99, 101), 105, id="loss of a short"),
        pytest.param("long", {"limit": 105, "stop": 95}, (100, 106, 90, 95), 95 + 10, id="high first: the limit"),
        pytest.param("long", {"limit": 105, "stop": 95}, (100, 110, 94, 95), 95, id="low first: the stop"),
        pytest.param("long", {"stop": 95}, (93, 94, 90, 92), 93, id="stop at a worse open"),
        pytest.param("long", {"limit": 105}, (108, 109, 107, 108), 108, id="limit at a better open"),
        pytest.param("long", {"limit": 108, "profit": 5}, (100, 109, 99, 101), 105, id="the nearer of price and ticks"),
        pytest.param("long", {"stop": 93, "loss": 5}, (100, 101, 90, 94), 95, id="the nearer of price and loss"),
        pytest.param("long", {}, (100, 110, 90, 95), None, id="no price, no exit"),
        pytest.param("long", {"limit": float("nan")}, (100, 110, 90, 95), None, id="missing prices are none"),
    ],
)
def test_price_of_an_exit(direction, terms, bar, price):
    _, filled = follow([START, START, bar], {0: [entry("E", direction)], 1: [leave("X", "E", **terms)]})

    assert [row[3] for row in filled if row[1] == "X"] == ([] if price is None else [price])


def test_in_version_5_a_price_silences_the_ticks():
    plan = {0: [entry("E")], 1: [leave("X", "E", limit=108, profit=5)]}

    _, filled = follow([START, START, (100, 109, 99, 101)], plan, version=5)

    assert filled[-1] == (2, "X", -1, 108)


def test_an_exit_placed_with_its_entry_is_alive_on_the_bar_of_the_fill():
    plan = {0: [entry("E", stop=102), leave("X", "E", profit=3, loss=4)]}

    _, filled = follow([START, (100, 107, 99, 106)], plan)

    assert filled == [(1, "E", 1, 102), (1, "X", -1, 105)]


def test_an_exit_does_not_fill_on_prices_before_its_entry():
    # The path is 100, 97, 110, 105: the low comes before the entry.
    plan = {0: [entry("E", stop=105), leave("X", "E", stop=98)]}

    _, filled = follow([START, (100, 110, 97, 106)], plan)

    assert filled == [(1, "E", 1, 105)]


def test_an_exit_beyond_its_entry_fills_at_the_price_of_the_entry():
    plan = {0: [entry("E", stop=103), leave("X", "E", stop=104)]}

    _, filled = follow([START, (100, 106, 99, 105)], plan)

    assert filled == [(1, "E", 1, 103), (1, "X", -1, 103)]


def test_exits_of_one_entry_share_it_in_the_order_of_their_issue():
    terms = [
        leave("half", "E", percent=50, limit=105),
        leave("three", "E", quantity=3, limit=107),
        leave("rest", "E", stop=90),
        leave("nothing left", "E", limit=106),
    ]
    plan = {0: [entry("E", quantity=10)], 1: terms, 2: terms}

    broker, filled = follow([START, START, (100, 108, 99, 101), (100, 101, 89, 90)], plan)

    assert filled[1:] == [(2, "half", -5, 105), (2, "three", -3, 107), (3, "rest", -2, 90)]
    assert broker.account.size == 0


def test_an_exit_that_filled_is_not_filled_again_for_its_entry():
    again = [leave("X", "E", quantity=1, limit=105)]
    plan = {0: [entry("E", quantity=3)], 1: again, 2: again, 3: again}

    broker, _ = follow([START, START, *[(100, 106, 99, 100)] * 3], plan)

    assert broker.account.size == 2


def test_an_exit_without_an_entry_covers_all_of_them():
    plan = {0: [entry("A")], 1: [entry("B")], 2: [leave("X", profit=5)]}

    broker, filled = follow([START, START, flat(102), (102, 110, 101, 108)], plan, pyramiding=2)

    assert filled[2:] == [(3, "X", -1, 105), (3, "X", -1, 107)]
    assert broker.account.size == 0


def test_an_exit_goes_on_for_entries_that_come_later():
    plan = {0: [entry("E")], 1: [leave("X", "E", profit=5), entry("E")]}

    _, filled = follow([START, START, flat(103), (103, 110, 102, 109)], plan, pyramiding=2)

    assert filled[2:] == [(3, "X", -1, 105), (3, "X", -1, 108)]


def test_trades_are_closed_first_in_first_out_whatever_the_exit_is_bound_to():
    plan = {0: [entry("A")], 1: [entry("B")], 2: [leave("X", "B", limit=105)]}
    bars = [START, START, flat(101), (101, 106, 100, 105)]

    first, _ = follow(bars, plan, pyramiding=2)
    any_, _ = follow(bars, plan, pyramiding=2, close_entries_rule="ANY")

    assert [(trade.entry_id, trade.exit_id) for trade in first.account.closed] == [("A", "X")]
    assert [(trade.entry_id, trade.exit_id) for trade in any_.account.closed] == [("B", "X")]


def test_pyramiding_counts_what_entries_have_left_and_not_trades():
    plan = {0: [entry("A")], 1: [entry("B", quantity=3)], 2: [close("B", 1)], 3: [entry("C")]}

    broker, _ = follow([START] * 6, plan, pyramiding=2)

    # The trade of A was closed, but it is B that has become smaller: both entries still stand.
    assert [trade.entry_id for trade in broker.account.open] == ["B"]
    assert broker.account.size == 3


@pytest.mark.parametrize(
    ("direction", "terms", "bars", "price"),
    [
        pytest.param("long", {"trail_price": 104, "trail_offset": 2}, [(100, 108, 99, 101)], 106, id="same bar"),
        pytest.param("long", {"trail_points": 4, "trail_offset": 2}, [(100, 108, 99, 101)], 106, id="from points"),
        pytest.param("long", {"trail_points": 4}, [(100, 108, 99, 101)], 104, id="without an offset"),
        pytest.param(
            "long",
            {"trail_points": 4, "trail_offset": 3},
            [(100, 105, 99, 105), (105, 109, 104, 109), (109, 109, 100, 101)],
            106,
            id="follows the highs",
        ),
        pytest.param(
            "long", {"trail_points": 4, "trail_offset": 3}, [(100, 105, 99, 105), (98, 99, 97, 98)], 98, id="gap"
        ),
        pytest.param("short", {"trail_points": 4, "trail_offset": 2}, [(100, 101, 92, 99)], 94, id="short"),
        pytest.param("long", {"trail_points": 10, "trail_offset": 2}, [(100, 108, 99, 101)], None, id="not armed"),
        pytest.param(
            "long",
            {"trail_points": 4, "trail_offset": 2.9},
            [(100, 108, 99, 101)],
            106,
            id="parts of ticks are dropped",
        ),
        pytest.param(
            "long", {"trail_points": 4, "trail_offset": 9, "stop": 98}, [(100, 106, 95, 99)], 98, id="stop before trail"
        ),
        pytest.param(
            "long", {"trail_points": 4, "trail_offset": 1, "limit": 106}, [(100, 108, 99, 101)], 106, id="limit first"
        ),
    ],
)
def test_trailing_exits(direction, terms, bars, price):
    _, filled = follow([START, START, *bars], {0: [entry("E", direction)], 1: [leave("X", "E", **terms)]})

    assert [row[3] for row in filled if row[1] == "X"] == ([] if price is None else [price])


def test_a_trailing_exit_issued_beyond_its_activation_starts_at_the_close():
    # Issued on a bar that closes at 106 after a high of 110: the stop is 3 below the close, not below the high.
    plan = {0: [entry("E")], 1: [leave("X", "E", trail_points=4, trail_offset=3)]}

    _, filled = follow([START, (100, 110, 99, 106), (105, 106, 101, 102)], plan)

    assert filled[-1] == (2, "X", -1, 103)


@pytest.mark.parametrize(
    ("changed", "bar", "price"),
    [
        pytest.param({}, 3, 104, id="unchanged: 6 below the best price so far"),
        pytest.param({"trail_offset": 8}, 4, 102, id="another distance: 8 below the same"),
        pytest.param({"trail_points": 5}, 3, 103, id="another activation: 6 below the close"),
    ],
)
def test_a_trailing_exit_that_is_ordered_again_starts_anew_only_for_another_activation(changed, bar, price):
    terms = {"trail_points": 4, "trail_offset": 6}
    again = leave("X", "E", **terms | changed)
    plan = {0: [entry("E")], 1: [leave("X", "E", **terms)], 2: [again], 3: [again]}

    _, filled = follow([START, START, (100, 110, 99, 109), (106, 106, 103, 104), (104, 104, 98, 99)], plan)

    assert filled[-1] == (bar, "X", -1, price)


@pytest.mark.parametrize(
    ("commands", "size"),
    [
        ([close("A")], 3),
        ([close("A", 1)], 4),
        ([close("A", None, 50)], 4),
        ([close("B")], 2),
        ([close("unknown")], 5),
        ([close_all()], 0),
        ([close("A", 1, site=1), close("A", 1, site=2)], 3),
        ([close("A", 1, site=1), close("A", 1, site=1)], 4),
        ([close("A"), close("B"), close_all()], 0),
    ],
)
def test_closes_at_market(commands, size):
    plan = {0: [entry("A", quantity=2)], 1: [entry("B", quantity=3)], 2: commands}

    broker, _ = follow([START] * 5, plan, pyramiding=2)

    assert broker.account.size == size


@pytest.mark.parametrize(
    ("commands", "sizes"),
    [
        ([close("E", 3, site=1), close("E", site=2)], {5: 3, 6: 0}),
        ([close("E", site=1), close("E", 3, site=2)], {5: 0, 6: 0}),
        ([close("E", 5, site=1), close("E", 8, site=2)], {5: 5, 6: 0}),
    ],
)
def test_in_version_5_an_entry_has_one_close_that_takes_what_the_one_before_left(commands, sizes):
    for version, size in sizes.items():
        broker, _ = follow([START] * 3, {0: [entry("E", quantity=10)], 1: commands}, version=version)
        assert broker.account.size == size


def test_an_immediate_close_fills_at_the_close_of_its_bar():
    plan = {0: [entry("E")], 1: [close("E", immediately=True)]}

    broker, filled = follow([START, (100, 108, 99, 107), START], plan, slippage=1)

    assert filled == [(1, "E", 1, 101), (1, "Close entry(s) order E", -1, 106)]
    assert broker.account.closed[0].profit == 5


def test_exits_of_a_closed_entry_are_gone():
    plan = {0: [entry("E")], 1: [leave("X", "E", limit=105), close("E")], 3: [entry("other")]}

    _, filled = follow([START] * 5 + [(100, 110, 99, 100)], plan)

    assert [row[1] for row in filled] == ["E", "Close entry(s) order E", "other"]


def test_a_reversal_at_market_leaves_the_exits_of_the_old_position_unfilled():
    plan = {0: [entry("L")], 1: [leave("X", "L", stop=95), entry("S", "short")]}

    broker, filled = follow([START, START, flat(90)], plan)

    assert [row[1] for row in filled] == ["L", "S"]
    assert broker.account.size == -1


def test_a_reversing_stop_and_an_exit_passed_by_the_same_jump_both_fill():
    plan = {0: [entry("L")], 1: [leave("X", "L", stop=95), entry("S", "short", stop=96)]}

    broker, filled = follow([START, START, flat(90)], plan)

    assert filled[1:] == [(2, "S", -2, 90), (2, "X", -1, 90)]
    assert broker.account.size == -2


def test_an_exit_of_a_reversed_position_is_cancelled_when_its_level_comes_later():
    plan = {0: [entry("L")], 1: [leave("X", "L", stop=95), entry("S", "short", stop=97)]}

    broker, filled = follow([START, START, (100, 101, 90, 92)], plan)

    assert filled[1:] == [(2, "S", -2, 97)]
    assert broker.account.size == -1


def test_an_exit_for_any_entry_does_not_take_in_the_reversal_that_waits():
    plan = {0: [entry("L")], 1: [entry("S", "short"), leave("X", stop=103)]}

    broker, filled = follow([START, START, (100, 105, 99, 104)], plan)

    assert [row[1] for row in filled] == ["L", "S"]
    assert broker.account.size == -1


def test_a_plain_order_shrinks_lots_from_the_oldest():
    plan = {0: [entry("A", quantity=2)], 1: [entry("B", quantity=2)], 2: [order("O", "short", 3)]}

    broker, _ = follow([START] * 4, plan, pyramiding=2)

    assert [(lot.entry_id, lot.remaining) for lot in broker.account.lots] == [("B", 1)]


def test_comments_name_the_reason_of_an_exit():
    from analytics.pine.broker.orders import Notes

    notes = Notes(comment="out", comment_profit="gain", comment_loss="pain")
    plan = {0: [entry("E")], 1: [leave("X", "E", limit=105, stop=95, notes=notes)]}

    gain, _ = follow([START, START, (100, 106, 99, 105)], plan)
    pain, _ = follow([START, START, (100, 101, 94, 95)], plan)

    assert [gain.account.closed[0].exit_comment, pain.account.closed[0].exit_comment] == ["gain", "pain"]


def test_a_part_of_less_than_a_lot_closes_one():
    closed, _ = follow([START] * 3, {0: [entry("E", quantity=3)], 1: [close("E", None, 10)]})
    left, _ = follow(
        [START, START, (100, 106, 99, 100)],
        {0: [entry("E", quantity=3)], 1: [leave("X", "E", percent=10, limit=105)]},
    )

    assert (closed.account.size, left.account.size) == (2, 2)


def test_where_any_trade_may_be_closed_a_part_is_one_of_what_was_opened():
    half = [close("E", None, 50)]

    first, _ = follow([START] * 4, {0: [entry("E", quantity=8)], 1: half, 2: half})
    any_, _ = follow([START] * 4, {0: [entry("E", quantity=8)], 1: half, 2: half}, close_entries_rule="ANY")

    assert (first.account.size, any_.account.size) == (2, 0)


def test_a_quantity_of_no_lot_counts_as_none():
    closed, _ = follow([START] * 3, {0: [entry("E", quantity=3)], 1: [close("E", 0.5)]})

    assert closed.account.size == 0


def test_an_exit_without_prices_replaces_the_order_and_keeps_its_part():
    plan = {
        0: [entry("E", quantity=4)],
        1: [leave("X", "E", limit=105)],
        2: [leave("X", "E", quantity=3), leave("Y", "E", limit=105)],
    }

    _, filled = follow([START, START, START, (100, 106, 99, 100)], plan)

    assert filled[1:] == [(3, "Y", -1, 105)]


def test_an_exit_that_waits_for_more_of_an_entry_ends_with_what_there_was():
    # The limit of the second entry still waits when all of the first is closed: it opens without an exit.
    plan = {0: [entry("E")], 1: [entry("E", limit=95), leave("X", "E", profit=5)]}

    broker, filled = follow([START, START, (100, 106, 99, 100), (100, 110, 90, 100)], plan, pyramiding=2)

    assert filled[1:] == [(2, "X", -1, 105), (3, "E", 1, 95)]
    assert broker.account.size == 1


def test_a_reversal_that_cannot_be_paid_for_withdraws_the_exits_until_they_are_issued_again():
    exits = [leave("X", "L", limit=110)]
    plan = {0: [entry("L", quantity=9)], 1: [*exits, entry("S", "short", 10)], 3: exits}
    bars = [START, START, (105, 106, 104, 105), (105, 112, 104, 105), (105, 112, 104, 105)]

    _, filled = follow(bars, plan, initial_capital=1_000)

    assert filled == [(1, "L", 9, 100), (4, "X", -9, 110)]


@pytest.mark.parametrize("bar", [(100, 101, 90, 92), flat(90)])
def test_an_exit_closes_no_more_than_is_left_of_its_entry(bar):
    """A close of a part of an entry shrinks the exits of that entry; what others have opened is not theirs."""
    plan = {0: [entry("A", quantity=10)], 1: [entry("B", quantity=10)], 2: [leave("X", "A", stop=95), close("A", 4)]}

    broker, filled = follow([START, START, START, START, bar], plan, pyramiding=2)

    assert filled[2:] == [(3, "Close entry(s) order A", -4, 100), (4, "X", -6, min(bar[0], 95))]
    assert [(trade.entry_id, trade.lots) for trade in broker.account.open] == [("B", 10)]
