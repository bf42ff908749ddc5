"""A broker that follows a short plan over a few bars, for tables of worked fills."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from analytics.pine.broker.broker import Broker
from analytics.pine.broker.orders import Kind
from analytics.pine.broker.settings import StrategySettings

MINUTE = 60_000

Command = Callable[[Broker], None]


class Candle(NamedTuple):
    time: int
    open: float
    high: float
    low: float
    close: float


@dataclass(frozen=True)
class Symbol:
    """An instrument that trades in whole units at whole prices."""

    mintick: float = 1.0
    mincontract: float = 1.0
    pointvalue: float = 1.0
    currency: str = "USD"
    timezone: str = "UTC"
    hours: str = "24x7"


def candles(*prices: Sequence[float]) -> list[Candle]:
    """Return one candle a minute from open, high, low and close."""
    return [Candle(number * MINUTE, *row) for number, row in enumerate(prices)]


def entry(name: str, direction: str = "long", quantity: float | None = 1, **options: Any) -> Command:
    return lambda broker: broker.place(Kind.ENTRY, name, direction, quantity, **options)


def order(name: str, direction: str = "long", quantity: float | None = 1, **options: Any) -> Command:
    return lambda broker: broker.place(Kind.ORDER, name, direction, quantity, **options)


def leave(name: str, from_entry: str | None = None, **terms: Any) -> Command:
    return lambda broker: broker.exit(name, from_entry, **terms)


def close(name: str, *arguments: Any, **options: Any) -> Command:
    return lambda broker: broker.close(name, *arguments, **options)


def close_all(**options: Any) -> Command:
    return lambda broker: broker.close(None, **options)


def cancel(name: str) -> Command:
    return lambda broker: broker.cancel(name)


def cancel_all() -> Command:
    return lambda broker: broker.cancel_all()


Plan = Mapping[int, Iterable[Command]]
Filled = tuple[int, str, float, float]


def follow(
    prices: Iterable[Sequence[float]], plan: Plan, symbol: Symbol | None = None, **settings: Any
) -> tuple[Broker, list[Filled]]:
    """Run a plan of commands by bar; return the broker and what was filled: bar, order, size, price."""
    broker = Broker(StrategySettings(**settings), symbol or Symbol())
    filled: list[Filled] = []
    for number, bar in enumerate(candles(*prices)):
        broker.open_bar(bar)
        for command in plan.get(number, ()):
            command(broker)
        broker.close_bar()
        filled += [(number, fill.order_id, fill.size, fill.price) for fill in broker.fills]
    return broker, filled


def flat(price: float) -> tuple[float, float, float, float]:
    """Return the prices of a bar that does not move."""
    return price, price, price, price
