"""Receivers of webhooks as they are met: quick ones, failing ones, hanging ones."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook


@dataclass
class Request:
    headers: dict[str, str]
    body: bytes
    path: str = ""
    answered: int | None = None

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """Return the payload; raises what `standardwebhooks` raises where the signature is wrong."""
        payload: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return payload


@dataclass
class Receiver:
    """A server whose `answer` decides from the request, and how often its id has come, what it answers."""

    answer: Callable[[Request, int], Awaitable[web.StreamResponse]]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def accepted(self) -> list[str]:
        """Ids in the order in which they were accepted, each at its first time."""
        found = [request.id for request in self.requests if request.answered is not None and request.answered < 300]
        return list(dict.fromkeys(found))

    async def received(self, count: int) -> None:
        """Wait until so many requests have come."""
        while len(self.requests) < count:
            self.news.clear()
            await self.news.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        received = Request(
            {name.lower(): value for name, value in request.headers.items()}, await request.read(), request.path
        )
        self.requests.append(received)
        self.seen[received.id] += 1
        self.news.set()
        response = await self.answer(received, self.seen[received.id])
        received.answered = response.status
        return response


def status(code: int, **headers: str) -> Callable[[Request, int], Awaitable[web.StreamResponse]]:
    """Return an answer that is always the same."""

    async def answer(_request: Request, _times: int) -> web.StreamResponse:
        return web.Response(status=code, headers=headers, text="noted")

    return answer


async def hang(_request: Request, _times: int) -> web.StreamResponse:
    await asyncio.sleep(3600)
    raise AssertionError


@asynccontextmanager
async def receiving(
    answer: Callable[[Request, int], Awaitable[web.StreamResponse]], *, port: int = 0
) -> AsyncIterator[Receiver]:
    """Run a receiver on a port of 127.0.0.1, a free one without `port`."""
    receiver = Receiver(answer)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
