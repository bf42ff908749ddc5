"""The loop: ticks in, accounts to look at out; events of the log in, levels in the index up to date."""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, transaction

from forexpro.core.crash_points import crash_point
from forexpro.core.events.chain import Origin
from forexpro.core.events.reader import RecordedEvent, current_position
from marketdata.selectors import latest_ticks
from marketdata.stream import forget_consumer, newest_id, read_ticks, report_progress
from marketdata.ticks import Tick, moment_of
from trading.engine.commands import CheckMargin
from trading.engine.decide import decide
from trading.engine.triggers import Trigger
from trading.locks import lock_accounts
from trading.runner.account_log import BATCH_EVENTS, AccountLog, account_of
from trading.runner.checkpoints import (
    Checkpoint,
    ShardReplaced,
    claim_checkpoint,
    has_run,
    load_checkpoint,
    save_checkpoint,
    tick_order,
)
from trading.runner.shards import Shard, accounts_holding
from trading.runner.watched_accounts import WatchedAccounts
from trading.selectors.conditions import configuration_version
from trading.selectors.journal import AccountEvent, events_since, newest_seqs
from trading.selectors.market import group_market
from trading.selectors.state import load_accounts
from trading.services.ticks import account_check_margin, account_expire_orders, accounts_process_tick_apply

logger = logging.getLogger(__name__)

BATCH_TICKS = 1000
# Accounts decided on in one commit.
BATCH_ACCOUNTS = 100
BLOCK_MS = 100
HOUSEKEEPING_SECONDS = 1.0
RETRY_SECONDS = 1.0
# Per symbol, for levels that the log reports after ticks that they should have met.
RECENT_TICKS = 2000
# How long a tick may take from a feed to the stream, clocks of several hosts included.
IN_FLIGHT_MS = 5000
ENGINES = "system:engine:"


class EngineRunner:
    """One shard of the engine. `outage_seconds`: what an older tick triggers fills at the first fresh quote instead."""

    def __init__(self, shard: Shard, *, outage_seconds: float | None = None):
        self.shard = shard
        self.consumer = shard.consumer
        self.stopping = False
        self.ticks_worked = 0
        self._outage_ms = 1000 * (settings.ENGINE_OUTAGE_SECONDS if outage_seconds is None else outage_seconds)
        self._origin = Origin(actor=f"{ENGINES}{shard}")
        self._accounts = WatchedAccounts()
        self._ticks: dict[str, Tick] = {}
        self._recent: dict[str, deque[Tick]] = defaultdict(lambda: deque(maxlen=RECENT_TICKS))
        # By symbol, in the order of the ticks: what ticks reached that are too old to fill at.
        self._missed: dict[str, list[tuple[Tick, list[int]]]] = defaultdict(list)
        self._missed_triggers: set[Trigger] = set()
        self._checkpoint_before_missed: Checkpoint | None = None
        # Levels that the log has just reported, with the moment (ms) since which ticks are held against them.
        self._reported: dict[Trigger, float] = {}
        self._tick_id: str | None = None
        # No tick received before this moment is still to come.
        self._worked_ms = 0.0
        self._catching_up = True
        self._log = AccountLog()
        self._configuration: UUID | None = None
        self._next_follow = self._next_housekeeping = 0.0

    def run(self) -> None:
        """Work until `stopping` is set; outages of Redis and PostgreSQL are waited out.

        Raises `ShardReplaced` when the engine was started with another number of shards.
        """
        ready = False
        while not self.stopping:
            try:
                if not ready:
                    self.start()
                    ready = True
                self.step()
            except (redis.RedisError, OperationalError, InterfaceError) as error:
                logger.warning("engine %s interrupted, trying again: %s", self.shard, error)
                ready = False
                self._disconnect()
                time.sleep(RETRY_SECONDS)
            except ShardReplaced:
                forget_consumer(self.consumer)
                raise
        self.stop()

    def start(self) -> None:
        """Read accounts and checkpoint from the database; what happens from here on comes through log and stream."""
        self._log.connect()
        first_start = not has_run()
        self._resume()
        assert self._tick_id is not None
        for symbol, tick in latest_ticks().items():
            self._ticks.setdefault(symbol, tick)
        self._reported.clear()
        self._configuration = configuration_version()
        self._accounts = WatchedAccounts()
        self._accounts.load(accounts_holding(self.shard), self._ticks)
        self._apply((account_of(event.stream), event) for event in self._log.everything())
        if self._reported and not self._recent:
            self._recall_ticks(min(self._reported.values()))
        self._catch_up()
        report_progress(self.consumer, self._tick_id)
        logger.info("engine %s watches %s accounts after tick %s", self.shard, len(self._accounts), self._tick_id)
        if first_start:
            for tick in list(self._ticks.values()):
                self._work_through(tick)

    def _resume(self) -> None:
        """Find the tick and the place in the log after which to go on."""
        if self._tick_id is None:
            checkpoint = claim_checkpoint(self.shard, Checkpoint(newest_id(), current_position()))
            self._tick_id = checkpoint.tick_id
            self._log.start_from(checkpoint.log)
        elif (saved := load_checkpoint(self.shard)) is not None:
            # After a failed commit the database may know of a tick that memory does not.
            self._tick_id = max(self._tick_id, saved.tick_id, key=tick_order)
            self._log.start_from(self._log.settled(self._worked_ms))
        else:
            raise ShardReplaced(self.shard)

    def _recall_ticks(self, since_ms: float) -> None:
        """Fill the recent ticks with those from a moment on that were worked through before this start."""
        assert self._tick_id is not None
        position = f"{int(since_ms)}-0"
        while ticks := read_ticks(position, count=BATCH_TICKS):
            for tick in ticks:
                if tick_order(tick.id) > tick_order(self._tick_id):
                    return
                self._recent[tick.symbol].append(tick)
            position = ticks[-1].id

    def step(self, *, block_ms: int = BLOCK_MS) -> int:
        """Do one round: follow the log, work through the next ticks; return how many there were."""
        assert self._tick_id is not None
        self._follow_when_due()
        reading_ms = time.time() * 1000
        ticks = read_ticks(self._tick_id, count=BATCH_TICKS, block_ms=block_ms)
        if ticks:
            # Ticks come in the order of their receipt: where the first is young enough, the clock need not be asked.
            self._catching_up = self._is_too_old(ticks[0])
            crash_point("engine.ticks_read")
        for tick in ticks:
            self._work_through(tick)
            self._tick_id = tick.id
        self._worked_ms = (ticks[-1].received_ms if len(ticks) == BATCH_TICKS else reading_ms) - IN_FLIGHT_MS
        if ticks:
            self.ticks_worked += len(ticks)
            crash_point("engine.progress_due")
            report_progress(self.consumer, self._tick_id)
            crash_point("engine.progress_reported")
        # While more ticks are waiting, those from before an order's expiry may still be among them.
        self._expire(moment_of(ticks[-1].received_ms) if len(ticks) == BATCH_TICKS else datetime.now(UTC))
        if time.monotonic() >= self._next_housekeeping:
            self._keep_house()
        return len(ticks)

    def stop(self) -> None:
        """Save the checkpoint and let nobody wait for this engine."""
        try:
            self._save_checkpoint()
            forget_consumer(self.consumer)
        except (redis.RedisError, OperationalError, InterfaceError) as error:
            logger.warning("engine %s could not say goodbye: %s", self.shard, error)
        self._disconnect()
        logger.info("engine %s stopped after tick %s", self.shard, self._tick_id)

    def follow(self) -> None:
        """Apply what the log has new; levels set by others are held against the ticks since."""
        while events := self._log.read():
            self._apply((account_of(event.stream), event) for event in events)
            self._log.followed(events)
            if len(events) < BATCH_EVENTS:
                break
        self._catch_up()

    def follow_accounts(self, account_ids: Iterable[int]) -> None:
        """Apply what is new of some accounts now; the log as a whole has to wait for slower transactions."""
        for account_id, newest in newest_seqs(account_ids).items():
            known = self._accounts.seq(account_id)
            if newest > known:
                since = max(known, newest - BATCH_EVENTS)
                self._apply((account_id, event) for event in events_since(account_id, since))
        self._catch_up()

    def _apply(self, events: Iterable[tuple[int, AccountEvent | RecordedEvent]]) -> None:
        """Apply events; levels that others set do not count for ticks from before, and wait for `_catch_up`."""
        changed: dict[int, None] = {}
        for account_id, event in events:
            if not self.shard.owns(account_id):
                continue
            changed[account_id] = None
            triggers = self._accounts.apply(account_id, event, self._ticks)
            # What engines set was in their memory at once: it has met every tick since.
            if not (isinstance(event, RecordedEvent) and event.actor.startswith(ENGINES)):
                self._reported.update((trigger, event.occurred_at.timestamp() * 1000) for trigger in triggers)
        self._accounts.revalue(changed, self._ticks)
        for trigger, since_ms in self._reported.items():
            self._accounts.activate_from(trigger, since_ms)

    def _follow_when_due(self) -> None:
        woken = [account_id for account_id in self._log.woken_accounts() if self.shard.owns(account_id)]
        if woken:
            self.follow_accounts(woken)
        if time.monotonic() >= self._next_follow:
            self._next_follow = time.monotonic() + HOUSEKEEPING_SECONDS
            self.follow()

    def _keep_house(self) -> None:
        assert self._tick_id is not None
        self._next_housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
        crash_point("engine.checkpoint_due")
        self._save_checkpoint()
        crash_point("engine.checkpoint_saved")
        report_progress(self.consumer, self._tick_id)
        self._accounts.forget_activations(self._worked_ms)
        if not self._catching_up:
            self._sweep_margins()
        if (configuration := configuration_version()) != self._configuration:
            logger.info("engine %s reloads: groups or instruments have changed", self.shard)
            self._configuration = configuration
            self._accounts.load({*self._accounts, *accounts_holding(self.shard)}, self._ticks)

    def _checkpoint(self) -> Checkpoint:
        assert self._tick_id is not None
        return Checkpoint(self._tick_id, self._log.settled(self._worked_ms))

    def _save_checkpoint(self) -> None:
        """Save where to continue: before the first tick that still has something to carry out."""
        if self._tick_id is not None:
            save_checkpoint(self.shard, self._checkpoint_before_missed or self._checkpoint())

    def _disconnect(self) -> None:
        self._log.disconnect()
        connections.close_all()

    def _work_through(self, tick: Tick) -> None:
        """Carry out what a tick triggers, and look after the margins that it moves."""
        symbol = tick.symbol
        self._ticks[symbol] = tick
        self._recent[symbol].append(tick)
        if self._catching_up and self._is_too_old(tick):
            self._remember_missed(tick, self._accounts.reached(tick))
            return
        if symbol in self._missed:
            self._carry_out_missed(tick)
        account_ids = dict.fromkeys(trigger.account_id for trigger in self._accounts.reached(tick))
        flagged = [id for id in self._accounts.margin.price(symbol, self._ticks) if id not in account_ids]
        # A few are asked about in memory first; where a tick breaches many, the first ones are not kept waiting for it.
        if len(flagged) <= BATCH_ACCOUNTS:
            flagged = [id for id in flagged if self._margin_moves(id, moment_of(tick.received_ms))]
        account_ids.update(dict.fromkeys(flagged))
        if account_ids:
            self._process(list(account_ids), tick, self._ticks, worked_through=tick.id)

    def _is_too_old(self, tick: Tick) -> bool:
        return time.time() * 1000 - tick.received_ms > self._outage_ms

    def _remember_missed(self, tick: Tick, reached: Iterable[Trigger]) -> None:
        new = [trigger for trigger in reached if trigger not in self._missed_triggers]
        if new:
            if self._checkpoint_before_missed is None:
                self._checkpoint_before_missed = self._checkpoint()
            self._missed_triggers.update(new)
            self._missed[tick.symbol].append((tick, list(dict.fromkeys(trigger.account_id for trigger in new))))

    def _carry_out_missed(self, fresh: Tick) -> None:
        for missed, account_ids in self._missed[fresh.symbol]:
            self._process(account_ids, fresh, self._ticks, missed=missed)
        del self._missed[fresh.symbol]
        self._missed_triggers = {trigger for trigger in self._missed_triggers if trigger.symbol != fresh.symbol}
        if not self._missed:
            self._checkpoint_before_missed = None

    def _sweep_margins(self) -> None:
        """Look after the margins that something else than a tick has moved, such as a withdrawal."""
        now = datetime.now(UTC)
        for account_id in self._accounts.margin.sweep(self._ticks):
            if self._margin_moves(account_id, now):
                account_check_margin(account_id=account_id, ticks=self._ticks, origin=self._origin)
                self.follow_accounts([account_id])

    def _margin_moves(self, account_id: int, now: datetime) -> bool:
        """Return whether exact arithmetic, on what memory knows of the account, sees a margin call or stop-out."""
        account = self._accounts[account_id]
        market = group_market(account.conditions, self._ticks, now)
        return bool(decide(account.state, CheckMargin(), market))

    def _catch_up(self) -> None:
        """Hold levels that the log has reported, and what they lead to, against the ticks since they were set.

        Each account is held against the ticks of a symbol once, since its first such level; the moments from which
        levels count keep the others out of ticks before them.
        """
        since: dict[tuple[int, str], float] = {}
        for trigger, moment_ms in self._reported.items():
            key = trigger.account_id, trigger.symbol
            since[key] = min(since.get(key, moment_ms), moment_ms)
        self._reported.clear()
        for (account_id, symbol), since_ms in since.items():
            for tick in list(self._recent[symbol]):
                if tick.received_ms < since_ms or not (reached := self._accounts.account_reached(account_id, tick)):
                    continue
                if self._is_too_old(tick):
                    self._remember_missed(tick, reached)
                else:
                    self._process([account_id], tick, {**self._ticks, symbol: tick})

    def _expire(self, now: datetime) -> None:
        """Withdraw the orders whose time has come, whether or not there are prices."""
        for account_id in self._accounts.expiries.due(now):
            try:
                answer = account_expire_orders(account_id=account_id, now=now, origin=self._origin)
            except (redis.RedisError, OperationalError, InterfaceError):
                raise
            except Exception:  # one account's trouble is nobody else's
                logger.exception("orders of account %s could not be withdrawn", account_id)
                continue
            for event in answer.events:
                self._accounts.apply(account_id, event, self._ticks)
            self._accounts.revalue([account_id], self._ticks)

    def _process(
        self,
        account_ids: Sequence[int],
        tick: Tick,
        ticks: Mapping[str, Tick],
        *,
        missed: Tick | None = None,
        worked_through: str | None = None,
    ) -> None:
        """Let the service decide, several accounts to a commit, as of the moment when the tick came.

        The last commit also says that everything up to the tick `worked_through` is done, so that nothing is decided
        again on older prices after a crash.
        """
        for start in range(0, len(account_ids), BATCH_ACCOUNTS):
            batch = account_ids[start : start + BATCH_ACCOUNTS]
            is_last = start + BATCH_ACCOUNTS >= len(account_ids)
            try:
                self._process_batch(batch, tick, ticks, missed, worked_through if is_last else None)
            except (redis.RedisError, OperationalError, InterfaceError, ShardReplaced):
                raise
            except Exception:  # one damaged account must not keep the engine from all others
                for account_id in batch:
                    try:
                        self._process_batch([account_id], tick, ticks, missed, None)
                    except (redis.RedisError, OperationalError, InterfaceError, ShardReplaced):
                        raise
                    except Exception:  # this is the damaged one
                        logger.exception("account %s could not be worked through at tick %s", account_id, tick.id)

    def _process_batch(
        self,
        account_ids: Sequence[int],
        tick: Tick,
        ticks: Mapping[str, Tick],
        missed: Tick | None,
        worked_through: str | None,
    ) -> None:
        with transaction.atomic(durable=True):
            answers = accounts_process_tick_apply(
                accounts=load_accounts(lock_accounts(account_ids)),
                symbol=tick.symbol,
                ticks=ticks,
                missed=missed,
                now=moment_of(tick.received_ms),
                origin=self._origin,
            )
            if worked_through is not None and not self._missed:
                save_checkpoint(self.shard, replace(self._checkpoint(), tick_id=worked_through))
        crash_point("engine.memory_behind")
        for answer in answers:
            for event in answer.events:
                self._accounts.apply(answer.account_id, event, self._ticks)
        self._accounts.revalue((answer.account_id for answer in answers), self._ticks)
