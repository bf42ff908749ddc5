"""Sockets that watch prices and measure how old those are: a process of its own, so as not to burden the server.

Prints one JSON object when it is done.
"""

import asyncio
import resource
import sys
import time
from random import Random

import orjson
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

SYMBOLS_EACH = 15
SAMPLED_FRAMES = 7
WARM_UP_SECONDS = 3.0
OPENING_AT_ONCE = 20


class Viewer(WSListener):
    """One socket. Only every so many frames are taken apart, which keeps the measuring cheaper than the measured."""

    def __init__(self, symbols: list[str], tally: "Tally"):
        self.symbols, self.tally = symbols, tally

    def on_ws_connected(self, transport: WSTransport) -> None:
        if not self.tally.asks_by_address:
            transport.send(WSMsgType.TEXT, orjson.dumps({"action": "subscribe", "symbols": self.symbols}))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            return
        payload = frame.get_payload_as_bytes()
        if payload.startswith(b'{"type":"heartbeat"'):
            transport.send(WSMsgType.TEXT, payload.replace(b'"type"', b'"action"'))
        else:
            self.tally.take(payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.tally.disconnected += 1


class Tally:
    """What all viewers of this process received while it counted."""

    def __init__(self, *, asks_by_address: bool) -> None:
        self.asks_by_address = asks_by_address
        self.frames = self.updates = self.disconnected = 0
        self.ages: list[float] = []
        self.counting = False

    def take(self, payload: bytes) -> None:
        if not self.counting:
            return
        self.frames += 1
        self.updates += max(payload.count(b'"s":'), payload.count(b'"event":"price"'))
        if self.frames % SAMPLED_FRAMES == 0 and b'"prices"' in payload[:20]:
            now = time.time() * 1000
            self.ages += [now - price["t"] for price in orjson.loads(payload)["prices"]]


async def watch(url: str, viewers: int, symbols: list[str], seconds: float) -> dict[str, float]:
    """Open `viewers` sockets, each of some symbols, and measure for `seconds`."""
    random, tally = Random(viewers), Tally(asks_by_address=url.endswith("/stream"))  # noqa: S311  # reproducible, not secret
    opening = asyncio.Semaphore(OPENING_AT_ONCE)

    async def open_one(chosen: list[str]) -> WSTransport:
        asked = f"{url}?symbols={','.join(chosen)}" if tally.asks_by_address else url
        async with opening:
            transport, _viewer = await ws_connect(lambda: Viewer(chosen, tally), asked, websocket_handshake_timeout=60)
        return transport

    transports = await asyncio.gather(*(open_one(random.sample(symbols, SYMBOLS_EACH)) for _ in range(viewers)))
    await asyncio.sleep(WARM_UP_SECONDS)
    print("counting", flush=True)  # noqa: T201  # the benchmark reads this
    tally.counting = True
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    elapsed, tally.counting = time.perf_counter() - started, False
    disconnected = tally.disconnected
    for transport in transports:
        transport.disconnect()
    ages = sorted(tally.ages) or [0.0]
    return {
        "updates": tally.updates,
        "frames": tally.frames,
        "seconds": elapsed,
        "disconnected": disconnected,
        "p50": ages[len(ages) // 2],
        "p99": ages[int(len(ages) * 0.99)],
    }


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    address, count, names, duration = sys.argv[1:]
    result = asyncio.run(watch(address, int(count), names.split(","), float(duration)))
    print(orjson.dumps(result).decode(), flush=True)  # noqa: T201  # the benchmark reads this
