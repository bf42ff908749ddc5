"""Latest quotes, feeds and symbols."""

from collections.abc import Iterable
from typing import Any

import orjson

from forexpro.core.realtime.connections import name, redis_client
from marketdata.catalogue import catalogue_entries
from marketdata.models import Symbol
from marketdata.ticks import PACKED_SIZE, Tick, unpack


def unpack_quote(quote: bytes) -> Tick:
    """Return the tick of one field of the hash of latest quotes."""
    return unpack(quote[:PACKED_SIZE], quote[PACKED_SIZE:].decode())


def latest_ticks(symbols: Iterable[str] | None = None) -> dict[str, Tick]:
    """Return the newest tick of each of `symbols` (of all without) that has one."""
    quotes: Any
    if symbols is None:
        quotes = redis_client().hvals(name("quotes"))
    else:
        wanted = list(symbols)
        quotes = redis_client().hmget(name("quotes"), wanted) if wanted else []
    ticks = [unpack_quote(quote) for quote in quotes if quote]
    return {tick.symbol: tick for tick in ticks}


def feed_statuses() -> list[dict[str, str]]:
    """Return name, status, detail and `at` (ISO 8601) of each feed, by name."""
    reports = redis_client().hvals(name("feeds"))
    return sorted((orjson.loads(report) for report in reports), key=lambda report: report["name"])


def symbol_catalogue() -> dict[str, Symbol]:
    """Return the active symbols by code, in the catalogue's order: the most traded first, a broker's own at the end."""
    ranks = {code: rank for rank, code in enumerate(catalogue_entries())}
    symbols = Symbol.objects.filter(is_active=True).order_by("code")
    return {symbol.code: symbol for symbol in sorted(symbols, key=lambda one: ranks.get(one.code, len(ranks)))}
