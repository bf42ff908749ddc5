"""The feed of Twelve Data."""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from marketdata.feeds import Candle, FeedRefused, FeedStatus, Interval
from marketdata.gateways.twelvedata.frames import (
    SOURCE,
    BadFrame,
    Price,
    SubscriptionStatus,
    price_units,
    read_frame,
)
from marketdata.gateways.twelvedata.rest import (
    BATCH_SYMBOLS,
    CreditsExhausted,
    NotOffered,
    TwelveDataRest,
    Unavailable,
    refusal_sentence,
)
from marketdata.sessions import TradingHours
from marketdata.ticks import Tick

logger = logging.getLogger(__name__)

SUBSCRIPTION_SYMBOLS = 100
BARS_PER_CALL = 5_000
INTERVALS = {
    Interval.M1: "1min",
    Interval.M5: "5min",
    Interval.M15: "15min",
    Interval.M30: "30min",
    Interval.H1: "1h",
    Interval.H4: "4h",
    Interval.D1: "1day",
    Interval.W1: "1week",
}


@dataclass(frozen=True, slots=True)
class Timings:
    """How patient the client is, in seconds."""

    heartbeat: float = 10
    ping: float = 30
    ping_timeout: float = 10
    open_timeout: float = 10
    # Our heartbeats are answered: a socket that says nothing at all for so long is dead.
    stall: float = 30
    first_retry: float = 1
    longest_retry: float = 60
    # A plan that has none of the symbols on its socket will not have them a minute later.
    retry_without_symbols: float = 900
    poll: float = 5


class _SocketDown(Exception):
    """The socket is not there, or no longer; says why."""


class _NothingSubscribed(_SocketDown):
    """The socket is there and refuses every symbol."""


class TwelveDataFeed:
    """Prices of `vendor_symbols`, our codes to the vendor's names."""

    name = "twelvedata"
    can_wait = False

    def __init__(
        self,
        *,
        key: str,
        websocket_url: str,
        rest_url: str,
        vendor_symbols: Mapping[str, str],
        symbols_max: int,
        clock_ms: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timings: Timings | None = None,
    ):
        self.status = FeedStatus.CONNECTING
        self.status_detail = _("Connecting to Twelve Data.")
        self.bad_frames = 0
        self.late_ticks = 0
        self.not_offered: dict[str, str] = {}
        self._key, self._websocket_url = key, websocket_url
        self._vendor_symbols, self._symbols_max = vendor_symbols, symbols_max
        self._clock_ms, self._sleep = clock_ms, sleep
        self._timings = timings or Timings()
        self._rest = TwelveDataRest(rest_url, key, clock_ms=clock_ms, sleep=sleep)
        self._newest_ms: dict[str, int] = {}
        self._next_polled = 0

    async def stream(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[Tick]]:
        codes = self._codes(symbols)
        attempt = 0
        while True:
            try:
                async for ticks in self._stream_socket(codes):
                    attempt = 0
                    yield ticks
            except _SocketDown as error:
                delay = min(self._timings.first_retry * 2**attempt, self._timings.longest_retry)
                if isinstance(error, _NothingSubscribed):
                    delay = self._timings.retry_without_symbols
                attempt += 1
                logger.warning("socket of Twelve Data: %s; next attempt in about %.0f s", error, delay)
                self.status = FeedStatus.DOWN
                self.status_detail = _("Twelve Data's socket is down: %(reason)s.") % {"reason": error}
            # Jitter keeps the clients of one outage from coming back all at once.
            deadline = time.monotonic() + delay * random.uniform(0.8, 1.2)  # noqa: S311  # jitter is no secret
            async for ticks in self._poll(list(codes), codes, deadline):
                yield ticks

    def trades_at(self, hours: TradingHours, at: datetime) -> bool:
        return hours.is_open(at)

    async def candles(self, symbol: str, interval: Interval, start: datetime, end: datetime) -> list[Candle]:
        """Return the closed history; raises CreditsExhausted or Unavailable when the vendor cannot give it now."""
        vendor = self._vendor_symbols.get(symbol)
        if vendor is None:
            return []
        candles: dict[datetime, Candle] = {}
        length = timedelta(milliseconds=interval.milliseconds)
        now = datetime.fromtimestamp(self._clock_ms() / 1000, UTC)
        try:
            while start < end:
                window_end = min(end, start + BARS_PER_CALL * length)
                for row in await self._rest.time_series(
                    {
                        "symbol": vendor,
                        "interval": INTERVALS[interval],
                        "start_date": f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
                        "end_date": f"{window_end.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
                        "timezone": "UTC",
                        "order": "asc",
                        "outputsize": str(BARS_PER_CALL),
                    }
                ):
                    candle = self._candle(symbol, interval, row)
                    # The newest row is the bar that is still forming.
                    if candle is not None and start <= candle.time < window_end and candle.time + length <= now:
                        candles[candle.time] = candle
                start = window_end
        except NotOffered as error:
            logger.warning("no history of %s: %s", symbol, error)
        return [candles[moment] for moment in sorted(candles)]

    def _codes(self, symbols: Sequence[str]) -> dict[str, str]:
        """Return our codes by the vendor's names, of as many symbols as may be subscribed."""
        codes = {self._vendor_symbols[code]: code for code in symbols if code in self._vendor_symbols}
        if len(codes) > self._symbols_max:
            logger.warning("%s symbols are more than MD_WS_SYMBOLS_MAX=%s", len(codes), self._symbols_max)
            codes = dict(list(codes.items())[: self._symbols_max])
        return codes

    # --- Socket -----------------------------------------------------------------------------------

    async def _stream_socket(self, codes: Mapping[str, str]) -> AsyncIterator[Sequence[Tick]]:
        """Yield the socket's ticks until it breaks. Raises _SocketDown; FeedRefused when the vendor refuses the key."""
        try:
            async with self._connection() as socket:
                self.not_offered = {}
                await self._subscribe(socket, list(codes))
                heard_at = beaten_at = time.monotonic()
                while True:
                    wake_at = min(heard_at + self._timings.stall, beaten_at + self._timings.heartbeat)
                    try:
                        async with asyncio.timeout(max(0.0, wake_at - time.monotonic())):
                            message = await socket.recv()
                    except TimeoutError:
                        if time.monotonic() >= heard_at + self._timings.stall:
                            raise _SocketDown(_("it has gone silent")) from None
                        beaten_at = time.monotonic()
                        await socket.send(json.dumps({"action": "heartbeat"}))
                        continue
                    heard_at = time.monotonic()
                    tick = self._take_frame(message, codes)
                    if tick is not None:
                        yield [tick]
        except InvalidStatus as error:
            raise self._refused_upgrade(error) from error
        except (OSError, WebSocketException, TimeoutError) as error:
            raise _SocketDown(str(error).replace(self._key, "…") or type(error).__name__) from error

    def _connection(self) -> connect:
        return connect(
            self._websocket_url,
            additional_headers={"X-TD-APIKEY": self._key},
            ping_interval=self._timings.ping,
            ping_timeout=self._timings.ping_timeout,
            open_timeout=self._timings.open_timeout,
            close_timeout=1,
            max_size=2**20,
        )

    def _refused_upgrade(self, error: InvalidStatus) -> Exception:
        """Return what a refused upgrade means: 401 and 403 are final, in the status or in the body of a 200."""
        code, message = error.response.status_code, ""
        try:
            body = json.loads(error.response.body or b"")
        except ValueError:
            body = None
        if isinstance(body, dict):
            code = body.get("code") or code
            message = str(body.get("message") or "").replace(self._key, "…")
        if code in (401, 403):
            return FeedRefused(refusal_sentence(message or f"HTTP {code}"))
        return _SocketDown(f"{code} {message}".strip())

    async def _subscribe(self, socket: ClientConnection, vendor_symbols: Sequence[str]) -> None:
        self.status = FeedStatus.CONNECTING
        self.status_detail = _("Connected to Twelve Data, waiting for its first price.")
        for start in range(0, len(vendor_symbols), SUBSCRIPTION_SYMBOLS):
            part = ",".join(vendor_symbols[start : start + SUBSCRIPTION_SYMBOLS])
            await socket.send(json.dumps({"action": "subscribe", "params": {"symbols": part}}))

    def _take_frame(self, message: str | bytes, codes: Mapping[str, str]) -> Tick | None:
        """Take in one frame and return its tick, if it is one that counts."""
        try:
            frame = read_frame(message)
        except BadFrame as error:
            self.bad_frames += 1
            logger.warning("frame of Twelve Data skipped: %s", error)
            return None
        if isinstance(frame, SubscriptionStatus):
            self._take_subscription(frame, codes)
        if not isinstance(frame, Price) or frame.symbol not in codes:
            return None
        return self._tick(codes[frame.symbol], frame)

    def _take_subscription(self, frame: SubscriptionStatus, codes: Mapping[str, str]) -> None:
        for vendor, reason in frame.refused.items():
            self.not_offered[codes.get(vendor, vendor)] = reason
            logger.warning("Twelve Data refuses %s: %s", vendor, reason)
        for remark in frame.remarks:
            logger.warning("Twelve Data says on subscription: %s", remark)
        if not frame.accepted and set(codes.values()) <= set(self.not_offered):
            raise _NothingSubscribed(_("the plan has none of the symbols"))
        if frame.accepted:
            self._live()

    def _live(self) -> None:
        self.status = FeedStatus.LIVE
        self.status_detail = _("Prices by Twelve Data.")
        if self.not_offered:
            self.status_detail += " " + _("Not in the plan: %(symbols)s.") % {"symbols": ", ".join(self.not_offered)}

    def _tick(self, code: str, price: Price) -> Tick | None:
        received_ms = self._clock_ms()
        time_ms = received_ms if price.time is None else price.time * 1000
        # Several venues feed one symbol: what is older than what we have is no news.
        if time_ms < self._newest_ms.get(code, 0):
            self.late_ticks += 1
            return None
        self._newest_ms[code] = time_ms
        if self.status != FeedStatus.LIVE:
            self._live()
        return Tick(code, price.bid, price.ask, time_ms, received_ms, SOURCE)

    # --- REST -------------------------------------------------------------------------------------

    async def _poll(
        self, vendor_symbols: Sequence[str], codes: Mapping[str, str], deadline: float
    ) -> AsyncIterator[Sequence[Tick]]:
        """Yield prices by REST until `deadline`, in turns where the credits do not reach for all symbols."""
        await self._rest.learn_limits()
        while (remaining := deadline - time.monotonic()) > 0:
            count = min(self._rest.credits.available(), BATCH_SYMBOLS, len(vendor_symbols))
            if count:
                turn = [vendor_symbols[(self._next_polled + i) % len(vendor_symbols)] for i in range(count)]
                self._next_polled += count
                try:
                    ticks = self._polled_ticks(await self._rest.prices(turn), codes)
                except (Unavailable, NotOffered, CreditsExhausted) as error:
                    logger.warning("prices by REST: %s", error or type(error).__name__)
                else:
                    if ticks:
                        self.status = FeedStatus.DELAYED
                        self.status_detail = _("Twelve Data's socket is down; prices come by REST, less often.")
                        yield ticks
                remaining = deadline - time.monotonic()
            await self._sleep(max(0.0, min(remaining, self._timings.poll)))

    def _polled_ticks(self, prices: Mapping[str, str], codes: Mapping[str, str]) -> list[Tick]:
        ticks = []
        for vendor, text in prices.items():
            try:
                units = price_units(text)
            except BadFrame as error:
                self.bad_frames += 1
                logger.warning("price of %s by REST skipped: %s", vendor, error)
                continue
            if vendor in codes:
                # Without a time of its own a polled price is as new as its receipt.
                received_ms = self._clock_ms()
                ticks.append(Tick(codes[vendor], units, units, received_ms, received_ms, SOURCE))
        return ticks

    def _candle(self, symbol: str, interval: Interval, row: Mapping[str, Any]) -> Candle | None:
        try:
            moment = datetime.fromisoformat(str(row["datetime"])).replace(tzinfo=UTC)
            opening_ms = interval.opening_ms(int(moment.timestamp() * 1000))
            open_, high, low, close = (Decimal(row[name]) for name in ("open", "high", "low", "close"))
            if not 0 < low <= min(open_, close) <= max(open_, close) <= high < Decimal("Infinity"):
                raise ValueError("prices that contradict each other")
            volume = int(Decimal(row.get("volume") or 0))
        except (KeyError, TypeError, ValueError, ArithmeticError, InvalidOperation) as error:
            logger.warning("row of %s %s skipped: %s in %s", symbol, interval, error, dict(row))
            return None
        return Candle(datetime.fromtimestamp(opening_ms / 1000, UTC), open_, high, low, close, max(0, volume))
