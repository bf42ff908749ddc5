"""Which accounts a process looks after, and how far it has worked through the tick stream."""

from dataclasses import dataclass

from django.db import connection

_SAVE = """
    INSERT INTO trading_enginecheckpoint (shard, shards, tick_id, updated_at) VALUES (%s, %s, %s, now())
    ON CONFLICT (shard) DO UPDATE SET shards = excluded.shards, tick_id = excluded.tick_id, updated_at = now()
"""
_LOAD = "SELECT shard, shards, tick_id FROM trading_enginecheckpoint"
_HOLDING = """
    SELECT account_id FROM trading_order WHERE status = 'working' AND account_id %% %(count)s = %(index)s
    UNION SELECT account_id FROM trading_position WHERE closed_at IS NULL AND account_id %% %(count)s = %(index)s
    ORDER BY account_id
"""


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `index` of `count`: the accounts whose id leaves that remainder."""

    index: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Return the shard written as `index/count`; raises ValueError."""
        index, _, count = text.partition("/")
        shard = cls(int(index), int(count))
        if not 0 <= shard.index < shard.count:
            raise ValueError(f"{text}: the index is from 0 to {shard.count - 1}")
        return shard

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def owns(self, account_id: int) -> bool:
        return account_id % self.count == self.index


def save_checkpoint(shard: Shard, tick_id: str) -> None:
    """Remember that `shard` has worked through every tick up to `tick_id`."""
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, [shard.index, shard.count, tick_id])


def load_checkpoint(shard: Shard) -> str | None:
    """Return the tick to continue after; None where no engine has ever run.

    After a change of the number of shards that is the least advanced one of all: working through a tick again is
    harmless, leaving one out is not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOAD)
        rows = cursor.fetchall()
    own = [tick_id for index, count, tick_id in rows if (index, count) == (shard.index, shard.count)]
    return min(own or [tick_id for _, _, tick_id in rows], key=tick_order, default=None)


def tick_order(tick_id: str) -> tuple[int, int]:
    """Return what tick ids are ordered by."""
    milliseconds, _, number = tick_id.partition("-")
    return int(milliseconds), int(number)


def accounts_holding(shard: Shard) -> list[int]:
    """Return the accounts of `shard` that have working orders or open positions."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, {"index": shard.index, "count": shard.count})
        return [account_id for (account_id,) in cursor.fetchall()]
