"""The feed that the settings name."""

import time
from pathlib import Path

from django.conf import settings

from marketdata.catalogue import catalogue_entries
from marketdata.feeds import Feed
from marketdata.gateways.replay import ReplayFeed
from marketdata.gateways.simulator import SimulatorFeed


def configured_feed() -> Feed:
    """Return the feed that the setting FEED names, not yet started."""
    kind, _, argument = settings.FEED.partition(":")
    if kind == "replay":
        return ReplayFeed(Path(argument), speed=settings.REPLAY_SPEED, clock_ms=clock_ms)
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
