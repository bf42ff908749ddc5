from decimal import Decimal
from typing import get_args

import pytest

from forexpro.core.events.sentences import described_types, sentence
from forexpro.core.refusals import Refused
from trading.engine.events import EngineEvent
from trading.engine.state import OrderType
from trading.selectors import events_since, newest_events, newest_seq
from trading.services.orders import order_cancel, order_modify
from trading.services.positions import position_close, position_modify
from trading.tests.factories import ORIGIN, make_order, process_tick, set_price


def place(account, **terms):
    return make_order(account, **{"volume": "0.50"} | terms).order_id


def test_every_kind_of_event_has_a_sentence():
    assert {event.type for event in get_args(EngineEvent)} <= described_types()


def test_every_event_is_a_sentence(account):
    position = place(account)
    position_modify(account_id=account.pk, position_id=position, stop_loss=Decimal("1.09500"), origin=ORIGIN)
    position_close(account_id=account.pk, position_id=position, volume=Decimal("0.20"), origin=ORIGIN)
    waiting = place(account, type=OrderType.LIMIT, price=Decimal("1.09000"))
    order_modify(account_id=account.pk, order_id=waiting, price=Decimal("1.08000"), origin=ORIGIN)
    order_cancel(account_id=account.pk, order_id=waiting, origin=ORIGIN)
    with pytest.raises(Refused):
        place(account, volume=Decimal(90))
    set_price("EURUSD", "1.09400", "1.09410")
    process_tick(account)

    events = events_since(account.pk, 0)
    assert {event.type for event in events} <= described_types()
    said = [sentence(event) for event in events]
    assert said[0] == "Account opened in USD with a leverage of 1:100."
    assert said[1] == "Deposit of +10,000.00; the balance is 10,000.00."
    assert f"Order {position}: Buy 0.50 EURUSD at market." in said
    assert f"Position {position} changed: stop loss 1.09500, take profit none." in said
    assert f"Order {waiting} placed: Buy limit 0.50 EURUSD at 1.09000." in said
    assert f"Order {waiting} cancelled." in said
    assert f"Position {position} closed: Buy 0.30 EURUSD by its stop loss at 1.09400, -183.00." in said
    assert any(one.startswith("Refused: This needs") for one in said)


def test_newest_events_are_paged_backwards(account):
    place(account)
    newest = newest_seq(account.pk)
    first = newest_events(account.pk, limit=2)
    assert [event.seq for event in first] == [newest, newest - 1]
    rest = newest_events(account.pk, before_seq=first[-1].seq)
    assert [event.seq for event in rest] == list(range(newest - 2, 0, -1))
