"""A source of ticks at a steady rate, as a process of its own: `source <hub|groups> <rate> <symbols>`."""

import asyncio
import sys
import time

import django

BATCH_SECONDS = 0.01


async def publish(way: str, rate: int, symbols: list[str]) -> None:
    """Publish `rate` ticks a second, for ever: through the tick stream, or one `group_send` each."""
    from channels_redis.pubsub import RedisPubSubChannelLayer

    from marketdata.load.naive import channel_layer
    from marketdata.stream import publish_ticks
    from marketdata.ticks import Tick

    layer: RedisPubSubChannelLayer = channel_layer()
    sent, started = 0, time.perf_counter()
    while True:
        await asyncio.sleep(BATCH_SECONDS)
        due = int((time.perf_counter() - started) * rate)
        now = int(time.time() * 1000)
        ticks = []
        for number in range(sent, due):
            bid = 100_000_000 + number % 50_000 * 1_000
            ticks.append(Tick(symbols[number % len(symbols)], bid, bid + 2_000, now, now, "bench"))
        sent = due
        if way == "hub":
            await publish_ticks(ticks)
        else:
            for tick in ticks:
                price = {"s": tick.symbol, "b": str(tick.bid), "a": str(tick.ask), "t": tick.time_ms}
                await layer.group_send(f"prices.{tick.symbol}", {"type": "price", "price": price})


if __name__ == "__main__":
    django.setup()
    asyncio.run(publish(sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")))
