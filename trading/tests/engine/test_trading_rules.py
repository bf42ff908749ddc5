"""Trade modes, trading hours, freeze level and limits."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from marketdata.sessions import TradingHours
from trading.engine.commands import CancelOrder, ClosePosition, ModifyOrder, ModifyPosition, PlaceOrder, ProcessTick
from trading.engine.decide import decide
from trading.engine.events import CloseReason, OrderFilled, OrderRejected, PositionClosed
from trading.engine.limits import account_exposure
from trading.engine.market import MarginMode, TradeMode
from trading.engine.state import OrderType, Side, TimeInForce
from trading.tests.engine.builders import account, contract, forex, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
LIMIT, STOP, MARKET = OrderType.LIMIT, OrderType.STOP, OrderType.MARKET
D = Decimal
WEEK = TradingHours.from_json(
    {
        "timezone": "America/New_York",
        "hours": [["sun 17:00", "fri 17:00"]],
        "holidays": {"2026-12-24": [["00:00", "13:00"]], "2026-12-25": []},
    }
)


def at(moment="2026-03-02T12:00", bid="1.10000", ask="1.10010", **specification):
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return market(
        quote("EURUSD", bid, ask, received_at=now),
        instruments=[forex("EURUSD", **specification), forex("GBPUSD")],
        now=now,
    )


def place(side=BUY, type=MARKET, price=None, volume="0.10", **fields):
    return PlaceOrder(9, "EURUSD", side, type, D(volume), None if price is None else D(price), **fields)


def refusal(state, command, where):
    with pytest.raises(Refused) as refused:
        decide(state, command, where)
    return refused.value.code


def held(side=BUY, **fields):
    return account(positions=[position(1, "EURUSD", side, "0.10", "1.10000", **fields)])


@pytest.mark.parametrize(
    ("mode", "buys", "sells", "closes"),
    [
        (TradeMode.FULL, True, True, True),
        (TradeMode.LONG_ONLY, True, False, True),
        (TradeMode.SHORT_ONLY, False, True, True),
        (TradeMode.CLOSE_ONLY, False, False, True),
        (TradeMode.DISABLED, False, False, False),
    ],
)
def test_the_trade_mode_says_what_may_be_done(mode, buys, sells, closes):
    where = at(trade_mode=mode)
    for command, allowed in (
        (place(BUY), buys),
        (place(BUY, STOP, "1.2"), buys),
        (place(SELL), sells),
        (place(SELL, LIMIT, "1.2"), sells),
        (ClosePosition(1), closes),
    ):
        if allowed:
            assert decide(held(), command, where)
        else:
            assert refusal(held(), command, where) == "symbol_disabled"


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [(TradeMode.CLOSE_ONLY, OrderRejected), (TradeMode.SHORT_ONLY, OrderRejected), (TradeMode.LONG_ONLY, OrderFilled)],
)
def test_an_order_that_is_triggered_meets_the_trade_mode_of_that_moment(mode, outcome):
    state = account(orders=[order(1, "EURUSD", BUY, STOP, "0.1", "1.1")])
    events = decide(state, ProcessTick("EURUSD"), at(trade_mode=mode))
    assert isinstance(events[0], outcome)


def test_protections_work_in_all_modes_but_disabled():
    state = held(stop_loss="1.10500")
    assert of_type(decide(state, ProcessTick("EURUSD"), at(trade_mode=TradeMode.CLOSE_ONLY)), PositionClosed)
    assert decide(state, ProcessTick("EURUSD"), at(trade_mode=TradeMode.DISABLED)) == []


@pytest.mark.parametrize(
    ("moment", "opens_at"),
    [
        pytest.param("2026-03-06T21:59", None, id="Friday 16:59 in New York"),
        pytest.param("2026-03-06T22:00", "2026-03-08T21:00:00+00:00", id="weekend over the change to summer time"),
        pytest.param("2026-12-24T17:59", None, id="before the early close"),
        pytest.param("2026-12-24T18:00", "2026-12-27T22:00:00+00:00", id="holiday and weekend"),
    ],
)
def test_outside_trading_hours_everything_but_cancelling_is_refused(moment, opens_at):
    where = at(moment, hours=WEEK)
    working = order(1, "EURUSD", BUY, LIMIT, "0.1", "1.05")
    commands = [
        (account(), place()),
        (account(), place(BUY, LIMIT, "1.05")),
        (account(orders=[working]), ModifyOrder(1, price=D("1.06"))),
        (held(), ModifyPosition(1, stop_loss=D("1.05"))),
        (held(), ClosePosition(1)),
        (held(), ClosePosition(1, by_dealer=True)),
    ]
    for state, command in commands:
        if opens_at is None:
            assert decide(state, command, where)
            continue
        with pytest.raises(Refused) as refused:
            decide(state, command, where)
        assert refused.value.code == "market_closed"
        assert refused.value.details["opens_at"] == opens_at
    assert decide(account(orders=[working]), CancelOrder(1), where)


def test_f05_levels_wait_while_the_market_is_closed():
    state = held(stop_loss="1.10500")
    assert decide(state, ProcessTick("EURUSD"), at("2026-03-07T12:00", hours=WEEK)) == []
    (closed,) = of_type(decide(state, ProcessTick("EURUSD"), at("2026-03-08T21:00", hours=WEEK)), PositionClosed)
    assert closed.reason is CloseReason.STOP_LOSS


def test_orders_expire_while_the_market_is_closed():
    friday = datetime(2026, 3, 6, 22, tzinfo=UTC)
    expiring = order(
        1, "EURUSD", BUY, STOP, "0.1", "1.1", time_in_force=TimeInForce.GTD, expires_at=friday + timedelta(hours=1)
    )
    state, _ = run(account(orders=[expiring]), ProcessTick("EURUSD"), at("2026-03-07T12:00", hours=WEEK))
    assert not state.orders


def test_what_the_market_is_about_to_reach_is_frozen():
    where = at(bid="1.10000", ask="1.10010", freeze_level_points=50)
    near = account(orders=[order(1, "EURUSD", BUY, LIMIT, "0.1", "1.09960")])
    far = account(orders=[order(1, "EURUSD", BUY, LIMIT, "0.1", "1.09959")])
    for command in (CancelOrder(1), ModifyOrder(1, price=D("1.05"))):
        assert refusal(near, command, where) == "frozen"
        assert decide(far, command, where)
    for level in ({"stop_loss": "1.09950"}, {"take_profit": "1.10050"}):
        for command in (ClosePosition(1), ModifyPosition(1, stop_loss=D("1.05"))):
            assert refusal(held(**level), command, where) == "frozen"
        assert decide(held(**level), ClosePosition(1, by_dealer=True), where)
    assert decide(held(stop_loss="1.09949", take_profit="1.10051"), ClosePosition(1), where)


def test_the_volume_limit_counts_positions_and_orders_of_one_direction():
    where = at(volume_limit=D("0.30"))
    state = account(
        positions=[position(1, "EURUSD", BUY, "0.10", "1.1"), position(2, "EURUSD", SELL, "5", "1.1")],
        orders=[order(3, "EURUSD", BUY, LIMIT, "0.10", "1.05"), order(4, "GBPUSD", BUY, LIMIT, "5", "1.05")],
        balance="1000000",
    )
    for type, price in ((MARKET, None), (LIMIT, "1.04")):
        assert decide(state, place(BUY, type, price, "0.10"), where)
        assert refusal(state, place(BUY, type, price, "0.11"), where) == "volume_limit"


def test_an_order_within_the_volume_limit_is_filled_when_its_price_comes():
    state, _ = run(account(), place(BUY, LIMIT, "1.05", "0.30"), at(volume_limit=D("0.30")))
    reached = at(bid="1.0499", ask="1.0500", volume_limit=D("0.30"))
    assert of_type(decide(state, ProcessTick("EURUSD"), reached), OrderFilled)


def test_numbers_of_positions_and_orders_have_limits():
    full = account(
        positions=[position(1, "EURUSD", BUY, "0.1", "1.1")],
        orders=[order(2, "EURUSD", BUY, STOP, "0.1", "1.2")],
        positions_max=1,
        orders_max=1,
    )
    assert refusal(full, place(), at()) == "positions_max"
    assert refusal(full, place(BUY, LIMIT, "1.05"), at()) == "orders_max"
    assert decide(full, ClosePosition(1), at())
    (rejected,) = decide(full, ProcessTick("EURUSD"), at(bid="1.2", ask="1.2001"))[:1]
    assert (type(rejected), rejected.code) == (OrderRejected, "positions_max")


@pytest.mark.parametrize(
    ("volume", "refused"),
    [pytest.param("0.10", False, id="22,001 of 22,001"), pytest.param("0.11", True, id="beyond")],
)
def test_the_exposure_of_an_account_has_a_limit(volume, refused):
    state = account(
        positions=[position(1, "EURUSD", SELL, "0.10", "1.1", margin_conversion="1.1")], exposure_max=D("22001")
    )
    command = place(BUY, volume=volume)
    if refused:
        assert refusal(state, command, at()) == "exposure_max"
    else:
        assert decide(state, command, at())


def test_the_exposure_of_futures_counts_what_their_ticks_are_worth():
    future = contract("ES", 1, MarginMode.FUTURES, tick_value=D("12.5"), tick_size=D("0.25"))
    state = account(positions=[position(1, "ES", SELL, "2", "5000")])
    assert account_exposure(state, market(instruments=[future])) == D("500000.00")  # 2 × 50 × 5,000
