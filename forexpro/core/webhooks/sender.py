"""Send what is due, many requests at once, so that no receiver waits for another one."""

import asyncio
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import aiohttp
from django.conf import settings
from django.utils import timezone
from yarl import URL

from forexpro.core.realtime.database import in_database
from forexpro.core.realtime.wakeups import EVERY_STREAM, wakeup_hub
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.connecting import Lookup, guarded_session
from forexpro.core.webhooks.fan_out import BATCH, fan_out
from forexpro.core.webhooks.guard import AddressRefused, check_url
from forexpro.core.webhooks.queue import (
    Claim,
    Receiver,
    Result,
    anybody_listening,
    deliveries_claim,
    deliveries_release,
    receivers,
    results_record,
)
from forexpro.core.webhooks.schedule import retry_after, succeeded
from forexpro.core.webhooks.signing import signatures

logger = logging.getLogger(__name__)

# Requests under way at once: to one receiver, and in all. A process may usually have 1,024 files open.
TO_ONE = 16
IN_ALL = 400
# How long nothing may happen before the outbox and the deliveries are looked at without having been told to.
POLL_SECONDS = 0.5
# Rounds are this far apart at least: what comes in meanwhile is worked through together.
ROUND_SECONDS = 0.02
# What is read of an answer, and what of it is kept.
ANSWER_BYTES = 64_000
ANSWER_KEPT = 2_000
# What is left of a lease when a request begins must be enough for it and for writing down what came of it.
WRITING_SECONDS = 10


class Sender:
    """Turns events into deliveries and sends them for a while; any number of senders may work side by side.

    Three loops work at once: one makes deliveries of events, one takes those that are due and begins their requests,
    one writes what came of requests, of as many together as have ended meanwhile.
    """

    def __init__(self, *, lookup: Lookup = socket.getaddrinfo) -> None:
        self._lookup = lookup
        self._under_way: Counter[int] = Counter()
        self._results: list[Result] = []
        self._released: list[Claim] = []
        # Endpoints to which something is no longer under way.
        self._finished: list[int] = []
        self._tasks: set[asyncio.Task[None]] = set()
        # Something was recorded; something may be taken; something is to be written.
        self._happened, self._due, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._outbox_empty = False
        self._stopping = False
        self._done = False

    def stop(self) -> None:
        """Take nothing new, finish what is under way; called from the event loop."""
        self._stopping = True
        self._happened.set()
        self._due.set()

    async def run(self, *, seconds: float, on_time_up: Callable[[], None] = lambda: None) -> None:
        """Send for `seconds`, or until nobody listens; when they are over, `on_time_up` is called before what is under
        way is awaited.

        Raises what the database raises: deliveries under way are then due again when their leases end.
        """
        timeout = settings.WEBHOOK_TIMEOUT_SECONDS
        unfollow = wakeup_hub().follow(EVERY_STREAM, self._happened.set)
        self._secure = guarded_session(plain=False, timeout=timeout, lookup=self._lookup)
        self._plain = guarded_session(plain=True, timeout=timeout, lookup=self._lookup)
        loops: list[asyncio.Task[None]] = []
        try:
            async with self._secure, self._plain:
                work = (self._fan_out(), self._send_due(time.monotonic() + seconds, on_time_up), self._write())
                loops = [asyncio.create_task(loop) for loop in work]
                await asyncio.gather(*loops)
        finally:
            unfollow()
            for task in (*loops, *self._tasks):
                task.cancel()
            await asyncio.gather(*loops, *self._tasks, return_exceptions=True)

    async def _fan_out(self) -> None:
        while not self._stopping:
            self._happened.clear()
            moved = await in_database(fan_out)()
            self._outbox_empty = not moved
            if moved:
                self._due.set()
            if moved < BATCH:
                await asyncio.sleep(ROUND_SECONDS)
                await _or_at_the_latest(self._happened)

    async def _send_due(self, until: float, on_time_up: Callable[[], None]) -> None:
        """Begin requests until the time is up or nobody listens, and then wait for those that are under way."""
        while not self._stopping:
            if time.monotonic() >= until:
                on_time_up()
                break
            self._due.clear()
            claims = await self._claim()
            for run in _runs(claims):
                self._start(run)
            nothing_to_do = not claims and self._outbox_empty and not self._tasks
            if nothing_to_do and not await in_database(anybody_listening)():
                break
            await asyncio.sleep(ROUND_SECONDS)
            if not claims:
                await _or_at_the_latest(self._due)
        self.stop()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._done = True
        self._ended.set()

    async def _write(self) -> None:
        """Write what came of requests. Only then is there room again: nothing is claimed ahead of its results."""
        while not self._done or self._results or self._finished:
            await self._ended.wait()
            self._ended.clear()
            results, self._results = self._results, []
            released, self._released = self._released, []
            finished, self._finished = self._finished, []
            if results:
                await in_database(results_record)(results)
            if released:
                await in_database(deliveries_release)(released)
            self._under_way.subtract(finished)
            self._due.set()

    async def _claim(self) -> list[Claim]:
        # Counted before endpoints are read: what came of requests that have ended by now is written, so it is read.
        under_way = self._under_way.copy()
        left = IN_ALL - under_way.total()
        asked: list[Receiver] = []
        # Those to whom least is under way come first, so that one that hangs takes nothing from the others.
        for receiver in sorted(await in_database(receivers)(room=TO_ONE), key=lambda one: under_way[one.id]):
            room = min(receiver.room - under_way[receiver.id], left)
            if room > 0:
                asked.append(replace(receiver, room=room))
                left -= room
        return await in_database(deliveries_claim)(asked) if asked else []

    def _start(self, run: Sequence[Claim]) -> None:
        receiver = run[0].receiver.id
        self._under_way[receiver] += 1
        task = asyncio.create_task(self._send_run(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_run(self, run: Sequence[Claim]) -> None:
        """Send one after the other, up to the first that fails or for which the lease would not last."""
        needed = timedelta(seconds=settings.WEBHOOK_TIMEOUT_SECONDS + WRITING_SECONDS)
        for number, claim in enumerate(run):
            if claim.until - timezone.now() < needed:
                self._released += run[number:]
                break
            result = await self._send(claim)
            self._results.append(result)
            self._ended.set()
            if not succeeded(result.status):
                self._released += run[number + 1 :]
                break
        self._finished.append(run[0].receiver.id)
        self._ended.set()

    async def _send(self, claim: Claim) -> Result:
        started = timezone.now()
        body = claim.body.encode()
        timestamp = int(started.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "ForexPro-Webhooks/1",
            "webhook-id": claim.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-version": str(claim.receiver.version),
        }
        signed = signatures(claim.receiver.secrets, message_id=claim.message_id, timestamp=timestamp, body=body)
        status, text, error, asked = None, "", "", None
        try:
            target = check_url(claim.receiver.url)
            session = self._plain if target.plain else self._secure
            async with session.post(
                URL(target.url, encoded=True),
                data=body,
                headers=headers | {"webhook-signature": signed},
                allow_redirects=False,
            ) as response:
                status = response.status
                asked = retry_after(response.headers.get("Retry-After", ""), now=started)
                text = await _beginning(response)
        except Refused as refusal:
            error = refusal.message
        except TimeoutError:
            error = f"no answer within {settings.WEBHOOK_TIMEOUT_SECONDS} s"
        except (aiohttp.ClientError, OSError) as problem:
            error = _problem(problem)
        except Exception as problem:  # one endpoint's trouble is nobody else's
            logger.exception("webhook delivery %s cannot be sent", claim.delivery_id)
            error = type(problem).__name__
        if status is not None and not succeeded(status):
            error = "redirections are not followed" if 300 <= status < 400 else f"answered {status}"
        return Result(claim, started, timezone.now(), headers, status, text, _writable(error)[:200], asked)


def _runs(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Return what is sent one after the other together, everything else on its own."""
    alone = [[claim] for claim in claims if not claim.receiver.ordered]
    ordered: dict[int, list[Claim]] = {}
    for claim in claims:
        if claim.receiver.ordered:
            ordered.setdefault(claim.receiver.id, []).append(claim)
    return [*alone, *ordered.values()]


async def _or_at_the_latest(event: asyncio.Event) -> None:
    """Wait for an event, for as long as nothing may happen at most."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), POLL_SECONDS)


async def _beginning(response: aiohttp.ClientResponse) -> str:
    """Return the beginning of an answer as text. Its status has decided; an end that does not come changes nothing."""
    read = bytearray()
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        while len(read) < ANSWER_BYTES and (chunk := await response.content.read(ANSWER_BYTES - len(read))):
            read += chunk
    return _writable(bytes(read[:ANSWER_KEPT]).decode(errors="replace"))


def _writable(text: str) -> str:
    """Return a text without what PostgreSQL does not take; errors repeat what receivers have sent."""
    return text.encode(errors="replace").decode().replace("\0", "")


def _problem(problem: Exception) -> str:
    refused = problem if isinstance(problem, AddressRefused) else getattr(problem, "os_error", None)
    if isinstance(refused, AddressRefused):
        return str(refused)
    return f"{type(problem).__name__}: {problem}"
