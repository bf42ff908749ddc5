"""A plain fold of the pure engine over ticks: no index, no database, no Redis, one account after the other."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from forexpro.core.money import ZERO
from marketdata.ticks import PRICE_SCALE, Tick, moment_of
from trading.engine.commands import ProcessTick
from trading.engine.decide import decide
from trading.engine.events import EngineEvent, OrderFilled, PositionClosed, PositionReduced
from trading.engine.evolve import evolve
from trading.engine.profit import lot_size
from trading.engine.state import AccountState
from trading.engine.triggers import Watch, account_triggers
from trading.engine.valuation import threshold_equities, value_account
from trading.selectors.conditions import Conditions
from trading.selectors.market import group_market

_NEVER = 2**63 - 1
# Each position's profit is rounded to the cent, before and after.
ROUNDING = 0.02


class FoldedDeal(NamedTuple):
    """What makes two deals the same: which, when (market time of the tick) and at what price."""

    account_id: int
    position_id: int
    entry: str
    symbol: str
    side: str
    volume: Decimal
    price: Decimal
    profit: Decimal
    reason: str
    market_time: datetime


@dataclass(slots=True)
class FoldedAccount:
    """An account in the fold, and what tells when a tick changes nothing for it.

    `gates` holds, per symbol, the nearest levels below and above the ask and below and above the bid. `slack` is how
    much the equity may move before a margin call or stop-out can begin or end; `drift` is the most that it can have
    moved, per symbol, since prices were those of `reference`, and `units` the volume that makes it move.
    """

    state: AccountState
    conditions: Conditions
    gates: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    slack: float = 0.0
    units: dict[str, float] = field(default_factory=dict)
    reference: dict[str, tuple[int, int]] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)

    def is_quiet(self, tick: Tick) -> bool:
        """Return whether `tick` provably changes nothing for this account."""
        bid, ask = self.conditions.spreads[tick.symbol].apply(tick)
        units = self.units.get(tick.symbol)
        if units is not None:
            old_bid, old_ask = self.reference[tick.symbol]
            self.drift[tick.symbol] = units * max(abs(bid - old_bid), abs(ask - old_ask)) / PRICE_SCALE
            if sum(self.drift.values()) >= self.slack:
                return False
        gate = self.gates.get(tick.symbol)
        return gate is None or (gate[0] < ask < gate[1] and gate[2] < bid < gate[3])

    def measure(self, ticks: Mapping[str, Tick]) -> None:
        """Take the account's levels and the equity that it can lose or win as they are now."""
        self.gates = {}
        for trigger in account_triggers(self.state):
            gate = list(self.gates.get(trigger.symbol, (-_NEVER, _NEVER, -_NEVER, _NEVER)))
            match trigger.watch:
                case Watch.ASK_FALLS:
                    gate[0] = max(gate[0], trigger.level)
                # The middle is never above the ask, nor below the bid.
                case Watch.ASK_RISES | Watch.MID_RISES:
                    gate[1] = min(gate[1], trigger.level)
                case Watch.BID_FALLS | Watch.MID_FALLS:
                    gate[2] = max(gate[2], trigger.level)
                case Watch.BID_RISES:
                    gate[3] = min(gate[3], trigger.level)
            self.gates[trigger.symbol] = (gate[0], gate[1], gate[2], gate[3])
        self.units, self.reference, self.drift = {}, {}, {}
        self.slack = self._slack(ticks)

    def _slack(self, ticks: Mapping[str, Tick]) -> float:
        if not self.state.positions:
            return math.inf
        for position in self.state.positions.values():
            instrument = self.conditions.instruments[position.symbol]
            if instrument.quote_currency != self.state.currency or position.symbol not in ticks:
                return 0.0  # other prices move it too: ask every time
            units = float(position.volume * lot_size(instrument))
            self.units[position.symbol] = self.units.get(position.symbol, 0.0) + units
            self.reference[position.symbol] = self.conditions.spreads[position.symbol].apply(ticks[position.symbol])
        value = value_account(self.state, group_market(self.conditions, ticks, moment_of(0)))
        equities = threshold_equities(self.state.policy, value.margin, has_positions=True)
        call, stop_out = (-math.inf if threshold is None else float(threshold) for threshold in equities)
        equity = float(value.equity)
        room = min(equity - stop_out, call - equity) if self.state.margin_call else equity - max(call, stop_out)
        return room - ROUNDING * len(self.state.positions)


def fold_ticks(
    accounts: Sequence[FoldedAccount], ticks: Iterable[Tick], newest: Mapping[str, Tick], *, leave_out: bool = True
) -> list[FoldedDeal]:
    """Let every tick be worked through on every account, and return the deals in their order.

    `newest` holds the ticks from before. With `leave_out` an account is not asked about ticks that provably change
    nothing for it; without, it is asked about every one.
    """
    known = dict(newest)
    if leave_out:
        for account in accounts:
            account.measure(known)
    deals: list[FoldedDeal] = []
    for tick in ticks:
        known[tick.symbol] = tick
        now = moment_of(tick.received_ms)
        for account in accounts:
            if leave_out and account.is_quiet(tick):
                continue
            market = group_market(account.conditions, known, now)
            for event in decide(account.state, ProcessTick(tick.symbol), market):
                deals += _deals(account.state.id, event)
                account.state = evolve(account.state, event)
            if leave_out:
                account.measure(known)
    return deals


def _deals(account_id: int, event: EngineEvent) -> list[FoldedDeal]:
    match event:
        case OrderFilled():
            entry, side, profit, reason = "in", event.side, ZERO, "order"
        case PositionReduced() | PositionClosed():
            entry, side, profit, reason = "out", event.side.opposite, event.profit, event.reason.value
        case _:
            return []
    return [
        FoldedDeal(
            account_id=account_id,
            position_id=event.position_id,
            entry=entry,
            symbol=event.symbol,
            side=side.value,
            volume=event.volume,
            price=event.price,
            profit=profit,
            reason=reason,
            market_time=datetime.fromisoformat(event.evidence["tick"]["time"]),
        )
    ]
