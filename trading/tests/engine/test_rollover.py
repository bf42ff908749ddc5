"""Nights are charged once each, in order, however late; swaps accrue and reach the balance with the closing deal."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from trading.engine.commands import ClosePosition, PlaceOrder, RollOver
from trading.engine.events import BalanceUpdated, PositionClosed, PositionOpened, PositionReduced, SwapCharged
from trading.engine.evolve import evolve
from trading.engine.state import OrderType, PositionMode, Side
from trading.engine.terms import SwapMode, SwapTerms
from trading.engine.valuation import value_account
from trading.tests.engine.builders import account, forex, market, of_type, position, quote, run

D = Decimal
TERMS = SwapTerms(mode=SwapMode.MONEY_DEPOSIT, long=D("-6.50"), short=D("2.00"))
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def at(moment, **terms):
    """Return the market of EURUSD at a moment (UTC, `03-04 22:00`)."""
    now = datetime.strptime(f"2026-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    swap = SwapTerms(**{"mode": TERMS.mode, "long": TERMS.long, "short": TERMS.short} | terms)
    return market(quote("EURUSD", "1.1", received_at=now), instruments=[forex("EURUSD", swap=swap)], now=now)


def holding(*positions):
    return account(positions=positions or [position(1, "EURUSD", Side.BUY, "1", "1.1", opened_at=MONDAY)])


def nights(events):
    return [(event.day.day, event.multiplier, event.amount) for event in of_type(events, SwapCharged)]


def test_a_night_is_charged_once():
    state, events = run(holding(), RollOver(), at("03-02 21:59"))
    assert not events
    state, events = run(state, RollOver(), at("03-02 22:00"))
    assert nights(events) == [(2, 1, D("-6.50"))]
    assert not events[0].late
    assert (state.positions[1].swap, state.positions[1].swap_day) == (D("-6.50"), date(2026, 3, 2))
    for again in ("03-02 22:00", "03-02 22:01", "03-03 21:59"):
        assert run(state, RollOver(), at(again)) == (state, [])


def test_missed_nights_are_caught_up_each_as_an_event_of_its_own():
    state, events = run(holding(), RollOver(), at("03-05 22:01"))
    assert nights(events) == [(2, 1, D("-6.50")), (3, 1, D("-6.50")), (4, 3, D("-19.50")), (5, 1, D("-6.50"))]
    assert [event.late for event in events] == [True, True, True, False]
    assert [event.swap for event in events] == [D("-6.50"), D("-13.00"), D("-32.50"), D("-39.00")]
    assert state.positions[1].swap == D("-39.00")
    assert run(state, RollOver(), at("03-05 22:02")) == (state, [])


def test_the_event_says_at_which_quote_and_when():
    _, (event,) = run(holding(), RollOver(), at("03-03 04:00"))
    assert event.late
    assert event.evidence["day_ended_at"] == "2026-03-02T22:00:00+00:00"
    assert event.evidence["charged_at"] == "2026-03-03T04:00:00+00:00"
    assert event.evidence["tick"]["id"] == "EURUSD-1.1"
    assert event.evidence["swap_formula"] == "1 × -6.50 × 1 × 1 = -6.50 USD"


def test_d08_a_week_costs_seven_nights_whether_nightly_or_at_once():
    nightly = holding()
    for day in range(2, 10):
        nightly, _ = run(nightly, RollOver(), at(f"03-{day:02} 22:00"))
    at_once, _ = run(holding(), RollOver(), at("03-09 10:00"))
    assert at_once.positions[1].swap == D("-45.50")
    assert nightly.positions[1].swap == D("-45.50") + D("-6.50")  # the ninth's night, too


def test_only_what_was_open_at_the_end_of_the_day_is_charged():
    late = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    long, short = (
        position(1, "EURUSD", Side.BUY, "1", "1.1", opened_at=MONDAY),
        position(2, "EURUSD", Side.SELL, "0.5", "1.1", opened_at=late),
    )
    _, events = run(holding(long, short), RollOver(), at("03-02 22:00"))
    assert [event.position_id for event in events] == [1]
    _, events = run(holding(long, short), RollOver(), at("03-03 22:00"))
    assert [(event.position_id, event.day.day, event.amount) for event in events] == [
        (1, 2, D("-6.50")),
        (1, 3, D("-6.50")),
        (2, 3, D("1.00")),
    ]


def test_another_rollover_time_does_not_charge_a_day_again():
    state, _ = run(holding(), RollOver(), at("03-02 22:00"))
    state, events = run(state, RollOver(), at("03-02 23:30", rollover_time=time(18)))
    assert not events
    _, events = run(state, RollOver(), at("03-03 23:30", rollover_time=time(18)))
    assert nights(events) == [(3, 1, D("-6.50"))]


def test_nights_without_a_multiplier_are_no_events():
    saturday = position(1, "EURUSD", Side.BUY, "1", "1.1", opened_at=datetime(2026, 3, 7, 10, 0, tzinfo=UTC))
    assert run(holding(saturday), RollOver(), at("03-08 23:00"))[1] == []


def test_a_position_whose_price_is_missing_waits_and_the_others_do_not():
    swap = SwapTerms(mode=SwapMode.MONEY_PROFIT, long=D(-100))
    positions = [
        position(id, symbol, Side.BUY, "1", "150", opened_at=MONDAY) for id, symbol in ((1, "GBPJPY"), (2, "EURUSD"))
    ]
    instruments = [forex("GBPJPY", swap=swap), forex("EURUSD", swap=TERMS)]
    now = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    state, events = run(account(positions=positions), RollOver(), market(instruments=instruments, now=now))
    assert [event.position_id for event in events] == [2]
    later = market(quote("USDJPY", "150"), instruments=instruments, now=now)
    _, events = run(state, RollOver(), later)
    assert [(event.position_id, event.amount) for event in events] == [(1, D("-0.67"))]


def test_swap_accrues_in_equity_and_reaches_the_balance_on_closing():
    state, _ = run(holding(), RollOver(), at("03-02 22:00"))
    assert state.balance == 10_000
    assert value_account(state, at("03-03 10:00")).equity == D("9993.50")
    state, events = run(state, ClosePosition(1, D("0.3")), market(quote("EURUSD", "1.1")))
    assert [event.swap for event in of_type(events, PositionReduced)] == [D("-1.95")]
    assert state.balance == D("9998.05")
    assert state.positions[1].swap == D("-4.55")
    state, events = run(state, ClosePosition(1), market(quote("EURUSD", "1.1")))
    assert [event.swap for event in of_type(events, PositionClosed)] == [D("-4.55")]
    assert [(event.reason, event.amount) for event in of_type(events, BalanceUpdated)][1:] == [("swap", D("-4.55"))]
    assert state.balance == D("9993.50")


@pytest.mark.parametrize("mode", [SwapMode.DISABLED, SwapMode.POINTS])
def test_a_free_night_is_settled_so_that_rates_set_later_do_not_reach_back(mode):
    free = market(instruments=[forex("EURUSD", swap=SwapTerms(mode=mode))], now=datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    state, events = run(holding(), RollOver(), free)
    assert nights(events) == [(2, 1, 0)]
    _, events = run(state, RollOver(), at("03-03 22:00"))
    assert nights(events) == [(3, 1, D("-6.50"))]


def test_what_closes_before_the_rollover_was_run_is_charged_first():
    state, events = run(holding(), ClosePosition(1), at("03-03 22:00"))
    assert nights(events) == [(2, 1, D("-6.50")), (3, 1, D("-6.50"))]
    (closed,) = of_type(events, PositionClosed)
    assert closed.swap == D("-13.00")
    assert state.balance == D("9987.00")


def test_what_is_added_after_a_night_is_not_charged_for_it():
    netting = replace(holding().policy, position_mode=PositionMode.NETTING)
    state = replace(holding(), policy=netting)
    state, events = run(state, PlaceOrder(2, "EURUSD", Side.BUY, OrderType.MARKET, D(4)), at("03-02 22:00"))
    assert nights(events) == [(2, 1, D("-6.50"))]
    assert run(state, RollOver(), at("03-02 22:01")) == (state, [])
    assert (state.positions[1].volume, state.positions[1].swap) == (5, D("-6.50"))


def test_a_night_without_its_price_does_not_keep_a_position_open():
    instrument = forex("EURUSD", base_currency="CHF", swap=SwapTerms(mode=SwapMode.MONEY_BASE, long=D(-5)))
    now = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    late = market(quote("EURUSD", "1.1", received_at=now), instruments=[instrument], now=now)
    state, events = run(holding(), ClosePosition(1), late)
    assert not state.positions
    assert nights(events) == []


def test_positions_are_charged_in_order_of_their_ids_whichever_was_opened_first():
    opened = account()
    for position_id in (3, 1, 2):
        opened = evolve(opened, PositionOpened(position(position_id, "EURUSD", Side.BUY, "1", "1.1", opened_at=MONDAY)))
    _, events = run(opened, RollOver(), at("03-02 22:00"))
    assert [event.position_id for event in of_type(events, SwapCharged)] == [1, 2, 3]


def margin_rate_after(moment, *, refreshed, quotes=(("EURUSD", "1.2", "1.3"),), side=Side.BUY, mode=SwapMode.DISABLED):
    """Return the rate of the margin of a position opened at 1.1, once nights have been charged."""
    terms = SwapTerms(mode=mode, long=D("-6.50"), short=D("2.00"))
    eurusd = forex("EURUSD", swap=terms, margin_refreshed_nightly=refreshed)
    held = position(1, "EURUSD", side, "1", "1.1", opened_at=MONDAY, margin_conversion="1.1")
    state, _ = run(holding(held), RollOver(), replace(at(moment), instruments={"EURUSD": eurusd}, quotes={
        symbol: quote(symbol, *prices) for symbol, *prices in quotes
    }))  # fmt: skip
    return state.positions[1].margin_conversion


def test_the_rate_of_the_margin_may_be_taken_anew_each_night():
    """MT5, end-of-day margin conversion rate recalculation: as for a deal, also without swaps, not without prices."""
    assert margin_rate_after("03-02 22:00", refreshed=False) == D("1.1")
    assert margin_rate_after("03-02 21:59", refreshed=True) == D("1.1")
    assert margin_rate_after("03-02 22:00", refreshed=True) == D("1.3")
    assert margin_rate_after("03-02 22:00", refreshed=True, side=Side.SELL) == D("1.2")
    assert margin_rate_after("03-02 22:00", refreshed=True, mode=SwapMode.MONEY_DEPOSIT) == D("1.3")
    assert margin_rate_after("03-02 22:00", refreshed=True, quotes=()) == D("1.1")
