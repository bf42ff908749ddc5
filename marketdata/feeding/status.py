"""What users are told about a feed, kept in Redis for every process to read."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from forexpro.core.realtime.connections import async_redis_client, name
from marketdata.feeds import FeedStatus

# A report older than this is of a feed that was exchanged for another one.
FORGOTTEN_AFTER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class FeedReport:
    """The state of one feed at one moment; `detail` is a sentence for people."""

    name: str
    status: FeedStatus
    detail: str

    async def publish(self) -> None:
        """Write the report where `selectors.feed_statuses` reads it."""
        report = {
            "name": self.name,
            "status": self.status.value,
            "detail": self.detail,
            "at": datetime.now(UTC).isoformat(),
        }
        await async_redis_client().hset(name("feeds"), self.name, orjson.dumps(report))


async def forget_other_feeds(current: str) -> None:
    """Drop the reports of feeds that have not run for a minute."""
    client = async_redis_client()
    for field, packed in (await client.hgetall(name("feeds"))).items():
        report = orjson.loads(packed)
        age = datetime.now(UTC) - datetime.fromisoformat(report["at"])
        if report["name"] != current and age.total_seconds() > FORGOTTEN_AFTER_SECONDS:
            await client.hdel(name("feeds"), field)
