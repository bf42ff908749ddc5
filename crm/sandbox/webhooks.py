"""Incoming webhooks: verified, each taken once, shown to whoever watches."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

# How many the sandbox remembers. A real CRM keeps the ids in its database for as long as repeats may come.
KEPT = 500
QUIET_SECONDS = 15


class NotVerified(Exception):
    """A request that the platform has not signed."""


class Inbox:
    def __init__(self, secret: str):
        self._webhook = Webhook(secret)
        self._received: OrderedDict[str, str] = OrderedDict()
        self._watchers: set[asyncio.Queue[str | None]] = set()

    def receive(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Take a webhook in; return whether it is new. Raise NotVerified where its signature is not the platform's."""
        try:
            message = self._webhook.verify(body, dict(headers))  # the bytes as they came
        except (WebhookVerificationError, ValueError) as error:
            raise NotVerified(str(error)) from None
        id = headers["webhook-id"]
        if id in self._received:
            return False
        shown = json.dumps({"id": id, **message})
        self._received[id] = shown
        if len(self._received) > KEPT:
            self._received.popitem(last=False)
        for watcher in self._watchers:
            watcher.put_nowait(shown)
        return True

    async def watch(self) -> AsyncIterator[str]:
        """Yield what has come and what comes, as JSON; nothing (an empty text) where it is quiet for long."""
        news: asyncio.Queue[str | None] = asyncio.Queue()
        for shown in self._received.values():
            news.put_nowait(shown)
        self._watchers.add(news)
        try:
            while True:
                try:
                    shown_or_end = await asyncio.wait_for(news.get(), QUIET_SECONDS)
                except TimeoutError:
                    shown_or_end = ""
                if shown_or_end is None:
                    return
                yield shown_or_end
        finally:
            self._watchers.discard(news)

    async def close(self, _app: Any = None) -> None:
        """Let everybody go who watches."""
        for watcher in self._watchers:
            watcher.put_nowait(None)
