"""Tell whoever follows a stream that it has grown. A wake-up carries no data: followers read the log itself.

A lost wake-up therefore delays a follower until its next poll and loses nothing.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

import redis

from forexpro.core.realtime.connections import async_redis_client, name, redis_client

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = 1
# Who follows this is called whichever stream has grown.
EVERY_STREAM = "*"


def channel() -> str:
    """Return the name of the Redis channel that carries wake-ups; a message is one or more stream names."""
    return name("wakeups")


def wake(streams: Iterable[str]) -> None:
    """Publish that `streams` have grown; called after the commit, best effort."""
    try:
        redis_client().publish(channel(), " ".join(streams))
    except redis.RedisError as error:
        logger.warning("wake-up not published: %s", error)


class WakeupHub:
    """One Redis subscription for all followers of this event loop."""

    def __init__(self) -> None:
        self._followers: dict[str, set[Callable[[], None]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def follow(self, stream: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` whenever `stream` may have grown, from the event loop; return what ends it."""
        self._followers[stream].add(callback)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen())

        def unfollow() -> None:
            self._followers[stream].discard(callback)
            if not self._followers[stream]:
                del self._followers[stream]

        return unfollow

    async def _listen(self) -> None:
        while True:
            try:
                async with async_redis_client().pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(channel())
                    self._call(list(self._followers))  # whatever was published while nobody listened
                    async for message in subscription.listen():
                        self._call(message["data"].decode().split())
            except redis.RedisError as error:
                logger.warning("wake-ups interrupted, reconnecting: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    def _call(self, streams: Iterable[str]) -> None:
        for stream in (*streams, EVERY_STREAM):
            for callback in list(self._followers.get(stream, ())):
                callback()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, WakeupHub] = WeakKeyDictionary()


def wakeup_hub() -> WakeupHub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = WakeupHub()
    return _hubs[loop]
