"""The sandbox at work on its own: who may press its buttons, which webhooks it takes, what it shows."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer
from standardwebhooks import Webhook

from crm.sandbox.pages import CLIENTS_SHOWN, client_page, clients_page
from crm.sandbox.server import PORT, sandbox
from crm.sandbox.webhooks import KEPT, Inbox

SECRET = "whsec_" + "YQ" * 16
CLIENT = {
    "id": "5", "full_name": "<b>Ada</b>", "email": "ada@example.com", "status": "active", "access_level": "full",
    "kyc": {"status": "approved"},
}  # fmt: skip


def signed(id, body):
    now = datetime.now(UTC)
    signature = Webhook(SECRET).sign(id, now, body)
    return {"webhook-id": id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


@pytest.fixture
async def client():
    """A browser at a sandbox whose platform does not answer."""
    app = sandbox(url="http://127.0.0.1:9", key="fps_1", secret=SECRET, port=1)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        app._state[PORT] = client.port
        yield client


async def post_hook(client, id, body):
    return (await client.post("/hooks", data=body, headers=signed(id, body))).status


async def test_each_webhook_is_shown_once_and_none_that_is_not_signed(client):
    body = json.dumps({"type": "email.verified", "timestamp": "2026-03-02T09:30:00Z", "data": {"user_id": "5"}})
    assert await post_hook(client, "msg_1", body) == 204
    assert await post_hook(client, "msg_1", body) == 204
    altered = await client.post("/hooks", data=body.replace("5", "6"), headers=signed("msg_2", body))
    assert altered.status == 401
    assert (await client.post("/hooks", data=body)).status == 401
    assert await post_hook(client, "msg_3", body) == 204
    async with client.get("/events") as events:
        shown = [await events.content.readuntil(b"\n\n") for _ in range(2)]
    assert [json.loads(line.removeprefix(b"data: "))["id"] for line in shown] == ["msg_1", "msg_3"]


def test_an_inbox_keeps_the_newest():
    inbox = Inbox(SECRET)
    body = json.dumps({"type": "email.verified", "data": {}})
    for number in range(KEPT + 1):
        assert inbox.receive(body.encode(), signed(f"msg_{number}", body))
    assert len(inbox._received) == KEPT
    assert "msg_0" not in inbox._received


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 502),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "rebound.example"}, 403),
    ],
)
async def test_only_its_own_pages_press_its_buttons(client, headers, status):
    answer = await client.post("/clients/5/deposits/7/approve", headers=headers, allow_redirects=False)
    assert answer.status == status


async def test_its_pages_run_no_inline_script(client):
    answer = await client.get("/")
    assert answer.status == 502
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    page = await answer.text()
    assert "The platform does not answer" in page
    assert (await client.get("/static/sandbox.js")).status == 200


def test_what_the_platform_says_is_escaped():
    request = {"id": "7", "user_id": "5", "amount": "5.00", "currency": "USD", "status": "requested"}
    page = clients_page([CLIENT], [request], [])
    assert "<b>Ada" not in page + client_page(CLIENT, [], [], [])
    assert page.count("&lt;b&gt;Ada") == 3


def test_what_waits_of_all_clients_is_decided_on_the_first_page():
    request = {"id": "7", "user_id": "5", "amount": "5.00", "currency": "USD", "status": "requested"}
    page = clients_page([CLIENT], [request], [request | {"id": "8", "status": "approved"}])
    assert "/clients/5/deposits/7/approve" in page
    assert "/withdrawals/8/pay" in page  # which is all that it waits for
    assert "/withdrawals/8/approve" not in page
    assert "Nothing waits for a decision." in clients_page([CLIENT], [], [])
    assert "Nothing waits for a decision." not in page


def test_of_many_clients_those_are_shown_who_changed_last():
    clients = [CLIENT | {"id": str(number), "full_name": f"Client {number}"} for number in range(1, 1004)]
    page = clients_page(clients, [], [])
    assert page.count("View as client") == 2 * CLIENTS_SHOWN
    assert f"The {CLIENTS_SHOWN} of 1,003 clients who changed last." in page
    assert "who changed last" not in clients_page(clients[:CLIENTS_SHOWN], [], [])


def test_only_what_is_open_can_be_decided():
    request = {"id": "7", "amount": "5.00", "currency": "USD", "method": "Wire"}
    waits, decided = request | {"status": "requested"}, request | {"id": "8", "status": "approved"}
    page = client_page(CLIENT, [waits, decided], [waits], [])
    assert "/clients/5/deposits/7/approve" in page
    assert "/clients/5/withdrawals/7/decline" in page
    assert "/deposits/8/" not in page
