"""Which accounts may be at a margin call or stop-out: equities kept in floating point, tick by tick.

A float only says "look at this account": it flags too many rather than too few, and exact arithmetic decides.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from marketdata.ticks import PRICE_SCALE, Tick
from trading.engine.conversion import VEHICLE_CURRENCY, conversion_symbols
from trading.engine.margin import margin_required
from trading.engine.market import Instrument, MarginMode, Market
from trading.engine.pricing import SpreadPolicy
from trading.engine.state import AccountState, Position, Side
from trading.selectors.conditions import Conditions

Floats = npt.NDArray[np.float64]
TableKey = tuple[str, SpreadPolicy, str]

# A part of the margin by which an account is looked at early: more than what mid conversion rates may be off.
TOLERANCE = 0.01
# Row 0 belongs to nobody: emptied slots point at it, and what is added there counts for nothing.
NOBODY = 0
FIELDS = ("long_units", "long_cost", "short_units", "short_cost", "floating")


class _Table:
    """The positions of one symbol, spread and account currency: one slot per account, one array per field."""

    def __init__(self, key: TableKey, quote_currency: str):
        self.symbol, self.policy, self.currency = key
        self.quote_currency = quote_currency
        self.slots: dict[int, int] = {}
        self.free: list[int] = []
        self.rows = np.zeros(8, dtype=np.int64)
        self.values: dict[str, Floats] = {field: np.zeros(8) for field in FIELDS}

    def set(self, account_id: int, row: int, values: Mapping[str, float]) -> None:
        slot = self.slots.get(account_id)
        if slot is None:
            slot = self.slots[account_id] = self.free.pop() if self.free else len(self.slots)
            if slot >= len(self.rows):
                self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
                self.values = {
                    name: np.concatenate([array, np.zeros_like(array)]) for name, array in self.values.items()
                }
        self.rows[slot] = row
        for field, value in values.items():
            self.values[field][slot] = value

    def discard(self, account_id: int) -> None:
        slot = self.slots.pop(account_id, None)
        if slot is not None:
            self.free.append(slot)
            self.rows[slot] = NOBODY
            for array in self.values.values():
                array[slot] = 0


class MarginWatch:
    """Equity and thresholds of many accounts, by row; tables of their positions, by symbol."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._account_ids: list[int] = [0]
        self._equity: Floats = np.zeros(64)
        # An account is looked at when its equity falls to `low` or, during a margin call, rises to `high`.
        self._low: Floats = np.full(64, -np.inf)
        self._high: Floats = np.full(64, np.inf)
        self._tables: dict[TableKey, _Table] = {}
        self._by_symbol: dict[str, list[_Table]] = defaultdict(list)
        self._account_tables: dict[int, set[TableKey]] = {}

    def set_account(self, state: AccountState, conditions: Conditions, ticks: Mapping[str, Tick]) -> None:
        """Take an account's positions, balance and margin as they are now."""
        row = self._row(state.id)
        by_symbol: dict[str, list[Position]] = defaultdict(list)
        for position in state.positions.values():
            if position.symbol in conditions.instruments:
                by_symbol[position.symbol].append(position)
        keys = {(symbol, conditions.spreads[symbol], state.currency) for symbol in by_symbol}
        for key in self._account_tables.get(state.id, set()) - keys:
            self._tables[key].discard(state.id)
        self._account_tables[state.id] = keys

        equity = float(state.balance + state.credit - state.blocked)
        for key in keys:
            instrument = conditions.instruments[key[0]]
            table = self._table(key, instrument)
            values = _exposure(instrument, by_symbol[key[0]])
            values["floating"] = _floating(table, values, ticks)
            equity += values["floating"] + sum(float(position.swap) for position in by_symbol[key[0]])
            table.set(state.id, row, values)
        self._equity[row] = equity
        self._set_thresholds(row, state, _margin(state, conditions))

    def price(self, symbol: str, ticks: Mapping[str, Tick]) -> list[int]:
        """Revalue what a new tick of `symbol` changes; return the accounts to look at, in order of their ids."""
        tables = self._by_symbol.get(symbol)
        if not tables:
            return []
        flagged: set[int] = set()
        for table in tables:
            if not table.slots:
                continue
            values = table.values
            floating = _floating(table, values, ticks)
            self._equity[table.rows] += floating - values["floating"]
            values["floating"] = floating
            equity = self._equity[table.rows]
            out = (equity <= self._low[table.rows]) | (equity >= self._high[table.rows])
            if out.any():
                flagged.update(self._account_ids[row] for row in table.rows[out])
        return sorted(flagged)

    def _row(self, account_id: int) -> int:
        row = self._rows.get(account_id)
        if row is None:
            row = self._rows[account_id] = len(self._account_ids)
            self._account_ids.append(account_id)
            if row >= len(self._equity):
                self._equity = np.concatenate([self._equity, np.zeros_like(self._equity)])
                self._low = np.concatenate([self._low, np.full_like(self._low, -np.inf)])
                self._high = np.concatenate([self._high, np.full_like(self._high, np.inf)])
        return row

    def _table(self, key: TableKey, instrument: Instrument) -> _Table:
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = _Table(key, instrument.quote_currency)
            # A conversion rate moves the account as much as the symbol itself does.
            for symbol in {key[0], *conversion_symbols(instrument.quote_currency, key[2])}:
                self._by_symbol[symbol].append(table)
        return table

    def _set_thresholds(self, row: int, state: AccountState, margin: float) -> None:
        if not margin:
            self._low[row], self._high[row] = -np.inf, np.inf
            return
        call, stop_out = float(state.policy.margin_call_level) / 100, float(state.policy.stop_out_level) / 100
        if state.margin_call:
            self._low[row], self._high[row] = margin * (stop_out + TOLERANCE), margin * (call - TOLERANCE)
        else:
            self._low[row], self._high[row] = margin * (call + TOLERANCE), np.inf


def _exposure(instrument: Instrument, positions: list[Position]) -> dict[str, float]:
    values = dict.fromkeys(FIELDS, 0.0)
    size = instrument.contract_size
    if instrument.margin_mode.is_futures:
        size = instrument.tick_value / instrument.tick_size
    elif instrument.margin_mode is MarginMode.CFD_INDEX:
        size = size * instrument.tick_value / instrument.tick_size
    for position in positions:
        side = "long" if position.side is Side.BUY else "short"
        units = position.volume * size
        values[f"{side}_units"] += float(units)
        values[f"{side}_cost"] += float(units * position.open_price)
    return values


def _margin(state: AccountState, conditions: Conditions) -> float:
    """Return the margin of an account's positions, which is frozen and needs no quotes."""
    market = Market(now=datetime.now(UTC), instruments=conditions.instruments, quotes={})
    return float(margin_required(replace(state, orders={}), market))


@overload
def _floating(table: _Table, values: Mapping[str, float], ticks: Mapping[str, Tick]) -> float: ...
@overload
def _floating(table: _Table, values: Mapping[str, Floats], ticks: Mapping[str, Tick]) -> Floats: ...
def _floating(table: _Table, values: Mapping[str, Any], ticks: Mapping[str, Tick]) -> Any:
    """Return the floating profit in account currency; zero while a price for it is missing."""
    tick = ticks.get(table.symbol)
    rate = _middle_rate(table.quote_currency, table.currency, ticks)
    if tick is None or rate is None:
        return values["long_units"] * 0.0
    bid, ask = (price / PRICE_SCALE for price in table.policy.apply(tick))
    longs = values["long_units"] * bid - values["long_cost"]
    shorts = values["short_cost"] - values["short_units"] * ask
    return (longs + shorts) * rate


def _middle_rate(source: str, target: str, ticks: Mapping[str, Tick]) -> float | None:
    if source == target:
        return 1.0
    direct, inverse = ticks.get(source + target), ticks.get(target + source)
    if direct is not None:
        return (direct.bid + direct.ask) / 2 / PRICE_SCALE
    if inverse is not None:
        return 2 * PRICE_SCALE / (inverse.bid + inverse.ask)
    if VEHICLE_CURRENCY in (source, target):
        return None
    first = _middle_rate(source, VEHICLE_CURRENCY, ticks)
    second = _middle_rate(VEHICLE_CURRENCY, target, ticks)
    return None if first is None or second is None else first * second
