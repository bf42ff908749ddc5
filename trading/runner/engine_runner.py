"""The loop: ticks in, accounts to look at out; events of the log in, levels in the index up to date."""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, transaction

from forexpro.core.events.chain import Origin
from forexpro.core.events.reader import Position, RecordedEvent, current_position, read_after
from forexpro.core.realtime.connections import redis_client
from forexpro.core.realtime.wakeups import channel
from marketdata.selectors import latest_ticks
from marketdata.stream import forget_consumer, newest_id, read_ticks, report_progress
from marketdata.ticks import Tick
from trading.engine.commands import CheckMargin
from trading.engine.decide import decide
from trading.engine.triggers import Trigger
from trading.runner.shards import Shard, accounts_holding, load_checkpoint, save_checkpoint, tick_order
from trading.runner.watched_accounts import WatchedAccounts
from trading.selectors.conditions import configuration_version
from trading.selectors.journal import AccountEvent, account_stream, events_since, newest_seqs
from trading.selectors.market import group_market
from trading.services.ticks import accounts_process_tick_apply

logger = logging.getLogger(__name__)

BATCH_TICKS = 1000
BATCH_EVENTS = 1000
# Accounts decided on in one commit.
BATCH_ACCOUNTS = 100
BLOCK_MS = 100
HOUSEKEEPING_SECONDS = 1.0
RETRY_SECONDS = 1.0
# Per symbol, for levels that the log reports after ticks that they should have met.
RECENT_TICKS = 2000
STREAM_PREFIX = account_stream(0).removesuffix("0")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EngineRunner:
    """One shard of the engine. `outage_seconds`: what an older tick triggers fills at the first fresh quote instead."""

    def __init__(self, shard: Shard, *, outage_seconds: float | None = None):
        self.shard = shard
        self.consumer = consumer_name(shard)
        self.stopping = False
        self.ticks_worked = 0
        self._outage_ms = 1000 * (settings.ENGINE_OUTAGE_SECONDS if outage_seconds is None else outage_seconds)
        self._origin = Origin(actor=f"system:engine:{shard}")
        self._accounts = WatchedAccounts()
        self._ticks: dict[str, Tick] = {}
        self._recent: dict[str, deque[Tick]] = defaultdict(lambda: deque(maxlen=RECENT_TICKS))
        # By symbol, in the order of the ticks: what ticks reached that are too old to fill at.
        self._missed: dict[str, list[tuple[Tick, list[int]]]] = defaultdict(list)
        self._missed_triggers: set[Trigger] = set()
        self._tick_id: str | None = None
        self._tick_id_before_missed: str | None = None
        self._tick_received_ms = 0
        self._catching_up = True
        self._log_position = Position()
        self._configuration: UUID | None = None
        self._wakeups: redis.client.PubSub | None = None
        self._next_follow = self._next_housekeeping = 0.0

    def run(self) -> None:
        """Work until `stopping` is set; outages of Redis and PostgreSQL are waited out."""
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
        self.stop()

    def start(self) -> None:
        """Read accounts and checkpoint from the database; what happens from here on comes through log and stream."""
        self._wakeups = redis_client().pubsub(ignore_subscribe_messages=True)
        self._wakeups.subscribe(channel())
        known = [tick_id for tick_id in (load_checkpoint(self.shard), self._tick_id) if tick_id is not None]
        first_start = not known
        # After a failed commit the database may know of a tick that memory does not.
        self._tick_id = newest_id() if first_start else max(known, key=tick_order)
        for symbol, tick in latest_ticks().items():
            self._ticks.setdefault(symbol, tick)
        self._load_accounts()
        report_progress(self.consumer, self._tick_id)
        logger.info("engine %s watches %s accounts after tick %s", self.shard, len(self._accounts), self._tick_id)
        if first_start:
            for tick in list(self._ticks.values()):
                self._work_through(tick)

    def step(self, *, block_ms: int = BLOCK_MS) -> int:
        """Do one round: follow the log, work through the next ticks; return how many there were."""
        assert self._tick_id is not None
        self._follow_when_due()
        ticks = read_ticks(self._tick_id, count=BATCH_TICKS, block_ms=block_ms)
        if ticks:
            # Ticks come in the order of their receipt: where the first is young enough, the clock need not be asked.
            self._catching_up = self._is_too_old(ticks[0])
        for tick in ticks:
            self._work_through(tick)
            self._tick_id = tick.id
        if ticks:
            self.ticks_worked += len(ticks)
            self._tick_received_ms = ticks[-1].received_ms
            report_progress(self.consumer, self._tick_id)
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
        while True:
            events = read_after(self._log_position, stream_prefix=STREAM_PREFIX, limit=BATCH_EVENTS)
            if events:
                self._apply((_account_id(event.stream), event) for event in events)
                self._log_position = events[-1].position
            if len(events) < BATCH_EVENTS:
                return

    def follow_accounts(self, account_ids: Iterable[int]) -> None:
        """Apply what is new of some accounts now; the log as a whole has to wait for slower transactions."""
        for account_id, newest in newest_seqs(account_ids).items():
            known = self._accounts.seq(account_id)
            if newest > known:
                since = max(known, newest - BATCH_EVENTS)
                self._apply((account_id, event) for event in events_since(account_id, since))

    def _apply(self, events: Iterable[tuple[int, AccountEvent | RecordedEvent]]) -> None:
        """Apply events of others; levels that they set are held against the ticks since."""
        changed: dict[int, None] = {}
        added: list[tuple[Trigger, float]] = []
        for account_id, event in events:
            if self.shard.owns(account_id):
                changed[account_id] = None
                triggers = self._accounts.apply(account_id, event.seq, event.type, event.payload, self._ticks)
                added += [(trigger, event.occurred_at.timestamp() * 1000) for trigger in triggers]
        self._accounts.revalue(changed, self._ticks)
        for trigger, since_ms in added:
            self._catch_up(trigger, since_ms)

    def _follow_when_due(self) -> None:
        woken: set[int] = set()
        while self._wakeups is not None and (message := self._wakeups.get_message()) is not None:
            streams = [stream for stream in message["data"].decode().split() if stream.startswith(STREAM_PREFIX)]
            woken.update(account_id for account_id in map(_account_id, streams) if self.shard.owns(account_id))
        if woken:
            self.follow_accounts(woken)
        if time.monotonic() >= self._next_follow:
            self._next_follow = time.monotonic() + HOUSEKEEPING_SECONDS
            self.follow()

    def _load_accounts(self) -> None:
        self._configuration = configuration_version()
        self._log_position = current_position()
        self._accounts = WatchedAccounts()
        self._accounts.load(accounts_holding(self.shard), self._ticks)

    def _keep_house(self) -> None:
        assert self._tick_id is not None
        self._next_housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
        self._save_checkpoint()
        report_progress(self.consumer, self._tick_id)
        self._accounts.forget_activations(self._tick_received_ms)
        if configuration_version() != self._configuration:
            logger.info("engine %s reloads: groups or instruments have changed", self.shard)
            self.follow_accounts(self._accounts)  # what is only loaded is not held against the ticks since
            self._load_accounts()

    def _save_checkpoint(self) -> None:
        """Save where to continue: before the first tick that still has something to carry out."""
        tick_id = self._tick_id_before_missed if self._missed else self._tick_id
        if tick_id is not None:
            save_checkpoint(self.shard, tick_id)

    def _disconnect(self) -> None:
        if self._wakeups is not None:
            self._wakeups.close()
            self._wakeups = None
        connections.close_all()

    def _work_through(self, tick: Tick) -> None:
        """Carry out what a tick triggers, and look after the margins that it moves."""
        symbol = tick.symbol
        self._ticks[symbol] = tick
        self._recent[symbol].append(tick)
        if self._catching_up and self._is_too_old(tick):
            self._remember_missed(tick)
            return
        if symbol in self._missed:
            self._carry_out_missed(tick)
        account_ids = dict.fromkeys(trigger.account_id for trigger in self._accounts.reached(tick))
        for account_id in self._accounts.margin.price(symbol, self._ticks):
            if account_id not in account_ids and self._margin_moves(account_id, tick):
                account_ids[account_id] = None
        if account_ids:
            self._process(list(account_ids), tick, self._ticks, worked_through=tick.id)

    def _is_too_old(self, tick: Tick) -> bool:
        return time.time() * 1000 - tick.received_ms > self._outage_ms

    def _remember_missed(self, tick: Tick) -> None:
        new = [trigger for trigger in self._accounts.reached(tick) if trigger not in self._missed_triggers]
        if new:
            if not self._missed:
                self._tick_id_before_missed = self._tick_id
            self._missed_triggers.update(new)
            self._missed[tick.symbol].append((tick, list(dict.fromkeys(trigger.account_id for trigger in new))))

    def _carry_out_missed(self, fresh: Tick) -> None:
        for missed, account_ids in self._missed[fresh.symbol]:
            self._process(account_ids, fresh, self._ticks, missed=missed)
        del self._missed[fresh.symbol]
        self._missed_triggers = {trigger for trigger in self._missed_triggers if trigger.symbol != fresh.symbol}

    def _margin_moves(self, account_id: int, tick: Tick) -> bool:
        """Return whether exact arithmetic, on what memory knows of the account, sees a margin call or stop-out."""
        account = self._accounts[account_id]
        market = group_market(account.conditions, self._ticks, _received_at(tick))
        return bool(decide(account.state, CheckMargin(), market))

    def _catch_up(self, trigger: Trigger, since_ms: float) -> None:
        """Hold a level that the log has just reported, and what it leads to, against the ticks since it was set."""
        if self._tick_received_ms < since_ms:
            self._accounts.activate_from(trigger, since_ms)
        account_id, symbol = trigger.account_id, trigger.symbol
        for tick in list(self._recent[symbol]):
            if tick.received_ms >= since_ms and self._accounts.account_reached(account_id, tick):
                self._process([account_id], tick, {**self._ticks, symbol: tick})

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
            except (redis.RedisError, OperationalError, InterfaceError):
                raise
            except Exception:
                # One account whose data is damaged must not keep the engine from all others.
                for account_id in batch:
                    try:
                        self._process_batch([account_id], tick, ticks, missed, None)
                    except (redis.RedisError, OperationalError, InterfaceError):
                        raise
                    except Exception:
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
                account_ids=account_ids,
                symbol=tick.symbol,
                ticks=ticks,
                missed=missed,
                now=_received_at(tick),
                origin=self._origin,
            )
            if worked_through is not None and not self._missed:
                save_checkpoint(self.shard, worked_through)
        for answer in answers:
            for event in answer.events:
                self._accounts.apply(answer.account_id, event.seq, event.type, event.payload, self._ticks)
        self._accounts.revalue((answer.account_id for answer in answers), self._ticks)


def _account_id(stream: str) -> int:
    return int(stream.removeprefix(STREAM_PREFIX))


def consumer_name(shard: Shard) -> str:
    """Return the name under which a shard's engine reports its progress to the publishers of ticks."""
    return f"engine:{shard}"


def _received_at(tick: Tick) -> datetime:
    return _EPOCH + timedelta(milliseconds=tick.received_ms)
