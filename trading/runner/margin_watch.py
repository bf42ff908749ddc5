"""Which accounts may be at a margin call or stop-out: equities kept in floating point, tick by tick.

A float only says "look at this account": it flags too many rather than too few, and exact arithmetic decides.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from forexpro.core.money import currency_digits, quantum
from forexpro.core.refusals import Refused
from marketdata.ticks import PRICE_SCALE, Tick
from trading.engine.conversion import DealPrice, QuoteSide, conversion_symbols, find_conversion
from trading.engine.margin import margin_required
from trading.engine.market import ProfitConversion
from trading.engine.pricing import SpreadPolicy
from trading.engine.profit import lot_size
from trading.engine.state import AccountState, Position, Side
from trading.engine.valuation import threshold_equities
from trading.selectors.conditions import Conditions
from trading.selectors.market import group_market

Floats = npt.NDArray[np.float64]
# Symbol, group and version of its conditions, account currency, side.
TableKey = tuple[str, int, UUID | None, str, Side]

# A part of the margin by which an account is looked at early: the reserve of orders moves with conversion rates.
TOLERANCE = 0.01
# What floating point may lose of the sums that an equity is made of.
PRECISION = 1e-9
# Row 0 belongs to nobody: emptied slots point at it, and what is added there counts for nothing.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class _FloatQuote:
    symbol: str
    bid: float
    ask: float
    tick_id: str


class _FloatMarket:
    """Quotes at a group's spreads as floating point, for rules that only multiply and divide."""

    def __init__(self, ticks: Mapping[str, Tick], spreads: Mapping[str, SpreadPolicy]):
        self._ticks, self._spreads = ticks, spreads

    @property
    def quotes(self) -> "_FloatMarket":
        return self

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._ticks and symbol in self._spreads

    def __getitem__(self, symbol: str) -> _FloatQuote:
        tick = self._ticks[symbol]
        bid, ask = self._spreads[symbol].apply(tick)
        return _FloatQuote(symbol, bid / PRICE_SCALE, ask / PRICE_SCALE, tick.id)


class _Table:
    """The positions of one symbol, group, account currency and side: one slot each, one array per field."""

    def __init__(self, symbol: str, conditions: Conditions, currency: str, side: Side):
        self.symbol, self.currency, self.side = symbol, currency, side
        self.instrument = conditions.instruments[symbol]
        self.spreads = conditions.spreads
        self.slots: dict[int, int] = {}
        self.free: list[int] = []
        self.rows = np.zeros(8, dtype=np.int64)
        # Negative for a short, so that units × price − cost is the profit of either side.
        self.units, self.cost, self.floating = np.zeros(8), np.zeros(8), np.zeros(8)

    def set(self, position: Position, row: int, ticks: Mapping[str, Tick]) -> float:
        """Take a position of the account in `row`; return its floating profit."""
        slot = self.slots.get(position.id)
        if slot is None:
            slot = self.slots[position.id] = self.free.pop() if self.free else len(self.slots)
            if slot >= len(self.rows):
                self.rows, self.units, self.cost, self.floating = (
                    np.concatenate([array, np.zeros_like(array)])
                    for array in (self.rows, self.units, self.cost, self.floating)
                )
        units = position.side.sign * position.volume * lot_size(self.instrument)
        self.rows[slot], self.units[slot], self.cost[slot] = row, float(units), float(units * position.open_price)
        one = slice(slot, slot + 1)
        self.floating[one] = self.value(ticks, one)
        return float(self.floating[slot])

    def discard(self, position_id: int) -> None:
        slot = self.slots.pop(position_id)
        self.free.append(slot)
        self.rows[slot] = NOBODY
        self.units[slot] = self.cost[slot] = self.floating[slot] = 0

    @property
    def used(self) -> slice:
        """The slots that are or were taken."""
        return slice(0, len(self.slots) + len(self.free))

    def value(self, ticks: Mapping[str, Tick], part: slice) -> Floats:
        """Return floating profits in account currency; zero while a price for them is missing."""
        market = _FloatMarket(ticks, self.spreads)
        units = self.units[part]
        if self.symbol not in market:
            return np.zeros_like(units)
        quote = market[self.symbol]
        price = quote.bid if self.side is Side.BUY else quote.ask
        profit: Floats = units * price - self.cost[part]
        if self.instrument.quote_currency == self.currency:
            return profit
        try:
            at_bid, at_ask = (self._rate(side, price, market) for side in QuoteSide)
        except Refused:
            return np.zeros_like(units)
        if self.instrument.converts_by_deal:
            return profit * (at_ask if self.side is Side.BUY else at_bid)
        return profit * np.where(profit < 0, at_ask, at_bid)

    def error(self, position: Position, ticks: Mapping[str, Tick]) -> float:
        """Return by how much a position's exact profit, rounded at three points, may differ from floating point."""
        quote_currency = self.instrument.quote_currency
        try:
            rate = self._rate(QuoteSide.ASK, float(position.open_price), _FloatMarket(ticks, self.spreads))
        except Refused:
            rate = 1.0
        cost = float(position.volume * lot_size(self.instrument) * position.open_price)
        # Twice what it can be at this rate, for it may change.
        return 2 * rate * (_cent(quote_currency) + cost * PRECISION) + _cent(self.currency)

    def _rate(self, side: QuoteSide, price: float, market: Any) -> float:
        deal: Any = None
        if self.instrument.profit_conversion is not ProfitConversion.BY_MARKET:
            deal = DealPrice(self.symbol, price)  # type: ignore[arg-type]  # floating point throughout
        return float(find_conversion(self.instrument.quote_currency, self.currency, side, market, deal=deal).rate)


class MarginWatch:
    """Equity and thresholds of many accounts, by row; tables of their positions, by symbol."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._account_ids: list[int] = [0]
        # Equity without floating profits, and with them.
        self._cash, self._equity = np.zeros(64), np.zeros(64)
        # An account is looked at when its equity falls to `low` or, during a margin call, rises to `high`.
        self._low, self._high = np.full(64, -np.inf), np.full(64, np.inf)
        self._tables: dict[TableKey, _Table] = {}
        self._by_symbol: dict[str, list[_Table]] = defaultdict(list)
        self._held: dict[int, set[tuple[TableKey, int]]] = {}

    def set_account(self, state: AccountState, conditions: Conditions, ticks: Mapping[str, Tick]) -> None:
        """Take an account's positions, balance and margin as they are now."""
        row = self._row(state.id)
        positions: dict[tuple[TableKey, int], Position] = {}
        for position in state.positions.values():
            if position.symbol not in conditions.instruments:
                continue
            key = (position.symbol, conditions.group_id, conditions.version, state.currency, position.side)
            positions[key, position.id] = position
        held = set(positions)
        for key, position_id in self._held.get(state.id, set()) - held:
            self._tables[key].discard(position_id)
        self._held[state.id] = held

        swap = sum(position.swap for position in positions.values())
        cash = floating = float(state.balance + state.credit - state.set_aside + swap)
        error = abs(cash) * PRECISION
        for (key, _), position in positions.items():
            table = self._table(key, conditions)
            floating += table.set(position, row, ticks)
            error += table.error(position, ticks)
        self._cash[row], self._equity[row] = cash, floating
        self._low[row], self._high[row] = _thresholds(state, conditions, ticks, error)

    def price(self, symbol: str, ticks: Mapping[str, Tick]) -> list[int]:
        """Revalue what a new tick of `symbol` changes; return the accounts to look at, in order of their ids."""
        flagged: set[int] = set()
        for table in self._by_symbol.get(symbol, ()):
            if not table.slots:
                continue
            used = table.used
            rows, floating = table.rows[used], table.value(ticks, used)
            np.add.at(self._equity, rows, floating - table.floating[used])
            table.floating[used] = floating
            equity = self._equity[rows]
            out = (equity <= self._low[rows]) | (equity >= self._high[rows])
            if out.any():
                flagged.update(self._account_ids[row] for row in rows[out])
        return sorted(flagged)

    def sweep(self, ticks: Mapping[str, Tick]) -> list[int]:
        """Value every position anew; return the accounts to look at, in order of their ids.

        That also finds what no tick tells of (a withdrawal, a night's swap), and drops what sums have lost.
        """
        equity = self._cash.copy()
        for table in self._tables.values():
            if table.slots:
                used = table.used
                table.floating[used] = floating = table.value(ticks, used)
                np.add.at(equity, table.rows[used], floating)
        self._equity = equity
        rows = np.flatnonzero((equity <= self._low) | (equity >= self._high))
        return sorted(self._account_ids[row] for row in rows)

    def _row(self, account_id: int) -> int:
        row = self._rows.get(account_id)
        if row is None:
            row = self._rows[account_id] = len(self._account_ids)
            self._account_ids.append(account_id)
            if row >= len(self._equity):
                self._cash = np.concatenate([self._cash, np.zeros_like(self._cash)])
                self._equity = np.concatenate([self._equity, np.zeros_like(self._equity)])
                self._low = np.concatenate([self._low, np.full_like(self._low, -np.inf)])
                self._high = np.concatenate([self._high, np.full_like(self._high, np.inf)])
        return row

    def _table(self, key: TableKey, conditions: Conditions) -> _Table:
        table = self._tables.get(key)
        if table is None:
            symbol, _, _, currency, side = key
            table = self._tables[key] = _Table(symbol, conditions, currency, side)
            # A conversion rate moves the account as much as the symbol itself does.
            for name in {symbol, *conversion_symbols(table.instrument.quote_currency, currency)}:
                self._by_symbol[name].append(table)
        return table


def _cent(currency: str) -> float:
    return float(quantum(currency_digits(currency)))


def _thresholds(
    state: AccountState, conditions: Conditions, ticks: Mapping[str, Tick], error: float
) -> tuple[float, float]:
    """Return the equities at which a margin check may decide something: at or below, at or above."""
    market = group_market(conditions, ticks, datetime.now(UTC))
    try:
        margin = margin_required(state, market)
    except Refused:  # without a price for an order's reserve; that of positions is frozen
        margin = margin_required(replace(state, orders={}), market)
    if not state.positions and (state.margin_call or state.balance + state.credit < state.blocked):
        return np.inf, np.inf  # what is left to settle
    equities = threshold_equities(state.policy, margin, has_positions=bool(state.positions))
    call, stop_out = (-np.inf if equity is None else float(equity) for equity in equities)
    slack = float(margin) * TOLERANCE + error
    if state.margin_call:
        return stop_out + slack, call - slack
    return max(call, stop_out) + slack, np.inf
