"""A decision can be taken again from its document alone."""

import json
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import ClosePosition, ModifyPosition, PlaceOrder, ProcessTick, RollOver
from trading.engine.decide import decide
from trading.engine.events import PositionClosed
from trading.engine.explanation import Explanation, market_seen
from trading.engine.state import OrderType, Side
from trading.engine.terms import CommissionSettlement, CommissionTerms, CommissionTier, SwapMode, SwapTerms
from trading.tests.engine.builders import NOW, account, forex, market, order, position, quote

LONG = position(1, "EURUSD", Side.BUY, "1", "1.10000", margin_conversion="1.1", stop_loss="1.09000")
WAITING = order(2, "GBPJPY", Side.SELL, OrderType.STOP, "0.5", "190.000")
STATE = account("5000", positions=[LONG], orders=[WAITING])
AT = market(
    quote("EURUSD", "1.08000", "1.08010"),
    quote("GBPJPY", "191.000", "191.020"),
    quote("USDJPY", "150.000", "150.010"),
    quote("GBPUSD", "1.27000", "1.27010"),
)


def explained(command):
    seen = market_seen(STATE, command, AT)
    try:
        return Explanation(STATE, command, seen, tuple(decide(STATE, command, AT)))
    except Refused as refusal:
        return Explanation(STATE, command, seen, refusal=refusal.code)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(ProcessTick("EURUSD"), id="stop loss"),
        pytest.param(ProcessTick("EURUSD", missed=quote("EURUSD", "1.09900", "1.09910")), id="missed tick"),
        pytest.param(PlaceOrder(9, "GBPJPY", Side.BUY, OrderType.MARKET, Decimal("0.1")), id="fill"),
        pytest.param(PlaceOrder(9, "GBPJPY", Side.BUY, OrderType.MARKET, Decimal(90)), id="no margin"),
        pytest.param(PlaceOrder(9, "XAUUSD", Side.BUY, OrderType.MARKET, Decimal(1)), id="unknown symbol"),
        pytest.param(ClosePosition(1, Decimal("0.4")), id="partial close"),
        pytest.param(ModifyPosition(1, take_profit=Decimal("1.2")), id="modification"),
    ],
)
def test_document_alone_gives_the_same_verdict(command):
    explanation = explained(command)
    document = json.loads(json.dumps(explanation.to_document()))
    again = Explanation.from_document(document)
    assert again.first_difference() is None
    assert again.to_document() == document


def test_other_numbers_are_found():
    explanation = explained(ProcessTick("EURUSD"))
    events = [
        replace(event, profit=event.profit + 1) if isinstance(event, PositionClosed) else event
        for event in explanation.events
    ]
    assert "profit was" in str(replace(explanation, events=events).first_difference())


def test_another_quote_gives_another_verdict():
    explanation = explained(ProcessTick("EURUSD"))
    quotes = dict(explanation.market.quotes) | {"EURUSD": quote("EURUSD", "1.10000", "1.10010")}
    changed = replace(explanation, market=replace(explanation.market, quotes=quotes))
    assert "events" in str(changed.first_difference())


def test_refusal_that_would_be_none_is_found():
    explanation = explained(PlaceOrder(9, "GBPJPY", Side.BUY, OrderType.MARKET, Decimal(90)))
    rich = replace(explanation, state=replace(STATE, balance=Decimal(10_000_000)))
    assert "insufficient_margin was recorded, None" in str(rich.first_difference())


def test_other_documents_are_not_read():
    with pytest.raises(ValueError, match="format"):
        Explanation.from_document({"format": "something"})


def test_swap_and_commission_are_decided_again_by_the_terms_in_the_document():
    swap = SwapTerms(
        mode=SwapMode.PERCENT, long=Decimal("-6"), holidays=frozenset({date(2026, 3, 4)}), rollover_time=time(0, 30)
    )
    tiers = (CommissionTier(Decimal("3.5"), maximum=Decimal(5)),)
    commission = CommissionTerms(tiers, settlement=CommissionSettlement.MONTHLY)
    seen = market(
        quote("EURUSD", "1.1", received_at=NOW + timedelta(days=3)),
        instruments=[forex("EURUSD", swap=swap, commission=commission)],
        now=NOW + timedelta(days=3),
    )
    for command in (RollOver(), ClosePosition(1)):
        state = account("5000", positions=[replace(LONG, stop_loss=None)])
        explanation = Explanation(state, command, seen, tuple(decide(state, command, seen)))
        assert explanation.events
        document = json.loads(json.dumps(explanation.to_document()))
        assert Explanation.from_document(document).first_difference() is None
