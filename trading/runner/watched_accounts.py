"""The accounts of a shard in memory: their states, folded from the log, and the levels that they wait for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketdata.ticks import Tick
from trading.engine.codec import EVENT_TYPES, from_payload
from trading.engine.events import (
    EngineEvent,
    OrderArmed,
    OrderCancelled,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    PositionClosed,
    PositionIncreased,
    PositionModified,
    PositionOpened,
    PositionReduced,
)
from trading.engine.evolve import evolve
from trading.engine.pricing import SpreadPolicy
from trading.engine.state import AccountState
from trading.engine.triggers import (
    Trigger,
    TriggerIndex,
    TriggerKind,
    account_triggers,
    order_triggers,
    position_triggers,
)
from trading.runner.margin_watch import MarginWatch
from trading.selectors.conditions import Conditions
from trading.selectors.state import LoadedAccount, load_accounts

LOAD_ACCOUNTS = 500
# Their payload does not hold the whole policy that is in force: the group's part is read from the database.
_RELOADING = {"account.opened", "account.policy_changed"}

LevelKey = tuple[TriggerKind, int]


@dataclass(slots=True)
class WatchedAccount:
    """An account's state as of its event number `seq`, and its levels in the index."""

    state: AccountState
    seq: int
    conditions: Conditions
    triggers: dict[LevelKey, Trigger]


class WatchedAccounts:
    """Follows the events of many accounts, by whichever way they come: each counts once, a gap reloads the account."""

    def __init__(self) -> None:
        self._accounts: dict[int, WatchedAccount] = {}
        # Groups that see the same prices share an index.
        self._indexes: dict[str, dict[SpreadPolicy, TriggerIndex]] = defaultdict(dict)
        # Levels set while the ticks at hand are still older ones, with the moment (ms) from which they count.
        self._active_from: dict[Trigger, float] = {}
        self.margin = MarginWatch()

    def __len__(self) -> int:
        return len(self._accounts)

    def __iter__(self) -> Iterator[int]:
        return iter(self._accounts)

    def __getitem__(self, account_id: int) -> WatchedAccount:
        return self._accounts[account_id]

    def load(self, account_ids: Iterable[int], ticks: Mapping[str, Tick]) -> None:
        """Read accounts from the database, in place of what was known of them."""
        wanted = list(account_ids)
        for start in range(0, len(wanted), LOAD_ACCOUNTS):
            for loaded in load_accounts(wanted[start : start + LOAD_ACCOUNTS]):
                self._replace(loaded, ticks)

    def reached(self, tick: Tick) -> list[Trigger]:
        """Return the levels that a tick reaches, in price-time order; those set after the tick are not among them."""
        indexes = self._indexes.get(tick.symbol)
        if not indexes:
            return []
        found: list[Trigger] = []
        for policy, index in indexes.items():
            found += index.reached(tick.symbol, *policy.apply(tick))
        if found and self._active_from:
            found = [trigger for trigger in found if self._active_from.get(trigger, 0) <= tick.received_ms]
        return found

    def account_reached(self, account_id: int, tick: Tick) -> bool:
        """Return whether a tick reaches any level of one account, however young."""
        account = self._accounts[account_id]
        policy = account.conditions.spreads.get(tick.symbol)
        if policy is None:
            return False
        bid, ask = policy.apply(tick)
        levels = (trigger for trigger in account.triggers.values() if trigger.symbol == tick.symbol)
        return any(trigger.depth(bid, ask) >= 0 for trigger in levels)

    def seq(self, account_id: int) -> int:
        """Return the number of the newest event known of an account, 0 where it is not watched yet."""
        account = self._accounts.get(account_id)
        return 0 if account is None else account.seq

    def apply(
        self, account_id: int, seq: int, type: str, payload: Mapping[str, Any], ticks: Mapping[str, Tick]
    ) -> list[Trigger]:
        """Apply one event of an account and return the levels that it added; an event known already adds none."""
        account = self._accounts.get(account_id)
        if account is not None and seq <= account.seq:
            return []
        if account is None or seq > account.seq + 1 or type in _RELOADING:
            before = set() if account is None else set(account.triggers.values())
            self.load([account_id], ticks)
            return [trigger for trigger in self._accounts[account_id].triggers.values() if trigger not in before]
        account.seq = seq
        if type not in EVENT_TYPES:
            return []
        event = from_payload(type, payload)
        account.state = evolve(account.state, event)
        return [trigger for id in _concerned(event) for trigger in self._refresh(account, id)]

    def revalue(self, account_ids: Iterable[int], ticks: Mapping[str, Tick]) -> None:
        """Tell the margin watch what has become of accounts whose events were applied."""
        for account_id in account_ids:
            account = self._accounts[account_id]
            self.margin.set_account(account.state, account.conditions, ticks)

    def activate_from(self, trigger: Trigger, moment_ms: float) -> None:
        """Let a level count from a moment on, because ticks from before it are still to come."""
        self._active_from[trigger] = moment_ms

    def forget_activations(self, before_ms: int) -> None:
        """Drop the moments that no coming tick is older than."""
        if self._active_from:
            self._active_from = {key: at for key, at in self._active_from.items() if at > before_ms}

    def _replace(self, loaded: LoadedAccount, ticks: Mapping[str, Tick]) -> None:
        known = self._accounts.get(loaded.state.id)
        if known is not None:
            for trigger in list(known.triggers.values()):
                self._remove(known, trigger)
        account = WatchedAccount(loaded.state, loaded.head.seq, loaded.conditions, {})
        for trigger in account_triggers(loaded.state):
            self._add(account, trigger)
        self._accounts[loaded.state.id] = account
        self.margin.set_account(account.state, account.conditions, ticks)

    def _refresh(self, account: WatchedAccount, id: int) -> list[Trigger]:
        """Bring the levels of the order or position `id` up to date; return those that are new."""
        order, position = account.state.orders.get(id), account.state.positions.get(id)
        wanted = order_triggers(order, account.state.id) if order else []
        wanted += position_triggers(position, account.state.id) if position else []
        present = [account.triggers[kind, id] for kind in TriggerKind if (kind, id) in account.triggers]
        for trigger in present:
            if trigger not in wanted:
                self._remove(account, trigger)
        added = [trigger for trigger in wanted if trigger not in present]
        for trigger in added:
            self._add(account, trigger)
        return added

    def _add(self, account: WatchedAccount, trigger: Trigger) -> None:
        policy = account.conditions.spreads.get(trigger.symbol)
        if policy is None:  # the symbol was withdrawn from trading: there will be no prices for it either
            return
        indexes = self._indexes[trigger.symbol]
        if policy not in indexes:
            indexes[policy] = TriggerIndex()
        indexes[policy].add(trigger)
        account.triggers[trigger.kind, trigger.id] = trigger

    def _remove(self, account: WatchedAccount, trigger: Trigger) -> None:
        self._indexes[trigger.symbol][account.conditions.spreads[trigger.symbol]].remove(trigger)
        del account.triggers[trigger.kind, trigger.id]
        self._active_from.pop(trigger, None)


def _concerned(event: EngineEvent) -> list[int]:
    """Return the id of the order or position that an event is about."""
    match event:
        case OrderPlaced(order=order):
            return [order.id]
        case PositionOpened(position=position) | PositionIncreased(position=position):
            return [position.id]
        case OrderModified(order_id=id) | OrderArmed(order_id=id) | OrderCancelled(order_id=id):
            return [id]
        case OrderFilled(order_id=id) | OrderRejected(order_id=id) | OrderReleased(order_id=id):
            return [id]
        case PositionModified(position_id=id) | PositionReduced(position_id=id) | PositionClosed(position_id=id):
            return [id]
        case _:
            return []
