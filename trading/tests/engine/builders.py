"""Instruments, quotes, markets and accounts for engine tests, with as little to say as possible."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trading.engine.commands import Command
from trading.engine.decide import decide
from trading.engine.events import EngineEvent
from trading.engine.evolve import evolve
from trading.engine.market import Instrument, MarginMode, Market, Quote
from trading.engine.state import AccountState, BlockedCommission, Order, OrderType, Policy, Position, Reservation, Side

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def forex(symbol: str, **changes: Any) -> Instrument:
    """Return a currency pair of 100,000 units a lot."""
    values: dict[str, Any] = {
        "symbol": symbol,
        "base_currency": symbol[:3],
        "quote_currency": symbol[3:],
        "margin_currency": symbol[:3],
        "digits": 3 if symbol.endswith("JPY") else 5,
        "contract_size": Decimal(100_000),
        "volume_min": Decimal("0.01"),
        "volume_max": Decimal(100),
        "volume_step": Decimal("0.01"),
    }
    return Instrument(**(values | changes))


def contract(symbol: str, contract_size: int, mode: MarginMode = MarginMode.CFD_LEVERAGE, **changes: Any) -> Instrument:
    """Return a contract for difference quoted, and margined, in US dollars."""
    values = {
        "base_currency": symbol[:3],
        "quote_currency": "USD",
        "margin_currency": "USD",
        "digits": 2,
        "contract_size": Decimal(contract_size),
        "margin_mode": mode,
    }
    return forex(symbol, **(values | changes))


def quote(symbol: str, bid: str, ask: str | None = None, **changes: Any) -> Quote:
    values = {"time": NOW, "received_at": NOW, "tick_id": f"{symbol}-{bid}"} | changes
    return Quote(symbol, Decimal(bid), Decimal(ask or bid), **values)


def market(*quotes: Quote, instruments: Iterable[Instrument] = (), now: datetime = NOW) -> Market:
    """Return a market of the given quotes; a symbol without an instrument is a currency pair."""
    known = {instrument.symbol: instrument for instrument in instruments}
    for entry in quotes:
        known.setdefault(entry.symbol, forex(entry.symbol))
    return Market(now, known, {entry.symbol: entry for entry in quotes})


def account(
    balance: str = "10000",
    *,
    currency: str = "USD",
    positions: Iterable[Position] = (),
    orders: Iterable[Order] = (),
    credit: str = "0",
    margin_call: bool = False,
    blocked_commission: tuple[BlockedCommission, ...] = (),
    reservations: tuple[Reservation, ...] = (),
    **policy: Any,
) -> AccountState:
    policy = {
        name: Decimal(value)
        if isinstance(value, int) and name != "quote_max_age_seconds" and not isinstance(value, bool)
        else value
        for name, value in policy.items()
    }
    return AccountState(
        id=1,
        currency=currency,
        balance=Decimal(balance),
        credit=Decimal(credit),
        margin_call=margin_call,
        policy=replace(Policy(), **policy),
        orders={order.id: order for order in orders},
        positions={position.id: position for position in positions},
        blocked_commission=blocked_commission,
        reservations=reservations,
    )


def position(id: int, symbol: str, side: Side, volume: str, open_price: str, **changes: Any) -> Position:
    values = {"opened_at": EARLIER, "margin_conversion": Decimal(1)} | changes
    return Position(id, symbol, side, Decimal(volume), Decimal(open_price), **_exact(values))


def order(id: int, symbol: str, side: Side, type: OrderType, volume: str, price: str, **changes: Any) -> Order:
    return Order(id, symbol, side, type, Decimal(volume), Decimal(price), **_exact({"placed_at": EARLIER} | changes))


def apply(state: AccountState, events: Iterable[EngineEvent]) -> AccountState:
    for event in events:
        state = evolve(state, event)
    return state


def run(state: AccountState, command: Command, at: Market) -> tuple[AccountState, list[EngineEvent]]:
    """Decide and evolve; return the state afterwards and the events."""
    events = decide(state, command, at)
    return apply(state, events), events


def of_type(events: Iterable[EngineEvent], *types: type) -> list[Any]:
    return [event for event in events if isinstance(event, types)]


def _exact(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(value) if type(value) is str and name not in ("comment", "oco_group") else value
        for name, value in values.items()
    }
