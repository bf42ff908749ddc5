"""Several engine processes share the accounts, and a change of their number leaves nothing out."""

import time
from decimal import Decimal

import pytest

from forexpro.core.events.reader import Position as LogPosition
from forexpro.core.models import Event
from trading.bench.crowd import open_crowd
from trading.engine.commands import PlaceOrder
from trading.engine.state import OrderType, Side
from trading.models import Deal, EngineCheckpoint, Order
from trading.replay.engine_process import EngineProcess
from trading.runner.checkpoints import Checkpoint, ShardReplaced, claim_checkpoint, load_checkpoint, save_checkpoint
from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard
from trading.selectors.market import newest_ticks
from trading.tests.factories import make_account, make_order
from trading.tests.runner.driving import deals, publish, tick, work

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 90


def at(number, log=0):
    return Checkpoint(f"100-{number}", LogPosition(log, log))


def test_every_account_has_one_shard():
    for count in (1, 2, 3, 4):
        shards = [Shard(index, count) for index in range(count)]
        assert all(sum(shard.owns(id) for shard in shards) == 1 for id in range(50))


def test_the_first_start_ever_begins_at_the_newest_tick_and_a_restart_where_it_was():
    assert claim_checkpoint(Shard(0, 2), at(7)) == at(7)
    save_checkpoint(Shard(0, 2), at(9))
    assert claim_checkpoint(Shard(0, 2), at(20)) == at(9)
    assert claim_checkpoint(Shard(1, 2), at(20)) == at(7)


@pytest.mark.parametrize(("former", "new"), [(2, 3), (4, 2), (1, 4), (3, 1)])
def test_another_number_of_shards_begins_where_the_last_of_the_former_ones_was(former, new):
    for index in range(former):
        claim_checkpoint(Shard(index, former), at(1))
        save_checkpoint(Shard(index, former), at(10 + index, log=50 - index))
    oldest = Checkpoint("100-10", LogPosition(50 - former + 1, 50 - former + 1))
    assert claim_checkpoint(Shard(0, new), at(99)) == oldest
    save_checkpoint(Shard(0, new), at(60))
    for index in range(1, new):  # however far the first has come in the meantime
        assert claim_checkpoint(Shard(index, new), at(99)) == oldest
    assert EngineCheckpoint.objects.count() == new


def test_a_former_shard_is_told_to_stop():
    claim_checkpoint(Shard(0, 2), at(1))
    claim_checkpoint(Shard(0, 3), at(1))
    with pytest.raises(ShardReplaced, match="another number of shards"):
        save_checkpoint(Shard(0, 2), at(2))
    assert load_checkpoint(Shard(0, 2)) is None


def test_what_one_of_two_shards_had_not_worked_through_is_worked_through_by_three(market, trader):
    for _ in range(6):
        make_order(make_account(trader), OrderType.STOP, price="1.10500")
    engines = [EngineRunner(Shard(index, 2)) for index in range(2)]
    for engine in engines:
        engine.start()
    publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10000", "1.10010"))
    work(engines[0])
    for engine in engines:
        engine.stop()
    assert len(deals()) == 3
    for index in range(3):
        engine = EngineRunner(Shard(index, 3))
        engine.start()
        work(engine)
        engine.stop()
    assert deals() == [("in", "order", "1.1051")] * 6


def stop_order(order_id):
    return [PlaceOrder(order_id, "EURUSD", Side.BUY, OrderType.STOP, Decimal("0.01"), price=Decimal("1.10500"))]


def test_two_processes_share_the_accounts_though_one_is_killed_and_started_again(market):
    accounts = open_crowd("Crowd", 40, Decimal(1000), stop_order, newest_ticks())
    shards = [Shard(index, 2) for index in range(2)]
    engines = [EngineProcess(shard) for shard in shards]
    try:
        until(lambda: EngineCheckpoint.objects.count() == 2)
        engines[1].kill()
        publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10000", "1.10010"))
        until(lambda: Order.objects.filter(status="filled").count() == 20)
        assert all(deal.account_id % 2 == 0 for deal in Deal.objects.all())
        engines[1] = EngineProcess(shards[1])
        until(lambda: Order.objects.filter(status="filled").count() == 40)
    finally:
        for engine in engines:
            engine.kill()
    assert sorted(Deal.objects.values_list("account_id", flat=True)) == accounts
    for filled in Event.objects.filter(type="order.filled"):
        account_id = int(filled.stream.removeprefix("account:"))
        assert filled.actor == f"system:engine:{account_id % 2}/2"


def until(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
