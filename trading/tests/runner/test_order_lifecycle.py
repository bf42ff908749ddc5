"""What orders and positions do by themselves while the engine works."""

from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest

from trading.engine.state import OrderType, Side, TimeInForce, TrailingStop
from trading.models import Order
from trading.runner import engine_runner
from trading.selectors.journal import events_since
from trading.services.replay import account_first_difference
from trading.tests.factories import make_order
from trading.tests.runner.driving import deals, publish, tick, work

pytestmark = pytest.mark.django_db(transaction=True)

SELL = Side.SELL


def test_an_order_expires_at_its_moment_without_any_tick(account, runner, monkeypatch):
    soon = datetime.now(UTC) + timedelta(hours=1)
    make_order(account, OrderType.LIMIT, price="1.09000", time_in_force=TimeInForce.GTD, expires_at=soon)
    work(runner)
    assert Order.objects.get().status == "working"
    monkeypatch.setattr(engine_runner, "datetime", Mock(now=lambda _zone: soon))
    runner.step(block_ms=1)
    order = Order.objects.get()
    assert (order.status, order.reason) == ("cancelled", "expired")
    assert order.finished_at == soon


def test_a_trailing_stop_follows_tick_by_tick_and_closes(account, runner):
    make_order(account, trailing_stop=TrailingStop(100, step_points=50))
    publish(
        tick("EURUSD", "1.10109", "1.10119"),  # 99 points of profit: not yet
        tick("EURUSD", "1.10110", "1.10120"),  # starts at 1.10010
        tick("EURUSD", "1.10159", "1.10169"),  # less than a step
        tick("EURUSD", "1.10200", "1.10210"),  # to 1.10100
        tick("EURUSD", "1.10101", "1.10111"),
        tick("EURUSD", "1.10090", "1.10100"),
    )
    work(runner)
    moves = [event.payload["stop_loss"] for event in events_since(account.pk, 0) if event.type == "position.modified"]
    assert moves == ["1.10010", "1.10100"]
    assert deals() == [("in", "order", "1.1001"), ("out", "stop_loss", "1.1009")]


def test_a_fill_cancels_the_rest_of_the_group_and_releases_what_waits(account, runner):
    make_order(account, OrderType.STOP, price="1.10500", oco_group="a")
    make_order(account, OrderType.STOP, side=SELL, price="1.09500", oco_group="a")
    first = Order.objects.order_by("id").first()
    make_order(account, OrderType.LIMIT, side=SELL, price="1.10600", parent_id=first.pk)
    publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10600", "1.10610"))
    work(runner)
    assert list(Order.objects.order_by("id").values_list("status", "reason")) == [
        ("filled", ""),
        ("cancelled", "oco"),
        ("filled", ""),
    ]
    assert account_first_difference(account.pk) is None
