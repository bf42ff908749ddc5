"""Programs that trade through the API while parts of it die, and keep a log of what they asked and were told."""

import random
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import redis
from django.conf import settings
from django.test import Client as DjangoClient

from accounts.models import User
from forexpro.core.events.chain import Origin
from marketdata.models import Symbol
from marketdata.selectors import latest_ticks
from marketdata.services.catalogue import catalogue_load
from marketdata.ticks import to_price
from trading.bench.crowd import open_account
from trading.models import AccountGroup

ORIGIN = Origin(actor="system:crashtest")
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY")
SYMBOL = SYMBOLS[0]
POINT = Decimal("0.00001")
DEPOSIT = Decimal(1_000_000)
TIMEOUT_SECONDS = 10
PAUSE_SECONDS = 0.2
GOES_ON = {409, 422}
# A client that hears nothing repeats its request, or sometimes leaves it for the end.
GIVES_UP = 0.3


@dataclass
class Request:
    """A mutating request: what was asked under which key, and the first answer to it."""

    account_id: int
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    answered_at: float = 0.0

    @property
    def is_done(self) -> bool:
        return self.status in {200, 201}


class Trader:
    """The owner of an account, signed in."""

    def __init__(self, account_id: int, cookie: str):
        self.account_id = account_id
        self._http = httpx.Client(
            base_url=settings.SITE_URL,
            headers={"Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={'t' * 32}", "X-CSRFToken": "t" * 32},
            timeout=TIMEOUT_SECONDS,
        )

    def send(self, request: Request) -> bool:
        """Send a request once; return whether it was answered."""
        try:
            response = self._http.post(
                f"/api/v1/accounts/{request.account_id}/{request.path}",
                json=request.body,
                headers={"Idempotency-Key": request.key},
            )
        except httpx.TransportError:
            return False
        code = "" if response.is_success else response.json()["error"]["code"]
        if response.status_code >= 500 or code == "request_in_progress":
            return False
        if not response.is_success and response.status_code not in GOES_ON:
            raise RuntimeError(f"a client was told {response.status_code}: {response.text}")
        request.status, request.answer, request.answered_at = (
            response.status_code,
            response.json(),
            time.monotonic(),
        )
        return True


class Crowd:
    """Clients at work, each in a thread, several on one account; `log` has every request of theirs."""

    def __init__(self, traders: Sequence[Trader], clients: int):
        self.log: list[Request] = []
        self.errors: list[Exception] = []
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(traders[number % len(traders)], random.Random(number)))  # noqa: S311  # reproducible, not secret
            for number in range(clients)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def placed_since(self, moment: float) -> bool:
        """Return whether an order has been acknowledged after a moment of the monotonic clock."""
        return any(request.is_done and request.answered_at > moment for request in self.log[-200:])

    def _work(self, trader: Trader, chance: random.Random) -> None:
        open_positions: list[str] = []
        try:
            while not self._ended.wait(PAUSE_SECONDS):
                request = _next_request(trader.account_id, open_positions, chance)
                self.log.append(request)
                while not trader.send(request) and chance.random() > GIVES_UP and not self._ended.is_set():
                    time.sleep(PAUSE_SECONDS / 2)
                if request.is_done and request.body.get("type") == "market":
                    open_positions += request.answer["position_ids"]
        except Exception as error:  # whatever it is, the run fails with it
            self.errors.append(error)


def _next_request(account_id: int, open_positions: list[str], chance: random.Random) -> Request:
    if open_positions and chance.random() < 0.25:
        return Request(account_id, f"positions/{open_positions.pop(0)}/close", {})
    side = chance.choice(["buy", "sell"])
    order: dict[str, Any] = {"symbol": SYMBOL, "volume": "0.01", "side": side, "type": "market"}
    newest = None
    with suppress(redis.RedisError):
        newest = latest_ticks([SYMBOL]).get(SYMBOL)
    match chance.randrange(3):
        case 1 if newest is not None:  # which the market reaches soon, and so its take profit or stop loss
            better = POINT if side == "buy" else -POINT
            near = to_price(newest.bid if side == "buy" else newest.ask) - 3 * better
            levels = {"price": near, "take_profit": near + 10 * better, "stop_loss": near - 20 * better}
            order |= {"type": "limit"} | {name: str(level.quantize(POINT)) for name, level in levels.items()}
        case 2:  # which the engine withdraws soon
            soon = datetime.now(UTC) + timedelta(seconds=3)
            far = "0.50000" if side == "buy" else "2.00000"
            order |= {"type": "limit", "price": far, "time_in_force": "gtd", "expires_at": soon.isoformat()}
    request = Request(account_id, "orders", order)
    order["comment"] = request.key
    return request


def prepare_market() -> None:
    """Load the symbols and let a few of them be fed."""
    catalogue_load()
    Symbol.objects.exclude(code__in=SYMBOLS).update(is_active=False)


def open_accounts(count: int) -> list[Trader]:
    """Open so many accounts with a deposit, and sign their owners in."""
    group = AccountGroup.objects.create(name="Crash test", orders_per_minute=None)
    return [_trader(number, group) for number in range(count)]


def _trader(number: int, group: AccountGroup) -> Trader:
    owner = User.objects.create_user(f"crashtest{number}@localhost", None, full_name="Crash test")
    account = open_account(owner, group, DEPOSIT)
    client = DjangoClient()
    client.force_login(owner)
    name = settings.SESSION_COOKIE_NAME
    return Trader(account.pk, f"{name}={client.cookies[name].value}")
