"""The feed that the settings name."""

import time
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from marketdata.catalogue import catalogue_entries
from marketdata.feeds import Feed
from marketdata.gateways.replay import ReplayFeed
from marketdata.gateways.simulator import SimulatorFeed
from marketdata.gateways.twelvedata import TwelveDataFeed, vendor_symbol
from marketdata.models import Symbol


def configured_feed(symbols: Mapping[str, Symbol]) -> Feed:
    """Return the feed that the setting FEED names, not yet started; `symbols` are those it may be asked for."""
    kind, _, argument = settings.FEED.partition(":")
    if kind == "replay":
        return ReplayFeed(Path(argument), speed=settings.REPLAY_SPEED, clock_ms=clock_ms)
    if kind == "twelvedata":
        names = {
            code: name
            for code, symbol in symbols.items()
            if (name := vendor_symbol(code, symbol.base_currency, symbol.quote_currency))
        }
        return TwelveDataFeed(
            key=settings.TWELVEDATA_API_KEY,
            websocket_url=settings.TWELVEDATA_WS_URL,
            rest_url=settings.TWELVEDATA_REST_URL,
            vendor_symbols=names,
            symbols_max=settings.MD_WS_SYMBOLS_MAX,
            clock_ms=clock_ms,
        )
    return SimulatorFeed(
        catalogue_entries(),
        seed=settings.SIMULATOR_SEED,
        ticks_per_second=settings.SIMULATOR_TICKS_PER_SECOND,
        market_hours=settings.SIMULATOR_MARKET_HOURS,
        clock_ms=clock_ms,
    )


def clock_ms() -> int:
    """Return the time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
