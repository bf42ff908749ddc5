"""Which accounts a process looks after."""

from dataclasses import dataclass

from django.db import connection

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

    @property
    def consumer(self) -> str:
        """The name under which its engine reports progress to the publishers of ticks."""
        return f"engine:{self}"

    def owns(self, account_id: int) -> bool:
        return account_id % self.count == self.index


def accounts_holding(shard: Shard) -> list[int]:
    """Return the accounts of `shard` that have working orders or open positions."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, {"index": shard.index, "count": shard.count})
        return [account_id for (account_id,) in cursor.fetchall()]
