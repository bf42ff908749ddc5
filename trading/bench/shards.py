"""How many deals a second one, two and four engine processes make of the same ticks."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from forexpro.core.bench import Measurement, benchmark, stopwatch
from forexpro.core.realtime.connections import name, redis_client
from forexpro.core.scratch import scratch_services
from marketdata.stream import newest_id
from trading.bench.crowd import open_crowd
from trading.bench.market import SPREAD, SYMBOL, make_symbol, publish_bids
from trading.engine.commands import Command, PlaceOrder
from trading.engine.state import OrderType, Side
from trading.models import Deal
from trading.replay.engine_process import EngineProcess
from trading.runner.checkpoints import tick_order
from trading.runner.shards import Shard
from trading.selectors.market import newest_ticks

SHARDS = (1, 2, 4)
ACCOUNTS = 2_000
PRICE, STEP = Decimal("1.10000"), Decimal("0.00100")
# Each of them reaches the orders of a tenth of the accounts.
LEVELS = 10
WAIT_SECONDS = 300


@benchmark
def shards() -> Iterator[Measurement]:
    """Orders filled a second, each in an account of its own, by shards that share the accounts: against one shard."""
    alone = 0.0
    for count in SHARDS:
        rate = _filled_by(count)
        alone = alone or rate
        yield Measurement(
            f"waiting orders of {ACCOUNTS:,} accounts filled by {count} {'shard' if count == 1 else 'shards'}",
            rate,
            "a second",
            alone,
            "one shard",
        )


def _filled_by(count: int) -> float:
    with scratch_services(), ExitStack() as stack:
        make_symbol()
        publish_bids([PRICE])
        open_crowd("Waiting", ACCOUNTS, Decimal(1000), _buy_below, newest_ticks())
        for index in range(count):
            shard = Shard(index, count)
            stack.callback(EngineProcess(shard).stop)
        _wait_for(count)
        with stopwatch() as watch:
            publish_bids([PRICE - STEP * step for step in range(1, LEVELS + 1)])
            _wait_for(count)
        filled = Deal.objects.count()
        if filled != ACCOUNTS:
            raise RuntimeError(f"{filled} of {ACCOUNTS} orders were filled")
        return filled / watch.seconds


def _buy_below(order_id: int) -> list[Command]:
    """Return what places a limit at one of the levels."""
    price = PRICE + SPREAD - STEP * (order_id % LEVELS + 1)
    return [PlaceOrder(order_id, SYMBOL, Side.BUY, OrderType.LIMIT, Decimal("0.01"), price=price)]


def _wait_for(count: int) -> None:
    """Wait until every shard has worked through the stream."""
    newest = tick_order(newest_id())
    consumers = [Shard(index, count).consumer for index in range(count)]
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        progress: Any = redis_client().hmget(name("tick_progress"), consumers)
        if all(at and tick_order(at.split()[0].decode()) >= newest for at in progress):
            return
        time.sleep(0.005)
    raise RuntimeError(f"the shards did not work through the ticks within {WAIT_SECONDS} s")
