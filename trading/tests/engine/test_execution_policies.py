"""Deviation, price bounds, trigger sides, gaps and stops inside the market; ids of the conformance collection."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import ModifyPosition, PlaceOrder, ProcessTick
from trading.engine.decide import decide
from trading.engine.events import CancelReason, CloseReason, OrderCancelled, OrderFilled, PositionClosed
from trading.engine.market import Slippage, SlippageMode
from trading.engine.state import GapPolicy, OrderType, Side, TriggerSide
from trading.tests.engine.builders import NOW, account, forex, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
LIMIT, STOP, STOP_LIMIT, MARKET = OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT, OrderType.MARKET
GOLD = forex("XAUUSD", digits=2, contract_size=Decimal(100))


def buy_gold(bid, ask, *, points, price=None, slipped=0, side=BUY):
    """Return the price at which a market order fills that allows a deviation of `points`."""
    instrument = forex(
        "XAUUSD",
        digits=2,
        contract_size=Decimal(100),
        slippage=Slippage(SlippageMode.FIXED, slipped, slipped),
    )
    command = PlaceOrder(
        1, "XAUUSD", side, MARKET, Decimal("0.01"), None if price is None else Decimal(price), deviation_points=points
    )
    (filled,) = of_type(
        decide(account(), command, market(quote("XAUUSD", bid, ask), instruments=[instrument])), OrderFilled
    )
    return str(filled.price)


def test_f29_a_market_order_fills_within_its_deviation():
    assert buy_gold("1000.90", "1001.00", points=100) == "1001.00"
    assert buy_gold("1000.90", "1001.00", points=100, slipped=100) == "1002.00"
    with pytest.raises(Refused) as refused:
        buy_gold("1000.90", "1001.00", points=100, slipped=101)
    assert refused.value.code == "price_moved"


@pytest.mark.parametrize(
    ("side", "seen", "price"),
    [
        pytest.param(BUY, "1001.00", "1001.00", id="as seen"),
        pytest.param(BUY, "1000.50", "1001.00", id="at the bound"),
        pytest.param(BUY, "1000.49", None, id="beyond the bound"),
        pytest.param(BUY, "1010.00", "1001.00", id="better than seen"),
        pytest.param(SELL, "1001.40", "1000.90", id="sell at the bound"),
        pytest.param(SELL, "1001.41", None, id="sell beyond the bound"),
    ],
)
def test_the_deviation_counts_from_the_price_that_was_seen(side, seen, price):
    if price is not None:
        assert buy_gold("1000.90", "1001.00", points=50, price=seen, side=side) == price
        return
    with pytest.raises(Refused) as refused:
        buy_gold("1000.90", "1001.00", points=50, price=seen, side=side)
    assert refused.value.code == "price_moved"
    assert refused.value.details["requested_price"] == seen


def test_a_price_without_a_deviation_is_no_part_of_a_market_order():
    with pytest.raises(Refused) as refused:
        buy_gold("1000.90", "1001.00", points=None, price="1001.00")
    assert refused.value.code == "price_not_allowed"


@pytest.mark.parametrize(
    ("side", "bid", "ask", "price"),
    [
        pytest.param(BUY, "1.10090", "1.10100", "1.10100", id="at its price"),
        pytest.param(BUY, "1.10140", "1.10150", "1.10150", id="F07 worse, within the bound"),
        pytest.param(BUY, "1.10141", "1.10151", None, id="F07 through price and bound: cancelled"),
        pytest.param(SELL, "1.09850", "1.09860", "1.09850", id="sell within the bound"),
        pytest.param(SELL, "1.09849", "1.09859", None, id="sell through price and bound"),
    ],
)
def test_f07_a_stop_is_bounded(side, bid, ask, price):
    level = "1.10100" if side is BUY else "1.09900"
    state = account(orders=[order(1, "EURUSD", side, STOP, "0.1", level, deviation_points=50)])
    state, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", bid, ask)))
    assert [str(event.price) for event in of_type(events, OrderFilled)] == ([] if price is None else [price])
    assert [event.reason for event in of_type(events, OrderCancelled)] == (
        [CancelReason.DEVIATION] if price is None else []
    )
    assert not state.orders


@pytest.mark.parametrize(
    ("type", "points", "code"), [(LIMIT, 5, "deviation_not_allowed"), (STOP, -1, "deviation_negative")]
)
def test_a_deviation_that_means_nothing_is_refused(type, points, code):
    price = Decimal("1.2" if type is STOP else "1.0")
    with pytest.raises(Refused) as refused:
        decide(
            account(),
            PlaceOrder(1, "EURUSD", BUY, type, Decimal("0.1"), price, deviation_points=points),
            market(quote("EURUSD", "1.1", "1.1")),
        )
    assert refused.value.code == code


# A buy stop at 1.1000; what bid and ask reach it under each policy.
@pytest.mark.parametrize(
    ("trigger_side", "bid", "ask", "filled"),
    [
        (TriggerSide.DEFAULT, "1.0998", "1.1000", "1.1000"),
        (TriggerSide.INVERSE, "1.0998", "1.1000", None),
        (TriggerSide.INVERSE, "1.1000", "1.1002", "1.1002"),
        (TriggerSide.BID, "1.0999", "1.1001", None),
        (TriggerSide.BID, "1.1000", "1.1002", "1.1002"),
        (TriggerSide.ASK, "1.0998", "1.1000", "1.1000"),
        (TriggerSide.MID, "1.0998", "1.1001", None),
        (TriggerSide.MID, "1.0999", "1.1001", "1.1001"),
    ],
)
def test_f08_the_trigger_side_is_a_policy_and_fills_use_their_own(trigger_side, bid, ask, filled):
    state = account(orders=[order(1, "EURUSD", BUY, STOP, "0.1", "1.1000")], trigger_side=trigger_side)
    events = decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", bid, ask)))
    assert [event.price for event in of_type(events, OrderFilled)] == ([] if filled is None else [Decimal(filled)])


@pytest.mark.parametrize(
    ("trigger_side", "bid", "ask", "closed"),
    [
        (TriggerSide.DEFAULT, "1.0900", "1.0902", "1.0900"),
        (TriggerSide.INVERSE, "1.0900", "1.0902", None),
        (TriggerSide.INVERSE, "1.0898", "1.0900", "1.0898"),
        (TriggerSide.MID, "1.0899", "1.0902", None),
        (TriggerSide.MID, "1.0899", "1.0901", "1.0899"),
    ],
)
def test_f08_the_stop_loss_of_a_long(trigger_side, bid, ask, closed):
    held = position(1, "EURUSD", BUY, "0.1", "1.1000", stop_loss="1.0900")
    state = account(positions=[held], trigger_side=trigger_side)
    events = decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", bid, ask)))
    assert [event.price for event in of_type(events, PositionClosed)] == ([] if closed is None else [Decimal(closed)])


def test_f08_a_limit_that_the_other_side_reached_waits_for_its_own():
    state = account(orders=[order(1, "EURUSD", BUY, LIMIT, "0.1", "1.1000")], trigger_side=TriggerSide.BID)
    state, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.0999", "1.1001")))
    assert events == []
    _, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.0998", "1.1000")))
    assert [event.price for event in of_type(events, OrderFilled)] == [Decimal("1.1000")]


@pytest.mark.parametrize(
    ("ask", "by_market", "by_gap_level"),
    [
        pytest.param("1.10100", "1.10100", "1.10100", id="no gap"),
        pytest.param("1.10200", "1.10200", "1.10100", id="F28 as wide as the gap level"),
        pytest.param("1.10201", "1.10201", "1.10201", id="F28 wider"),
    ],
)
def test_f28_gap_level(ask, by_market, by_gap_level):
    at = market(quote("EURUSD", "1.10000", ask), instruments=[forex("EURUSD", gap_level_points=100)])

    def filled(policy):
        state = account(orders=[order(1, "EURUSD", BUY, STOP, "0.1", "1.10100")], gap_policy=policy)
        (event,) = of_type(decide(state, ProcessTick("EURUSD"), at), OrderFilled)
        return str(event.price)

    def stopped(policy):
        held = position(1, "EURUSD", SELL, "0.1", "1.1", stop_loss="1.10100")
        state = account(positions=[held], gap_policy=policy)
        (event,) = of_type(decide(state, ProcessTick("EURUSD"), at), PositionClosed)
        return str(event.price)

    assert filled(GapPolicy.MARKET) == stopped(GapPolicy.MARKET) == by_market
    assert filled(GapPolicy.GAP_LEVEL) == stopped(GapPolicy.GAP_LEVEL) == by_gap_level


def test_f15_a_stop_inside_the_market_is_refused_or_fills_at_once():
    command = PlaceOrder(1, "XAUUSD", BUY, STOP, Decimal("0.01"), Decimal("1495.00"))
    at = market(quote("XAUUSD", "1499.00", "1500.00"), instruments=[GOLD])
    with pytest.raises(Refused) as refused:
        decide(account(), command, at)
    assert refused.value.code == "price_wrong_side"
    state, events = run(account(marketable_stops_accepted=True), command, at)
    assert [event.price for event in of_type(events, OrderFilled)] == [Decimal("1500.00")]
    assert not state.orders


def test_f15_a_stop_outside_the_market_goes_on_waiting_under_both_policies():
    command = PlaceOrder(1, "XAUUSD", BUY, STOP, Decimal("0.01"), Decimal("1505.00"))
    at = market(quote("XAUUSD", "1499.00", "1500.00"), instruments=[GOLD])
    for accepted in (False, True):
        state, _ = run(account(marketable_stops_accepted=accepted), command, at)
        assert list(state.orders) == [1]


@pytest.mark.parametrize(("limit_price", "fills"), [("1502.00", True), ("1490.00", False)])
def test_f13_a_stop_limit_inside_the_market_fills_or_rests_as_a_limit(limit_price, fills):
    command = PlaceOrder(
        1, "XAUUSD", BUY, STOP_LIMIT, Decimal("0.01"), Decimal("1495.00"), limit_price=Decimal(limit_price)
    )
    at = market(quote("XAUUSD", "1499.00", "1500.00"), instruments=[GOLD])
    state, events = run(account(marketable_stops_accepted=True), command, at)
    assert bool(of_type(events, OrderFilled)) is fills
    assert [entry.armed for entry in state.orders.values()] == ([] if fills else [True])


def test_f26_a_level_that_was_changed_reacts_to_ticks_received_after_that():
    state = account(positions=[position(1, "EURUSD", BUY, "0.1", "1.1000")])
    state, _ = run(state, ModifyPosition(1, stop_loss=Decimal("1.0950")), market(quote("EURUSD", "1.1000", "1.1001")))
    earlier = quote("EURUSD", "1.0900", "1.0901", received_at=NOW - timedelta(milliseconds=1))
    assert decide(state, ProcessTick("EURUSD"), market(earlier)) == []
    later = quote("EURUSD", "1.0900", "1.0901", received_at=NOW + timedelta(milliseconds=1))
    assert of_type(decide(state, ProcessTick("EURUSD"), market(later)), PositionClosed)


def test_f26_a_level_that_stayed_as_it_was_goes_on_counting():
    state = account(positions=[position(1, "EURUSD", BUY, "0.1", "1.1000", take_profit="1.1050")])
    state, _ = run(state, ModifyPosition(1, stop_loss=Decimal("1.0950")), market(quote("EURUSD", "1.1000", "1.1001")))
    earlier = {"received_at": NOW - timedelta(milliseconds=1)}
    assert decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.0900", "1.0901", **earlier))) == []
    events = decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.1050", "1.1051", **earlier)))
    assert [event.reason for event in of_type(events, PositionClosed)] == [CloseReason.TAKE_PROFIT]
