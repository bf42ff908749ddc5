"""At most one process at a time publishes a provider's prices."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import redis
from redis.exceptions import LockError

from forexpro.core.realtime.connections import async_redis_client, name
from marketdata.stream import Lease

logger = logging.getLogger(__name__)

LEASE_SECONDS = 6.0
RENEWAL_SECONDS = 2.0


class LeadershipLost(Exception):
    """Another process leads now."""


class Leadership:
    """A lease in Redis which its holder renews; when the holder dies, it runs out and a standby takes over.

    `held` is judged by this process's own clock, a renewal earlier than Redis gives the lease away: a process that was
    stopped and goes on later sees that its time is over before it publishes anything.
    """

    def __init__(
        self,
        provider: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self._provider = provider
        self._key = name("feed_leader", provider)
        self._lock = async_redis_client().lock(self._key, timeout=LEASE_SECONDS)
        self._monotonic, self._sleep = monotonic, sleep
        self._held_until = 0.0

    @property
    def held(self) -> bool:
        return self._monotonic() < self._held_until

    @property
    def lease(self) -> Lease:
        """What Redis checks whenever this process publishes; only while this process leads or has led."""
        return Lease(self._key, self._lock.local.token)

    async def acquire(self) -> None:
        """Return once this process leads; says when it has to stand by."""
        standing_by = False
        while not await self._try_to_acquire():
            if not standing_by:
                standing_by = True
                logger.info("standing by: another process feeds %s; this one takes over when it ends", self._provider)
            await self._sleep(RENEWAL_SECONDS)
        logger.info("feeding %s", self._provider)

    async def keep(self) -> None:
        """Renew the lease for ever. Raises LeadershipLost when another process has it."""
        while True:
            await self._sleep(RENEWAL_SECONDS)
            asked_at = self._monotonic()
            try:
                await self._lock.reacquire()
            except LockError:
                # Run out, or gone with a Redis that lost its data.
                if not await self._try_to_acquire():
                    raise LeadershipLost from None
            except redis.RedisError as error:
                logger.warning("lease of %s not renewed, trying again: %s", self._provider, error)
            else:
                self._held_until = asked_at + LEASE_SECONDS - RENEWAL_SECONDS

    async def release(self) -> None:
        """Let a standby take over at once, if this process leads."""
        if not self.held:
            return
        self._held_until = 0.0
        try:
            await self._lock.release()
        except redis.RedisError as error:
            logger.warning("lease of %s not given back, it runs out by itself: %s", self._provider, error)

    async def _try_to_acquire(self) -> bool:
        asked_at = self._monotonic()
        try:
            if not await self._lock.acquire(blocking=False):
                return False
        except redis.RedisError as error:
            logger.warning("no answer about who feeds %s, asking again: %s", self._provider, error)
            return False
        self._held_until = asked_at + LEASE_SECONDS - RENEWAL_SECONDS
        return True
