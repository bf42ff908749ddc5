"""What must hold of margin and of every stop-out, over random portfolios, policies and prices."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trading.engine.commands import CheckMargin
from trading.engine.decide import decide
from trading.engine.decision import Decision
from trading.engine.events import CloseReason, PositionClosed, PositionReduced
from trading.engine.execution import close_at_market
from trading.engine.margin import entry_margin, margin_required, order_margin
from trading.engine.margin_terms import LeverageTier, MarginRate, MarginRates
from trading.engine.market import MarginMode, Market
from trading.engine.state import (
    HedgedMargin,
    LevelUnit,
    OrderType,
    PositionMode,
    Side,
    StopOutSequence,
)
from trading.engine.stop_out import next_step
from trading.engine.valuation import value_account
from trading.tests.engine.builders import NOW, account, apply, contract, forex, order, position, quote

RATES = MarginRates(
    buy=MarginRate(Decimal("1.5"), Decimal(1)), sell=MarginRate(Decimal(2), Decimal("1.25")),
    buy_limit=Decimal("0.5"), sell_stop=Decimal(1), sell_limit=Decimal(1),
)  # fmt: skip
TIERS = (LeverageTier(Decimal(200_000), Decimal(50)), LeverageTier(Decimal(500_000), Decimal(20)))
PRICES = {"EURUSD": Decimal("1.10"), "USDCHF": Decimal("0.90"), "XAUUSD": Decimal(2000)}
INSTRUMENTS = {
    "EURUSD": forex("EURUSD", margin_rates=RATES, leverage_tiers=TIERS, hedged_margin=Decimal(50_000)),
    "USDCHF": forex("USDCHF", hedged_margin=Decimal(0)),
    "XAUUSD": contract(
        "XAUUSD", 100, MarginMode.CFD_LEVERAGE, initial_margin=Decimal(3000), maintenance_margin=Decimal(2000)
    ),
}
PENDING = [kind for kind in OrderType if kind is not OrderType.MARKET]

symbols = st.sampled_from(list(PRICES))
sides = st.sampled_from(Side)
volumes = st.integers(1, 500).map(lambda hundredths: Decimal(hundredths) / 100)
moves = st.integers(-300, 300)
entries = st.lists(st.tuples(symbols, sides, volumes, moves), max_size=7)
pendings = st.lists(st.tuples(symbols, sides, st.sampled_from(PENDING), volumes), max_size=4)
hedged_margins = st.sampled_from(HedgedMargin)
policies = st.fixed_dictionaries(
    {
        "hedged_margin": hedged_margins,
        "stop_out_sequence": st.sampled_from(StopOutSequence),
        "stop_out_fully_hedged": st.booleans(),
        "leverage": st.sampled_from([30, 100, 500]),
        "stop_out_level": st.sampled_from([20, 50, 100]),
    }
)


def near(symbol, move):
    """Return a price some hundredths of a percent away from the market."""
    instrument = INSTRUMENTS[symbol]
    return (PRICES[symbol] * (10_000 + move) / 10_000).quantize(instrument.point)


def positions_of(entries):
    return [
        position(
            id, symbol, side, str(volume), str(near(symbol, move)),
            margin_conversion=str(near(symbol, move)) if symbol == "EURUSD" else "1",
        )
        for id, (symbol, side, volume, move) in enumerate(entries, 1)
    ]  # fmt: skip


def orders_of(pendings):
    return [
        order(id, symbol, side, kind, str(volume), str(PRICES[symbol]), limit_price=str(PRICES[symbol]))
        for id, (symbol, side, kind, volume) in enumerate(pendings, 101)
    ]


def a_market(*, closed=(), spread=2):
    quotes = {}
    for symbol, price in PRICES.items():
        received = NOW - timedelta(hours=1) if symbol in closed else NOW
        ask = price + spread * INSTRUMENTS[symbol].point
        quotes[symbol] = quote(symbol, str(price), str(ask), received_at=received)
    return Market(NOW, INSTRUMENTS, quotes)


AT = a_market()


@given(entries, pendings)
def test_the_larger_leg_is_no_less_than_either_and_no_more_than_both(entries, pendings):
    def margin(*kept):
        held = [entry for entry in entries if entry[1] in kept]
        working = [entry for entry in pendings if entry[1] in kept]
        return margin_required(account(positions=positions_of(held), orders=orders_of(working)), AT)

    whole, buys, sells = margin(*Side), margin(Side.BUY), margin(Side.SELL)
    assert max(buys, sells) <= whole <= buys + sells


@given(entries, pendings, st.tuples(symbols, sides, volumes, moves))
def test_another_position_or_order_never_lowers_the_larger_leg(entries, pendings, added):
    orders = orders_of(pendings)
    before = margin_required(account(positions=positions_of(entries), orders=orders), AT)
    assert margin_required(account(positions=positions_of([*entries, added]), orders=orders), AT) >= before
    assert margin_required(account(positions=positions_of(entries), orders=orders[1:]), AT) <= before


@given(symbols, sides, volumes, volumes, st.sampled_from([30, 100, 500]), hedged_margins)
def test_margin_grows_with_volume_and_falls_with_leverage(symbol, side, less, more, leverage, hedged):
    def margin(volume, leverage):
        held = positions_of([(symbol, side, volume, 0)])
        return margin_required(account(positions=held, leverage=leverage, hedged_margin=hedged), AT)

    less, more = sorted((less, more))
    assert margin(less, leverage) <= margin(more, leverage)
    assert margin(more, leverage) >= margin(more, leverage * 2)


@given(entries, pendings, st.tuples(symbols, sides, volumes), hedged_margins, st.sampled_from(PositionMode))
def test_an_order_on_its_way_can_only_raise_the_margin(entries, pendings, arriving, hedged, mode):
    if mode is PositionMode.NETTING:
        entries = list({symbol: (symbol, *rest) for symbol, *rest in entries}.values())
    state = account(
        positions=positions_of(entries), orders=orders_of(pendings), hedged_margin=hedged, position_mode=mode
    )
    symbol, side, volume = arriving
    new = order(201, symbol, side, OrderType.LIMIT, str(volume), str(PRICES[symbol]))
    assert entry_margin(state, new, new.price, AT) >= margin_required(state, AT)


# --- Stop-outs ---------------------------------------------------------------------------------
def at_a_level(entries, pendings, policy, percent, market):
    """Return an account whose equity is `percent` of its margin, or that many dollars where it needs none."""
    state = account("0", positions=positions_of(entries), orders=orders_of(pendings), **policy)
    value = value_account(state, market)
    equity = (value.margin or Decimal(100)) * percent / 100
    return replace(state, balance=(equity - value.floating).quantize(Decimal("0.01")))


@settings(max_examples=100)
@given(entries, pendings, policies, st.integers(-20, 120), st.sets(symbols, max_size=2))
def test_every_sequence_ends_above_the_stop_out_level_or_with_nothing_left_to_close(
    entries, pendings, policy, percent, closed
):
    market = a_market(closed=closed)
    state = at_a_level(entries, pendings, policy, percent, market)
    was_due = value_account(state, market).is_stopped_out(state.policy)
    events = decide(state, CheckMargin(), market)
    after = apply(state, events)
    closings = [event for event in events if isinstance(event, PositionClosed | PositionReduced)]
    assert all(event.symbol not in closed for event in closings), "closed markets are left alone"
    if not was_due:
        assert not closings
    elif value_account(after, market).is_stopped_out(after.policy):
        assert all(held.symbol in closed for held in after.positions.values())
        assert not any(order_margin(entry, after, market) for entry in after.orders.values())


@settings(max_examples=100)
@given(entries, policies, st.integers(5, 100), st.integers(0, 30))
def test_smart_closes_no_more_than_it_needs(entries, policy, percent, spread):
    market = a_market(spread=spread)
    state = at_a_level(entries, [], policy | {"stop_out_sequence": StopOutSequence.SMART}, percent, market)
    decision = Decision(state, market)

    def after(closings):
        attempt = Decision(decision.state, market)
        for held, volume in closings:
            if volume:
                close_at_market(attempt, held, volume, market.quote(held.symbol), CloseReason.STOP_OUT, {})
        return value_account(attempt.state, market)

    trimmed = False
    while (value := value_account(decision.state, market)).is_stopped_out(state.policy):
        step = next_step(decision, value)
        assert step is not None, "every market is open"
        if not after(step.closings).is_stopped_out(state.policy):
            less = [(held, volume - INSTRUMENTS[held.symbol].volume_step) for held, volume in step.closings]
            assert after(less).is_stopped_out(state.policy), "a step less would have been enough"
            trimmed = True
        for held, volume in step.closings:
            close_at_market(decision, held, volume, market.quote(held.symbol), CloseReason.STOP_OUT, {})
    assert trimmed or decision.state == state


@settings(max_examples=60)
@given(entries, st.sampled_from(StopOutSequence), st.integers(-500, 3000))
def test_levels_in_money_end_above_their_level_or_with_nothing_held(entries, sequence, equity):
    assume(entries)
    state = account("0", positions=positions_of(entries), stop_out_sequence=sequence, level_unit=LevelUnit.MONEY)
    state = replace(
        state,
        balance=equity - value_account(state, AT).floating,
        policy=replace(state.policy, margin_call_level=Decimal(1000), stop_out_level=Decimal(500)),
    )
    after = apply(state, decide(state, CheckMargin(), AT))
    assert not after.positions if equity <= 500 else after.positions == state.positions
