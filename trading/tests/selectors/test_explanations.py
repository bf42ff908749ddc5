import json
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.explanation import Explanation
from trading.engine.state import Side
from trading.models import AccountGroup, ConditionsVersion
from trading.selectors.explanations import explained_decision
from trading.selectors.journal import newest_seq
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_order, process_tick, set_price


def again(decision):
    """Return the difference that the document alone leads to."""
    document = json.loads(json.dumps(decision.explanation.to_document()))
    return Explanation.from_document(document).first_difference()


def test_fill_is_explained_from_each_of_its_events(account):
    answer = make_order(account)
    for event in answer.events:
        decision = explained_decision(account, event.seq)
        assert [entry.seq for entry in decision.events] == [entry.seq for entry in answer.events]
        assert again(decision) is None
    assert set(decision.explanation.market.quotes) == {"EURUSD"}
    assert decision.explanation.state.balance == 10_000


def test_stop_loss_is_explained_by_its_tick(account):
    make_order(account, stop_loss=Decimal("1.09000"))
    set_price("EURUSD", "1.08000", "1.08010")
    answer = process_tick(account)
    decision = explained_decision(account, answer.seq)
    assert decision.explanation.market.quotes["EURUSD"].bid == Decimal("1.08000")
    assert again(decision) is None


def test_refusal_is_explained(account):
    with pytest.raises(Refused):
        make_order(account, volume="90")
    decision = explained_decision(account, newest_seq(account.pk))
    assert decision.explanation.refusal == "insufficient_margin"
    assert again(decision) is None


def test_conditions_of_the_moment_count(account):
    first = make_order(account)
    AccountGroup.objects.update(stop_out_level=20)
    second = make_order(account)
    levels = [
        explained_decision(account, answer.seq).explanation.state.policy.stop_out_level for answer in (first, second)
    ]
    assert levels == [50, 20]
    assert ConditionsVersion.objects.filter(group=account.group).count() == 2


def test_account_rules_are_those_of_the_moment(account):
    answer = make_order(account)
    policy = explained_decision(account, answer.seq).explanation.state.policy
    assert policy.leverage == 100


def test_partial_close_after_other_events(account):
    position_id = make_order(account).position_ids[0]
    make_order(account, symbol="USDJPY", side=Side.SELL, volume="0.20")
    answer = position_close(account_id=account.pk, position_id=position_id, volume=Decimal("0.04"), origin=ORIGIN)
    assert again(explained_decision(account, answer.seq)) is None


def test_opening_of_an_account_has_no_decision(account):
    with pytest.raises(Refused) as refused:
        explained_decision(account, 1)
    assert refused.value.code == "event_not_explained"
