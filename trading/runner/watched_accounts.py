"""The accounts of a shard in memory: their states, folded from the log, and the levels that they wait for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forexpro.core.events.reader import RecordedEvent
from marketdata.ticks import Tick
from trading.engine.codec import EVENT_TYPES, from_payload
from trading.engine.evolve import evolve
from trading.engine.pricing import SpreadPolicy
from trading.engine.state import AccountState
from trading.engine.triggers import Trigger, TriggerIndex, TriggerKind, account_triggers
from trading.runner.expiries import Expiries
from trading.runner.levels import concerned, levels_of, levels_set
from trading.runner.margin_watch import MarginWatch
from trading.selectors.conditions import Conditions
from trading.selectors.journal import AccountEvent
from trading.selectors.state import LoadedAccount, load_accounts

LOAD_ACCOUNTS = 500
# Their payload does not hold the whole policy that is in force: the group's part is read from the database.
_RELOADING = {"account.opened", "account.policy_changed"}

LevelKey = tuple[TriggerKind, int]


@dataclass(slots=True)
class WatchedAccount:
    """An account's state as of its event number `seq`, and its levels in the index.

    It was loaded as of event `loaded_seq`; of those before, what the ones up to `noted_seq` had set has been told.
    """

    state: AccountState
    seq: int
    loaded_seq: int
    noted_seq: int
    conditions: Conditions
    triggers: dict[LevelKey, Trigger]


class WatchedAccounts:
    """Follows the events of many accounts, by whichever way they come: each counts once, a gap reloads the account."""

    def __init__(self) -> None:
        self._accounts: dict[int, WatchedAccount] = {}
        # Groups that see the same prices share an index.
        self._indexes: dict[str, dict[SpreadPolicy, TriggerIndex]] = defaultdict(dict)
        # Levels set lately, with the moment (ms) from which they count: ticks from before it may still come.
        self._active_from: dict[Trigger, float] = {}
        self.margin = MarginWatch()
        self.expiries = Expiries()

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

    def account_reached(self, account_id: int, tick: Tick) -> list[Trigger]:
        """Return the levels of one account that a tick reaches, as `reached` does for all."""
        policy = self._accounts[account_id].conditions.spreads.get(tick.symbol)
        index = None if policy is None else self._indexes[tick.symbol].get(policy)
        if policy is None or index is None:
            return []
        return [
            trigger
            for trigger in index.reached(tick.symbol, *policy.apply(tick))
            if trigger.account_id == account_id and self._active_from.get(trigger, 0) <= tick.received_ms
        ]

    def seq(self, account_id: int) -> int:
        """Return the number of the newest event known of an account, 0 where it is not watched yet."""
        account = self._accounts.get(account_id)
        return 0 if account is None else account.seq

    def apply(self, account_id: int, event: AccountEvent | RecordedEvent, ticks: Mapping[str, Tick]) -> list[Trigger]:
        """Apply one event of an account and return the levels that it set, as they stand now.

        An event that came before has no effect. One that the account was loaded with only tells what it set.
        """
        account = self._accounts.get(account_id)
        if account is None or event.seq > account.seq + 1 or (event.seq > account.seq and event.type in _RELOADING):
            self.load([account_id], ticks)
            account = self._accounts[account_id]
        told, loaded = event.seq <= account.noted_seq, event.seq <= account.loaded_seq
        if told or (event.seq <= account.seq and not loaded):
            return []
        if loaded:
            account.noted_seq = event.seq
        else:
            account.seq = event.seq
        if event.type not in EVENT_TYPES:
            return []
        decided = from_payload(event.type, event.payload)
        if not loaded:
            account.state = evolve(account.state, decided)
            for id in concerned(decided):
                self._refresh(account, id)
        return levels_set(account.state, decided)

    def revalue(self, account_ids: Iterable[int], ticks: Mapping[str, Tick]) -> None:
        """Tell the margin watch what has become of accounts whose events were applied."""
        for account_id in account_ids:
            account = self._accounts[account_id]
            self.margin.set_account(account.state, account.conditions, ticks)

    def activate_from(self, trigger: Trigger, moment_ms: float) -> None:
        """Let a level, if it still stands, count from a moment on."""
        account = self._accounts[trigger.account_id]
        if account.triggers.get((trigger.kind, trigger.id)) == trigger:
            self._active_from[trigger] = moment_ms

    def forget_activations(self, before_ms: float) -> None:
        """Drop the moments that no coming tick is older than."""
        if self._active_from:
            self._active_from = {key: at for key, at in self._active_from.items() if at > before_ms}

    def _replace(self, loaded: LoadedAccount, ticks: Mapping[str, Tick]) -> None:
        account = WatchedAccount(loaded.state, loaded.head.seq, loaded.head.seq, 0, loaded.conditions, {})
        active_from: dict[Trigger, float] = {}
        known = self._accounts.get(loaded.state.id)
        if known is not None:
            # Events between the two that were applied one by one have told what they set as well.
            account.noted_seq = known.noted_seq if known.noted_seq < known.loaded_seq else known.seq
            for trigger in list(known.triggers.values()):
                if trigger in self._active_from:
                    active_from[trigger] = self._active_from[trigger]
                self._remove(known, trigger)
        for order_id in loaded.state.orders:
            self.expiries.note(loaded.state, order_id)
        for trigger in account_triggers(loaded.state):
            self._add(account, trigger)
            if trigger in active_from:
                self._active_from[trigger] = active_from[trigger]
        self._accounts[loaded.state.id] = account
        self.margin.set_account(account.state, account.conditions, ticks)

    def _refresh(self, account: WatchedAccount, id: int) -> None:
        """Bring the levels of the order or position `id` up to date."""
        self.expiries.note(account.state, id)
        wanted = levels_of(account.state, id)
        present = [account.triggers[kind, id] for kind in TriggerKind if (kind, id) in account.triggers]
        for trigger in present:
            if trigger not in wanted:
                self._remove(account, trigger)
        for trigger in wanted:
            if trigger not in present:
                self._add(account, trigger)

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
