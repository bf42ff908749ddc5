"""Worked examples of triggering and filling; the ids are those of the conformance collection."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import ClosePosition, PlaceOrder, ProcessTick
from trading.engine.decide import decide
from trading.engine.events import (
    BalanceUpdated,
    CloseReason,
    OrderArmed,
    OrderFilled,
    OrderPlaced,
    OrderRejected,
    PositionClosed,
    PositionOpened,
)
from trading.engine.market import Slippage, SlippageMode
from trading.engine.state import OrderType, Side
from trading.tests.engine.builders import NOW, account, forex, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
LIMIT, STOP, STOP_LIMIT = OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT


def fills(side, type, price, bid, ask, *, symbol="USDJPY", digits=3, limit_price=None, **policy):
    """Return the prices at which one working order of 0.01 lots fills on one tick."""
    state = account("100000", orders=[order(1, symbol, side, type, "0.01", price, limit_price=limit_price)], **policy)
    at = market(quote(symbol, bid, ask), instruments=[forex(symbol, digits=digits)])
    return [str(event.price) for event in of_type(decide(state, ProcessTick(symbol), at), OrderFilled)]


@pytest.mark.parametrize(
    ("side", "type", "price", "bid", "ask", "expected"),
    [
        pytest.param(BUY, LIMIT, "90.001", "90.000", "90.002", [], id="F01 buy limit waits for the ask"),
        pytest.param(BUY, LIMIT, "90.001", "90.000", "90.001", ["90.001"], id="F01 F16 buy limit at ask ≤ price"),
        pytest.param(BUY, STOP, "90.001", "90.000", "90.000", [], id="F01 buy stop waits"),
        pytest.param(BUY, STOP, "90.001", "90.000", "90.001", ["90.001"], id="F01 buy stop at ask ≥ price"),
        pytest.param(SELL, LIMIT, "90.001", "90.000", "90.002", [], id="F01 sell limit waits for the bid"),
        pytest.param(SELL, LIMIT, "90.001", "90.001", "90.002", ["90.001"], id="F01 sell limit at bid ≥ price"),
        pytest.param(SELL, STOP, "90.001", "90.002", "90.003", [], id="F01 sell stop waits"),
        pytest.param(SELL, STOP, "90.001", "90.001", "90.003", ["90.001"], id="F01 sell stop at bid ≤ price"),
        pytest.param(SELL, STOP, "90.000", "89.997", "89.999", ["89.997"], id="F09 F07 gap: the market, not the level"),
        pytest.param(BUY, STOP, "96.711", "96.710", "96.711", ["96.711"], id="F10"),
        pytest.param(SELL, STOP, "100.000", "90.000", "90.000", ["90.000"], id="F20 open beyond the stop"),
        pytest.param(BUY, STOP, "101.500", "102.500", "102.500", ["102.500"], id="F22 buy stop"),
        pytest.param(SELL, STOP, "101.500", "101.000", "101.000", ["101.000"], id="F22 sell stop"),
        pytest.param(BUY, STOP, "290.500", "291.500", "291.500", ["291.500"], id="F25 buy stop"),
        pytest.param(SELL, STOP, "291.500", "290.500", "290.500", ["290.500"], id="F25 sell stop"),
    ],
)
def test_trigger_and_fill(side, type, price, bid, ask, expected):
    assert fills(side, type, price, bid, ask) == expected


@pytest.mark.parametrize(
    ("side", "price", "bid", "ask", "improved", "at_price"),
    [
        pytest.param(BUY, "90.000", "89.900", "89.950", "89.950", "90.000", id="F18"),
        pytest.param(SELL, "90.100", "90.101", "90.102", "90.101", "90.100", id="F19"),
    ],
)
def test_price_improvement_of_limits_is_a_policy(side, price, bid, ask, improved, at_price):
    assert fills(side, LIMIT, price, bid, ask, limit_price_improvement=True) == [improved]
    assert fills(side, LIMIT, price, bid, ask, limit_price_improvement=False) == [at_price]


def test_f03_f11_a_stop_limit_arms_and_rests():
    state = account(orders=[order(1, "USDJPY", BUY, STOP_LIMIT, "0.01", "96.710", limit_price="96.500")])
    state, events = run(state, ProcessTick("USDJPY"), market(quote("USDJPY", "96.710", "96.712")))
    assert [type(event) for event in events] == [OrderArmed]
    assert state.orders[1].armed
    state, events = run(state, ProcessTick("USDJPY"), market(quote("USDJPY", "96.490", "96.500")))
    assert [event.price for event in of_type(events, OrderFilled)] == [Decimal("96.500")]
    assert not state.orders


def test_f13_an_armed_limit_that_the_market_meets_fills_on_the_same_tick():
    assert fills(
        BUY, STOP_LIMIT, "1495.00", "1499.00", "1500.00", symbol="XAUUSD", digits=2, limit_price="1502.00"
    ) == ["1500.00"]


@pytest.mark.parametrize(
    ("side", "stop", "limit_price", "ticks", "expected"),
    [
        pytest.param(SELL, "96.710", "96.800", ["96.700 96.702"], [], id="armed, its limit is above the bid"),
        pytest.param(SELL, "96.710", "96.800", ["96.700 96.702", "96.799 96.801"], [], id="the ask does not count"),
        pytest.param(SELL, "96.710", "96.800", ["96.700 96.702", "96.805 96.807"], ["96.805"], id="then the bid comes"),
        pytest.param(SELL, "96.710", "96.650", ["96.700 96.702"], ["96.700"], id="met at once, better than its limit"),
        pytest.param(SELL, "96.710", "96.650", ["96.640 96.642"], [], id="a gap beyond its limit"),
        pytest.param(SELL, "96.710", "96.650", ["96.711 96.713"], [], id="the stop is not reached"),
        pytest.param(BUY, "96.710", "96.760", ["96.768 96.770"], [], id="a buy, a gap beyond its limit"),
        pytest.param(BUY, "96.710", "96.760", ["96.768 96.770", "96.750 96.752"], ["96.752"], id="a buy, back again"),
    ],
)
def test_a_stop_limit_fills_at_its_limit_or_better_once_armed(side, stop, limit_price, ticks, expected):
    """MT5, order types: the stop price of a stop-limit places a limit, which then fills like any other."""
    state = account("100000", orders=[order(1, "USDJPY", side, STOP_LIMIT, "0.01", stop, limit_price=limit_price)])
    filled = []
    for tick in ticks:
        state, events = run(state, ProcessTick("USDJPY"), market(quote("USDJPY", *tick.split())))
        filled += [str(event.price) for event in of_type(events, OrderFilled)]
    assert filled == expected


@pytest.mark.parametrize(
    ("side", "stop_loss", "take_profit", "bid", "ask", "reason", "price"),
    [
        pytest.param(BUY, "1.0900", "1.1100", "1.0901", "1.0950", None, None, id="a long watches the bid"),
        pytest.param(BUY, "1.0900", "1.1100", "1.0900", "1.0902", "stop_loss", "1.0900", id="long, SL"),
        pytest.param(BUY, "1.0900", "1.1100", "1.1100", "1.1102", "take_profit", "1.1100", id="long, TP"),
        pytest.param(SELL, "1.1100", "1.0900", "1.1095", "1.1099", None, None, id="a short watches the ask"),
        pytest.param(SELL, "1.1100", "1.0900", "1.1098", "1.1100", "stop_loss", "1.1100", id="short, SL"),
        pytest.param(SELL, "1.1100", "1.0900", "1.0898", "1.0900", "take_profit", "1.0900", id="short, TP"),
        pytest.param(BUY, "1.0900", None, "1.0850", "1.0852", "stop_loss", "1.0850", id="F27 SL is a market order"),
        pytest.param(BUY, None, "1.1100", "1.1150", "1.1152", "take_profit", "1.1150", id="F27 TP at price or better"),
    ],
)
def test_f02_protection(side, stop_loss, take_profit, bid, ask, reason, price):
    held = position(1, "EURUSD", side, "0.10", "1.1000", stop_loss=stop_loss, take_profit=take_profit)
    events = decide(account(positions=[held]), ProcessTick("EURUSD"), market(quote("EURUSD", bid, ask)))
    closed = [(event.reason, event.price) for event in of_type(events, PositionClosed)]
    assert closed == ([] if reason is None else [(CloseReason(reason), Decimal(price))])


def test_a_take_profit_without_improvement_closes_at_its_price():
    held = position(1, "EURUSD", BUY, "0.10", "1.1000", take_profit="1.1100")
    state = account(positions=[held], limit_price_improvement=False)
    (closed,) = of_type(
        decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.1150", "1.1152"))), PositionClosed
    )
    assert closed.price == Decimal("1.1100")


def test_f04_a_triggered_order_without_free_margin_is_rejected():
    state = account("100", orders=[order(1, "EURUSD", BUY, STOP, "1", "1.1000")])
    state, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.0999", "1.1001")))
    (rejected,) = events
    assert isinstance(rejected, OrderRejected)
    assert (rejected.code, rejected.details["margin_needed"]) == ("insufficient_margin", "1100.10")
    assert not state.orders
    assert not state.positions


def test_a_triggered_order_of_a_disabled_account_is_rejected():
    state = account("100000", orders=[order(1, "EURUSD", BUY, STOP, "1", "1.1000")], trading_enabled=False)
    (rejected,) = decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.0999", "1.1001")))
    assert rejected.code == "trading_disabled"


def test_f05_a_level_that_could_not_be_carried_out_stays():
    """The limit condition fails at the fresh quote, so a take profit that was missed waits for the next tick."""
    held = position(1, "EURUSD", BUY, "0.10", "1.1000", take_profit="1.1100")
    missed, fresh = quote("EURUSD", "1.1110", "1.1112"), quote("EURUSD", "1.1050", "1.1052")
    state, events = run(account(positions=[held]), ProcessTick("EURUSD", missed=missed), market(fresh))
    assert events == []
    _, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.1100", "1.1102")))
    assert [event.reason for event in of_type(events, PositionClosed)] == [CloseReason.TAKE_PROFIT]


def test_f15_a_pending_order_inside_the_market_is_refused():
    with pytest.raises(Refused) as refused:
        decide(
            account(),
            PlaceOrder(1, "XAUUSD", BUY, STOP, Decimal("0.01"), price=Decimal("1495")),
            market(quote("XAUUSD", "1499", "1500")),
        )
    assert refused.value.code == "price_wrong_side"


def test_f26_what_a_tick_opens_is_not_looked_at_on_the_same_tick():
    state = account(orders=[order(1, "EURUSD", BUY, STOP, "0.1", "1.1000", take_profit="1.1050")])
    state, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.1098", "1.1100")))
    assert not of_type(events, PositionClosed)
    _, events = run(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.1098", "1.1100")))
    assert of_type(events, PositionClosed)


def test_f26_nothing_fills_on_a_tick_from_before_it_was_placed():
    late = {"placed_at": NOW + timedelta(milliseconds=1)}
    state = account(
        orders=[order(1, "EURUSD", BUY, STOP, "0.1", "1.1000", **late)],
        positions=[position(2, "EURUSD", SELL, "0.1", "1.2", stop_loss="1.1", opened_at=late["placed_at"])],
    )
    assert decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.1098", "1.1100"))) == []


def test_one_tick_through_several_levels_fills_in_the_order_in_which_the_price_met_them():
    orders = [
        order(1, "EURUSD", SELL, LIMIT, "0.1", "1.1030"),
        order(2, "EURUSD", BUY, STOP, "0.1", "1.1020"),
        order(3, "EURUSD", BUY, STOP, "0.1", "1.1010"),
        order(4, "EURUSD", BUY, STOP, "0.1", "1.1010"),
    ]
    held = position(9, "EURUSD", SELL, "0.1", "1.1000", stop_loss="1.1015")
    state = account(orders=orders, positions=[held])
    events = decide(state, ProcessTick("EURUSD"), market(quote("EURUSD", "1.1040", "1.1040")))
    done = [
        event.order_id if isinstance(event, OrderFilled) else -event.position_id
        for event in of_type(events, OrderFilled, PositionClosed)
    ]
    assert done == [3, 4, -9, 2, 1]


def test_stop_loss_and_take_profit_of_a_position_never_both_close_it():
    held = position(1, "EURUSD", BUY, "0.1", "1.1000", stop_loss="1.1050", take_profit="1.1040")
    events = decide(account(positions=[held]), ProcessTick("EURUSD"), market(quote("EURUSD", "1.1045", "1.1046")))
    assert len(of_type(events, PositionClosed)) == 1


def test_a_market_order_is_placed_filled_and_opened():
    at = market(quote("EURUSD", "1.1000", "1.1002"))
    state, events = run(account(), PlaceOrder(7, "EURUSD", BUY, OrderType.MARKET, Decimal("0.10")), at)
    assert [type(event) for event in events] == [OrderPlaced, OrderFilled, PositionOpened]
    assert (events[1].price, events[1].slippage_points) == (Decimal("1.1002"), 0)
    assert events[1].evidence["tick"] == {
        "id": "EURUSD-1.1000", "symbol": "EURUSD", "bid": "1.1000", "ask": "1.1002", "time": NOW.isoformat(),
    }  # fmt: skip
    assert list(state.positions) == [7]


def test_closing_in_part_then_wholly_books_each_part():
    at = market(quote("EURUSD", "1.1010", "1.1012"))
    state = account(positions=[position(1, "EURUSD", BUY, "0.30", "1.1000")])
    state, events = run(state, ClosePosition(1, Decimal("0.10")), at)
    assert [(event.volume, event.remaining_volume) for event in events[:1]] == [(Decimal("0.10"), Decimal("0.20"))]
    assert isinstance(events[1], BalanceUpdated)
    assert (events[1].amount, events[1].reference) == (Decimal("10.00"), "position:1")
    state, _ = run(state, ClosePosition(1), at)
    assert (state.balance, state.positions) == (Decimal("10030.00"), {})


def test_slippage_worsens_market_executions_only():
    slipping = forex("EURUSD", slippage=Slippage(SlippageMode.FIXED, maximum_points=3))
    at = market(quote("EURUSD", "1.1000", "1.1002"), instruments=[slipping])
    state, events = run(account(), PlaceOrder(1, "EURUSD", SELL, OrderType.MARKET, Decimal("0.10")), at)
    assert (events[1].price, events[1].slippage_points) == (Decimal("1.09997"), 3)
    _, events = run(state, ClosePosition(1), at)
    assert events[0].price == Decimal("1.10023")
    limit = account(orders=[order(2, "EURUSD", BUY, LIMIT, "0.1", "1.1002")])
    assert of_type(decide(limit, ProcessTick("EURUSD"), at), OrderFilled)[0].price == Decimal("1.1002")


def test_a_missed_trigger_fills_at_the_first_fresh_quote_and_says_so():
    missed = quote("EURUSD", "1.0900", "1.0902", received_at=NOW - timedelta(minutes=5))
    fresh = quote("EURUSD", "1.0950", "1.0952")
    state = account(orders=[order(1, "EURUSD", SELL, STOP, "0.1", "1.0920")])
    (filled,) = of_type(decide(state, ProcessTick("EURUSD", missed=missed), market(fresh)), OrderFilled)
    assert filled.price == Decimal("1.0950")
    assert filled.evidence["filled_at"] == "first_fresh_quote"
    assert filled.evidence["trigger_tick"]["id"] == "EURUSD-1.0900"
    assert filled.slippage_points == -300
