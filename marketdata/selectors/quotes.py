"""Latest quotes, feeds and symbols."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _

from forexpro.core.realtime.connections import name, redis_client
from marketdata.catalogue import catalogue_entries
from marketdata.feeds import FeedStatus
from marketdata.models import Symbol
from marketdata.ticks import PACKED_SIZE, Tick, unpack

SILENT_SECONDS = 10


def unpack_quote(quote: bytes) -> Tick:
    """Return the tick of one field of the hash of latest quotes."""
    return unpack(quote[:PACKED_SIZE], quote[PACKED_SIZE:].decode())


class LatestTicks(Mapping[str, Tick]):
    """Quotes as Redis has them, each unpacked when it is asked for: an order looks at one or two of all symbols."""

    def __init__(self, packed: Mapping[bytes, bytes]):
        self._packed = packed

    def __getitem__(self, symbol: str) -> Tick:
        return unpack_quote(self._packed[symbol.encode()])

    def __contains__(self, symbol: object) -> bool:
        return isinstance(symbol, str) and symbol.encode() in self._packed

    def __iter__(self) -> Iterator[str]:
        return (symbol.decode() for symbol in self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def latest_ticks(symbols: Iterable[str] | None = None) -> Mapping[str, Tick]:
    """Return the newest tick of each of `symbols` (of all without) that has one."""
    if symbols is None:
        packed: Any = redis_client().hgetall(name("quotes"))
        return LatestTicks(packed)
    wanted = list(symbols)
    quotes: Any = redis_client().hmget(name("quotes"), wanted) if wanted else []
    return {symbol: unpack_quote(quote) for symbol, quote in zip(wanted, quotes, strict=True) if quote}


def feed_statuses() -> list[dict[str, str]]:
    """Return name, status, detail and `at` (ISO 8601) of each feed, by name."""
    reports: Any = redis_client().hvals(name("feeds"))
    return sorted(map(unpack_report, reports), key=lambda report: report["name"])


def unpack_report(packed: bytes) -> dict[str, str]:
    """Return a feed's report; a feed that has not reported for ten seconds is down, whatever it said last."""
    report: dict[str, str] = orjson.loads(packed)
    silence = datetime.now(UTC) - datetime.fromisoformat(report["at"])
    if silence.total_seconds() > SILENT_SECONDS:
        report |= {"status": FeedStatus.DOWN.value, "detail": _("The feed does not run.")}
    return report


def symbol_catalogue() -> dict[str, Symbol]:
    """Return the active symbols by code, in the catalogue's order: the most traded first, a broker's own at the end."""
    ranks = {code: rank for rank, code in enumerate(catalogue_entries())}
    symbols = Symbol.objects.filter(is_active=True).order_by("code")
    return {symbol.code: symbol for symbol in sorted(symbols, key=lambda one: ranks.get(one.code, len(ranks)))}
