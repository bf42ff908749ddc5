"""How far the shards of the engine are."""

from dataclasses import dataclass
from datetime import datetime

from trading.models import EngineCheckpoint


@dataclass(frozen=True, slots=True)
class EngineShard:
    """A shard, when it last said how far it is, and the newest tick that it has worked through."""

    name: str
    updated_at: datetime
    tick_id: str

    @property
    def tick_ms(self) -> int:
        """When the platform received that tick, in milliseconds of Unix time."""
        return int(self.tick_id.partition("-")[0])


def engine_shards() -> list[EngineShard]:
    """Return the shards that there are, by name."""
    rows = EngineCheckpoint.objects.order_by("shard").values_list("shard", "updated_at", "tick_id")
    return [EngineShard(name, updated_at, tick_id) for name, updated_at, tick_id in rows]
