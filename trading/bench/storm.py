"""One tick that stops out ten thousand accounts, while clients go on placing orders."""

from collections.abc import Iterator
from decimal import Decimal
from threading import Event, Thread

from django.db import connection

from forexpro.core.bench import Measurement, benchmark, stopwatch
from forexpro.core.scratch import scratch_services
from trading.bench.crowd import ORIGIN, open_crowd
from trading.bench.market import SYMBOL, make_symbol, publish_bids
from trading.engine.commands import Command, PlaceOrder
from trading.engine.state import OrderType, Side
from trading.models import Position
from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard
from trading.selectors.market import newest_ticks
from trading.services.orders import order_place
from trading.services.ticks import accounts_process_tick

ACCOUNTS = 10_000
ONE_BY_ONE = 500
CLIENTS = 100
OPEN, LOW = Decimal("1.10000"), Decimal("1.00500")


@benchmark
def storm() -> Iterator[Measurement]:
    """Accounts stopped out a second after one tick has breached all of them: against one account to a commit."""
    with scratch_services():
        make_symbol()
        publish_bids([OPEN])
        ticks = newest_ticks()
        breached = open_crowd("Breached", ACCOUNTS + ONE_BY_ONE, Decimal(1000), _buy, ticks)
        others = open_crowd("Others", CLIENTS, Decimal(1000), lambda order_id: [], ticks)
        engine = EngineRunner(Shard(), outage_seconds=24 * 3600)
        engine.start()
        while engine.step(block_ms=1):
            pass
        publish_bids([LOW])
        ticks = newest_ticks()
        with stopwatch() as single:
            for account_id in breached[:ONE_BY_ONE]:
                accounts_process_tick(account_ids=[account_id], symbol=SYMBOL, ticks=ticks, origin=ORIGIN)
        engine.follow_accounts(breached[:ONE_BY_ONE])
        with _Clients(others) as clients, stopwatch() as watch:
            engine.step(block_ms=1)
        engine.stop()
        assert not Position.objects.filter(closed_at=None).exists(), "an account is left over"
        yield Measurement(
            f"accounts stopped out by one tick that breaches {ACCOUNTS:,}, {clients.placed:,} orders placed meanwhile",
            ACCOUNTS / watch.seconds,
            "a second",
            ONE_BY_ONE / single.seconds,
            "one account to a commit, nobody else at work",
        )


def _buy(order_id: int) -> list[Command]:
    return [PlaceOrder(order_id, SYMBOL, Side.BUY, OrderType.MARKET, Decimal("0.10"))]


class _Clients:
    """A client of each account places orders, one after the other, as long as this lasts."""

    def __init__(self, account_ids: list[int]):
        self.placed = 0
        self._account_ids = account_ids
        self._stop = Event()
        self._thread = Thread(target=self._place)

    def __enter__(self) -> "_Clients":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def _place(self) -> None:
        try:
            while not self._stop.wait(0.02):
                publish_bids([LOW])  # or else the price would be too old to trade on
                order_place(
                    account_id=self._account_ids[self.placed % len(self._account_ids)],
                    symbol=SYMBOL,
                    side=Side.BUY,
                    type=OrderType.LIMIT,
                    volume=Decimal("0.01"),
                    price=Decimal("0.90000"),
                    origin=ORIGIN,
                )
                self.placed += 1
        finally:
            connection.close()
