"""The sequences of a stop-out and the accounts they apply to; the ids are those of the conformance collection."""

from datetime import timedelta
from decimal import Decimal

import pytest

from marketdata.sessions import TradingHours
from trading.engine.commands import CheckMargin, ClosePosition
from trading.engine.decide import decide
from trading.engine.events import (
    BalanceUpdated,
    CloseReason,
    MarginCallCleared,
    MarginCallRaised,
    OrderCancelled,
    PositionClosed,
    PositionReduced,
    StopOutTriggered,
)
from trading.engine.margin_terms import MarginRates
from trading.engine.state import (
    CompensationCredit,
    HedgedMargin,
    LevelUnit,
    OrderType,
    PositionMode,
    Side,
    StopOutSequence,
)
from trading.engine.valuation import value_account
from trading.tests.engine.builders import NOW, account, forex, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
SMART = {"stop_out_sequence": StopOutSequence.SMART}
GRADUAL = {"stop_out_sequence": StopOutSequence.GRADUAL}
BASIC = {"hedged_margin": HedgedMargin.BASIC}


def lot(id=1, symbol="EURUSD", side=BUY, volume="1", open_price="1.10000", **changes):
    """Return a position whose margin is 1,000 dollars a lot at 1:100."""
    return position(id, symbol, side, volume, open_price, **changes)


def closings(events):
    """Return (position, volume) of each closing deal in order."""
    return [(event.position_id, event.volume) for event in of_type(events, PositionClosed, PositionReduced)]


def lots(*closed):
    return [(id, Decimal(volume)) for id, volume in closed]


# --- MT5 ---------------------------------------------------------------------------------------
def test_l03_a_netting_account_closes_no_more_at_once_than_a_deal_may_have():
    eurusd = forex("EURUSD", volume_max=Decimal(20))
    at = market(quote("EURUSD", "1.09000"), instruments=[eurusd])
    held = [lot(volume="50")]
    state = account("74000", positions=held, position_mode=PositionMode.NETTING)  # 24,000 of 50,000
    state, events = run(state, CheckMargin(), at)
    assert closings(events) == lots((1, "20")), "80 % of the 30,000 that the rest needs"
    assert state.positions[1].volume == 30
    state, events = run(account("55001", positions=held, position_mode=PositionMode.NETTING), CheckMargin(), at)
    assert closings(events) == lots((1, "20"), (1, "20")), "5,001 is just above half of the 10,000 that remain"


@pytest.mark.parametrize("sequence", list(StopOutSequence))
def test_l03_outside_of_the_trading_hours_of_its_symbol_a_position_is_left(sequence):
    morning = TradingHours.from_json({"timezone": "UTC", "hours": [["mon 08:00", "mon 11:00"]]})
    closed = forex("AUDUSD", hours=morning)
    held = [lot(1), lot(2, "AUDUSD", open_price="0.70000")]
    at = market(quote("EURUSD", "1.10000"), quote("AUDUSD", "0.60000"), instruments=[closed])
    state, events = run(account("10400", positions=held, stop_out_sequence=sequence), CheckMargin(), at)
    assert closings(events) == lots((1, "1")), "it is Monday noon, and only euros are traded"
    assert list(state.positions) == [2]


# --- Smart -------------------------------------------------------------------------------------
def test_smart_trims_the_largest_position_by_as_little_as_is_enough():
    held = [lot(1, volume="1", open_price="1.11000"), lot(2, volume="3"), lot(3, volume="2")]
    at = market(quote("EURUSD", "1.09000"))
    state, events = run(account("9900", positions=held, **SMART), CheckMargin(), at)  # 2,900 of 6,000
    assert closings(events) == lots((2, "0.21")), "2,900 is just above half of 5,790"
    assert isinstance(of_type(events, PositionReduced)[0], PositionReduced)
    assert value_account(state, at).margin_level > 50


def test_smart_closes_whole_positions_before_it_trims_the_next():
    held = [lot(1, volume="3"), lot(2, volume="2")]
    at = market(quote("EURUSD", "1.09000"))
    _, events = run(account("5700", positions=held, **SMART), CheckMargin(), at)  # 700 of 5,000
    assert closings(events) == lots((1, "3"), (2, "0.61")), "700 is just above half of 1,390"


def test_smart_deletes_reserving_orders_before_anything_is_closed():
    eurusd = forex("EURUSD", margin_currency="USD", margin_rates=MarginRates(buy_limit=Decimal(1)))
    orders = [
        order(11, "EURUSD", BUY, OrderType.LIMIT, "1", "1.05"),
        order(12, "EURUSD", SELL, OrderType.LIMIT, "1", "1.2"),
    ]
    state = account("1900", positions=[lot()], orders=orders, **SMART)
    state, events = run(state, CheckMargin(), market(quote("EURUSD", "1.09000"), instruments=[eurusd]))
    assert [event.order_id for event in of_type(events, OrderCancelled)] == [11]
    assert closings(events) == []
    assert list(state.orders) == [12], "one that reserves nothing stays"


def test_smart_leaves_a_covered_side_alone_because_it_holds_no_margin():
    held = [lot(1, volume="3"), lot(2, side=SELL, volume="2")]
    _, events = run(account("2400", positions=held, **SMART), CheckMargin(), market(quote("EURUSD", "1.09000")))
    assert closings(events) == lots((1, "0.21")), "1,400 is just above half of 2,790"


@pytest.mark.parametrize("hedged", [None, Decimal(100_000)], ids=["larger leg", "basic"])
def test_smart_trims_opposite_positions_together_where_neither_holds_the_margin_alone(hedged):
    eurusd = forex("EURUSD", hedged_margin=hedged, margin_currency="USD")
    policy = SMART | ({} if hedged is None else BASIC)
    held = [lot(1), lot(2, side=SELL)]
    at = market(quote("EURUSD", "1.10000"), instruments=[eurusd])
    state, events = run(account("490", positions=held, **policy), CheckMargin(), at)
    assert closings(events) == lots((1, "0.03"), (2, "0.03")), "490 is just above half of 970"
    assert value_account(state, at).margin == Decimal("970.00")


def test_smart_does_not_uncover_under_basic_hedged_margin():
    eurusd = forex("EURUSD", hedged_margin=Decimal(0), margin_currency="USD")
    held = [lot(1, volume="3"), lot(2, side=SELL, volume="2"), lot(3, "AUDUSD", volume="1", open_price="0.70000")]
    aud = forex("AUDUSD", margin_currency="USD")
    at = market(quote("EURUSD", "1.10000"), quote("AUDUSD", "0.70000"), instruments=[eurusd, aud])
    _, events = run(account("400", positions=held, **SMART, **BASIC), CheckMargin(), at)
    assert closings(events) == lots((1, "1"), (3, "0.21")), "one uncovered lot, then what 400 is not enough for"


def test_smart_leaves_no_rest_smaller_than_the_smallest_volume():
    eurusd = forex("EURUSD", volume_min=Decimal("0.5"), volume_step=Decimal("0.1"))
    at = market(quote("EURUSD", "1.10000"), instruments=[eurusd])
    _, events = run(account("350", positions=[lot(), lot(2, volume="0.5")], **SMART), CheckMargin(), at)
    assert closings(events) == lots((1, "1")), "0.9 would leave 0.1"
    _, events = run(account("745", positions=[lot(volume="1.5")], **SMART), CheckMargin(), at)
    assert closings(events) == lots((1, "0.5")), "0.1 would do and is too small a deal"


# --- Gradual -----------------------------------------------------------------------------------
def gradual(balance, *, at=None, **changes):
    held = [
        lot(1, open_price="1.10000"),
        lot(2, open_price="1.11000"),
        lot(3, open_price="1.08000"),
        lot(4, open_price="1.08500"),
    ]
    orders = [order(11, "EURUSD", BUY, OrderType.LIMIT, "1", "1.05")]
    state = account(balance, positions=held, orders=orders, **GRADUAL, **changes)
    return run(state, CheckMargin(), at or market(quote("EURUSD", "1.09000")))


def test_gradual_deletes_all_orders_then_closes_all_that_lose_at_once():
    state, events = gradual("3000")  # 1,500 of 4,000
    assert [event.order_id for event in of_type(events, OrderCancelled)] == [11], "also one that reserves nothing"
    assert closings(events) == lots((2, "1"), (1, "1"))
    assert sorted(state.positions) == [3, 4]


def test_gradual_closes_the_rest_when_the_losing_ones_were_not_enough():
    state, events = gradual("1500")  # nothing left of equity
    assert closings(events) == lots((2, "1"), (1, "1"), (4, "1"), (3, "1"))
    assert not state.positions


def test_gradual_closes_what_is_left_as_its_market_opens():
    stale = quote("AUDUSD", "0.60000", received_at=NOW - timedelta(hours=1))
    held = [lot(1), lot(2, "AUDUSD", open_price="0.70000")]
    state, events = run(
        account("10400", positions=held, **GRADUAL), CheckMargin(), market(quote("EURUSD", "1.10000"), stale)
    )
    assert closings(events) == lots((1, "1")), "nothing is lost on it, but its market is open"
    assert value_account(state, market(quote("EURUSD", "1.1"), stale)).is_stopped_out(state.policy)
    _, events = run(state, CheckMargin(), market(quote("EURUSD", "1.10000"), quote("AUDUSD", "0.60000")))
    assert closings(events) == lots((2, "1"))


# --- Levels ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("price", "raised", "stopped"),
    [("1.09300", False, False), ("1.09200", True, False), ("1.09100", True, False), ("1.09000", True, True)],
)
def test_l01_levels_in_money_are_equity(price, raised, stopped):
    policy = {"level_unit": LevelUnit.MONEY, "margin_call_level": Decimal(700), "stop_out_level": Decimal(500)}
    events = decide(account("1500", positions=[lot()], **policy), CheckMargin(), market(quote("EURUSD", price)))
    assert (bool(of_type(events, MarginCallRaised)), bool(of_type(events, StopOutTriggered))) == (raised, stopped)


def test_a_level_in_money_means_nothing_to_an_account_that_holds_nothing():
    policy = {"level_unit": LevelUnit.MONEY, "margin_call_level": Decimal(700), "stop_out_level": Decimal(500)}
    assert decide(account("0", **policy), CheckMargin(), market()) == []


def test_a_level_in_money_is_stated_in_the_evidence():
    policy = {"level_unit": LevelUnit.MONEY, "margin_call_level": Decimal(700), "stop_out_level": Decimal(500)}
    events = decide(account("1500", positions=[lot()], **policy), CheckMargin(), market(quote("EURUSD", "1.09")))
    (event,) = of_type(events, StopOutTriggered)
    assert event.evidence["threshold"] == "equity ≤ 500"
    assert event.evidence["sequence"] == "mt5"


# --- Fully hedged accounts ---------------------------------------------------------------------
def fully_hedged(balance, **policy):
    eurusd = forex("EURUSD", hedged_margin=Decimal(0))
    held = [lot(1, open_price="1.11000"), lot(2, side=SELL, open_price="1.10000")]
    state = account(balance, positions=held, **BASIC, **policy)
    return run(state, CheckMargin(), market(quote("EURUSD", "1.10000"), instruments=[eurusd]))


@pytest.mark.parametrize("sequence", list(StopOutSequence))
def test_l06_a_fully_hedged_account_is_stopped_out_only_if_its_group_says_so(sequence):
    policy = {"stop_out_sequence": sequence}
    assert fully_hedged("900", **policy)[1] == []
    state, events = fully_hedged("900", stop_out_fully_hedged=True, **policy)
    (announced,) = of_type(events, StopOutTriggered)
    assert (announced.level, announced.equity, announced.margin) == (None, Decimal("-100.00"), 0)
    assert announced.evidence["threshold"] == "equity < 0, no margin in use"
    assert closings(events)[0] == (1, Decimal(1)), "the largest loss goes first"
    assert not state.positions
    assert state.balance == 0


def test_l06_a_fully_hedged_account_with_equity_left_stays():
    assert fully_hedged("1000", stop_out_fully_hedged=True)[1] == []


# --- Negative balance --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("credit", "expected", "left"),
    [
        (CompensationCredit.BEARS_LOSS, [("negative_balance_compensation", "2500")], ("-1000", "1000")),
        (CompensationCredit.KEPT, [("negative_balance_compensation", "3500")], ("0", "1000")),
        (
            CompensationCredit.WITHDRAWN,
            [("negative_balance_compensation", "3500"), ("credit", "-1000")],
            ("0", "0"),
        ),
    ],
)
def test_what_becomes_of_credit_when_a_negative_balance_is_compensated(credit, expected, left):
    state = account("1500", credit="1000", positions=[lot()], compensation_credit=credit)
    state, events = run(state, CheckMargin(), market(quote("EURUSD", "1.05000")))
    entries = [(event.reason.value, event.amount) for event in of_type(events, BalanceUpdated)]
    assert entries[1:] == [(reason, Decimal(amount)) for reason, amount in expected]
    assert (state.balance, state.credit) == tuple(map(Decimal, left))


def test_credit_is_not_touched_while_the_balance_is_positive():
    state = account("1500", credit="1000", positions=[lot()], compensation_credit=CompensationCredit.WITHDRAWN)
    state, _ = run(state, ClosePosition(1), market(quote("EURUSD", "1.09000")))
    assert (state.balance, state.credit) == (Decimal("500.00"), Decimal("1000"))


def test_credit_counts_as_equity_until_it_is_lost():
    state = account("500", credit="1000", positions=[lot()])
    at = market(quote("EURUSD", "1.09001"))
    assert value_account(state, at).equity == Decimal("501.00")
    assert not of_type(decide(state, CheckMargin(), at), StopOutTriggered)
    _, events = run(state, CheckMargin(), market(quote("EURUSD", "1.09000")))
    assert [event.reason for event in of_type(events, PositionClosed)] == [CloseReason.STOP_OUT]
    assert of_type(events, MarginCallCleared)
