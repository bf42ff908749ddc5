"""Trailing stops, break-even and partial take profits, tick by tick."""

from dataclasses import replace
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import ModifyPosition, PlaceOrder, ProcessTick
from trading.engine.decide import decide
from trading.engine.events import CloseReason, ModifyReason, PositionClosed, PositionModified, PositionReduced
from trading.engine.guards import ready
from trading.engine.state import (
    BreakEven,
    Guards,
    OrderType,
    PartialTakeProfit,
    PositionMode,
    Side,
    TrailingStop,
)
from trading.tests.engine.builders import account, forex, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
EURUSD = forex("EURUSD")
D = Decimal


def held(side=BUY, guards=None, **fields):
    """Return an account with one position of 0.10 lots at 1.10000 and its guards ready to act."""
    opened = position(1, "EURUSD", side, "0.10", "1.10000", **fields)
    return account(positions=[replace(opened, guards=ready(guards, opened, EURUSD))])


def ticks(state, *quotes):
    """Work through ticks; return the state afterwards and every event."""
    events = []
    for bid, ask in quotes:
        state, more = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", bid, ask)))
        events += more
    return state, events


def moves(events):
    return [str(event.stop_loss) for event in of_type(events, PositionModified)]


def test_a_trailing_stop_starts_with_the_profit_and_moves_by_its_step():
    state, events = ticks(
        held(guards=Guards(TrailingStop(100, step_points=20))),
        ("1.10099", "1.10109"),
        ("1.10100", "1.10110"),
        ("1.10119", "1.10129"),
        ("1.10120", "1.10130"),
        ("1.10090", "1.10100"),
        ("1.10200", "1.10210"),
    )
    assert moves(events) == ["1.10000", "1.10020", "1.10100"]
    assert {event.reason for event in of_type(events, PositionModified)} == {ModifyReason.TRAILING_STOP}
    assert all(event.evidence["tick"]["symbol"] == "EURUSD" for event in of_type(events, PositionModified))
    _, events = ticks(state, ("1.10100", "1.10110"))
    (closed,) = of_type(events, PositionClosed)
    assert (closed.reason, closed.price) == (CloseReason.STOP_LOSS, D("1.10100"))


def test_the_trailing_stop_of_a_short_follows_the_ask():
    _, events = ticks(
        held(SELL, Guards(TrailingStop(100))),
        ("1.09890", "1.09901"),
        ("1.09890", "1.09900"),
        ("1.09880", "1.09890"),
        ("1.09980", "1.09990"),
    )
    assert moves(events) == ["1.10000", "1.09990"]
    assert [str(event.price) for event in of_type(events, PositionClosed)] == ["1.09990"]


@pytest.mark.parametrize(
    ("stop_loss", "activation", "expected"),
    [
        pytest.param("1.09000", None, ["1.10000"], id="the worse stop loss is taken along"),
        pytest.param("1.10050", None, [], id="the better one stays"),
        pytest.param("1.09000", 0, ["1.09950", "1.10000"], id="from the first profit on"),
        pytest.param(None, 101, [], id="from more profit on than there was"),
    ],
)
def test_where_a_trailing_stop_begins(stop_loss, activation, expected):
    guards = Guards(TrailingStop(100, activation_points=activation))
    _, events = ticks(held(guards=guards, stop_loss=stop_loss), ("1.10050", "1.10060"), ("1.10100", "1.10110"))
    assert moves(events) == expected


def test_a_gap_moves_a_trailing_stop_in_one_event():
    _, events = ticks(held(guards=Guards(TrailingStop(100))), ("1.20000", "1.20010"))
    assert moves(events) == ["1.19900"]


def test_a_stop_loss_set_by_hand_is_where_the_trail_goes_on():
    state, _ = ticks(held(guards=Guards(TrailingStop(100))), ("1.10100", "1.10110"))
    state, _ = run(state, ModifyPosition(1, stop_loss=D("1.09500")), market(quote("EURUSD", "1.10100", "1.10110")))
    assert state.positions[1].guards.trailing_stop.moves_at == D("1.10100")
    _, events = ticks(state, ("1.10100", "1.10110"))
    assert moves(events) == ["1.10000"]


def test_break_even_moves_the_stop_loss_once():
    state, events = ticks(
        held(guards=Guards(break_even=BreakEven(50, offset_points=5))),
        ("1.10049", "1.10059"),
        ("1.10050", "1.10060"),
        ("1.10090", "1.10100"),
    )
    assert [(str(event.stop_loss), event.reason) for event in of_type(events, PositionModified)] == [
        ("1.10005", ModifyReason.BREAK_EVEN)
    ]
    assert state.positions[1].guards is None


def test_break_even_leaves_a_better_stop_loss_where_it_is():
    state, events = ticks(held(SELL, Guards(break_even=BreakEven(50)), stop_loss="1.09980"), ("1.09940", "1.09950"))
    assert moves(events) == ["1.09980"]
    assert state.positions[1].guards is None


def test_break_even_and_trail_on_one_tick_leave_the_better_of_both():
    guards = Guards(TrailingStop(100), BreakEven(50))
    for bid, expected in (("1.10120", "1.10020"), ("1.10080", "1.10000")):
        state, _ = ticks(held(guards=guards), (bid, "1.10500"))
        assert state.positions[1].stop_loss == D(expected)


def test_a_trail_that_break_even_has_overtaken_on_the_same_tick_stays_behind():
    guards = Guards(TrailingStop(100, activation_points=150), BreakEven(140, offset_points=80))
    _, events = ticks(held(guards=guards), ("1.10160", "1.10170"))
    assert [(str(event.stop_loss), event.reason) for event in of_type(events, PositionModified)] == [
        ("1.10080", ModifyReason.BREAK_EVEN)
    ]


TARGETS = (PartialTakeProfit(D("1.10200"), D("0.03")), PartialTakeProfit(D("1.10100"), D("0.05")))


def test_partial_take_profits_close_their_parts_the_nearest_first():
    state, events = ticks(
        held(guards=Guards(partial_take_profits=TARGETS)), ("1.10099", "1.10109"), ("1.10100", "1.10110")
    )
    (reduced,) = of_type(events, PositionReduced)
    assert (reduced.volume, reduced.remaining_volume, reduced.price, reduced.profit) == (
        D("0.05"), D("0.05"), D("1.10100"), D("5.00"),
    )  # fmt: skip
    assert reduced.reason is CloseReason.TAKE_PROFIT
    assert state.positions[1].guards.partial_take_profits == (TARGETS[0],)
    state, _ = ticks(state, ("1.10100", "1.10110"))
    assert state.positions[1].volume == D("0.05")
    state, _ = ticks(state, ("1.10200", "1.10210"))
    assert (state.positions[1].volume, state.positions[1].guards) == (D("0.02"), None)


@pytest.mark.parametrize(("improvement", "prices"), [(True, ["1.10500"] * 2), (False, ["1.10100", "1.10200"])])
def test_a_gap_through_several_takes_each_of_them(improvement, prices):
    state = held(guards=Guards(partial_take_profits=TARGETS), take_profit="1.10600")
    state = replace(state, policy=replace(state.policy, limit_price_improvement=improvement))
    state, events = ticks(state, ("1.10500", "1.10510"))
    assert [str(event.price) for event in of_type(events, PositionReduced)] == prices
    assert state.positions[1].volume == D("0.02")
    assert state.balance == D("10000") + sum(event.profit for event in of_type(events, PositionReduced))


def test_a_gap_through_the_take_profit_too_takes_the_parts_and_then_the_rest():
    _, events = ticks(held(guards=Guards(partial_take_profits=TARGETS), take_profit="1.10300"), ("1.10500", "1.10510"))
    volumes = [event.volume for event in of_type(events, PositionReduced, PositionClosed)]
    assert volumes == [D("0.05"), D("0.03"), D("0.02")]


def test_five_parts_that_are_the_whole_close_the_position():
    targets = tuple(PartialTakeProfit(D("1.10100") + D("0.001") * n, D("0.02")) for n in range(5))
    state, events = ticks(held(guards=Guards(partial_take_profits=targets)), ("1.20000", "1.20010"))
    assert not state.positions
    assert len(of_type(events, PositionReduced)) == 4
    assert [event.reason for event in of_type(events, PositionClosed)] == [CloseReason.TAKE_PROFIT]


def test_a_part_is_never_larger_than_what_is_left():
    state = held(guards=Guards(partial_take_profits=TARGETS))
    state = replace(state, positions={1: replace(state.positions[1], volume=D("0.04"))})
    state, events = ticks(state, ("1.10150", "1.10160"))
    assert not state.positions
    assert [event.volume for event in of_type(events, PositionClosed)] == [D("0.04")]


def test_the_guards_of_an_order_become_those_of_its_position():
    guards = Guards(TrailingStop(100), BreakEven(50), TARGETS)
    state = account(orders=[order(1, "EURUSD", BUY, OrderType.LIMIT, "0.10", "1.09000", guards=guards)])
    state, _ = ticks(state, ("1.08980", "1.08990"))
    held_now = state.positions[1]
    assert held_now.guards.trailing_stop.moves_at == D("1.09090")
    assert held_now.guards.break_even.moves_at == D("1.09040")
    assert [target.price for target in held_now.guards.partial_take_profits] == [D("1.10100"), D("1.10200")]


def test_on_a_netting_account_the_guards_are_those_of_the_latest_order():
    state = held(guards=Guards(TrailingStop(100)))
    state = replace(state, policy=replace(state.policy, position_mode=PositionMode.NETTING))
    at = market(quote("EURUSD", "1.10190", "1.10200"))
    adding = PlaceOrder(2, "EURUSD", BUY, OrderType.MARKET, D("0.10"), break_even=BreakEven(50))
    state, _ = run(state, adding, at)
    assert state.positions[1].open_price == D("1.10100")
    assert state.positions[1].guards == Guards(break_even=BreakEven(50, moves_at=D("1.10150")))


def test_guards_change_one_by_one():
    at = market(quote("EURUSD", "1.10000", "1.10010"))
    state, _ = run(held(), ModifyPosition(1, trailing_stop=TrailingStop(100)), at)
    state, _ = run(state, ModifyPosition(1, partial_take_profits=TARGETS), at)
    assert state.positions[1].guards.trailing_stop.distance_points == 100
    assert len(state.positions[1].guards.partial_take_profits) == 2
    assert decide(state, ModifyPosition(1, trailing_stop=TrailingStop(100)), at) == []
    state, _ = run(state, ModifyPosition(1, trailing_stop=None), at)
    assert state.positions[1].guards.trailing_stop is None
    state, _ = run(state, ModifyPosition(1, partial_take_profits=()), at)
    assert state.positions[1].guards is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"trailing_stop": TrailingStop(9)}, "points_too_few"),
        ({"trailing_stop": TrailingStop(100, step_points=0)}, "points_too_few"),
        ({"trailing_stop": TrailingStop(100, activation_points=-1)}, "points_too_few"),
        ({"break_even": BreakEven(9)}, "points_too_few"),
        ({"break_even": BreakEven(30, offset_points=21)}, "points_too_few"),
        ({"break_even": BreakEven(30, offset_points=-1)}, "points_too_few"),
        ({"partial_take_profits": (PartialTakeProfit(D("1.10000"), D("0.05")),)}, "price_wrong_side"),
        ({"partial_take_profits": (PartialTakeProfit(D("1.10009"), D("0.05")),)}, "price_too_close"),
        ({"partial_take_profits": (PartialTakeProfit(D("1.101001"), D("0.05")),)}, "price_invalid"),
        ({"partial_take_profits": (PartialTakeProfit(D("1.10100"), D("0.005")),)}, "volume_too_small"),
        ({"partial_take_profits": (PartialTakeProfit(D("1.10100"), D("0.11")),)}, "partial_take_profits_volume"),
        ({"partial_take_profits": TARGETS * 3}, "partial_take_profits_too_many"),
    ],
)
def test_guards_that_could_not_act_are_refused(fields, code):
    at = market(quote("EURUSD", "1.10000", "1.10000"), instruments=[forex("EURUSD", stops_level_points=10)])
    for state, command in (
        (held(), ModifyPosition(1, **fields)),
        (account(), PlaceOrder(2, "EURUSD", BUY, OrderType.MARKET, D("0.10"), **fields)),
    ):
        with pytest.raises(Refused) as refused:
            decide(state, command, at)
        assert refused.value.code == code
