"""The platform, as a CRM calls it: the service API with the header `X-API-Key`."""

import asyncio
import uuid
from typing import Any

import aiohttp

ATTEMPTS = 5
PAUSE_SECONDS = 1.0
TIMEOUT = aiohttp.ClientTimeout(total=30)


class Refused(Exception):
    """What the platform refused, and its sentence that says what to do."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Platform:
    def __init__(self, url: str, key: str):
        self.url = url.rstrip("/")
        self._session = aiohttp.ClientSession(headers={"X-API-Key": key}, timeout=TIMEOUT)

    async def close(self) -> None:
        await self._session.close()

    async def clients(self) -> list[Any]:
        """Return all clients, who was changed last first. A real CRM keeps the cursor and asks for changes only."""
        found: dict[str, Any] = {}
        asked = {"limit": "500"}
        while True:
            page = await self._call("GET", "/crm/users", asked=asked)
            for client in page["results"]:
                found.pop(client["id"], None)  # whoever was changed meanwhile comes again
                found[client["id"]] = client
            if not page["has_more"]:
                return list(reversed(found.values()))
            asked["cursor"] = page["cursor"]

    async def client(self, client_id: int) -> Any:
        return await self._call("GET", f"/crm/users/{client_id}")

    async def requests(self, client_id: int, kind: str) -> list[Any]:
        """Return the newest `deposits` or `withdrawals` of a client."""
        page = await self._call("GET", f"/crm/users/{client_id}/{kind}")
        return list(page["results"])

    async def waiting(self, kind: str) -> list[Any]:
        """Return those `deposits` or `withdrawals` of all clients that wait for us, the longest untouched first."""
        page = await self._call("GET", f"/crm/{kind}", asked={"status": "pending"})
        return list(page["results"])

    async def documents(self, client_id: int) -> list[Any]:
        verification = await self._call("GET", f"/crm/users/{client_id}/kyc")
        return list(verification["documents"])

    async def client_create(self, email: str, full_name: str) -> Any:
        """Create a client, who is mailed a link to choose a password."""
        answer = await self._change("/crm/users", {"email": email, "full_name": full_name, "invite": True})
        return answer["user"]

    async def decide(self, kind: str, request_id: int, decision: str, **details: Any) -> Any:
        """Decide on one of the `deposits`, `withdrawals` or documents (`kyc`)."""
        return await self._change(f"/crm/{kind}/{request_id}/decision", {"decision": decision, **details})

    async def visit(self, client_id: int, who: str, reason: str) -> str:
        """Return the address at which `who` sees what the client sees; it is good once, and for two minutes."""
        wanted = {"admin_id": who, "client_id": str(client_id), "reason": reason}
        answer = await self._call("POST", "/sso/impersonate", body=wanted)
        return str(answer["url"])

    async def _change(self, path: str, body: Any) -> Any:
        """Send a change until it is answered: under one Idempotency-Key it takes effect once."""
        key = str(uuid.uuid4())
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._call("POST", path, body=body, idempotency_key=key)
            except (aiohttp.ClientError, TimeoutError):
                if attempt == ATTEMPTS:
                    raise
            except Refused as refusal:
                again = refusal.status in (429, 503) or refusal.code == "request_in_progress"
                if not again or attempt == ATTEMPTS:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        asked: dict[str, str] | None = None,
        body: Any = None,
        idempotency_key: str = "",
    ) -> Any:
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        # No redirection is followed: the key goes to the platform and nowhere else.
        async with self._session.request(
            method, self.url + path, params=asked, json=body, headers=headers, allow_redirects=False
        ) as response:
            if response.content_type != "application/json":
                raise Refused(502, "not_json", "This is no answer of the platform. Check its address.")
            answer = await response.json()
        if response.status >= 300:
            error = answer["error"]
            raise Refused(response.status, error["code"], error["message"])
        return answer
