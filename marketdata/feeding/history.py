"""Keeping the history of a feed's symbols complete, beside its prices."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from marketdata.catalogue import catalogue_entries
from marketdata.feeds import Feed, FeedRefused, HistoryUnavailable
from marketdata.services.candles import candles_backfill

logger = logging.getLogger(__name__)

# What an interruption of the feed left out is fetched at the next round.
ROUND_SECONDS = 900.0
PROGRESS_SYMBOLS = 20


class History:
    """Fetches the candles that are missing, the symbols of the catalogue's beginning first, again and again.

    `on_fetched` is told of each symbol whose history has grown.
    """

    def __init__(
        self,
        feed: Feed,
        symbols: Sequence[str],
        *,
        on_fetched: Callable[[str], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        order = {code: position for position, code in enumerate(catalogue_entries())}
        self._feed, self._on_fetched, self._sleep = feed, on_fetched, sleep
        self._symbols = sorted(symbols, key=lambda code: order.get(code, len(order)))

    async def run(self) -> None:
        """Go round for ever. A provider that cannot give history now is asked at the next round."""
        while True:
            try:
                await self._go_round()
            except HistoryUnavailable as error:
                logger.warning("history of %s is not complete, going on later: %s", self._feed.name, error)
            except FeedRefused as refusal:
                logger.error("no history of %s: %s", self._feed.name, refusal)
                return
            await self._sleep(ROUND_SECONDS)

    async def _go_round(self) -> None:
        for done, symbol in enumerate(self._symbols, start=1):
            if await candles_backfill(self._feed, [symbol]):
                await self._on_fetched(symbol)
            if done % PROGRESS_SYMBOLS == 0 or done == len(self._symbols):
                logger.info("history of %s of %s symbols is complete", done, len(self._symbols))
