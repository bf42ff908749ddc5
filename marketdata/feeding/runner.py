"""The life of a feed process: stand by, lead, publish, report, until told to stop."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

import redis
from django.utils.translation import gettext as _

from forexpro.core.crash_points import crash_point
from marketdata.feeding.leadership import Leadership, LeadershipLost
from marketdata.feeding.status import FeedReport, forget_other_feeds
from marketdata.feeds import Feed, FeedRefused, FeedStatus
from marketdata.stream import merge_ticks, publish_ticks
from marketdata.ticks import Tick

logger = logging.getLogger(__name__)

REPORT_SECONDS = 1.0
RETRY_SECONDS = 0.25
RESTART_SECONDS = 5.0
# A live feed without a price for so long is called delayed.
SILENCE_SECONDS = 15.0
# What waits here for Redis before a live feed's ticks are merged, keeping every high and low.
BUFFERED_TICKS = 20_000


class FeedRunner:
    """Runs one feed for `symbols` for as long as its process lives.

    `on_ticks` sees every published batch, in order.
    """

    def __init__(
        self,
        feed: Feed,
        symbols: Sequence[str],
        *,
        leadership: Leadership,
        on_ticks: Callable[[Sequence[Tick]], Awaitable[None]] | None = None,
        beside: Sequence[Callable[[], Awaitable[None]]] = (),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._feed, self._symbols, self._leadership = feed, symbols, leadership
        self._on_ticks, self._beside = on_ticks, beside
        self._sleep, self._monotonic = sleep, monotonic
        self._buffer: list[Tick] = []
        self._received, self._taken = asyncio.Event(), asyncio.Event()
        self._ended = False
        self._last_tick_at = monotonic()

    async def run(self) -> None:
        """Feed until cancelled; give the lead back then."""
        try:
            while True:
                await self._leadership.acquire()
                try:
                    await self._lead()
                except* LeadershipLost:
                    logger.warning("another process feeds %s now", self._feed.name)
        finally:
            await self._leadership.release()

    async def _lead(self) -> None:
        self._buffer, self._ended = [], False
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._leadership.keep())
            tasks.create_task(self._report())
            tasks.create_task(self._receive())
            tasks.create_task(self._publish())
            for run in self._beside:
                tasks.create_task(self._run_beside(run))

    async def _receive(self) -> None:
        """Fill the buffer from the feed. A refusal or the end of a finite source ends this, not the process."""
        try:
            async for batch in self._feed.stream(self._symbols):
                self._buffer.extend(batch)
                self._last_tick_at = self._monotonic()
                self._received.set()
                if self._feed.can_wait:
                    self._taken.clear()
                    await self._taken.wait()
                elif len(self._buffer) > BUFFERED_TICKS:
                    self._buffer = merge_ticks(self._buffer)
        except FeedRefused as refusal:
            self._feed.status, self._feed.status_detail = FeedStatus.DOWN, str(refusal)
            logger.error("%s: %s", self._feed.name, refusal)
        self._ended = True

    async def _publish(self) -> None:
        while True:
            await self._received.wait()
            self._received.clear()
            batch, self._buffer = self._buffer, []
            # A file is read on while Redis works on what was read before.
            self._taken.set()
            await self._publish_batch(batch)

    async def _publish_batch(self, batch: Sequence[Tick]) -> None:
        """Publish ticks, again and again until Redis has them."""
        while True:
            try:
                # An outdated lease means that somebody else may be publishing; `keep` renews it or ends all of this.
                if self._leadership.held:
                    crash_point("feed.ticks_due")
                    await publish_ticks(batch, wait_for_consumers=self._feed.can_wait, lease=self._leadership.lease)
                    crash_point("feed.ticks_published")
                    break
            except redis.RedisError as error:
                logger.warning("%s ticks not published, trying again: %s", len(batch), error)
            await self._sleep(RETRY_SECONDS)
        if self._on_ticks is not None:
            await self._on_ticks(batch)

    async def _run_beside(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run something beside the prices, again where it failed: prices are worth more than what runs beside them."""
        while True:
            try:
                return await run()
            except Exception:  # it may be anything's trouble but the prices'
                logger.exception("a task beside the feed failed, starting it again")
            await self._sleep(RESTART_SECONDS)

    async def _report(self) -> None:
        first = True
        while True:
            try:
                await self.report().publish()
                if first:
                    await forget_other_feeds(self._feed.name)
                first = False
            except redis.RedisError as error:
                logger.warning("status not written: %s", error)
            await self._sleep(REPORT_SECONDS)

    def report(self) -> FeedReport:
        """Return what users are told now: the feed's own status, or that it has gone silent."""
        silence = self._monotonic() - self._last_tick_at
        if self._feed.status == FeedStatus.LIVE and not self._ended and silence > SILENCE_SECONDS:
            detail = _("No price for %(seconds)s seconds.") % {"seconds": int(silence)}
            return FeedReport(self._feed.name, FeedStatus.DELAYED, detail)
        return FeedReport(self._feed.name, self._feed.status, self._feed.status_detail)
