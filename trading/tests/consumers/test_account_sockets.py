import asyncio

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from forexpro.asgi import application
from forexpro.core.events.chain import NewEvent
from forexpro.core.events.record import record
from forexpro.core.realtime import sessions
from marketdata.consumers import NOT_ALLOWED_CODE
from marketdata.stream import publish_ticks
from trading import consumers
from trading.models import AccountGroup
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_order, make_user, tick

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async


def signed_in(user=None, origin="http://localhost"):
    headers = [(b"origin", origin.encode())]
    if user is not None:
        client = Client()
        client.force_login(user)
        headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    return headers


def place(account, symbol="EURUSD"):
    return make_order(account, symbol=symbol)


class Socket:
    """A connection that tells events from valuations."""

    def __init__(self, path, headers):
        self.communicator = WebsocketCommunicator(application, path, headers=headers)

    async def __aenter__(self):
        connected, _ = await self.communicator.connect(timeout=10)
        assert connected
        return self

    async def __aexit__(self, *error):
        await self.communicator.disconnect()

    async def next(self, type):
        while True:
            frame = await self.communicator.receive_json_from(10)
            if frame["type"] == type:
                return frame

    async def events(self, count):
        return [(await self.next("event"))["event"] for _ in range(count)]


@pytest.fixture
def headers(trader):
    return signed_in(trader)


async def refused(path, headers):
    communicator = WebsocketCommunicator(application, path, headers=headers)
    connected, _ = await communicator.connect(timeout=10)
    return not connected


async def test_every_event_after_a_number_arrives_in_order(account, headers):
    await in_thread(place)(account)
    async with Socket(f"/ws/account/{account.pk}?since=1", headers) as socket:
        first = await socket.events(4)
        assert [event["seq"] for event in first] == [2, 3, 4, 5]
        assert first[0]["type"] == "balance.updated"
        assert first[2]["payload"]["order_id"] == first[1]["payload"]["order"]["id"]
        await in_thread(place)(account)
        assert [event["seq"] for event in await socket.events(3)] == [6, 7, 8]


async def test_connection_lost_and_resumed_misses_nothing(account, headers):
    seen = []
    for _ in range(4):
        async with Socket(f"/ws/account/{account.pk}?since={seen[-1] if seen else 0}", headers) as socket:
            await in_thread(place)(account)
            seen += [event["seq"] for event in await socket.events(2)]
        await in_thread(place)(account)
    async with Socket(f"/ws/account/{account.pk}?since={seen[-1]}", headers) as socket:
        seen += [event["seq"] for event in await socket.events(18)]
    assert seen == list(range(1, 27))


async def test_lost_wakeups_delay_and_lose_nothing(account, headers, monkeypatch):
    monkeypatch.setattr(consumers, "POLL_SECONDS", 0.2)
    monkeypatch.setattr("trading.services.recording.wake", lambda streams: None)
    async with Socket(f"/ws/account/{account.pk}", headers) as socket:
        await in_thread(place)(account)
        assert [event["seq"] for event in await socket.events(3)] == [3, 4, 5]


async def test_valuations_follow_prices_and_events(account, headers):
    async with Socket(f"/ws/account/{account.pk}", headers) as socket:
        valuation = (await socket.next("valuation"))["valuation"]
        assert valuation == {
            "balance": "10000.00",
            "credit": "0.00",
            "floating": "0.00",
            "equity": "10000.00",
            "margin": "0.00",
            "free_margin": "10000.00",
            "margin_level": None,
            "positions": [],
        }
        answer = await in_thread(place)(account)
        valuation = (await socket.next("valuation"))["valuation"]
        position = {"id": str(answer.order_id), "price": "1.10000", "profit": "-1.00", "pips": "-1"}
        assert (valuation["equity"], valuation["positions"]) == ("9999.00", [position])

        await publish_ticks([tick("EURUSD", "1.10500", "1.10510")])
        valuation = (await socket.next("valuation"))["valuation"]
        assert (valuation["floating"], valuation["margin_level"]) == ("49.00", "9134.62")

        await in_thread(position_close)(account_id=account.pk, position_id=answer.order_id, origin=ORIGIN)
        valuation = (await socket.next("valuation"))["valuation"]
        assert (valuation["balance"], valuation["positions"]) == ("10049.00", [])


async def test_bad_messages_are_answered(account, headers):
    async with Socket(f"/ws/account/{account.pk}", headers) as socket:
        await socket.communicator.send_to(text_data='{"action": "subscribe"}')
        assert (await socket.next("error"))["error"]["code"] == "unknown_action"


async def test_nobody_else_may_connect(account, headers):
    path = f"/ws/account/{account.pk}"
    stranger = await in_thread(signed_in)(await in_thread(make_user)("stranger@example.com"))
    staff = await in_thread(signed_in)(await in_thread(make_user)("staff@example.com", is_staff=True))
    for one in (stranger, staff, signed_in(), [*headers[1:], (b"origin", b"https://elsewhere.example")]):
        assert await refused(path, one)
        assert await refused(f"/ws/prices?account={account.pk}", one)
    assert await refused("/ws/account/0", headers)
    assert await refused(f"{path}?since=soon", headers)


async def test_socket_closes_after_signing_out(account, headers, trader, monkeypatch):
    monkeypatch.setattr(sessions, "SIGN_OUT_SECONDS", 0)

    def sign_out():
        Session.objects.all().delete()
        with transaction.atomic():
            record([NewEvent(f"user:{trader.pk}", "user.signed_out", {})], origin=ORIGIN)

    async with Socket(f"/ws/account/{account.pk}", headers) as socket:
        await socket.next("valuation")
        await in_thread(sign_out)()
        closed = await _close_frame(socket.communicator)
        assert closed["code"] == NOT_ALLOWED_CODE


async def test_socket_closes_when_the_person_is_suspended(account, headers, trader, monkeypatch):
    monkeypatch.setattr(sessions, "POLL_SECONDS", 0.2)

    async with Socket(f"/ws/prices?account={account.pk}", headers) as socket:
        trader.is_active = False
        await in_thread(trader.save)()
        assert (await _close_frame(socket.communicator))["code"] == NOT_ALLOWED_CODE


async def _close_frame(communicator):
    async with asyncio.timeout(10):
        while True:
            frame = await communicator.receive_output(10)
            if frame["type"] == "websocket.close":
                return frame


async def test_prices_carry_the_spread_of_the_accounts_group(account, headers, monkeypatch):
    monkeypatch.setattr(consumers, "POLL_SECONDS", 0.2)
    set_group = in_thread(AccountGroup.objects.filter(pk=account.group_id).update)
    await set_group(spread_mode="markup", spread_points=20)
    async with Socket(f"/ws/prices?account={account.pk}", headers) as socket:
        await socket.communicator.send_json_to({"action": "subscribe", "symbols": ["EURUSD"]})
        (price,) = (await socket.next("prices"))["prices"]
        assert (price["b"], price["a"]) == ("1.09990", "1.10020")

        await set_group(spread_points=40)
        (price,) = (await socket.next("prices"))["prices"]
        assert (price["b"], price["a"]) == ("1.09980", "1.10030")
