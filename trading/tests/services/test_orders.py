from decimal import Decimal

import pytest

from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.engine.state import OrderType, Side
from trading.models import Deal, Order, Position
from trading.selectors import account_state
from trading.services.orders import order_cancel, order_modify, order_preview
from trading.tests.factories import ORIGIN, make_order, set_price


def event_types(account):
    return list(Event.objects.filter(stream=f"account:{account.pk}").order_by("seq").values_list("type", flat=True))


def test_market_order_fills_at_the_ask_and_opens_a_position(account):
    answer = make_order(account, stop_loss=Decimal("1.09000"), comment="first")

    order = Order.objects.get(pk=answer.order_id)
    assert (order.status, order.fill_price, order.comment) == ("filled", Decimal("1.10010"), "first")
    position = Position.objects.get(pk=answer.order_id)
    assert (position.volume, position.open_price) == (Decimal("0.10"), Decimal("1.10010"))
    assert position.stop_loss == Decimal("1.09000")
    deal = Deal.objects.get(account=account)
    assert (deal.entry, deal.side, deal.price, deal.order_id) == ("in", "buy", Decimal("1.10010"), order.pk)
    assert deal.market_time is not None
    assert [event.type for event in answer.events] == ["order.placed", "order.filled", "position.opened"]
    assert answer.position_ids == [order.pk]


def test_pending_order_works_until_cancelled(account):
    answer = make_order(account, type=OrderType.LIMIT, price=Decimal("1.09000"))
    assert list(account_state(account).orders) == [answer.order_id]

    order_modify(account_id=account.pk, order_id=answer.order_id, price=Decimal("1.08500"), origin=ORIGIN)
    assert account_state(account).orders[answer.order_id].price == Decimal("1.085")

    order_cancel(account_id=account.pk, order_id=answer.order_id, origin=ORIGIN)
    order = Order.objects.get(pk=answer.order_id)
    assert (order.status, order.reason, order.price) == ("cancelled", "client", Decimal("1.085"))
    assert account_state(account).orders == {}
    assert event_types(account)[-3:] == ["order.placed", "order.modified", "order.cancelled"]


def test_stop_limit_keeps_both_prices(account):
    answer = make_order(account, type=OrderType.STOP_LIMIT, price=Decimal("1.12000"), limit_price=Decimal("1.11900"))
    order = account_state(account).orders[answer.order_id]
    assert (order.price, order.limit_price) == (Decimal("1.12"), Decimal("1.119"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"volume": Decimal("0.001")}, "volume_too_small"),
        ({"volume": Decimal("0.015")}, "volume_step"),
        ({"volume": Decimal("1000")}, "volume_too_large"),
        ({"volume": Decimal("50")}, "insufficient_margin"),
        ({"symbol": "NOSUCH"}, "symbol_unknown"),
        ({"stop_loss": Decimal("1.20000")}, "price_wrong_side"),
        ({"type": OrderType.LIMIT}, "price_required"),
        ({"type": OrderType.LIMIT, "price": Decimal("1.20000")}, "price_wrong_side"),
        ({"price": Decimal("1.20000")}, "price_not_allowed"),
        ({"type": OrderType.STOP_LIMIT, "price": Decimal("1.12000")}, "limit_price_required"),
    ],
)
def test_refusal_changes_nothing_but_is_recorded(account, changes, code):
    before = account_state(account)
    with pytest.raises(Refused) as refused:
        make_order(account, **changes)

    assert refused.value.code == code
    assert account_state(account) == before
    assert not Order.objects.exists()
    event = Event.objects.filter(stream=f"account:{account.pk}").latest("seq")
    assert event.type == "order.refused"
    assert event.payload["code"] == code
    assert event.payload["asked"]["symbol"] == changes.get("symbol", "EURUSD")


def test_stale_quote_fills_no_order(account, settings):
    set_price("EURUSD", "1.10000", "1.10010", age_seconds=settings.QUOTE_MAX_AGE_SECONDS + 1)
    with pytest.raises(Refused, match="quote_stale") as refused:
        make_order(account)
    assert refused.value.details["maximum_seconds"] == str(settings.QUOTE_MAX_AGE_SECONDS)
    event = Event.objects.filter(stream=f"account:{account.pk}").latest("seq")
    assert event.payload["evidence"]["tick"]["ask"] == "1.10010"


def test_without_redis_orders_are_refused_and_cancelling_works(account, monkeypatch):
    import redis

    answer = make_order(account, type=OrderType.LIMIT, price=Decimal("1.09000"))

    def away():
        raise redis.ConnectionError("away")

    monkeypatch.setattr("trading.selectors.market.latest_ticks", away)
    with pytest.raises(Refused, match="quote_unavailable"):
        make_order(account)
    order_cancel(account_id=account.pk, order_id=answer.order_id, origin=ORIGIN)
    assert account_state(account).orders == {}


def test_long_comment_is_refused_before_anything_else(account):
    with pytest.raises(Refused, match="comment_too_long"):
        make_order(account, comment="x" * 65)


def test_preview_equals_what_the_fill_then_does(account):
    asked = {"symbol": "EURUSD", "side": Side.SELL, "type": OrderType.MARKET, "volume": Decimal("0.30")}
    preview = order_preview(account_id=account.pk, **asked)
    make_order(account, **asked)

    from trading.selectors import account_valuation

    valuation = account_valuation(account)
    assert (valuation.margin, valuation.free_margin) == (preview.margin_after, preview.free_margin_after)
    assert valuation.equity == preview.equity_after
    assert Position.objects.get().open_price == preview.price
