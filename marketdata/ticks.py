"""The one form in which every provider's prices travel through the platform."""

import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

# Prices are integers in units of 10^-8, so that comparing and packing them is both exact and fast.
PRICE_DIGITS = 8
PRICE_SCALE = 10**PRICE_DIGITS

SOURCE_BYTES = 8
_PACKED = struct.Struct(f"<16sqqqq{SOURCE_BYTES}s")
PACKED_SIZE = _PACKED.size
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tick(NamedTuple):
    """One two-sided price. `bid` and `ask` in units of 10^-8; times in milliseconds since the epoch, UTC.

    `time_ms` is the market's time, `received_ms` when this platform got it. `id` is the entry id in the tick stream,
    empty before the tick was published there.
    """

    symbol: str
    bid: int
    ask: int
    time_ms: int
    received_ms: int
    source: str
    id: str = ""


def moment_of(milliseconds: float) -> datetime:
    """Return the time of a tick, or of anything else that is counted in milliseconds since the epoch, as a moment."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def tick_source(name: str) -> str:
    """Return `name`, by which ticks say where they come from. Raises ValueError for one that has no room in them."""
    if len(name.encode()) > SOURCE_BYTES:
        raise ValueError(f"{name!r} is too long for a source of ticks: choose a name of at most {SOURCE_BYTES} bytes")
    return name


def to_units(price: Decimal) -> int:
    """Return `price` in units of 10^-8. Raises ValueError for a price with more than 8 decimal places."""
    units = price.scaleb(PRICE_DIGITS)
    whole = int(units)
    if whole != units:
        raise ValueError(f"{price} has more than {PRICE_DIGITS} decimal places")
    return whole


def to_price(units: int) -> Decimal:
    """Return units of 10^-8 as a decimal price."""
    return Decimal(units).scaleb(-PRICE_DIGITS)


def format_price(units: int, digits: int) -> str:
    """Return a price in units of 10^-8 with exactly `digits` decimal places, rounded half up."""
    quantum = 10 ** (PRICE_DIGITS - digits)
    points = (units + quantum // 2) // quantum
    if not digits:
        return str(points)
    whole, fraction = divmod(points, 10**digits)
    return f"{whole}.{fraction:0{digits}d}"


def pack(tick: Tick) -> bytes:
    """Return the 56-byte form of a tick that one stream entry carries (its id is the entry's)."""
    return _PACKED.pack(tick.symbol.encode(), tick.bid, tick.ask, tick.time_ms, tick.received_ms, tick.source.encode())


def unpack(packed: bytes, entry_id: str = "") -> Tick:
    """Return the tick that `pack` packed."""
    symbol, bid, ask, time_ms, received_ms, source = _PACKED.unpack(packed)
    return Tick(symbol.rstrip(b"\0").decode(), bid, ask, time_ms, received_ms, source.rstrip(b"\0").decode(), entry_id)
