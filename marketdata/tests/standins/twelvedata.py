"""A Twelve Data of our own on the loopback interface, with the habits of the real one.

REST and WebSocket share one port. Errors come in the body of an HTTP 200, numbers as strings, histories newest first
with the unfinished bar, batches keyed by symbol, credits per minute with their headers. The socket answers
subscriptions with warnings and nulls, drops the oldest of more than three connections, and does to each connection what
its script says.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

KEY = "a-secret-key"
CONNECTIONS_PER_KEY = 3
LENGTHS = {"1min": 60, "5min": 300, "15min": 900, "1h": 3600, "1day": 86_400, "1week": 604_800}

# What a connection does after its subscription, in order: a frame (object), a text, or a callable on the connection.
Step = dict[str, Any] | str | Callable[[ServerConnection], Any]


def price(symbol: str, value: float, timestamp: int = 1_800_000_000, **more: Any) -> dict[str, Any]:
    return {
        "event": "price",
        "symbol": symbol,
        "type": "Physical Currency",
        "timestamp": timestamp,
        "price": value,
    } | more


def bad_key() -> dict[str, Any]:
    return {"code": 401, "message": f"**apikey** parameter is incorrect: {KEY}", "status": "error"}


async def close_1011(connection: ServerConnection) -> None:
    await connection.close(1011, "internal error")


async def drop(connection: ServerConnection) -> None:
    """End the connection without a word, which the client sees as 1006."""
    connection.transport.abort()


async def fall_silent(connection: ServerConnection) -> None:
    """Answer nothing any more, not even heartbeats."""
    connection.silent = True


@dataclass
class TwelveData:
    """The state of the stand-in; tests set what it does and read what it saw."""

    prices: dict[str, str] = field(default_factory=lambda: {"EUR/USD": "1.08330", "XAU/USD": "1925.18000"})
    trial: set[str] | None = None
    no_fails_key: bool = False
    # Instead of an upgrade: status and body.
    refuse_upgrade: tuple[int, Any] | None = None
    # One script per connection; the last one repeats.
    scripts: list[list[Step]] = field(default_factory=lambda: [[]])
    credits_per_minute: int = 55
    plan_daily_limit: int | None = None
    credits_used: int = 0
    # Errors to answer with, by path, each once: (HTTP status, body).
    errors: dict[str, list[tuple[int, Any]]] = field(default_factory=lambda: defaultdict(list))
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 14, 0, 30, tzinfo=UTC))

    frames: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    connections: list[ServerConnection] = field(default_factory=list)
    opened: int = 0
    server: Server | None = None

    async def __aenter__(self) -> "TwelveData":
        self.server = await serve(self._converse, "127.0.0.1", 0, process_request=self._answer, ping_interval=None)
        return self

    async def __aexit__(self, *exception: Any) -> None:
        assert self.server
        self.server.close()
        await self.server.wait_closed()

    @property
    def port(self) -> int:
        assert self.server
        return next(iter(self.server.sockets)).getsockname()[1]

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/quotes/price"

    # --- REST -------------------------------------------------------------------------------------

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        if url.path == "/v1/quotes/price":
            if self.refuse_upgrade is not None:
                return _response(*self.refuse_upgrade)
            return None if request.headers.get("X-TD-APIKEY") == KEY else _response(401, bad_key())
        params = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.requests.append((url.path, params, dict(request.headers.raw_items())))
        if self.errors[url.path]:
            return _response(*self.errors[url.path].pop(0))
        if request.headers.get("Authorization") != f"apikey {KEY}":
            return _response(200, bad_key())
        symbols = params.get("symbol", "").split(",")
        cost = len(symbols)
        if self.credits_used + cost > self.credits_per_minute:
            message = (
                f"You have run out of API credits for the current minute. {self.credits_used + cost} API credits were "
                f"used, with the current limit being {self.credits_per_minute}."
            )
            return _response(200, {"code": 429, "message": message, "status": "error"})
        self.credits_used += cost
        body = getattr(self, url.path.removeprefix("/"))(symbols, params)
        return _response(200, body, used=self.credits_used, left=self.credits_per_minute - self.credits_used)

    def api_usage(self, symbols: list[str], params: dict[str, str]) -> dict[str, Any]:
        usage: dict[str, Any] = {"current_usage": self.credits_used, "plan_limit": self.credits_per_minute}
        return usage | ({"plan_daily_limit": self.plan_daily_limit} if self.plan_daily_limit else {})

    def price(self, symbols: list[str], params: dict[str, str]) -> dict[str, Any]:
        answers = {
            symbol: {"price": self.prices[symbol]}
            if symbol in self.prices
            else {"code": 404, "message": "**symbol** is invalid", "status": "error", "meta": {"symbol": symbol}}
            for symbol in symbols
        }
        return answers if len(symbols) > 1 else answers[symbols[0]]

    def time_series(self, symbols: list[str], params: dict[str, str]) -> dict[str, Any]:
        [symbol] = symbols
        if symbol not in self.prices:
            return {"code": 404, "message": "**symbol** is invalid", "status": "error"}
        length = timedelta(seconds=LENGTHS[params["interval"]])
        start, end = (datetime.fromisoformat(params[name]).replace(tzinfo=UTC) for name in ("start_date", "end_date"))
        values = []
        opening = start
        while opening <= min(end, self.now) and len(values) < int(params["outputsize"]):
            form = "%Y-%m-%d" if length >= timedelta(days=1) else "%Y-%m-%d %H:%M:%S"
            values.append({"datetime": opening.strftime(form), "open": "1.0800", "high": "1.0812", "low": "1.0790"})
            values[-1]["close"] = "1.0805"
            opening += length
        if not values:
            message = "No data is available on the specified dates. Try setting different start/end dates."
            return {"code": 400, "message": message, "status": "error"}
        return {"meta": {"symbol": symbol}, "values": values[::-1], "status": "ok"}

    # --- WebSocket --------------------------------------------------------------------------------

    async def _converse(self, connection: ServerConnection) -> None:
        script = self.scripts[min(self.opened, len(self.scripts) - 1)]
        self.opened += 1
        self.connections.append(connection)
        if len(self.connections) > CONNECTIONS_PER_KEY:
            await self.connections.pop(0).close(1008, "too many connections")
        connection.silent = False
        async for message in connection:
            frame = json.loads(message)
            self.frames.append(frame)
            if connection.silent:
                continue
            if frame["action"] == "heartbeat":
                await connection.send(json.dumps({"event": "heartbeat", "status": "ok"}))
            elif frame["action"] == "subscribe":
                await connection.send(json.dumps(self._subscribed(frame["params"]["symbols"].split(","))))
                for step in script:
                    if callable(step):
                        await step(connection)
                    else:
                        await connection.send(step if isinstance(step, str) else json.dumps(step))

    def _subscribed(self, symbols: list[str]) -> dict[str, Any]:
        refused = [symbol for symbol in symbols if self.trial is not None and symbol not in self.trial]
        success = [{"symbol": symbol} for symbol in symbols if symbol not in refused]
        if not refused:
            return {"event": "subscribe-status", "status": "ok", "success": success, "fails": None}
        fails = [{"symbol": symbol, "message": "You are not authorized to access this data."} for symbol in refused]
        status = "warning" if success else "error"
        return {"event": "subscribe-status", "status": status, "success": success or None, "fails": fails}


def _response(status: int, body: Any, *, used: int | None = None, left: int | None = None) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(content)), "Connection": "close"})
    if isinstance(body, dict) and "/" in next(iter(body), ""):
        headers["Is_batch"] = "true"
    if used is not None:
        headers["api-credits-used"], headers["api-credits-left"] = str(used), str(left)
    return Response(status, HTTPStatus(status).phrase, headers, content)
