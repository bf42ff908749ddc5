"""The sockets of a trading account: its events and valuations, and prices at its group's spreads."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from channels.exceptions import DenyConnection

from forexpro.core.http.origin import actor_name
from forexpro.core.http.parameters import whole_number
from forexpro.core.http.refusal_log import refusal_log
from forexpro.core.http.renderers import dumps
from forexpro.core.realtime.database import in_database
from forexpro.core.realtime.wakeups import wakeup_hub
from forexpro.core.refusals import Refused
from marketdata.consumers import PriceConsumer, PriceSocket
from marketdata.encodings import Pricing
from marketdata.hub import PriceClient
from marketdata.models import Symbol
from marketdata.ticks import Tick
from trading.api.representations import event_json
from trading.engine.codec import EVENT_TYPES, from_payload
from trading.engine.evolve import evolve
from trading.engine.valuation import symbols_needed, value_account
from trading.models import TradingAccount
from trading.pricing import GroupPricing
from trading.selectors import account_for_user, events_since
from trading.selectors.conditions import Conditions, account_conditions
from trading.selectors.journal import AccountEvent, account_stream
from trading.selectors.market import group_market
from trading.selectors.state import load_accounts
from trading.valuation_frames import valuation_frame

logger = logging.getLogger(__name__)

VALUATION_SECONDS = 0.25
EVENTS_READ = 500
# How soon a follower notices by itself that a wake-up was lost, that conditions changed.
POLL_SECONDS = 15
# Of the codes that an application may close with; 1011, which says the same, is the server's own.
FAILED_CODE = 4500


class AccountSocket(PriceSocket):
    """A socket that belongs to one of its viewer's accounts and closes when the viewer is signed out."""

    account: TradingAccount

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._tasks: list[asyncio.Task[None]] = []

    async def open_account(self, account_id: str) -> None:
        """Find the viewer's account. Raises DenyConnection for anybody else's."""
        user = self.scope["user"]
        number = whole_number(account_id)
        if not user.is_authenticated or number is None:
            raise DenyConnection
        try:
            self.account = await in_database(account_for_user)(user, number)
        except Refused as refusal:
            refusal_log.write(actor_name(user), method="WEBSOCKET", route=self.scope["path"], code=refusal.code)
            raise DenyConnection from None

    def work(self, job: Coroutine[Any, Any, None]) -> None:
        """Run `job` for as long as the socket is open; if it fails the socket closes, and its client comes again."""
        task = asyncio.create_task(job)
        task.add_done_callback(self._worked)
        self._tasks.append(task)

    def _worked(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("socket of account %s failed", self.account.pk, exc_info=error)
            self._end(FAILED_CODE)

    def _stop(self) -> None:
        super()._stop()
        for task in self._tasks:
            task.cancel()


class AccountPriceConsumer(PriceConsumer, AccountSocket):
    """`/ws/prices?account=<id>`: prices as the account's group sees them; without an account the feed's own."""

    async def authorise(self) -> Pricing:
        query = parse_qs(self.scope["query_string"].decode("latin1"))
        if "account" not in query:
            return await super().authorise()
        await self.open_account(query["account"][0])
        self.end_with_session()
        self.work(self._follow_conditions())
        return await self._pricing()

    async def _pricing(self) -> GroupPricing:
        return GroupPricing.of(await in_database(account_conditions)(self.account))

    async def _follow_conditions(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            pricing = await self._pricing()
            if pricing != self.pricing:
                self.pricing = pricing
                self.hub.join(self.client, self.symbols, pricing)


class AccountConsumer(AccountSocket):
    """`/ws/account/<id>?since=<number>`: every event after a number, without a gap, and valuations between them.

    Without `since` events begin with the next one.
    """

    page = True

    async def authorise(self) -> Pricing:
        await self.open_account(self.scope["url_route"]["kwargs"]["account_id"])
        (loaded,) = await in_database(load_accounts)([self.account.pk])
        self.conditions = loaded.conditions
        self.state = loaded.state
        self.state_seq = loaded.head.seq
        self.sent_seq = self._since()
        return GroupPricing.of(self.conditions)

    def _since(self) -> int:
        query = parse_qs(self.scope["query_string"].decode("latin1"))
        since = whole_number(query.get("since", [str(self.state_seq)])[0])
        if since is None:
            raise DenyConnection
        return min(since, self.state_seq)

    def entered(self) -> None:
        self.moved = asyncio.Event()
        self.prices = PriceWatch(self.moved)
        self._watch_prices()
        self.end_with_session()
        self.work(self._follow_events())
        self.work(self._send_valuations())

    def act(self, action: str, message: dict[str, Any]) -> None:
        if action != "heartbeat" or not isinstance(message.get("seq"), int):
            raise Refused("unknown_action", "Echo heartbeats; everything else is done through the API.")
        self.client.answer(message["seq"])

    def _stop(self) -> None:
        super()._stop()
        if hasattr(self, "prices"):
            self.hub.leave(self.prices)

    async def _follow_events(self) -> None:
        grown = asyncio.Event()
        unfollow = wakeup_hub().follow(account_stream(self.account.pk), grown.set)
        try:
            while True:
                grown.clear()
                events, self.conditions = await in_database(_read_on)(self.account, self.sent_seq)
                await self._take(events)
                if len(events) < EVENTS_READ:
                    await _happens(grown, POLL_SECONDS)
        finally:
            unfollow()

    async def _take(self, events: Sequence[AccountEvent]) -> None:
        for event in events:
            await self._write(dumps({"type": "event", "event": event_json(event)}).decode())
            self.sent_seq = event.seq
            if event.seq > self.state_seq:
                self.state_seq = event.seq
                if event.type in EVENT_TYPES:
                    self.state = evolve(self.state, from_payload(event.type, event.payload))
        self._watch_prices()

    def _watch_prices(self) -> None:
        self.symbols = frozenset(symbols_needed(self.state, self.conditions.instruments))
        self.hub.join(self.prices, self.symbols, self.pricing, encoding=NOTHING)
        self.moved.set()

    async def _send_valuations(self) -> None:
        sent = b""
        while True:
            await self.moved.wait()
            self.moved.clear()
            market = group_market(self.conditions, self.hub.ticks(self.symbols), datetime.now(UTC))
            try:
                valuation = value_account(self.state, market)
            except Refused:  # a price is missing still; the next change tries again
                continue
            frame = dumps(valuation_frame(valuation, self.state, market))
            if frame != sent:
                sent = frame
                await self._write(frame.decode())
            await asyncio.sleep(VALUATION_SECONDS)


class PriceWatch(PriceClient):
    """A place in the hub that only wants to know that a price has changed."""

    def __init__(self, moved: asyncio.Event):
        super().__init__(_send_nothing, lambda code: None, page=False)
        self._moved = moved

    def offer(self, frames: list[str] | None, changed: frozenset[str]) -> None:
        self._moved.set()


@dataclass(frozen=True, slots=True)
class Nothing:
    """The encoding for those who read no frames."""

    def record(self, tick: Tick, bid: int, ask: int, symbol: Symbol | None) -> str:
        return ""

    def frames(self, records: Sequence[str]) -> list[str]:
        return []


NOTHING = Nothing()


async def _send_nothing(text: str) -> None:
    raise AssertionError("a watch sends nothing")


def _read_on(account: TradingAccount, seq: int) -> tuple[list[AccountEvent], Conditions]:
    return events_since(account.pk, seq, limit=EVENTS_READ), account_conditions(account)


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    """Wait for `event` at most so long; return whether it happened, and clear it."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    event.clear()
    return True
