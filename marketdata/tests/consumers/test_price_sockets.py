import asyncio

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from forexpro.core.realtime import sessions
from forexpro.core.realtime.connections import redis_client
from forexpro.core.realtime.database import in_database
from forexpro.core.realtime.origins import SameSiteValidator
from forexpro.core.realtime.sessions import with_viewer
from marketdata.consumers import NOT_ALLOWED_CODE
from marketdata.feeding.status import FeedReport
from marketdata.feeds import FeedStatus
from marketdata.routing import websocket_urlpatterns
from marketdata.services.catalogue import catalogue_load
from marketdata.stream import publish_ticks
from marketdata.ticks import Tick

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "catalogue")]

application = SameSiteValidator(with_viewer(URLRouter(websocket_urlpatterns)))
SITE = [(b"origin", b"http://localhost")]


@pytest.fixture
def catalogue(transactional_db) -> None:
    catalogue_load()


def tick(symbol: str, bid: int, ask: int) -> Tick:
    return Tick(symbol, bid, ask, 1_700_000_000_123, 1_700_000_000_130, "test")


async def opened(path: str, headers=SITE) -> WebsocketCommunicator:
    socket = WebsocketCommunicator(application, path, headers=headers)
    connected, _ = await socket.connect(timeout=10)
    assert connected
    return socket


async def refused(path: str, headers=SITE) -> bool:
    socket = WebsocketCommunicator(application, path, headers=headers)
    connected, _ = await socket.connect(timeout=10)
    return not connected


async def test_a_page_subscribes_and_unsubscribes():
    socket = await opened("/ws/prices")
    await publish_ticks([tick("EURUSD", 108_012_000, 108_015_000), tick("XAUUSD", 231_000_000_000, 231_100_000_000)])
    await socket.send_json_to({"action": "subscribe", "symbols": ["EUR/USD"]})
    assert await socket.receive_json_from(5) == {
        "type": "prices",
        "prices": [{"s": "EURUSD", "b": "1.08012", "a": "1.08015", "t": 1_700_000_000_123}],
    }
    await socket.send_json_to({"action": "subscribe", "symbols": ["XAUUSD"]})
    assert (await socket.receive_json_from(5))["prices"][0]["s"] == "XAUUSD"
    await socket.send_json_to({"action": "unsubscribe", "symbols": ["EURUSD"]})
    await publish_ticks([tick("EURUSD", 1, 2), tick("XAUUSD", 232_000_000_000, 232_100_000_000)])
    frame = await socket.receive_json_from(5)
    assert [(price["s"], price["b"]) for price in frame["prices"]] == [("XAUUSD", "2320.000")]
    await socket.disconnect()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "invalid_message"),
        ("[1]", "invalid_message"),
        ('"subscribe"', "invalid_message"),
        ('{"action": "dance"}', "unknown_action"),
        ('{"action": ["subscribe"]}', "unknown_action"),
        ('{"action": "subscribe"}', "invalid_symbols"),
        ('{"action": "subscribe", "symbols": [1]}', "invalid_symbols"),
        ('{"action": "subscribe", "symbols": ["???"]}', "symbol_invalid"),
        ('{"action": "subscribe", "symbols": ["NOSUCH"]}', "unknown_symbol"),
        ('{"action": "heartbeat", "seq": "x"}', "invalid_heartbeat"),
    ],
)
async def test_bad_messages_are_answered_and_the_socket_stays_open(message, code):
    socket = await opened("/ws/prices")
    await socket.send_to(text_data=message)
    answer = await socket.receive_json_from(5)
    assert answer["type"] == "error"
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]
    await publish_ticks([tick("EURUSD", 108_012_000, 108_015_000)])
    await socket.send_json_to({"action": "subscribe", "symbols": ["EURUSD"]})
    assert (await socket.receive_json_from(5))["type"] == "prices"
    await socket.disconnect()


async def test_known_symbols_are_joined_even_when_another_is_unknown():
    await publish_ticks([tick("EURUSD", 108_012_000, 108_015_000)])
    socket = await opened("/ws/prices")
    await socket.send_json_to({"action": "subscribe", "symbols": ["EURUSD", "NOSUCH"]})
    frames = [await socket.receive_json_from(5), await socket.receive_json_from(5)]
    assert {frame["type"] for frame in frames} == {"error", "prices"}
    await socket.disconnect()


async def test_the_number_of_symbols_is_limited(settings):
    settings.MD_WS_SYMBOLS_MAX = 2
    socket = await opened("/ws/prices")
    await socket.send_json_to({"action": "subscribe", "symbols": ["EURUSD", "GBPUSD", "USDJPY"]})
    error = (await socket.receive_json_from(5))["error"]
    assert (error["code"], error["details"]) == ("too_many_symbols", {"limit": 2, "asked": 3})
    await socket.disconnect()


async def test_pages_learn_the_status_of_feeds():
    await FeedReport("simulator", FeedStatus.LIVE, "Ticking.").publish()
    socket = await opened("/ws/prices")
    expected = {"type": "feed", "name": "simulator", "status": "live", "detail": "Ticking."}
    assert await socket.receive_json_from(5) == expected
    await FeedReport("simulator", FeedStatus.DELAYED, "Gone.").publish()
    assert await socket.receive_json_from(5) == {**expected, "status": "delayed", "detail": "Gone."}
    await socket.disconnect()


async def test_prices_go_on_after_the_connection_to_redis_is_lost():
    others = await _subscriptions()
    socket = await opened("/ws/prices")
    await socket.send_json_to({"action": "subscribe", "symbols": ["EURUSD", "GBPUSD"]})
    await publish_ticks([tick("EURUSD", 108_012_000, 108_015_000)])
    await socket.receive_json_from(5)

    for connection in await _subscriptions() - others:
        redis_client().client_kill_filter(_id=connection)
    await publish_ticks([tick("GBPUSD", 127_000_000, 127_001_000)])  # while nobody listens

    async with asyncio.timeout(10):
        while True:
            frame = await socket.receive_json_from(10)
            if "GBPUSD" in [price["s"] for price in frame["prices"]]:
                break
    await socket.disconnect()


async def test_the_widget_feed_has_all_its_symbols_in_every_frame(settings):
    settings.WIDGET_SYMBOLS = ["EURUSD", "XAUUSD", "NOSUCH"]
    await publish_ticks([tick("EURUSD", 108_012_000, 108_015_000), tick("XAUUSD", 231_000_000_000, 231_100_000_000)])
    socket = await opened("/ws/price-stream")
    for _ in range(2):
        frame = await socket.receive_json_from(5)
        assert sorted(price["s"] for price in frame["prices"]) == ["EURUSD", "XAUUSD"]
    await socket.disconnect()


async def test_the_twelve_data_protocol():
    await publish_ticks([tick("EURUSD", 108_012_000, 108_015_000), tick("WTI", 6_150_000_000, 6_153_000_000)])
    socket = await opened("/stream?symbols=EURUSD,NOSUCH")
    assert await socket.receive_json_from(5) == {
        "event": "subscribe-status",
        "status": "warning",
        "success": [
            {"symbol": "EURUSD", "type": "Physical Currency", "currency_base": "Euro", "currency_quote": "US Dollar"}
        ],
        "fails": [{"symbol": "NOSUCH", "message": "The symbol is not offered here."}],
    }
    assert await socket.receive_json_from(5) == {
        "event": "price",
        "symbol": "EURUSD",
        "type": "Physical Currency",
        "currency_base": "Euro",
        "currency_quote": "US Dollar",
        "timestamp": 1_700_000_000,
        "price": 1.080135,
        "bid": 1.08012,
        "ask": 1.08015,
    }
    await socket.send_json_to({"action": "subscribe", "params": {"symbols": [{"symbol": "WTI", "type": "Commodity"}]}})
    assert (await socket.receive_json_from(5))["status"] == "ok"
    price = await socket.receive_json_from(5)
    assert (price["symbol"], price["currency"], price["price"]) == ("WTI", "USD", 61.515)

    await socket.send_json_to({"action": "unsubscribe", "params": {"symbols": "WTI,GBPUSD"}})
    status = await socket.receive_json_from(5)
    assert (status["event"], status["status"]) == ("unsubscribe-status", "warning")
    assert [one["symbol"] for one in status["success"]] == ["WTI"]
    await socket.send_json_to({"action": "heartbeat"})
    assert await socket.receive_json_from(5) == {"event": "heartbeat", "status": "ok"}
    await socket.send_json_to({"action": "reset"})
    assert await socket.receive_json_from(5) == {"event": "reset-status", "status": "ok"}
    await publish_ticks([tick("EURUSD", 108_013_000, 108_016_000)])
    assert await socket.receive_nothing(0.4)
    await socket.disconnect()


async def test_twelve_data_names_get_a_slash_once_the_client_writes_one():
    await publish_ticks([tick("EURUSD", 108_012_000, 108_015_000)])
    socket = await opened("/stream?symbols=EUR/USD")
    assert (await socket.receive_json_from(5))["success"][0]["symbol"] == "EUR/USD"
    assert (await socket.receive_json_from(5))["symbol"] == "EUR/USD"
    await socket.disconnect()


@pytest.mark.parametrize(
    "message", ["{", '{"action":"subscribe"}', '{"action":"x"}', '{"action":"subscribe","params":{"symbols":5}}']
)
async def test_bad_twelve_data_messages_get_an_error_status(message):
    socket = await opened("/stream")
    await socket.send_to(text_data=message)
    answer = await socket.receive_json_from(5)
    assert (answer["event"], answer["status"]) == ("subscribe-status", "error")
    assert answer["messages"][0]
    await socket.disconnect()


@pytest.mark.parametrize("path", ["/ws/prices", "/ws/price-stream", "/stream"])
async def test_who_may_open_a_socket(path, settings):
    assert await refused(path, [(b"origin", b"http://elsewhere.example")])
    program = await opened(path, [])  # no page, so no origin
    await program.disconnect()

    settings.MARKET_DATA_PUBLIC = False
    assert await refused(path)
    signed_in = await opened(path, [*SITE, (b"cookie", await _session_cookie())])
    await signed_in.disconnect()


@pytest.mark.parametrize("path", ["/ws/prices", "/ws/price-stream", "/stream"])
async def test_a_socket_of_those_who_signed_in_ends_with_their_session(path, settings, monkeypatch):
    monkeypatch.setattr(sessions, "POLL_SECONDS", 0.05)
    settings.MARKET_DATA_PUBLIC = False
    socket = await opened(path, [*SITE, (b"cookie", await _session_cookie())])
    await in_database(Session.objects.all().delete)()
    async with asyncio.timeout(10):
        while (frame := await socket.receive_output(10))["type"] != "websocket.close":
            pass
    assert frame["code"] == NOT_ALLOWED_CODE


async def _session_cookie() -> bytes:
    user = await get_user_model().objects.acreate(email="trader@example.com")
    client = Client()
    await client.aforce_login(user)
    return b"sessionid=" + client.cookies["sessionid"].value.encode()


async def _subscriptions() -> set[str]:
    return {client["id"] for client in redis_client().client_list(_type="pubsub")}
