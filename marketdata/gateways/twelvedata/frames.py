"""What the vendor's socket sends, read leniently: fields may be missing, null, numbers or strings."""

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from forexpro.core.money import quantum
from marketdata.ticks import PRICE_DIGITS, tick_source, to_units

SOURCE = tick_source("twelve")
# Above this a price does not fit into a tick.
_PRICE_LIMIT = Decimal(10) ** 10


class BadFrame(Exception):
    """A frame that cannot be understood; says why."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price of one vendor symbol; bid and ask in units of 10^-8, equal where only one price came; time in seconds."""

    symbol: str
    bid: int
    ask: int
    time: int | None


@dataclass(frozen=True, slots=True)
class SubscriptionStatus:
    """The answer to a subscription: vendor symbols accepted, those refused and why, remarks on the whole."""

    accepted: tuple[str, ...]
    refused: dict[str, str]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherFrame:
    """A frame that only shows that the socket lives."""

    event: str


Frame = Price | SubscriptionStatus | OtherFrame


def read_frame(text: str | bytes) -> Frame:
    """Return what a frame says. Raises BadFrame."""
    try:
        frame = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"not JSON: {error}") from error
    if not isinstance(frame, dict):
        raise BadFrame("not an object")
    event = str(frame.get("event") or "")
    if event == "price":
        return _price(frame)
    if event == "subscribe-status":
        return _subscription(frame)
    return OtherFrame(event)


def price_units(value: Any) -> int:
    """Return a price given as number or string in units of 10^-8, rounded there. Raises BadFrame."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise BadFrame(f"{value!r} is not a price")
    try:
        price = Decimal(value)
        if not 0 < price < _PRICE_LIMIT:
            raise BadFrame(f"{value!r} is not a price")
        units = to_units(price.quantize(quantum(PRICE_DIGITS), rounding=ROUND_HALF_UP))
    except InvalidOperation as error:
        raise BadFrame(f"{str(value)[:40]!r} is not a price") from error
    if units == 0:
        raise BadFrame(f"{value!r} is too small a price")
    return units


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")


def _price(frame: dict[str, Any]) -> Price:
    symbol, time = frame.get("symbol"), frame.get("timestamp")
    if not isinstance(symbol, str):
        raise BadFrame("a price without a symbol")
    if time is not None and (isinstance(time, bool) or not isinstance(time, int) or not 0 < time < 2**33):
        raise BadFrame(f"{time!r} is not a time in seconds")
    if frame.get("bid") is None or frame.get("ask") is None:
        units = price_units(frame.get("price"))
        return Price(symbol, units, units, time)
    bid, ask = price_units(frame["bid"]), price_units(frame["ask"])
    if bid > ask:
        raise BadFrame(f"bid {frame['bid']} is above ask {frame['ask']}")
    return Price(symbol, bid, ask, time)


def _subscription(frame: dict[str, Any]) -> SubscriptionStatus:
    refused = {
        str(fail["symbol"]): str(fail.get("message") or "refused")
        for fail in _listed(frame, "fails")
        if isinstance(fail, dict) and fail.get("symbol")
    }
    accepted = tuple(
        str(success["symbol"])
        for success in _listed(frame, "success")
        if isinstance(success, dict) and success.get("symbol")
    )
    return SubscriptionStatus(accepted, refused, tuple(map(str, _listed(frame, "messages"))))


def _listed(frame: dict[str, Any], name: str) -> list[Any]:
    """Return a list of a frame, which may also be null or not there."""
    value = frame.get(name)
    return value if isinstance(value, list) else []
