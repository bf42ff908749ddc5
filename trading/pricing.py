"""The prices of one account group, as the price hub applies them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from marketdata.ticks import Tick
from trading.engine.pricing import SpreadPolicy
from trading.selectors.conditions import Conditions


@dataclass(frozen=True, slots=True)
class GroupPricing:
    """Spread policies by symbol; viewers of the same group at the same version share their frames."""

    group_id: int
    version: UUID | None
    spreads: Mapping[str, SpreadPolicy] = field(compare=False)

    @classmethod
    def of(cls, conditions: Conditions) -> Self:
        return cls(conditions.group_id, conditions.version, conditions.spreads)

    def apply(self, tick: Tick) -> tuple[int, int]:
        """Return bid and ask in units of 10^-8; a symbol that the group does not know keeps the feed's."""
        spread = self.spreads.get(tick.symbol)
        return (tick.bid, tick.ask) if spread is None else spread.apply(tick)
