"""One hub per process carries prices from Redis to that process's sockets.

It holds one subscription and keeps the newest tick of each symbol. A few times a second the symbols that changed are
written once per kind of viewer, joined once per distinct set of symbols, and offered to each client. A client has one
pending slot: whoever is slow gets the skipped symbols merged into the next frame, so that every client ends with the
final price of everything it subscribed to. Some servers buffer without limit for a client that does not read;
therefore a client has to answer heartbeats and is closed when it falls too far behind.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

import orjson
import redis
from django.conf import settings

from forexpro.core.realtime.connections import async_redis_client, name
from forexpro.core.realtime.database import in_database
from marketdata.encodings import BasePricing, Encoding, Joined, Pricing
from marketdata.models import Symbol
from marketdata.selectors import symbol_catalogue, unpack_report
from marketdata.ticks import PACKED_SIZE, Tick, unpack

logger = logging.getLogger(__name__)

BASE_PRICING = BasePricing()
JOINED = Joined()

HEARTBEAT_SECONDS = 5
BEHIND_SECONDS = 10
BEHIND_CLOSE_CODE = 4408
MESSAGES_MAX = 100
CLIENTS_PER_YIELD = 200
CATALOGUE_SECONDS = 60
RETRY_SECONDS = 1


class PriceClient:
    """One socket's place in the hub: its pending prices, its other messages, its heartbeats.

    `send` writes one text frame; `close` ends the socket with a code and returns at once. A `page` gets the status of
    feeds, and heartbeats that it has to answer.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], close: Callable[[int], None], *, page: bool):
        self._send = send
        self.close = close
        self.page = page
        self.group: _Group | None = None
        self._frames: list[str] | None = None
        self._changed: frozenset[str] = frozenset()
        self._messages: deque[str] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._heartbeat = 0
        self._heartbeat_due = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS
        self._unanswered: deque[tuple[int, float]] = deque()

    def move_to(self, group: "_Group | None") -> None:
        """Belong to `group` from now on; pending prices are written again as that group sees them."""
        self.group = group
        self._frames = None

    def offer(self, frames: list[str] | None, changed: frozenset[str]) -> None:
        """Take the prices of `changed`, already written as `frames`, or to be written when they are sent."""
        if self._changed:
            self._changed |= changed
            self._frames = None
        else:
            self._changed = changed
            self._frames = frames
        self._wake()

    def post(self, message: str) -> None:
        """Send a message that is not a price, in order, before any pending prices."""
        self._messages.append(message)
        if len(self._messages) > MESSAGES_MAX:
            self.close(BEHIND_CLOSE_CODE)
        self._wake()

    def answer(self, sequence: int) -> None:
        """Note that the client has received everything up to a heartbeat."""
        while self._unanswered and self._unanswered[0][0] <= sequence:
            self._unanswered.popleft()

    def beat(self, now: float) -> None:
        """Send the heartbeat that is due, close a client that left an old one without answer."""
        if not self.page:
            return
        if self._unanswered and now - self._unanswered[0][1] > BEHIND_SECONDS:
            self.close(BEHIND_CLOSE_CODE)
        elif now >= self._heartbeat_due:
            self._heartbeat_due = now + HEARTBEAT_SECONDS
            self._heartbeat += 1
            self._unanswered.append((self._heartbeat, now))
            self.post(f'{{"type":"heartbeat","seq":{self._heartbeat}}}')

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def run(self) -> None:
        """Write whatever is pending, for ever; the socket's only writer."""
        while True:
            if not self._changed and not self._messages:
                # Thousands of these wait at once, many times a second; an asyncio.Event costs three times as much.
                self._waiting = asyncio.get_running_loop().create_future()
                await self._waiting
            while self._messages:
                await self._send(self._messages.popleft())
            frames, changed = self._frames, self._changed
            self._frames, self._changed = None, frozenset()
            if frames is None and self.group is not None:
                frames = self.group.writer.frames(changed & self.group.view.symbols)
            for frame in frames or ():
                await self._send(frame)


class _View(NamedTuple):
    """What a client sees: which symbols at which prices, in which form, and whether always all of them."""

    encoding: Encoding
    pricing: Pricing
    symbols: frozenset[str]
    whole: bool


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Writer:
    """The prices of one encoding and pricing, each written at most once per change."""

    encoding: Encoding
    pricing: Pricing
    latest: dict[str, bytes]
    catalogue: dict[str, Symbol]
    records: dict[str, str] = field(default_factory=dict)

    def record(self, symbol: str) -> str:
        record = self.records.get(symbol)
        if record is None:
            tick = unpack(self.latest[symbol])
            record = self.encoding.record(tick, *self.pricing.apply(tick), self.catalogue.get(symbol))
            self.records[symbol] = record
        return record

    def frames(self, symbols: Iterable[str]) -> list[str]:
        records = [self.record(symbol) for symbol in symbols if symbol in self.latest]
        return self.encoding.frames(records) if records else []


@dataclass(slots=True, eq=False)
class _Group:
    """The clients of one view."""

    view: _View
    writer: _Writer
    clients: set[PriceClient] = field(default_factory=set)

    def offer(self, changed: frozenset[str]) -> None:
        frames = self.writer.frames(changed)
        for client in self.clients:
            client.offer(frames, changed)


class PriceHub:
    """The prices of one process (one event loop). It listens while it has clients."""

    def __init__(self) -> None:
        self.catalogue: dict[str, Symbol] = {}
        self._latest: dict[str, bytes] = {}
        self._changed: set[str] = set()
        self._symbols: dict[bytes, str] = {}
        self._clients: set[PriceClient] = set()
        self._groups: dict[_View, _Group] = {}
        self._writers: WeakValueDictionary[tuple[Encoding, Pricing], _Writer] = WeakValueDictionary()
        self._statuses: dict[bytes, str] = {}
        self._task: asyncio.Task[None] | None = None

    async def enter(self, client: PriceClient) -> None:
        """Let `client` in; it sees no price before it joined a set of symbols. Afterwards the catalogue is known."""
        if not self.catalogue:
            await self._load_catalogue()
        self._clients.add(client)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        if client.page:
            for frame in self._statuses.values():
                client.post(frame)

    def join(
        self,
        client: PriceClient,
        symbols: Iterable[str],
        pricing: Pricing = BASE_PRICING,
        *,
        encoding: Encoding = JOINED,
        whole: bool = False,
    ) -> None:
        """Make `symbols` all that `client` sees; those new to it come at once, at their newest prices.

        With `whole` it gets all of them once a second instead of those that changed at each flush.
        """
        view = _View(encoding, pricing, frozenset(symbols), whole)
        before = client.group.view if client.group else None
        known = before.symbols if before and (before.encoding, before.pricing) == (encoding, pricing) else frozenset()
        self._depart(client)
        group = self._groups.get(view)
        if group is None:
            writer = self._writers.get((encoding, pricing)) or _Writer(encoding, pricing, self._latest, self.catalogue)
            self._writers[encoding, pricing] = writer
            group = self._groups[view] = _Group(view, writer)
        group.clients.add(client)
        client.move_to(group)
        if added := view.symbols - known:
            client.offer(None, added)

    def leave(self, client: PriceClient) -> None:
        """Let go of `client`, which may be gone already."""
        self._depart(client)
        self._clients.discard(client)
        if not self._clients and self._task is not None:
            self._task.cancel()
            self._task = None

    def ticks(self, symbols: Iterable[str]) -> dict[str, Tick]:
        """Return the newest tick of each of `symbols` that has one."""
        return {symbol: unpack(self._latest[symbol]) for symbol in symbols if symbol in self._latest}

    def _depart(self, client: PriceClient) -> None:
        group = client.group
        if group is None:
            return
        group.clients.discard(client)
        client.move_to(None)
        if not group.clients:
            del self._groups[group.view]

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    for job in (self._listen, self._flush_regularly, self._look_after_clients, self._refresh_catalogue):
                        tasks.create_task(job())
            except* redis.RedisError as errors:
                logger.warning("prices interrupted, reconnecting: %s", errors.exceptions[0])
            except* Exception:
                logger.exception("prices interrupted, starting again")
            if self._task is not asyncio.current_task():  # cancelled, and an error hid that
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        # A lost connection is reopened inside `listen`; what was missed meanwhile is in the hash of latest quotes,
        # so it is read after every confirmation of the subscription.
        async with async_redis_client().pubsub() as subscription:
            await subscription.subscribe(name("prices"))
            async for message in subscription.listen():
                if message["type"] == "subscribe":
                    quotes: Any = await async_redis_client().hvals(name("quotes"))
                    self._take(b"".join(quote[:PACKED_SIZE] for quote in quotes))
                else:
                    self._take(message["data"])

    def _take(self, packed_ticks: bytes) -> None:
        for offset in range(0, len(packed_ticks), PACKED_SIZE):
            packed = packed_ticks[offset : offset + PACKED_SIZE]
            symbol = self._symbols.get(packed[:16])
            if symbol is None:
                symbol = self._symbols.setdefault(packed[:16], unpack(packed).symbol)
            self._latest[symbol] = packed
            self._changed.add(symbol)

    async def _flush_regularly(self) -> None:
        loop = asyncio.get_running_loop()
        period = settings.PRICE_FLUSH_MS / 1000
        due = loop.time()
        while True:
            due = max(due + period, loop.time())
            await asyncio.sleep(due - loop.time())
            await self._flush()

    async def _flush(self) -> None:
        changed, self._changed = self._changed, set()
        if not changed:
            return
        for writer in self._writers.values():
            for symbol in changed:
                writer.records.pop(symbol, None)
        offered = 0
        for group in list(self._groups.values()):
            moved = group.view.symbols & changed
            if not moved or group.view.whole:
                continue
            group.offer(moved)
            offered += len(group.clients)
            if offered >= CLIENTS_PER_YIELD:
                offered = 0
                await asyncio.sleep(0)

    async def _look_after_clients(self) -> None:
        while True:
            await asyncio.sleep(1)
            now = asyncio.get_running_loop().time()
            for client in tuple(self._clients):
                client.beat(now)
            for group in self._groups.values():
                if group.view.whole:
                    group.offer(group.view.symbols)
            await self._tell_statuses()

    async def _tell_statuses(self) -> None:
        reports: Any = await async_redis_client().hgetall(name("feeds"))
        before, self._statuses = self._statuses, {feed: _feed_frame(report) for feed, report in reports.items()}
        for feed, frame in self._statuses.items():
            if before.get(feed) != frame:
                for client in self._clients:
                    if client.page:
                        client.post(frame)

    async def _refresh_catalogue(self) -> None:
        while True:
            await asyncio.sleep(CATALOGUE_SECONDS)
            await self._load_catalogue()

    async def _load_catalogue(self) -> None:
        loaded = await in_database(symbol_catalogue)()
        self.catalogue.clear()
        self.catalogue.update(loaded)


def _feed_frame(packed: bytes) -> str:
    report = unpack_report(packed)
    fields = {key: report[key] for key in ("name", "status", "detail")}
    return orjson.dumps({"type": "feed", **fields}).decode()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, PriceHub] = WeakKeyDictionary()


def price_hub() -> PriceHub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = PriceHub()
    return _hubs[loop]
