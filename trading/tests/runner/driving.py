"""Drive an engine in the test's own process: prices in, deals out."""

import time
from decimal import Decimal

from asgiref.sync import async_to_sync

from marketdata.stream import publish_ticks
from marketdata.ticks import Tick, to_units
from trading.models import Deal, TradingAccount


def tick(symbol, bid, ask, *, age_seconds=0):
    now_ms = int((time.time() - age_seconds) * 1000) + 1  # later than what was placed before
    return Tick(symbol, to_units(Decimal(bid)), to_units(Decimal(ask)), now_ms, now_ms, "test")


def publish(*ticks):
    async_to_sync(publish_ticks)(ticks)


def work(engine):
    """Let the engine do everything that there is to do now."""
    engine.follow_accounts(TradingAccount.objects.values_list("id", flat=True))
    while engine.step(block_ms=1):
        pass


def deals():
    return [(deal.entry, deal.reason, str(deal.price.normalize())) for deal in Deal.objects.order_by("id")]
