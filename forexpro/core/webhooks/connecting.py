"""The HTTP client that connects only where the guard lets it."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from forexpro.core.webhooks.guard import check_address

# Names whose servers do not answer hold a thread each, for as long as the system's resolver waits.
LOOKUPS_AT_ONCE = 64
KEEPALIVE_SECONDS = 30
# How long a name's addresses, which were checked, are used again without another lookup.
LOOKUP_SECONDS = 10

# As `socket.getaddrinfo`.
Lookup = Callable[..., list[Any]]


@cache
def _lookups() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="lookup")


class GuardedResolver(AbstractResolver):
    """Returns the addresses of a name if connections may be made to every one of them."""

    def __init__(self, *, plain: bool, lookup: Lookup = socket.getaddrinfo) -> None:
        self._plain = plain
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(
            _lookups(), lambda: self._lookup(host, port, family=family, type=socket.SOCK_STREAM)
        )
        for _family, _type, _proto, _name, address in found:
            check_address(address[0], port, plain=self._plain)
        return [
            ResolveResult(
                hostname=host, host=address[0], port=port, family=family, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for family, _type, proto, _name, address in found
        ]

    async def close(self) -> None:
        pass


def guarded_session(*, plain: bool, timeout: float, lookup: Lookup = socket.getaddrinfo) -> aiohttp.ClientSession:
    """Return a client for requests with TLS, or for `plain` ones; a request has `timeout` seconds in all.

    The last check is of the address for which the socket is made, so that nothing that leads there, a name or a number
    in the URL, gets around it.
    """

    def guarded_socket(info: Any) -> socket.socket:
        family, type, proto, _name, address = info
        check_address(address[0], address[1], plain=plain)
        made = socket.socket(family=family, type=type, proto=proto)
        made.setblocking(False)
        return made

    connector = aiohttp.TCPConnector(
        resolver=GuardedResolver(plain=plain, lookup=lookup),
        socket_factory=guarded_socket,
        limit=0,
        ttl_dns_cache=LOOKUP_SECONDS,
        keepalive_timeout=KEEPALIVE_SECONDS,
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
