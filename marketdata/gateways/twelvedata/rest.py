"""The vendor's REST interface: errors in the body whatever the HTTP status, numbers as strings, credits."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx
from django.utils.translation import gettext as _

from marketdata.feeds import FeedRefused, HistoryUnavailable

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0
# The free plan, until the vendor tells which one it is.
CREDITS_PER_MINUTE, CREDITS_PER_DAY = 8, 800
MINUTE_MS, DAY_MS = 60_000, 86_400_000
BATCH_SYMBOLS = 120


class Unavailable(HistoryUnavailable):
    """The vendor gave no answer, or one that makes no sense; later it may."""


class NotOffered(Exception):
    """The vendor does not have this symbol, or not in this plan."""


class CreditsExhausted(HistoryUnavailable):
    """The day's credits are used up; they come back at 00:00 UTC."""


class Credits:
    """What the plan still allows in this minute and on this day, both by UTC."""

    def __init__(self, clock_ms: Callable[[], int], sleep: Callable[[float], Awaitable[None]]):
        self.per_minute, self.per_day = CREDITS_PER_MINUTE, CREDITS_PER_DAY
        self._clock_ms, self._sleep = clock_ms, sleep
        self._minute = self._day = -1
        self._minute_used = self._day_used = 0

    def set_limits(self, per_minute: int, per_day: int, *, used_in_minute: int) -> None:
        """Count by the limits of the plan from now on."""
        self._turn()
        self.per_minute, self.per_day = per_minute, per_day
        self._minute_used = used_in_minute

    def available(self) -> int:
        """Return how many credits may be spent now."""
        self._turn()
        return max(0, min(self.per_minute - self._minute_used, self.per_day - self._day_used))

    async def spend(self, count: int) -> None:
        """Take `count` credits, waiting for the next minute where this one has too few. Raises CreditsExhausted."""
        while self.available() < min(count, self.per_minute):
            if self._day_used + count > self.per_day:
                raise CreditsExhausted("the credits of the day are used up")
            await self._sleep((MINUTE_MS - self._clock_ms() % MINUTE_MS) / 1000)
        self.take(count)

    def take(self, count: int) -> None:
        """Count credits as spent."""
        self._turn()
        self._minute_used += count
        self._day_used += count

    def minute_is_used_up(self) -> None:
        self._turn()
        self._minute_used = max(self._minute_used, self.per_minute)

    def day_is_used_up(self) -> None:
        self._turn()
        self._day_used = max(self._day_used, self.per_day)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Believe the vendor's count of what is left in this minute: other programs may use the same key."""
        left = headers.get("api-credits-left", "")
        if left.isdecimal():
            self._turn()
            self._minute_used = max(self._minute_used, self.per_minute - int(left))

    def _turn(self) -> None:
        minute, day = self._clock_ms() // MINUTE_MS, self._clock_ms() // DAY_MS
        if minute != self._minute:
            self._minute, self._minute_used = minute, 0
        if day != self._day:
            self._day, self._day_used = day, 0


class TwelveDataRest:
    """Calls of the REST interface. The key travels in a header, so that no log of addresses has it."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        clock_ms: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self._url, self._key = url, key
        self.credits = Credits(clock_ms, sleep)
        self._limits_known = False

    async def prices(self, symbols: Sequence[str]) -> dict[str, str]:
        """Return the newest price of each vendor symbol that has one. Waits for no credits: Unavailable says so."""
        self.credits.take(len(symbols))
        try:
            answer = await self._request("/price", {"symbol": ",".join(symbols)})
        except _MinuteUsedUp as error:
            self.credits.minute_is_used_up()
            raise Unavailable(str(error)) from error
        if len(symbols) == 1:
            answer = {symbols[0]: answer}
        return {
            symbol: part["price"]
            for symbol, part in answer.items()
            if isinstance(part, dict) and isinstance(part.get("price"), str)
        }

    async def time_series(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the rows of a history; none where there are none. Raises NotOffered, CreditsExhausted, Unavailable."""
        await self.learn_limits()
        while True:
            await self.credits.spend(1)
            try:
                answer = await self._request("/time_series", params)
                break
            except _MinuteUsedUp:
                logger.info("out of credits for this minute, waiting for the next")
                self.credits.minute_is_used_up()
        rows = answer.get("values") or []
        return [row for row in rows if isinstance(row, dict)]

    async def learn_limits(self) -> None:
        """Ask once which limits the plan has."""
        if self._limits_known:
            return
        try:
            usage = await self._request("/api_usage", {})
        except (Unavailable, NotOffered, _MinuteUsedUp) as error:
            logger.warning("the plan's limits are not known, assuming those of the free plan: %s", error)
            return
        self._limits_known = True
        per_minute, used = usage.get("plan_limit"), usage.get("current_usage")
        if isinstance(per_minute, int) and isinstance(used, int):
            # Plans without a daily limit do not name one.
            daily = usage.get("plan_daily_limit")
            per_day = daily if isinstance(daily, int) else per_minute * 24 * 60
            self.credits.set_limits(per_minute, per_day, used_in_minute=used)

    async def _request(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        try:
            # Calls are minutes apart: a connection kept between them would be dead by then.
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                response = await client.get(
                    self._url + path, params=dict(params), headers={"Authorization": f"apikey {self._key}"}
                )
            body = json.loads(response.content, parse_float=Decimal)
        except httpx.HTTPError as error:
            raise Unavailable(f"{path}: {error or type(error).__name__}") from error
        except ValueError as error:
            raise Unavailable(f"{path}: HTTP {response.status_code} without JSON") from error
        self.credits.learn(response.headers)
        if not isinstance(body, dict):
            raise Unavailable(f"{path}: the answer is not an object")
        if body.get("status") != "error":
            if response.is_success:
                return body
            raise Unavailable(f"{path}: HTTP {response.status_code}")
        return self._raise(path, body)

    def _raise(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raise what an error body means, or return an empty answer where it only says that there is no data."""
        code, message = body.get("code"), str(body.get("message") or "").replace(self._key, "…")
        if code == 401:
            raise FeedRefused(refusal_sentence(message))
        if code in (403, 404):
            raise NotOffered(message)
        if code == 429 and "for the day" in message:
            self.credits.day_is_used_up()
            raise CreditsExhausted(message)
        if code == 429:
            raise _MinuteUsedUp(message)
        if code == 400 and "no data" in message.lower():
            return {}
        raise Unavailable(f"{path}: {code} {message}")


class _MinuteUsedUp(Exception):
    """This minute's credits are used up."""


def refusal_sentence(message: str) -> str:
    """Return what to do about a refused key."""
    return _(
        "Twelve Data refuses the API key. Check TWELVEDATA_API_KEY and the plan behind it, then start the feed again."
        " The vendor says: %(message)s"
    ) % {"message": message[:300]}
