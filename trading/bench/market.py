"""A market of one symbol, for measurements."""

import asyncio
import time
from collections.abc import Sequence
from decimal import Decimal

from marketdata.models import Symbol
from marketdata.stream import publish_ticks
from marketdata.ticks import Tick, to_units

SYMBOL = "EURUSD"
SPREAD = Decimal("0.00010")


def make_symbol() -> None:
    """Create the symbol in the empty database."""
    Symbol.objects.create(
        code=SYMBOL,
        name="Euro / US Dollar",
        asset_class=Symbol.AssetClass.FOREX,
        base_currency="EUR",
        quote_currency="USD",
        margin_currency="EUR",
        digits=5,
        contract_size=100_000,
        volume_min=Decimal("0.01"),
        volume_max=100,
        volume_step=Decimal("0.01"),
        margin_mode=Symbol.MarginMode.FOREX,
        typical_spread_points=0,
    )


def publish_bids(bids: Sequence[Decimal]) -> None:
    """Publish a tick for each bid, received now."""
    now_ms = int(time.time() * 1000)
    ticks = [Tick(SYMBOL, to_units(bid), to_units(bid + SPREAD), now_ms, now_ms, "bench") for bid in bids]
    asyncio.run(_publish(ticks))


async def _publish(ticks: Sequence[Tick]) -> None:
    await publish_ticks(ticks)
