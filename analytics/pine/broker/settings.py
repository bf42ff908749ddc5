"""What a strategy declares about its account and its orders, and the words that scripts use for it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self

LONG = "long"
SHORT = "short"
BOTH_DIRECTIONS = "all"

FIXED = "fixed"
CASH = "cash"
PERCENT_OF_EQUITY = "percent_of_equity"

COMMISSION_PERCENT = "percent"
COMMISSION_PER_ORDER = "cash_per_order"
COMMISSION_PER_CONTRACT = "cash_per_contract"

OCA_NONE = "none"
OCA_CANCEL = "cancel"
OCA_REDUCE = "reduce"

CLOSE_FIRST_IN_FIRST_OUT = "FIFO"
CLOSE_ANY = "ANY"


class Instrument(Protocol):
    """What the broker needs to know of a symbol."""

    @property
    def mintick(self) -> float: ...
    @property
    def pointvalue(self) -> float: ...
    @property
    def mincontract(self) -> float: ...
    @property
    def currency(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def hours(self) -> str: ...


class Candle(Protocol):
    """A bar: `time` is its opening in milliseconds UTC."""

    @property
    def time(self) -> int: ...
    @property
    def open(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def close(self) -> float: ...


@dataclass(frozen=True, slots=True)
class StrategySettings:
    """The arguments of a script's `strategy()` that concern the broker, with the defaults of version 6.

    Version 5 has margins of 0, and there `limit`, `stop` and `trail_price` of `strategy.exit` silence `profit`,
    `loss` and `trail_points`; give `version=5` and both margins then. `slippage` and
    `backtest_fill_limits_assumption` are in ticks, rates and margins in per cent. Of more than `order_limit` filled
    orders the oldest trades are forgotten.
    """

    version: int = 6
    initial_capital: float = 1_000_000.0
    currency: str = "NONE"
    default_qty_type: str = FIXED
    default_qty_value: float = 1.0
    pyramiding: int = 0
    commission_type: str = COMMISSION_PERCENT
    commission_value: float = 0.0
    slippage: int = 0
    margin_long: float = 100.0
    margin_short: float = 100.0
    close_entries_rule: str = CLOSE_FIRST_IN_FIRST_OUT
    process_orders_on_close: bool = False
    calc_on_order_fills: bool = False
    calc_on_every_tick: bool = False
    calc_on_every_history_tick: bool = False
    backtest_fill_limits_assumption: int = 0
    use_bar_magnifier: bool = False
    risk_free_rate: float = 2.0
    order_limit: int | None = 9_000

    @classmethod
    def declared(cls, version: int, arguments: Mapping[str, Any]) -> Self:
        """Return the settings of a script from the arguments of its `strategy()` by name; missing ones are None.

        Arguments that do not concern the broker are passed over.
        """
        known = {field.name for field in fields(cls)} - {"version", "order_limit"}
        given = {name: value for name, value in arguments.items() if name in known and value is not None}
        margin = 0.0 if version < 6 else 100.0
        return cls(version=version, **{"margin_long": margin, "margin_short": margin, **given})

    @property
    def entries_allowed(self) -> int:
        """Return how many entries a position may have; with `pyramiding` 0 and 1 it is one."""
        return max(1, self.pyramiding)
