import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand

from marketdata.feeding.history import History
from marketdata.feeding.leadership import Leadership
from marketdata.feeding.runner import FeedRunner
from marketdata.feeds import Feed
from marketdata.gateways.configured import configured_feed
from marketdata.selectors import symbol_catalogue
from marketdata.services.candles import CandleRecorder


class Command(BaseCommand):
    help = "Publish the prices of the feed that FEED names. Several may run: one feeds, the others stand by."

    def handle(self, *args: Any, **options: Any) -> None:
        symbols = symbol_catalogue()
        feed = configured_feed(symbols)
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self.run(feed, list(symbols)))
        self.stdout.write("The feed has stopped.")

    async def run(self, feed: Feed, symbols: list[str]) -> None:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        recorder = CandleRecorder()
        runner = FeedRunner(
            feed,
            symbols,
            leadership=Leadership(feed.name),
            on_ticks=recorder.add,
            beside=[recorder.run, History(feed, symbols, on_fetched=recorder.complete).run],
        )
        await runner.run()
