import asyncio
import contextlib
import logging
import signal
from collections.abc import Collection
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from forexpro.core.realtime.database import in_database
from marketdata.feeding.history import History
from marketdata.feeding.leadership import Leadership
from marketdata.feeding.runner import FeedRunner
from marketdata.feeds import Feed
from marketdata.gateways.configured import configured_feed
from marketdata.selectors import symbol_catalogue
from marketdata.services.candles import CandleRecorder

logger = logging.getLogger(__name__)

# How soon symbols that staff add, activate or deactivate are fed or fed no more.
CATALOGUE_SECONDS = 15


class Command(BaseCommand):
    help = "Publish the prices of the feed that FEED names. Several may run: one feeds, the others stand by."

    def handle(self, *args: Any, **options: Any) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self.run())
        self.stdout.write("The feed has stopped.")

    async def run(self) -> None:
        """Feed the active symbols until a signal comes, starting again whenever those are others."""
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        while True:
            symbols = await in_database(symbol_catalogue)()
            await feed_until_catalogue_changes(configured_feed(symbols), list(symbols))


async def feed_until_catalogue_changes(feed: Feed, symbols: list[str]) -> None:
    """Run `feed` until other symbols are active; one that reads a file goes on, for it would begin anew."""
    recorder = CandleRecorder()
    runner = FeedRunner(
        feed,
        symbols,
        leadership=Leadership(feed.name),
        on_ticks=recorder.add,
        beside=[recorder.run, History(feed, symbols, on_fetched=recorder.complete).run],
    )
    running = asyncio.create_task(runner.run())
    tasks = [running] if feed.can_wait else [running, asyncio.create_task(_other_symbols_than(symbols))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _other_symbols_than(symbols: Collection[str]) -> None:
    while True:
        await asyncio.sleep(CATALOGUE_SECONDS)
        try:
            active = await in_database(symbol_catalogue)()
        except DatabaseError as error:
            logger.warning("active symbols not read, trying again: %s", error)
            continue
        if active.keys() != set(symbols):
            logger.info("the active symbols have changed, feeding %s of them now", len(active))
            return
