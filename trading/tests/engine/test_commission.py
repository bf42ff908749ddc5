"""Worked examples of commission; the ids are those of the conformance collection."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import CloseBy, ClosePosition, PlaceOrder, RollOver
from trading.engine.commission import deal_commission, settlement_moment
from trading.engine.events import (
    BalanceUpdated,
    CommissionBlocked,
    CommissionSettled,
    OrderFilled,
    PositionClosed,
    PositionReduced,
)
from trading.engine.market import MarginMode
from trading.engine.preview import preview
from trading.engine.state import BlockedCommission, OrderType, PositionMode, Side
from trading.engine.terms import (
    CommissionEntry,
    CommissionPer,
    CommissionSettlement,
    CommissionTerms,
    CommissionTier,
    CommissionUnit,
    TierRange,
)
from trading.engine.valuation import value_account
from trading.tests.engine.builders import NOW, account, contract, forex, market, of_type, position, quote, run

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
IN, OUT = CommissionEntry.IN, CommissionEntry.OUT
# 0 to 10 lots at 1.0, 11 to 20 at 0.9, nothing above.
TIERS = (CommissionTier(D("1.0"), D(0), D(10)), CommissionTier(D("0.9"), D(11), D(20)))


def flat(rate, *, minimum="0", maximum=None, **terms):
    bounds = {"minimum": D(minimum), "maximum": None if maximum is None else D(maximum)}
    return CommissionTerms((CommissionTier(D(rate), **bounds),), **terms)


def charged(terms, volume, price="1.1", *quotes, symbol="EURUSD", side=BUY, entry=IN, currency="USD", **specification):
    instrument = forex(symbol, commission=terms, **specification)
    at = market(*quotes, instruments=[instrument])
    return deal_commission(instrument, entry, side, D(volume), D(price), currency, at).amount


@pytest.mark.parametrize(
    ("volume", "per_deal", "per_lot"),
    [
        ("5", "-1.00", "-5.00"),
        ("10", "-1.00", "-10.00"),
        ("10.5", "0", "0"),
        ("15", "-0.90", "-13.50"),
        ("20", "-0.90", "-18.00"),
        ("25", "0", "0"),
    ],
)
def test_c02_tiers_by_the_volume_of_the_deal(volume, per_deal, per_lot):
    assert charged(CommissionTerms(TIERS, per=CommissionPer.DEAL), volume) == D(per_deal)
    assert charged(CommissionTerms(TIERS, per=CommissionPer.LOT), volume) == D(per_lot)


def test_c04_tiers_by_value():
    """The value of 1.0 GBPUSD of 10,000 units is GBP 10,000 and belongs to the tier that starts there."""
    tiers = (
        CommissionTier(D(5), D(0), D(10_000)),
        CommissionTier(D(4), D(10_000), D(1_000_000)),
    )
    terms = CommissionTerms(tiers, tiered_by=TierRange.NOTIONAL, per=CommissionPer.DEAL, range_currency="GBP")
    mini = {"symbol": "GBPUSD", "contract_size": D(10_000)}
    assert charged(terms, "1.0", "1.25", **mini) == D("-4.00")
    assert charged(terms, "0.99", "1.25", **mini) == D("-5.00")
    in_dollars = CommissionTerms(tiers, tiered_by=TierRange.NOTIONAL, per=CommissionPer.DEAL)
    assert charged(in_dollars, "0.99", "1.25", quote("GBPUSD", "1.20"), **mini) == D("-4.00")  # 12,375 at the deal


@pytest.mark.parametrize(
    ("entry", "opening", "closing"),
    [(IN, "-7.00", "0"), (OUT, "0", "-7.00"), (CommissionEntry.BOTH, "-7.00", "-7.00")],
)
def test_c01_opening_closing_or_both(entry, opening, closing):
    terms = flat("3.5", entry=entry)
    assert charged(terms, "2", entry=IN) == D(opening)
    assert charged(terms, "2", entry=OUT) == D(closing)


@pytest.mark.parametrize(
    ("terms", "volume", "expected"),
    [
        pytest.param(flat("3.5"), "0.5", "-1.75", id="per lot"),
        pytest.param(flat("3.5", per=CommissionPer.DEAL), "0.5", "-3.50", id="per deal"),
        pytest.param(flat("2", unit=CommissionUnit.POINTS), "0.5", "-1.00", id="points, per lot"),
        pytest.param(
            flat("2", unit=CommissionUnit.POINTS, per=CommissionPer.DEAL), "0.5", "-2.00", id="points, per deal"
        ),
        pytest.param(flat("0.0035", unit=CommissionUnit.PERCENT), "2", "-7.70", id="percent: of EUR 200,000 at 1.1"),
        pytest.param(flat("3.5", minimum="1"), "0.01", "-1.00", id="not below the minimum"),
        pytest.param(flat("3.5", maximum="10"), "5", "-10.00", id="not above the maximum"),
        pytest.param(flat("3.333"), "1", "-3.33", id="rounded once"),
    ],
)
def test_units(terms, volume, expected):
    assert charged(terms, volume, "1.1", quote("EURUSD", "1.3")) == D(expected)


def test_percent_of_what_is_not_a_currency_pair_depends_on_its_price():
    gold = {"symbol": "XAUUSD", "contract_size": D(100), "margin_currency": "USD", "margin_mode": MarginMode.CFD}
    terms = flat("0.01", unit=CommissionUnit.PERCENT)
    assert charged(terms, "0.5", "2000", **gold) == D("-10.00")


def test_points_of_futures_are_worth_their_ticks():
    future = contract(
        "ES", 50, MarginMode.FUTURES, tick_value=D("12.5"), tick_size=D("0.25"),
        commission=flat("4", unit=CommissionUnit.POINTS),
    )  # fmt: skip
    charge = deal_commission(future, IN, BUY, D(2), D(5000), "USD", market(instruments=[future]))
    assert charge.amount == D("-4.00")  # 4 × 0.01 × 2 × 50


@pytest.mark.parametrize(
    ("currency", "expected"), [("USD", "-7.70"), ("JPY", "-1124"), ("KWD", "-2.359"), ("EUR", "-7.00")]
)
def test_the_client_buys_the_currency_of_the_commission(currency, expected):
    """EUR 7: at the ask of EURUSD for dollars, in two legs for yen and dinars, with the digits of each."""
    quotes = (quote("EURUSD", "1.09", "1.1"), quote("USDJPY", "145.9", "146"), quote("KWDUSD", "3.2647", "3.27"))
    terms = flat("3.5", currency="EUR")
    assert charged(terms, "2", "150", *quotes, symbol="GBPCHF", currency=currency) == D(expected)


def test_bounds_are_in_the_currency_of_the_commission():
    quotes = (quote("EURUSD", "1.09", "1.1"), quote("USDJPY", "145.9", "146"))
    terms = flat("0.001", unit=CommissionUnit.PERCENT, currency="EUR", minimum="5")
    assert charged(terms, "1", "146", *quotes, symbol="USDJPY", currency="USD") == D("-5.50")  # USD 1, but EUR 5


def test_the_price_of_the_deal_converts_where_its_pair_does():
    terms = flat("10", unit=CommissionUnit.POINTS)
    assert charged(terms, "1", "125", quote("USDJPY", "145", "146"), symbol="USDJPY") == D("-8.00")


# --- On accounts ----------------------------------------------------------------------------------
def traded(terms, commands, *, currency="USD", balance="10000", **policy):
    """Return the state after commands on EURUSD at 1.10000/1.10010 (each an hour later), and all events."""
    instrument = forex("EURUSD", commission=terms)
    at = market(quote("EURUSD", "1.10000", "1.10010"), instruments=[instrument])
    state, events = account(balance, currency=currency, **policy), []
    for command in commands:
        state, new = run(state, command, at)
        events += new
    return state, events, at


def buy(id, volume, side=BUY):
    return PlaceOrder(id, "EURUSD", side, OrderType.MARKET, D(volume))


def test_opening_and_closing_are_booked_each():
    state, events, _ = traded(flat("3.5"), [buy(1, "2"), ClosePosition(1)])
    (filled,) = of_type(events, OrderFilled)
    (closed,) = of_type(events, PositionClosed)
    assert (filled.commission, closed.commission) == (D("-7.00"), D("-7.00"))
    assert filled.evidence["commission_formula"] == "−(2 × 3.5 USD, from 0 to ∞ = 7.0 USD) = -7.00"
    booked = [(event.reason, event.amount, event.reference) for event in of_type(events, BalanceUpdated)]
    assert booked == [
        ("commission", D("-7.00"), "position:1"),
        ("trade", D("-20.00"), "position:1"),
        ("commission", D("-7.00"), "position:1"),
    ]
    assert state.balance == D("9966.00")


def test_p11_buy_at_ask_sell_at_bid_and_pay_for_both():
    terms = flat("2", per=CommissionPer.DEAL)
    instrument = forex("AUDUSD", commission=terms)
    first = market(quote("AUDUSD", "1.00000", "1.00001"), instruments=[instrument])
    later = market(quote("AUDUSD", "1.00011", "1.00012"), instruments=[instrument])
    state, _ = run(account("1000000"), PlaceOrder(1, "AUDUSD", BUY, OrderType.MARKET, D(1)), first)
    state, _ = run(state, ClosePosition(1), later)
    assert state.balance == D("1000006.00")


@pytest.mark.parametrize("settlement", CommissionSettlement)
@pytest.mark.parametrize("per_lot", ["3.5", "0"])
def test_a_deal_needs_its_commission_besides_its_margin(settlement, per_lot):
    """MT5, commission, blocking of assets: the commission of an order is considered when free margin is checked."""
    terms = flat(per_lot, settlement=settlement)
    needed = D("2200.20") + 2 * D(per_lot)  # 2 lots at 1.10010 and 1:100
    state, _, _ = traded(terms, [buy(1, "2")], balance=str(needed))
    assert state.positions[1].commission == -2 * D(per_lot)
    with pytest.raises(Refused, match="insufficient_margin") as refusal:
        traded(terms, [buy(1, "2")], balance=str(needed - D("0.01")))
    assert refusal.value.details["margin_needed"] == "2200.20"
    assert D(refusal.value.details.get("commission", "0")) == -2 * D(per_lot)
    assert ("7.00 USD of commission" in refusal.value.message) == bool(D(per_lot))


def test_a_position_keeps_the_commission_of_what_is_open():
    state, events, _ = traded(flat("3.5"), [buy(1, "2"), ClosePosition(1, D("0.5"))])
    (reduced,) = of_type(events, PositionReduced)
    assert reduced.commission == D("-1.75")
    assert state.positions[1].commission == D("-5.25")


def test_netting_adds_up_and_a_reversal_pays_for_both_parts():
    netting = {"position_mode": PositionMode.NETTING}
    state, _, _ = traded(flat("3.5"), [buy(1, "1"), buy(2, "1")], **netting)
    assert state.positions[1].commission == D("-7.00")
    state, events, _ = traded(flat("3.5"), [buy(1, "1"), buy(2, "3", SELL)], **netting)
    assert [event.amount for event in of_type(events, BalanceUpdated) if event.reason == "commission"] == [
        D("-3.50"),
        D("-3.50"),
        D("-7.00"),
    ]
    assert state.positions[2].commission == D("-7.00")


@pytest.mark.parametrize(
    ("terms", "closed", "opened"),
    [
        pytest.param(flat("3", per=CommissionPer.DEAL), "-1.00", "-2.00", id="one deal of three lots"),
        pytest.param(flat("0.5", minimum="1"), "-0.50", "-1.00", id="above the minimum only together"),
        pytest.param(flat("3", per=CommissionPer.DEAL, entry=IN), "0", "-3.00", id="in: what it opens"),
        pytest.param(flat("3", per=CommissionPer.DEAL, entry=OUT), "-3.00", "0", id="out: what it closes"),
        pytest.param(
            CommissionTerms((CommissionTier(D(1), end=D(2)),)), "0", "0", id="in the tier of three lots: none"
        ),
    ],
)
def test_a_reversal_is_one_deal(terms, closed, opened):
    """MT5, deal entry of commissions: "in" charges a reversal for what it opens, "out" for what it closes."""
    instrument = forex("EURUSD", commission=terms)
    at = market(quote("EURUSD", "1.10000", "1.10010"), instruments=[instrument])
    held = account(positions=[position(1, "EURUSD", BUY, "1", "1.1")], position_mode=PositionMode.NETTING)
    _, events = run(held, buy(2, "3", SELL), at)
    assert [event.commission for event in of_type(events, PositionClosed)] == [D(closed)]
    assert [event.commission for event in of_type(events, OrderFilled)] == [D(opened)]


@pytest.mark.parametrize(
    ("entry", "opening", "closing"),
    [
        (CommissionEntry.BOTH, ["-1.00", "-1.00"], ["0", "0"]),
        (IN, ["-1.00", "-1.00"], ["0", "0"]),
        (OUT, ["0", "0"], ["-2.00", "0"]),
    ],
)
def test_closing_against_an_opposite_position_costs_what_opening_did_not(entry, opening, closing):
    """MT5, deal entry of commissions: only "out" charges a close by, both deals on the first of them."""
    _, events, _ = traded(flat("1", entry=entry), [buy(1, "1"), buy(2, "1", SELL), CloseBy(1, 2)])
    assert [event.commission for event in of_type(events, OrderFilled)] == list(map(D, opening))
    assert [event.commission for event in of_type(events, PositionClosed)] == list(map(D, closing))


def test_c06_commission_that_is_settled_later_is_no_equity_until_then():
    terms = flat("3.5", settlement=CommissionSettlement.DAILY)
    state, events, at = traded(terms, [buy(1, "2"), buy(2, "2")])
    assert [event.amount for event in of_type(events, CommissionBlocked)] == [D("7.00"), D("7.00")]
    assert state.balance == D("10000")
    assert state.blocked == D("14.00")
    value = value_account(state, at)
    assert value.equity == D("10000") - D("40.00") - D("14.00")
    assert value.free_margin == value.equity - value.margin

    before = market(now=datetime(2026, 3, 2, 21, 59, tzinfo=UTC), instruments=at.instruments.values())
    assert run(state, RollOver(), before) == (state, [])
    after = market(now=datetime(2026, 3, 2, 22, 0, tzinfo=UTC), instruments=at.instruments.values())
    settled, events = run(state, RollOver(), after)
    assert [event.amount for event in of_type(events, CommissionSettled)] == [D("14.00")]
    assert [(event.reason, event.amount) for event in of_type(events, BalanceUpdated)] == [("commission", D("-14.00"))]
    assert (settled.balance, settled.blocked) == (D("9986.00"), 0)
    assert run(settled, RollOver(), after) == (settled, [])


@pytest.mark.parametrize(
    ("settlement", "now", "moment"),
    [
        (CommissionSettlement.DAILY, "2026-03-02T21:59", "2026-03-02T22:00"),
        (CommissionSettlement.DAILY, "2026-03-02T22:00", "2026-03-03T22:00"),
        (CommissionSettlement.MONTHLY, "2026-03-02T12:00", "2026-03-31T21:00"),
        (CommissionSettlement.MONTHLY, "2026-03-31T21:00", "2026-04-30T21:00"),
        (CommissionSettlement.MONTHLY, "2028-02-10T12:00", "2028-02-29T22:00"),
    ],
)
def test_moments_of_settlement(settlement, now, moment):
    at, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, moment))
    assert settlement_moment(forex("EURUSD"), settlement, at) == expected


def test_each_moment_settles_its_own():
    later = datetime(2026, 3, 31, 21, 0, tzinfo=UTC)
    blocked = (BlockedCommission(NOW, D("1.00")), BlockedCommission(later, D("2.00")))
    state, _ = run(account(blocked_commission=blocked), RollOver(), market())
    assert state.blocked_commission == (BlockedCommission(later, D("2.00")),)
    assert state.balance == D("9999.00")


def test_debt_is_forgiven_with_what_is_set_aside():
    instrument = forex("EURUSD")
    at = market(quote("EURUSD", "1.00000"), instruments=[instrument])
    held = position(1, "EURUSD", BUY, "1", "1.10000")
    later = datetime(2026, 3, 31, 21, 0, tzinfo=UTC)
    state = account("10000", positions=[held], blocked_commission=(BlockedCommission(later, D("7.00")),))
    state, _ = run(state, ClosePosition(1), at)
    assert state.balance == D("7.00")


def test_a_preview_tells_what_the_deals_cost():
    instrument = forex("EURUSD", commission=flat("3.5"))
    at = market(quote("EURUSD", "1.10000", "1.10010"), instruments=[instrument])
    foreseen = preview(account(), buy(1, "2"), at)
    after, _ = run(account(), buy(1, "2"), at)
    assert foreseen.commission == after.positions[1].commission == D("-7.00")
    assert foreseen.equity_after == value_account(after, at).equity
    reversal = preview(replace_mode(after), buy(2, "3", SELL), at)
    assert reversal.commission == D("-10.50")


def replace_mode(state):
    return replace(state, policy=replace(state.policy, position_mode=PositionMode.NETTING))
