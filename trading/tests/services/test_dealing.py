from decimal import Decimal

import pytest

from forexpro.core.events.chain import Origin
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.engine.state import OrderType
from trading.models import Order, Position
from trading.services.dealing import REASON_LENGTH_MAX, order_cancel_by_dealer, position_close_by_dealer
from trading.services.orders import order_cancel
from trading.tests.factories import ORIGIN, make_account, make_order, set_price

DEALER = Origin(actor="staff:7", request_id="request", ip="203.0.113.9")
pytestmark = pytest.mark.django_db


def place(account, type=OrderType.MARKET, **terms):
    return make_order(account, type, **{"volume": "1.00"} | terms).order_id


@pytest.fixture
def position(account):
    return Position.objects.get(pk=place(account))


def state():
    return list(Position.objects.values_list("closed_at", "close_reason")), Event.objects.count()


def test_a_closed_position_says_by_whom_and_the_house_keeps_why(account, position):
    position_close_by_dealer(account_id=account.pk, position_id=position.pk, reason=" Off-market quote ", origin=DEALER)
    position.refresh_from_db()
    assert position.close_reason == "dealer"
    kept = Event.objects.get(stream="staff:7")
    assert (kept.type, kept.actor, kept.ip) == ("staff.position_closed", "staff:7", "203.0.113.9")
    assert kept.payload == {
        "object": f"trading.position:{position.pk}",
        "account_id": account.pk,
        "reason": "Off-market quote",
    }
    told = Event.objects.filter(stream=f"account:{account.pk}").values_list("payload", flat=True)
    assert not any("Off-market" in str(payload) for payload in told)


@pytest.mark.parametrize("reason", ["", "   ", "x" * (REASON_LENGTH_MAX + 1)])
def test_without_a_reason_nothing_happens(account, position, reason):
    before = state()
    with pytest.raises(Refused, match="reason_required"):
        position_close_by_dealer(account_id=account.pk, position_id=position.pk, reason=reason, origin=DEALER)
    assert state() == before


def test_what_is_refused_leaves_no_word_of_an_intervention(account, position):
    position_close_by_dealer(account_id=account.pk, position_id=position.pk, reason="Once", origin=DEALER)
    with pytest.raises(Refused, match="position_not_found"):
        position_close_by_dealer(account_id=account.pk, position_id=position.pk, reason="Twice", origin=DEALER)
    assert [event.payload["reason"] for event in Event.objects.filter(stream="staff:7")] == ["Once"]


def test_the_position_of_another_account_is_not_closed(account, position):
    other = make_account(account.owner)
    with pytest.raises(Refused, match="position_not_found"):
        position_close_by_dealer(account_id=other.pk, position_id=position.pk, reason="x", origin=DEALER)
    position.refresh_from_db()
    assert position.closed_at is None


def test_a_dealer_cancels_an_order_that_its_owner_may_not_touch_any_more(account):
    from marketdata.models import Symbol

    order_id = place(account, OrderType.LIMIT, price=Decimal("1.09000"))
    Symbol.objects.filter(code="EURUSD").update(freeze_level_points=50)
    set_price("EURUSD", "1.09000", "1.09010")
    with pytest.raises(Refused, match="frozen"):
        order_cancel(account_id=account.pk, order_id=order_id, origin=ORIGIN)
    order_cancel_by_dealer(account_id=account.pk, order_id=order_id, reason="Bad feed", origin=DEALER)
    order = Order.objects.get(pk=order_id)
    assert (order.status, order.reason) == ("cancelled", "dealer")
    kept = Event.objects.get(stream="staff:7")
    assert (kept.type, kept.payload["object"]) == ("staff.order_cancelled", f"trading.order:{order_id}")


def test_what_staff_did_reads_as_sentences(account, position):
    from forexpro.core.events.sentences import sentence

    position_close_by_dealer(account_id=account.pk, position_id=position.pk, reason="Off-market", origin=DEALER)
    order_id = place(account, OrderType.LIMIT, price=Decimal("1.09000"))
    order_cancel_by_dealer(account_id=account.pk, order_id=order_id, reason="Bad feed", origin=DEALER)
    assert [sentence(event) for event in Event.objects.filter(stream="staff:7").order_by("seq")] == [
        f"Position {position.pk} closed as dealer: Off-market",
        f"Order {order_id} cancelled as dealer: Bad feed",
    ]
    client = Event.objects.filter(stream=f"account:{account.pk}", type="order.cancelled").get()
    assert sentence(client) == f"Order {order_id} cancelled by the dealer."
