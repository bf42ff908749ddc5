"""The sweep in floating point finds every account about which exact arithmetic would decide something."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.ticks import Tick, to_units
from trading.engine.commands import CheckMargin
from trading.engine.decide import decide
from trading.engine.market import MarginMode
from trading.engine.pricing import SpreadMode, SpreadPolicy
from trading.engine.state import AccountState, HedgedMargin, LevelUnit, Policy, Side
from trading.engine.valuation import value_account
from trading.runner.margin_watch import MarginWatch
from trading.selectors.conditions import Conditions
from trading.selectors.market import group_market
from trading.tests.engine.builders import NOW, contract, forex, position

INSTRUMENTS = {
    "EURUSD": forex("EURUSD", hedged_margin=Decimal(0)),
    "USDJPY": forex("USDJPY"),
    "EURGBP": forex("EURGBP"),
    "GBPUSD": forex("GBPUSD"),
    "XAUUSD": contract("XAUUSD", 100),
    "JP225": contract("JP225", 1, MarginMode.CFD, quote_currency="JPY", margin_currency="JPY", digits=0),
}
PRICES = {"EURUSD": "1.1", "USDJPY": "150", "EURGBP": "0.85", "GBPUSD": "1.3", "XAUUSD": "2000", "JP225": "38000"}
CENTS = {"USD": Decimal("0.01"), "EUR": Decimal("0.01"), "JPY": Decimal(1)}


@st.composite
def ticks(draw):
    """A tick of every symbol, within 3 % of its usual price, with a spread of up to 0.2 %."""
    drawn = {}
    for symbol, price in PRICES.items():
        units = int(to_units(Decimal(price)) * draw(st.floats(0.97, 1.03)))
        drawn[symbol] = Tick(symbol, units, units + int(units * draw(st.floats(0, 0.002))), 0, 0, "test", "1-1")
    return drawn


@st.composite
def groups(draw):
    spreads = {
        symbol: SpreadPolicy(
            draw(st.sampled_from(SpreadMode)), draw(st.integers(0, 50)), instrument.digits, draw(st.integers(0, 20))
        )
        for symbol, instrument in INSTRUMENTS.items()
    }
    return Conditions(1, None, "Test", None, INSTRUMENTS, spreads, Policy())


@st.composite
def accounts(draw, number, conditions, prices):
    """An account whose equity is within a few hundred cents of one of its thresholds at the given prices."""
    currency = draw(st.sampled_from(sorted(CENTS)))
    opened = {}
    for id in range(1, draw(st.integers(0, 5)) + 1):
        symbol = draw(st.sampled_from(sorted(INSTRUMENTS)))
        price = (Decimal(PRICES[symbol]) * draw(st.decimals("0.8", "1.2", places=4))).quantize(
            INSTRUMENTS[symbol].point
        )
        opened[id] = position(
            10 * number + id,
            symbol,
            draw(st.sampled_from(Side)),
            str(draw(st.decimals("0.01", "5", places=2))),
            str(price),
            margin_conversion=draw(st.decimals("0.5", "1.5", places=4)),
        )
    state = AccountState(
        number,
        currency,
        margin_call=draw(st.booleans()),
        policy=Policy(
            leverage=Decimal(draw(st.sampled_from([30, 100, 500]))),
            hedged_margin=draw(st.sampled_from(HedgedMargin)),
            stop_out_fully_hedged=draw(st.booleans()),
            level_unit=draw(st.sampled_from(LevelUnit)),
        ),
        positions={held.id: held for held in opened.values()},
    )
    valued = value_account(state, group_market(conditions, prices, NOW))
    level = draw(st.sampled_from([state.policy.margin_call_level, state.policy.stop_out_level]))
    wanted = level if state.policy.level_unit is LevelUnit.MONEY else valued.margin * level / 100
    wanted += draw(st.integers(-300, 300)) * CENTS[currency]
    return replace(state, balance=(wanted - valued.equity).quantize(CENTS[currency]))


def moved(states, conditions, prices):
    """Return the accounts about which a margin check decides something, all of them looked at exactly."""
    market = group_market(conditions, prices, NOW)
    return {state.id for state in states if decide(state, CheckMargin(), market)}


@settings(max_examples=60)
@given(st.data())
def test_the_sweep_flags_whatever_exact_arithmetic_would(data):
    conditions, before, now = data.draw(groups()), data.draw(ticks()), data.draw(ticks())
    states = [data.draw(accounts(number, conditions, now)) for number in range(1, 5)]
    watch = MarginWatch()
    for state in states:
        watch.set_account(state, conditions, before)
    exact = moved(states, conditions, now)
    flagged = watch.sweep(now)
    assert exact <= set(flagged)
    assert moved([state for state in states if state.id in flagged], conditions, now) == exact


@settings(max_examples=60)
@given(st.data())
def test_the_last_tick_flags_what_holds_its_symbol(data):
    conditions, before, now = data.draw(groups()), data.draw(ticks()), data.draw(ticks())
    states = [data.draw(accounts(number, conditions, now)) for number in range(1, 5)]
    watch = MarginWatch()
    for state in states:
        watch.set_account(state, conditions, before)
    seen = dict(before)
    flagged = set()
    for symbol in data.draw(st.permutations(sorted(now))):
        seen[symbol] = now[symbol]
        flagged = set(watch.price(symbol, seen))
        holders = {state.id for state in states if symbol in {held.symbol for held in state.positions.values()}}
        assert moved(states, conditions, seen) & holders <= flagged


def test_an_account_that_closed_its_positions_is_forgotten():
    conditions = Conditions(1, None, "Test", None, INSTRUMENTS, dict.fromkeys(INSTRUMENTS, SpreadPolicy()), Policy())
    prices = {"EURUSD": Tick("EURUSD", to_units(Decimal("1.1")), to_units(Decimal("1.1")), 0, 0, "test", "1-1")}
    held = position(1, "EURUSD", Side.BUY, "1", "1.1")
    state = AccountState(1, "USD", balance=Decimal(10), positions={1: held})
    watch = MarginWatch()
    watch.set_account(state, conditions, prices)
    assert watch.sweep(prices) == watch.price("EURUSD", prices) == [1]
    watch.set_account(replace(state, positions={}), conditions, prices)
    assert watch.sweep(prices) == watch.price("EURUSD", prices) == []
