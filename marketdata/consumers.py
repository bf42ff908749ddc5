"""The price sockets: the pages' own, Twelve Data's protocol, and the widgets' feed."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import orjson
from channels.exceptions import DenyConnection
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from forexpro.core.realtime.sessions import session_watch, viewer_of
from forexpro.core.refusals import Refused
from marketdata.encodings import Pricing, TwelveData
from marketdata.hub import BASE_PRICING, PriceClient, PriceHub, price_hub
from marketdata.symbols import normalise_symbol

NOT_ALLOWED_CODE = 4403


class PriceSocket(AsyncWebsocketConsumer):
    """What the price sockets have in common: authorise, enter the hub, write for the hub, leave it."""

    page = False

    async def connect(self) -> None:
        self._unfollow_session: Callable[[], None] | None = None
        self.hub: PriceHub = price_hub()
        self.client = PriceClient(self._write, self._end, page=self.page)
        self._writer: asyncio.Task[None] | None = None
        self.pricing = await self.authorise()
        await self.accept()
        self._writer = asyncio.create_task(self.client.run())
        await self.hub.enter(self.client)
        self.entered()

    async def authorise(self) -> Pricing:
        """Return the prices that this viewer sees. Raises DenyConnection for one who may see none."""
        if not settings.MARKET_DATA_PUBLIC:
            if not self.scope["user"].is_authenticated:
                raise DenyConnection
            self.end_with_session()
        return BASE_PRICING

    def end_with_session(self) -> None:
        """Close the socket when the viewer's session ends, or what else let them in."""
        viewer = viewer_of(self.scope)
        self._unfollow_session = session_watch().follow(viewer, lambda: self._end(NOT_ALLOWED_CODE))

    def entered(self) -> None:
        """Join what is seen without asking."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            message = orjson.loads(text_data or bytes_data or b"")
            action = message["action"]
        except (ValueError, TypeError, KeyError):
            self.refuse(Refused("invalid_message", "Send a JSON object with an action."))
            return
        try:
            self.act(action, message)
        except Refused as refusal:
            self.refuse(refusal)

    def act(self, action: str, message: dict[str, Any]) -> None:
        """Do what the client asks. Raises Refused."""

    def refuse(self, refusal: Refused) -> None:
        """Tell the client why nothing was done."""
        self.post({"type": "error", "error": refusal_body(refusal)})

    def post(self, message: dict[str, Any]) -> None:
        """Send a message that is not a price."""
        self.client.post(orjson.dumps(message).decode())

    async def disconnect(self, code: int) -> None:
        self._stop()

    async def dispatch(self, message: dict[str, Any]) -> None:
        # The base class first closes old database connections in another thread; nothing here has any open.
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def _write(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    def _end(self, code: int) -> None:
        self._stop()
        self._closing = asyncio.create_task(self.close(code))

    def _stop(self) -> None:
        self.hub.leave(self.client)
        if self._unfollow_session is not None:
            self._unfollow_session()
            self._unfollow_session = None
        if self._writer is not None:
            self._writer.cancel()


def refusal_body(refusal: Refused) -> dict[str, Any]:
    """Return a refusal in the one shape that errors have."""
    return {"code": refusal.code, "message": refusal.message, "details": refusal.details}


class PriceConsumer(PriceSocket):
    """`/ws/prices`: joined, conflated frames for pages; the page echoes heartbeats."""

    page = True

    def entered(self) -> None:
        self.symbols: frozenset[str] = frozenset()

    def act(self, action: str, message: dict[str, Any]) -> None:
        match action:
            case "heartbeat":
                self._answer(message.get("seq"))
            case "subscribe":
                self._see(self.symbols | self._named(message))
            case "unsubscribe":
                self._see(self.symbols - self._named(message))
            case _:
                raise Refused("unknown_action", "Use subscribe, unsubscribe or heartbeat.")

    def _answer(self, sequence: Any) -> None:
        if not isinstance(sequence, int):
            raise Refused("invalid_heartbeat", "Echo the number of the heartbeat as seq.")
        self.client.answer(sequence)

    def _named(self, message: dict[str, Any]) -> frozenset[str]:
        symbols = message.get("symbols")
        if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
            raise Refused("invalid_symbols", "Send symbols as a list of names, such as EURUSD.")
        return frozenset(map(normalise_symbol, symbols))

    def _see(self, symbols: frozenset[str]) -> None:
        known = frozenset(symbol for symbol in symbols if symbol in self.hub.catalogue)
        if len(known) > settings.MD_WS_SYMBOLS_MAX:
            raise Refused(
                "too_many_symbols",
                f"Subscribe to at most {settings.MD_WS_SYMBOLS_MAX} symbols.",
                {"limit": settings.MD_WS_SYMBOLS_MAX, "asked": len(known)},
            )
        self.symbols = known
        self.hub.join(self.client, known, self.pricing)
        if unknown := symbols - known:
            raise Refused("unknown_symbol", "Some symbols are not offered here.", {"symbols": sorted(unknown)})


class WidgetConsumer(PriceSocket):
    """`/ws/price-stream`: every second one frame with all widget symbols."""

    def entered(self) -> None:
        symbols = [symbol for symbol in settings.WIDGET_SYMBOLS if symbol in self.hub.catalogue]
        self.hub.join(self.client, symbols, self.pricing, whole=True)


class TwelveDataConsumer(PriceSocket):
    """`/stream`: one frame per symbol and change, in the messages of Twelve Data's `quotes/price` socket.

    Pairs are written with a slash once the client has done so.
    """

    def entered(self) -> None:
        self.symbols: frozenset[str] = frozenset()
        self.encoding = TwelveData(slashed=False)
        query = parse_qs(self.scope["query_string"].decode("latin1"))
        if names := ",".join(query.get("symbols", [])):
            self._subscribe(names.split(","))

    def act(self, action: str, message: dict[str, Any]) -> None:
        match action:
            case "subscribe":
                self._subscribe(_names(message))
            case "unsubscribe":
                self._unsubscribe(_names(message))
            case "reset":
                self._see(frozenset())
                self.post({"event": "reset-status", "status": "ok"})
            case "heartbeat":
                self.post({"event": "heartbeat", "status": "ok"})
            case _:
                raise Refused("unknown_action", "Use subscribe, unsubscribe, reset or heartbeat.")

    def refuse(self, refusal: Refused) -> None:
        status = {"event": "subscribe-status", "status": "error", "messages": [refusal.message]}
        self.post({**status, "success": [], "fails": []})

    def _subscribe(self, names: Iterable[str]) -> None:
        symbols, success, fails = set(self.symbols), [], []
        for name in names:
            code = _code(name)
            if "/" in name:
                self.encoding = TwelveData(slashed=True)
            if code not in self.hub.catalogue:
                fails.append({"symbol": name, "message": "The symbol is not offered here."})
            elif len(symbols | {code}) > settings.MD_WS_SYMBOLS_MAX:
                fails.append({"symbol": name, "message": f"The limit is {settings.MD_WS_SYMBOLS_MAX} symbols."})
            else:
                symbols.add(code)
                success.append(code)
        self._report("subscribe-status", success, fails)
        self._see(frozenset(symbols))

    def _unsubscribe(self, names: Iterable[str]) -> None:
        codes = {_code(name): name for name in names}
        fails = [
            {"symbol": name, "message": "Not subscribed."} for code, name in codes.items() if code not in self.symbols
        ]
        self._report("unsubscribe-status", [code for code in codes if code in self.symbols], fails)
        self._see(self.symbols - codes.keys())

    def _see(self, symbols: frozenset[str]) -> None:
        self.symbols = symbols
        self.hub.join(self.client, symbols, self.pricing, encoding=self.encoding)

    def _report(self, event: str, success: Iterable[str], fails: list[dict[str, str]]) -> None:
        described = [self.encoding.description(self.hub.catalogue[code]) for code in success]
        status = "ok" if not fails else "warning" if described else "error"
        self.post({"event": event, "status": status, "success": described, "fails": fails})


def _code(name: str) -> str:
    """Return the code of a symbol as the protocol writes it, where an exchange may follow: `EUR/USD:FOREX`."""
    try:
        return normalise_symbol(name.partition(":")[0])
    except Refused:
        return ""


def _names(message: dict[str, Any]) -> list[str]:
    params = message.get("params")
    symbols = params.get("symbols") if isinstance(params, dict) else None
    if isinstance(symbols, str):
        return [name for name in (part.strip() for part in symbols.split(",")) if name]
    if isinstance(symbols, list) and all(
        isinstance(one, dict) and isinstance(one.get("symbol"), str) for one in symbols
    ):
        return [one["symbol"] for one in symbols]
    raise Refused("invalid_symbols", "Send params.symbols as names separated by commas, or as a list of objects.")
