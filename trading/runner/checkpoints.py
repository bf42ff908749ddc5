"""How far each shard has worked through the tick stream and followed the event log.

All rows belong to one sharding. The first shard of another one takes their place, and the former shards cannot save
any more.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from forexpro.core.events.reader import Position
from trading.models import EngineCheckpoint
from trading.runner.shards import Shard


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Every tick up to `tick_id` is worked through; what the log says up to `log` was held against those ticks."""

    tick_id: str
    log: Position


class ShardReplaced(Exception):
    """The checkpoints are another sharding's now."""

    def __init__(self, shard: Shard):
        super().__init__(
            f"Shard {shard} has no checkpoint: the engine has been started with another number of shards since. "
            "Stop this process, and run every shard of one and the same number."
        )


def has_run() -> bool:
    """Return whether any engine has ever run on this database."""
    return EngineCheckpoint.objects.exists()


def load_checkpoint(shard: Shard) -> Checkpoint | None:
    """Return what `shard` has saved, if the checkpoints are of its sharding."""
    row = EngineCheckpoint.objects.filter(shard=str(shard)).first()
    return None if row is None else _checkpoint(row)


def save_checkpoint(shard: Shard, checkpoint: Checkpoint) -> None:
    """Remember how far `shard` is; raises `ShardReplaced` where another sharding has taken over."""
    saved = EngineCheckpoint.objects.filter(shard=str(shard)).update(
        tick_id=checkpoint.tick_id,
        log_xid=checkpoint.log.xid,
        log_id=checkpoint.log.id,
        updated_at=datetime.now(UTC),
    )
    if not saved:
        raise ShardReplaced(shard)


@transaction.atomic(durable=True)
def claim_checkpoint(shard: Shard, newest: Checkpoint) -> Checkpoint:
    """Return where `shard` has to begin: where it was, or `newest` where no engine has ever run.

    After a change of the number of shards, all new ones begin where the least advanced of the former ones was: working
    through a tick again is harmless, leaving one out is not.
    """
    former = list(EngineCheckpoint.objects.select_for_update().exclude(shard__endswith=f"/{shard.count}"))
    known = [_checkpoint(row) for row in former]
    tick_id = min((checkpoint.tick_id for checkpoint in known), key=tick_order, default=newest.tick_id)
    log = min((checkpoint.log for checkpoint in known), default=newest.log)
    EngineCheckpoint.objects.bulk_create(
        (
            EngineCheckpoint(
                shard=str(Shard(index, shard.count)),
                tick_id=tick_id,
                log_xid=log.xid,
                log_id=log.id,
                updated_at=datetime.now(UTC),
            )
            for index in range(shard.count)
        ),
        ignore_conflicts=True,
    )
    EngineCheckpoint.objects.filter(shard__in=[row.shard for row in former]).delete()
    return _checkpoint(EngineCheckpoint.objects.get(shard=str(shard)))


def tick_order(tick_id: str) -> tuple[int, int]:
    """Return what tick ids are ordered by."""
    milliseconds, _, number = tick_id.partition("-")
    return int(milliseconds), int(number)


def _checkpoint(row: EngineCheckpoint) -> Checkpoint:
    return Checkpoint(row.tick_id, Position(row.log_xid, row.log_id))
