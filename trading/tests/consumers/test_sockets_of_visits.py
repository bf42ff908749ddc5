"""Sockets that a visit has opened: they see what the client sees, do nothing, and close when the visit is over."""

import asyncio
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.utils import timezone

from accounts.models import Visit
from accounts.services.visits import visit_grant
from accounts.visits import _issuers
from forexpro.asgi import application
from forexpro.core.events.chain import Origin
from forexpro.core.models import Event
from forexpro.core.realtime import sessions
from marketdata.consumers import NOT_ALLOWED_CODE

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async
# What a socket may stay open after the end, by the promise that is made.
CLOSED_WITHIN_SECONDS = 5


@pytest.fixture
def programs(monkeypatch):
    numbers = {"5"}
    monkeypatch.setitem(_issuers, "program", numbers.__contains__)
    return numbers


@pytest.fixture
def visitor(programs, account):
    """A browser that is on a visit at the owner of the account."""
    _visit, token = visit_grant(
        issuer="program:5",
        admin_id="17",
        admin_name="Maria Keller",
        client_id=account.owner_id,
        reason="Ticket 8841",
        scopes=[],
        origin=Origin(actor="crm:test"),
    )
    client = Client()
    client.get("/sso/consume", {"token": token.text})
    return client


def socket(visitor, path):
    cookie = f"sessionid={visitor.cookies['sessionid'].value}".encode()
    headers = [(b"origin", b"http://localhost"), (b"cookie", cookie)]
    return WebsocketCommunicator(application, path, headers=headers)


def paths(account):
    return [f"/ws/account/{account.pk}", f"/ws/prices?account={account.pk}"]


async def opened(visitor, path):
    communicator = socket(visitor, path)
    connected, _code = await communicator.connect(timeout=10)
    assert connected
    return communicator


async def close_code(communicator):
    async with asyncio.timeout(10):
        while True:
            frame = await communicator.receive_output(10)
            if frame["type"] == "websocket.close":
                return frame["code"]


async def end_by_button(visitor, programs):
    await in_thread(visitor.post)("/sso/end")


async def end_by_time(visitor, programs):
    await in_thread(Visit.objects.update)(ends_at=timezone.now())


async def end_of_session(visitor, programs):
    def pass_half_an_hour():
        session = visitor.session
        session["ends_at"] = timezone.now().timestamp() - 1
        session.save()

    await in_thread(pass_half_an_hour)()


async def issuer_revoked(visitor, programs):
    programs.clear()


@pytest.mark.parametrize("end", [end_by_button, end_by_time, end_of_session, issuer_revoked])
async def test_every_socket_of_a_visit_closes_with_it(account, visitor, programs, end):
    communicators = [await opened(visitor, path) for path in paths(account)]
    await end(visitor, programs)
    assert [await close_code(communicator) for communicator in communicators] == [NOT_ALLOWED_CODE] * 2


def test_looking_every_few_seconds_keeps_the_promise():
    """The time of an end is known to nobody who wakes the watch: then its interval is the longest delay."""
    assert max(sessions.POLL_SECONDS, sessions.SIGN_OUT_SECONDS) + 1 < CLOSED_WITHIN_SECONDS


async def test_a_socket_does_nothing_for_a_visit(account, visitor):
    before = await in_thread(Event.objects.count)()
    communicator = await opened(visitor, f"/ws/account/{account.pk}")
    for action in ("place", "close", "cancel", "subscribe"):
        await communicator.send_json_to({"action": action, "symbol": "EURUSD", "side": "buy", "volume": "0.10"})
        while (frame := await communicator.receive_json_from(10))["type"] != "error":
            pass
        assert frame["error"]["code"] == "unknown_action"
    await communicator.disconnect()
    assert await in_thread(Event.objects.count)() == before


async def test_a_visit_that_is_over_opens_no_socket(account, visitor):
    await in_thread(Visit.objects.update)(ends_at=timezone.now() - timedelta(seconds=1))
    for path in paths(account):
        connected, _code = await socket(visitor, path).connect(timeout=10)
        assert not connected


async def test_the_clients_own_sockets_outlive_a_visit(account, visitor, trader, monkeypatch):
    monkeypatch.setattr(sessions, "POLL_SECONDS", 0.2)
    own = Client()
    await in_thread(own.force_login)(trader)
    communicator = await opened(own, f"/ws/account/{account.pk}")
    of_visit = await opened(visitor, f"/ws/account/{account.pk}")
    await in_thread(visitor.post)("/sso/end")
    assert await close_code(of_visit) == NOT_ALLOWED_CODE
    await communicator.send_json_to({"action": "nonsense"})
    while (await communicator.receive_json_from(10))["type"] != "error":
        pass
    await communicator.disconnect()
