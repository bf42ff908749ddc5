"""The whole loop between a platform and a CRM, each a process of its own, over nothing but HTTP."""

import json
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.conf import settings

from crm.tests.sandbox.client import Person
from forexpro.tests.running import Platform, free_port

WAIT_SECONDS = 30
NAMED = {
    "user.created", "user.updated", "email.verified", "kyc.status_changed", "order.placed", "position.closed",
    "balance.updated", "deposit.requested", "withdrawal.requested",
}  # fmt: skip
# There is no scheduler in these tests, which would start the sending.
START_SENDING = "from forexpro.core.tasks import send_webhooks; send_webhooks.delay()"


class Sandbox:
    """The sandbox at its buttons, and what its page shows of webhooks."""

    def __init__(self, url: str):
        self.url = url
        self.received: list[dict[str, Any]] = []
        self._http = httpx.Client(base_url=url, timeout=20)
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()

    def press(self, path: str, **fields: str) -> str:
        """Press a button; return where it leads."""
        answer = self._http.post(path, data=fields, headers={"Origin": self.url})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def page(self, path: str) -> str:
        answer = self._http.get(path)
        assert answer.is_success, answer.text
        return answer.text

    def webhooks(self, type: str, user_id: str) -> list[Any]:
        """Return what the webhooks of a type say of somebody, once there is one."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            told = [one["data"] for one in self.received if one["type"] == type]
            if found := [data for data in told if data["user_id"] == user_id]:
                return found
            time.sleep(0.1)
        raise AssertionError(f"no {type} of {user_id}, only {[one['type'] for one in self.received]}")

    def close(self) -> None:
        self._watching.join(WAIT_SECONDS)
        self._http.close()

    def _watch(self) -> None:
        with httpx.stream("GET", f"{self.url}/events", timeout=None) as events:
            for line in events.iter_lines():
                if line.startswith("data: "):
                    self.received.append(json.loads(line.removeprefix("data: ")))


@pytest.fixture
def sandbox(platform: Platform) -> Iterator[Sandbox]:
    """The sandbox as the demo starts it."""
    port = free_port()
    command = [sys.executable, "manage.py", "crm_sandbox", "--set-up", "--port", str(port), "--url", platform.url]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=platform.environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/static/sandbox.js")
                break
            except httpx.TransportError:
                assert process.poll() is None
                time.sleep(0.1)
        sandbox = Sandbox(f"http://127.0.0.1:{port}")
        platform.manage("shell", "--no-imports", "-c", START_SENDING)
        yield sandbox
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)
        process.stdout.close()
    sandbox.close()


def test_a_client_of_the_crm_trades_and_the_crm_hears_of_everything(platform: Platform, sandbox: Sandbox) -> None:
    email = f"client-{secrets.token_hex(4)}@example.org"
    client_page = sandbox.press("/clients", email=email, full_name="Ada Lovelace")
    client_id = client_page.rpartition("/")[2]
    assert email in sandbox.page("/")

    with Person(platform.url, email) as ada:
        ada.choose_password()
        ada.sign_in()
        ada.submit("/profile", full_name="Ada Byron", time_zone="Europe/London", language="en")
        for shade, kind in enumerate(("passport", "selfie", "proof_of_address")):
            document = ada.send_document(kind, 40 * shade)
            sandbox.press(f"{client_page}/kyc/{document['id']}/approve")
        ada.submit("/funding/account", currency="USD", leverage="100", position_mode="hedging")
        account = ada.get("accounts")["results"][0]
        ways = [one for one in ada.get("payment-methods") if one["currency"] == "USD"]
        method = next(one["method"] for one in ways if one["direction"] == "withdrawal")
        payment = {"account_id": account["id"], "method_id": method["id"], "currency": "USD"}

        deposit = ada.post("deposits", payment | {"amount": "5000"})
        asked = sandbox.webhooks("deposit.requested", client_id)
        assert [one["request_id"] for one in asked] == [deposit["id"]]
        assert balance(ada) == 0
        sandbox.press(f"{client_page}/deposits/{deposit['id']}/approve")
        credited = Decimal(deposit["amount"])
        assert balance(ada) == credited > 0

        order = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.01"}
        ada.post(f"accounts/{account['id']}/orders", order)
        position = ada.get(f"accounts/{account['id']}/positions")["results"][0]
        ada.post(f"accounts/{account['id']}/positions/{position['id']}/close", {})

        withdrawal = ada.post("withdrawals", payment | {"amount": "100", "details": "DE89 3704 0044 0532 0130 00"})
        asked = sandbox.webhooks("withdrawal.requested", client_id)
        assert [one["request_id"] for one in asked] == [withdrawal["id"]]
        sandbox.press(f"{client_page}/withdrawals/{withdrawal['id']}/decline")
        assert ada.get(f"withdrawals/{withdrawal['id']}")["status"] == "declined"
        paid = ada.post("withdrawals", payment | {"amount": "100", "details": "DE89 3704 0044 0532 0130 00"})
        for decision in ("approve", "pay"):
            sandbox.press(f"{client_page}/withdrawals/{paid['id']}/{decision}")
        assert ada.get(f"withdrawals/{paid['id']}")["status"] == "paid"

        told = {type: sandbox.webhooks(type, client_id) for type in NAMED}
        assert told["user.created"][0]["email"] == email
        assert told["email.verified"][0]["email"] == email
        assert told["balance.updated"][0]["balance"] == deposit["amount"]
        assert told["position.closed"][0]["position_id"] == position["id"]
        assert [one["status"] for one in told["kyc.status_changed"]][-1] == "approved"
        assert len({one["id"] for one in sandbox.received}) == len(sandbox.received)

    visit = sandbox.press(f"{client_page}/visit")
    with httpx.Client(follow_redirects=True, timeout=20) as browser:
        seen = browser.get(visit).text
        assert "Ada Byron" in seen
        assert "End visit" in seen

    received = len(sandbox.received)
    forged = {"webhook-id": "msg_1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
    body = {"type": "balance.updated", "data": {}}
    assert httpx.post(f"{sandbox.url}/hooks", json=body, headers=forged).status_code == 401
    assert len(sandbox.received) == received
    assert re.search(r"Declined</span></td><td[^>]*></td>", sandbox.page(client_page))


def balance(person: Person) -> Decimal:
    return Decimal(person.get("accounts")["results"][0]["balance"])
