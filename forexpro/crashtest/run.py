"""The test itself: a platform under load, one death after the other, and how long each took to get over."""

import math
import os
import random
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import IO, cast

import redis
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresDatabaseWrapper
from kombu.exceptions import OperationalError as BrokerAway

from forexpro.celery import app
from forexpro.core.crash_points import POINTS
from forexpro.core.heartbeat import heartbeat_age
from forexpro.core.realtime.connections import name, redis_client
from forexpro.crashtest import books
from forexpro.crashtest.clients import ORIGIN, SYMBOL, Crowd, Trader, open_accounts, prepare_market
from forexpro.crashtest.programs import (
    START_SECONDS,
    CrashTestFailed,
    Kept,
    kill_database_backend,
    server_pid,
    until,
)
from forexpro.management.commands.demo import programs
from marketdata.selectors import latest_ticks
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.runner.shards import Shard
from trading.selectors.sweep import accounts_due_for_margin_check
from trading.services.accounts import balance_change
from trading.services.orders import order_place

ACCOUNTS = 3
CLIENTS = 4
SETTLE_SECONDS = 3
PROBE_SECONDS = 0.1
TASKS_SECONDS = 1.0
# How often a program passes its point before it dies there.
PASSES_MAX = 5
# Which programs pass a point of this kind, by the start of its name.
PASSED_BY = {"outcome": ("web", "engine", "worker"), "engine": ("engine",), "feed": ("feed",)}
NEXT_ORDER, NEXT_TICK, NEXT_TASK = "next acknowledged order", "next processed tick", "next task"
Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How often who dies: programs, back ends of PostgreSQL, Redis, and each point where it is passed."""

    kills: int
    backend_kills: int
    redis_kills: int
    rounds: int


class Recoveries:
    """Seconds from a death to what came back, by who died and what that was."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, str], list[float]] = defaultdict(list)

    def add(self, victim: str, sign: str, seconds: float) -> None:
        self._seconds[victim, sign].append(seconds)

    def table(self) -> Iterator[str]:
        """Yield the lines of the table; a p99 of few deaths is the worst of them."""
        yield f"{'died':<32} {'until':<24} {'times':>5} {'median':>8} {'p99':>8} {'worst':>8}"
        for (victim, sign), unsorted in self._seconds.items():
            seconds = sorted(unsorted)
            median, p99 = (seconds[math.ceil(part * len(seconds)) - 1] for part in (0.5, 0.99))
            yield (f"{victim:<32} {sign:<24} {len(seconds):>5} {median:>6.2f} s {p99:>6.2f} s {seconds[-1]:>6.2f} s")


class CrashTest:
    """The programs and clients of one run."""

    def __init__(self, services: Mapping[str, Kept], log: IO[bytes], write: Write):
        self._services = services
        self._programs = {one.name: Kept(one, log) for one in programs() if one.name != "beat"}
        self._write = write
        self._recoveries = Recoveries()
        self._chance = random.Random(1)  # noqa: S311  # reproducible, not secret
        self._traders: list[Trader] = []
        self._crowd: Crowd
        self._margin_account = 0
        self._holds_position = False
        # Of a deposit of a million this leaves about four fifths of the margin of five lots.
        self._adjustment = Decimal(-995_500)
        self._deaths = 0

    def run(self, plan: Plan) -> list[str]:
        """Carry the plan out; return the faults found."""
        call_command("migrate", verbosity=0)
        prepare_market()
        *self._traders, marginal = open_accounts(ACCOUNTS + 1)
        self._margin_account = marginal.account_id
        with ExitStack() as stack:
            for program in self._programs.values():
                stack.callback(program.stop)
                program.start()
            until(self._prices_flow, "the feed")
            stack.enter_context(_tasks_sent())
            with Crowd(self._traders, CLIENTS) as self._crowd:
                started = time.monotonic()
                until(lambda: self._is_back(NEXT_ORDER, started), "the web server")
                self._carry_out(plan)
                time.sleep(SETTLE_SECONDS)
            return self._check()

    def _carry_out(self, plan: Plan) -> None:
        for number in range(plan.kills):
            self._kill(("engine", "web", "worker")[number % 3])
        for _ in range(plan.backend_kills):
            self._measure("PostgreSQL back end", kill_database_backend, NEXT_ORDER, NEXT_TICK)
        for _ in range(plan.redis_kills):
            self._kill_redis()
        for _ in range(plan.rounds):
            for point in POINTS:
                for program in PASSED_BY[point.partition(".")[0]]:
                    self._die_at(point, self._programs[program])

    def _kill(self, name: str) -> None:
        program = self._programs[name]

        def kill() -> None:
            program.kill()
            program.start()

        sign = {"engine": NEXT_TICK, "web": NEXT_ORDER, "worker": NEXT_TASK}[name]
        self._measure(name, kill, sign)

    def _kill_redis(self) -> None:
        def kill() -> None:
            os.kill(server_pid("redis"), signal.SIGKILL)
            self._services["redis"].kill()
            self._services["redis"].start()

        self._measure("Redis", kill, NEXT_ORDER, NEXT_TICK)

    def _die_at(self, point: str, program: Kept) -> None:
        """Let a program come to a point and die there."""
        passes = self._chance.randint(1, PASSES_MAX)
        program.kill()
        if program.name == "worker":
            passes = 1
            self._leave_work_to_the_worker()
        program.start(crash_point=f"{point}:{passes}")
        program.await_death(f"{point} ({POINTS[point]})")
        sign = {"web": NEXT_ORDER, "worker": NEXT_TASK}.get(program.name, NEXT_TICK)
        self._measure(f"{program.name} at {point}", program.start, sign)
        if program.name == "worker":
            until(lambda: self._margin_account not in accounts_due_for_margin_check(), "the margin call")
            self._programs["engine"].start()

    def _leave_work_to_the_worker(self) -> None:
        """Take the engine away, and let an account need the margin call that the sweep raises, or clears."""
        if not self._holds_position:
            order_place(
                account_id=self._margin_account,
                symbol=SYMBOL,
                side=Side.BUY,
                type=OrderType.MARKET,
                volume=Decimal(5),
                origin=ORIGIN,
            )
            self._holds_position = True
        self._programs["engine"].kill()
        amount = self._adjustment
        self._adjustment = -amount
        balance_change(account_id=self._margin_account, amount=amount, reason=BalanceReason.ADJUSTMENT, origin=ORIGIN)

    def _measure(self, victim: str, kill: Callable[[], None], *signs: str) -> None:
        """Kill, and wait for every sign of life; those named count as the victim's recovery."""
        self._deaths += 1
        died = time.monotonic()
        kill()
        dead, dead_ms = time.monotonic(), time.time() * 1000
        awaited = {NEXT_ORDER, NEXT_TICK, NEXT_TASK}
        if victim.startswith("worker at"):
            awaited.discard(NEXT_TICK)  # the engine is away, so that the worker has something to do
        while awaited:
            for program in self._programs.values():
                program.revive()
            for sign in sorted(awaited):
                if self._is_back(sign, dead, dead_ms):
                    awaited.discard(sign)
                    if sign in signs:
                        self._recoveries.add(victim, sign, time.monotonic() - died)
            if time.monotonic() - died > START_SECONDS:
                raise CrashTestFailed(f"after the death of {victim} there was no {' and no '.join(sorted(awaited))}")
            time.sleep(0.01)
        _forget_connections()
        if self._crowd.errors:
            raise self._crowd.errors[0]
        self._write(f"{self._deaths:>4}. {victim}: back after {time.monotonic() - died:.1f} s")

    def _is_back(self, sign: str, since: float, since_ms: float = 0) -> bool:
        if sign == NEXT_ORDER:
            return self._crowd.placed_since(since)
        with suppress(redis.RedisError):
            if sign == NEXT_TASK:
                age = heartbeat_age()
                return age is not None and time.monotonic() - age > since
            progress = redis_client().hget(name("tick_progress"), Shard().consumer)
            return isinstance(progress, bytes) and int(progress.partition(b"-")[0]) > since_ms
        return False

    def _prices_flow(self) -> bool:
        return SYMBOL in latest_ticks()

    def _check(self) -> list[str]:
        with suppress(CrashTestFailed):
            until(lambda: not books.missed_orders(), "the engine")
        log = self._crowd.log
        left = [request for request in log if request.status is None]
        orders = books.orders_placed(left)
        found = books.missed_orders()
        found += [f"key {key} had no answer, and {count} orders" for key, count in orders.items() if count > 1]
        by_account = {trader.account_id: trader for trader in self._traders}
        for request in left:
            until(partial(by_account[request.account_id].send, request), "an answer to what was left")
        for program in self._programs.values():
            program.stop()
        found += books.faults(log, by_account)
        done = sum(request.is_done for request in log)
        self._write(
            f"\n{len(log):,} requests: {done:,} done, {len(log) - done:,} refused; {len(left):,} of them had no answer "
            f"until the end, of which {len(orders):,} had placed their order all the same"
        )
        self._write("\n".join(["", *self._recoveries.table(), ""]))
        return found


def _forget_connections() -> None:
    """Close this process's connections: their back ends may be among the dead."""
    connection.close()
    cast(PostgresDatabaseWrapper, connection).close_pool()


@contextmanager
def _tasks_sent() -> Iterator[None]:
    """Ask the workers for what beat asks them for, only more often."""
    ended = threading.Event()

    def send() -> None:
        number = 0
        while not ended.wait(PROBE_SECONDS):
            number += 1
            with suppress(BrokerAway, redis.RedisError):
                _send("forexpro.core.tasks.record_heartbeat")
                if number % int(TASKS_SECONDS / PROBE_SECONDS) == 0:
                    for task in ("sweep_margins", "expire_orders", "roll_over"):
                        _send(f"trading.tasks.{task}")

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _send(task: str) -> None:
    app.send_task(task, expires=5, retry=False)
