"""The Redis connections of a process, and the names of everything kept there."""

import asyncio
from collections.abc import AsyncGenerator
from functools import cache
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings


def name(*parts: str) -> str:
    """Return the namespaced name of a key, stream or channel: `name("quotes")` is `forexpro:quotes`."""
    return ":".join((settings.REDIS_NAMESPACE, *parts))


@cache
def redis_client() -> redis.Redis:
    """Return this process's synchronous client; replies are bytes."""
    return redis.Redis.from_url(settings.REDIS_URL, **settings.REDIS_OPTIONS)


_Opened = AsyncGenerator[redis.asyncio.Redis, None]
_async_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[redis.asyncio.Redis, _Opened]] = WeakKeyDictionary()


def async_redis_client() -> redis.asyncio.Redis:
    """Return the running event loop's client (a connection belongs to the loop that opened it); replies are bytes.

    It has no read timeout, so that blocking reads and subscriptions may wait. Its connections are closed when the loop
    shuts down its asynchronous generators, as the last thing before it ends.
    """
    loop = asyncio.get_running_loop()
    if loop not in _async_clients:
        opened = _open_until_the_loop_ends()
        try:
            opened.asend(None).send(None)  # up to its first yield, where nothing has been waited for
        except StopIteration as started:
            _async_clients[loop] = started.value, opened
    return _async_clients[loop][0]


async def _open_until_the_loop_ends() -> _Opened:
    # Without a timeout of its own redis-py sets 5 seconds, and waits by asyncio.wait_for, which in Python 3.11 now
    # and then swallows the cancellation of a task: the process would not stop.
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=None,
        socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
        max_connections=10_000,
    )
    try:
        yield client
    finally:
        await client.aclose()
