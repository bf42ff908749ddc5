"""A tick that breaches hundreds of accounts: each is stopped out once, in order, and clients go on placing orders."""

from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection

from forexpro.core.models import Event as RecordedEvent
from trading.bench.crowd import open_crowd
from trading.engine.commands import PlaceOrder
from trading.engine.state import OrderType, Side
from trading.models import Deal, Order, Position
from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard
from trading.selectors.market import newest_ticks
from trading.tests.factories import make_account, make_order
from trading.tests.runner.driving import publish, tick, work

pytestmark = pytest.mark.django_db(transaction=True)

BREACHED = 250


def buy(order_id):
    return [PlaceOrder(order_id, "EURUSD", Side.BUY, OrderType.MARKET, Decimal("0.10"))]


def test_all_are_stopped_out_once_while_new_orders_are_accepted(market, trader):
    breached = open_crowd("Breached", BREACHED, Decimal(1000), buy, newest_ticks())
    other = make_account(trader)
    engine = EngineRunner(Shard())
    engine.start()
    work(engine)
    publish(tick("EURUSD", "1.00500", "1.00510"))
    first_commit, done, placed = Event(), Event(), []
    original = engine._process_batch

    def process_batch(*arguments):
        original(*arguments)
        first_commit.set()
        while not placed:  # the rest of the storm waits until somebody has placed an order in its midst
            done.wait(0.01)

    engine._process_batch = process_batch

    def trade():
        try:
            first_commit.wait()
            placed.append(make_order(other, OrderType.LIMIT, price="0.90000").order_id)
        finally:
            placed.append(None)
            connection.close()

    client = Thread(target=trade)
    client.start()
    work(engine)
    done.set()
    client.join()
    engine.stop()

    assert Order.objects.get(pk=placed[0]).status == "working"
    last = RecordedEvent.objects.filter(stream__in=[f"account:{id}" for id in breached]).order_by("-id")[0]
    assert RecordedEvent.objects.get(type="order.placed", stream=f"account:{other.pk}").id < last.id
    assert not Position.objects.filter(closed_at=None).exists()
    out = Deal.objects.filter(entry="out", reason="stop_out").order_by("id").values_list("account_id", flat=True)
    assert list(out) == breached
    assert RecordedEvent.objects.filter(type="account.stop_out").count() == BREACHED
