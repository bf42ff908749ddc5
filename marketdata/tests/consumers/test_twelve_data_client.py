"""The vendor's own client against a running server."""

import asyncio
import queue

import pytest
from twelvedata.context import Context
from twelvedata.websocket import TDWebSocket

from marketdata.bench.processes import server
from marketdata.services.catalogue import catalogue_load
from marketdata.stream import publish_ticks
from marketdata.ticks import Tick

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis")]


class Client:
    """The vendor's client, with its events in a queue."""

    def __init__(self, port: int, symbols: list[str]):
        self.events: queue.Queue[dict] = queue.Queue()
        context = Context()
        context.apikey, context.self_heal_time_s = "demo", 1
        context.defaults = {"symbols": symbols, "on_event": self.events.put}
        self.socket = TDWebSocket(context)
        self.socket.url = f"ws://127.0.0.1:{port}/stream?apikey=demo"
        self.socket.connect()

    def next(self, event: str) -> dict:
        while True:
            found = self.events.get(timeout=20)
            if found["event"] == event:
                return found


def publish(symbol: str, bid: int) -> None:
    asyncio.run(publish_ticks([Tick(symbol, bid, bid + 3_000, 1_700_000_000_123, 1_700_000_000_130, "test")]))


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
def test_the_vendors_client_works_unmodified(kind):
    catalogue_load()
    publish("EURUSD", 108_012_000)
    publish("BTCUSD", 9_850_000_000_000)
    with server(kind) as running:
        client = Client(running.port, ["EUR/USD", "NOSUCH"])
        status = client.next("subscribe-status")
        assert [one["symbol"] for one in status["success"]] == ["EUR/USD"]
        assert [one["symbol"] for one in status["fails"]] == ["NOSUCH"]
        price = client.next("price")
        assert (price["symbol"], price["bid"], price["ask"]) == ("EUR/USD", 1.08012, 1.08015)

        client.socket.subscribe(["BTC/USD"])
        assert client.next("subscribe-status")["status"] == "ok"
        assert client.next("price")["symbol"] == "BTC/USD"
        publish("EURUSD", 108_020_000)
        assert client.next("price")["bid"] == 1.0802

        client.socket.heartbeat()
        assert client.next("heartbeat")["status"] == "ok"
        client.socket.unsubscribe(["BTC/USD"])
        assert client.next("unsubscribe-status")["success"][0]["symbol"] == "BTC/USD"
        client.socket.reset()
        assert client.next("reset-status")["status"] == "ok"
        client.socket.disconnect()
