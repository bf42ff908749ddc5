"""Nothing reaches what is not public, however its address is written, whatever its name says and when."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from ipaddress import ip_address
from typing import Any

import aiohttp
import pytest
from pytest_django import Settings
from yarl import URL

from forexpro.core.refusals import Refused
from forexpro.core.tests.webhooks.receiving import receiving, status
from forexpro.core.webhooks.connecting import guarded_session
from forexpro.core.webhooks.guard import AddressRefused, check_address, check_url, is_public

# Hosts that lead to 127.0.0.1 or to the very machine, as some resolver, stack or gateway understands them.
SPELLINGS = [
    "127.0.0.1", "127.1", "127.0.1", "127.0.0.2", "127.255.255.254", "0", "0.0.0.0", "2130706433", "017700000001",
    "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "0177.0.0.01", "127.0x0.0.1", "00127.0.0.1", "127.0.0.1.", "localhost",
    "LOCALHOST", "localhost.", "foo.localhost", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "ⓛocalhost",
    "%31%32%37.0.0.1",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]", "[::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2001:0:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]", "[fe80::1%25lo]", "[fe80::1%lo]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
    "[::ffff:0:127.0.0.1]", "[100::1]", "[2001:db8::1]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.100.100.200", "169.254.169.254", "169.254.170.2", "192.0.0.8", "192.0.0.192", "192.88.99.1",
    "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "0x7f.1", "0177.1", "127.000.000.001", "0x7F000001", "127.0.0.1..", "127.0.0.1%00", "127.0.0.1%20",
    "127%2e0%2e0%2e1",
    "%6c%6f%63alhost", "l\u043ecalhost", "localhost%00", "ip6-localhost", "localhost.localdomain", "[::1].",
    "[::1%25lo]",
    "[0000::1]", "[::127.1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[2002:a9fe:a9fe::]", "[2002:0a00:0001::1]",
    "[64:ff9b::a00:1]", "[64:ff9b:1:7f00:1::]", "[::ffff:10.0.0.1]", "[::ffff:100.64.0.1]", "[2001:10::1]", "[3fff::1]",
    "[5f00::1]", "[ff05::1:3]", "100.127.255.254", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.0.0.170",
    "169.254.169.254.", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]",
]  # fmt: skip
# Whole URLs that are wrong in another way; {port} is the canary's.
SHAPES = [
    "http://127.0.0.1:{port}/", "http://user:word@127.0.0.1:{port}/", "https://crm.example.com@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}@crm.example.com/", "https://127.0.0.1:{port}#@crm.example.com/",
    "https://crm.example.com\\@127.0.0.1:{port}/", "https:\\\\127.0.0.1:{port}/", "https:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/", "127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/_x", "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/", "dict://127.0.0.1:{port}/", "unix:///var/run/docker.sock", "javascript:alert(1)",
    "data:text/plain,x", " https://127.0.0.1:{port}/", "https://127.0.0.1:{port}/\r\nX: y", "https://127.0.0.1\t:{port}/",
    "https://:{port}/", "https://[::1]:{port}/", "https://127.0.0.1:0{port}/", "https://127.0.0.1:99999/", "https://",
    "https://crm.example.com%40127.0.0.1:{port}/", "https://127.0.0.1:{port}%40crm.example.com/",
    "https://127.0.0.1%2f.example.com:{port}/", "https://127.0.0.1%23.example.com:{port}/", "https://@127.0.0.1:{port}/",
    "https://:@127.0.0.1:{port}/", "https://127.0.0.1:{port}/../", "https://127.0.0.1:{port}?@crm.example.com/",
    "https://127.0.0.1;@crm.example.com:{port}/", "https://127.0.0.1\x00.example.com:{port}/",
    "https:127.0.0.1:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/", "https://[::1]:{port}@crm.example.com/", "https://[::1:{port}/", "https://::1/",
    "HTTPS://127.0.0.1:{port}/", "https://127.0.0.1:/", "https://crm.example.com:6379/", "https://crm.example.com:22/",
]  # fmt: skip
# A URL that looks well; what its name says is up to the resolver.
WELL = "https://crm.example.com/hooks"


@pytest.fixture(autouse=True)
def nothing_private(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = []


class Canary:
    """Counts connections to a port of this machine, on all its addresses of both kinds."""

    def __init__(self) -> None:
        self.connections = 0

    async def __aenter__(self) -> "Canary":
        def noticed(_reader: Any, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            writer.close()

        self._servers: list[asyncio.Server] = []
        self.port = 0
        for host in ("127.0.0.1", "127.0.0.2", "127.255.255.254", "::1"):
            with suppress(OSError) if host == "::1" else nullcontext():  # not every machine has IPv6
                self._servers.append(await asyncio.start_server(noticed, host, self.port))
                self.port = self._servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: Any) -> None:
        for server in self._servers:
            server.close()
            await server.wait_closed()


async def attempt(url: str, **options: Any) -> None:
    """Post as a delivery does."""
    target = check_url(url)
    await post(target.url, plain=target.plain, **options)


async def post(url: str, *, plain: bool, **options: Any) -> None:
    """Post without having looked at the URL."""
    async with (
        guarded_session(plain=plain, timeout=5, **options) as session,
        session.post(URL(url, encoded=True), data=b"{}", allow_redirects=False),
    ):
        pass


async def test_no_spelling_reaches_the_canary(settings: Settings) -> None:
    assert len(SPELLINGS) + len(SHAPES) >= 60
    async with Canary() as canary:
        settings.WEBHOOK_PORTS = [443, canary.port]
        urls = [f"{scheme}://{host}:{canary.port}/" for host in SPELLINGS for scheme in ("https", "http")]
        urls += [shape.format(port=canary.port) for shape in SHAPES]
        reached = []
        for url in urls:
            try:
                await attempt(url)
            except (Refused, aiohttp.ClientError, OSError, ValueError):
                continue
            reached.append(url)
        assert reached == []
        assert canary.connections == 0


async def test_no_spelling_gets_past_the_connection_either(settings: Settings) -> None:
    """Whatever the look at the URL lets through: what is connected to is checked on its own."""
    async with Canary() as canary:
        settings.WEBHOOK_PORTS = [canary.port]
        for host in SPELLINGS:
            for scheme in ("https", "http"):
                with pytest.raises((aiohttp.ClientError, OSError, ValueError)):
                    await post(f"{scheme}://{host}:{canary.port}/", plain=scheme == "http")
        assert canary.connections == 0


async def test_the_canary_sings_where_it_is_allowed(settings: Settings) -> None:
    """The control of the test above: the same requests do reach it once the operator names the network."""
    async with Canary() as canary:
        settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
        with pytest.raises(aiohttp.ClientError):
            await attempt(f"http://127.0.0.1:{canary.port}/")
        assert canary.connections == 1


async def test_without_the_guard_many_spellings_reach_it() -> None:
    async with Canary() as canary:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            for host in ("127.1", "2130706433", "0x7f000001", "localhost"):
                with pytest.raises(aiohttp.ClientError):
                    await session.get(f"http://{host}:{canary.port}/")
        assert canary.connections == 4


def answering(*addresses: str) -> Any:
    """Return a lookup by which every name has these addresses."""

    def lookup(_host: str, port: int, **_options: Any) -> list[Any]:
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (families[ip_address(address).version], socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    return lookup


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        ["127.0.0.1", "93.184.216.34"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["64:ff9b::7f00:1"],
        ["2606:4700::1111", "fd00::1"],
    ],
)
async def test_every_address_of_a_name_is_looked_at(addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made = _no_sockets(monkeypatch)
    with pytest.raises(aiohttp.ClientConnectorError) as refused:
        await attempt(WELL, lookup=answering(*addresses))
    assert isinstance(refused.value.os_error, AddressRefused)
    assert made == []


async def test_a_name_that_changes_its_mind_gains_nothing(settings: Settings) -> None:
    """The address that was looked at is the one connected to: the second answer is never asked for."""
    answers: Iterator[str] = iter(["127.0.0.3", "127.0.0.1", "127.0.0.1"])
    asked = []

    def lookup(host: str, port: int, **_options: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    async with Canary() as canary:
        settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.3/32"]
        with pytest.raises(aiohttp.ClientConnectorError):  # nobody listens at 127.0.0.3
            await attempt(f"http://crm.example.com:{canary.port}/", lookup=lookup)
        assert asked == ["crm.example.com"]
        with pytest.raises(aiohttp.ClientConnectorError) as refused:
            await attempt(f"http://crm.example.com:{canary.port}/", lookup=lookup)
        assert isinstance(refused.value.os_error, AddressRefused)
        assert canary.connections == 0


async def test_redirections_to_this_machine_are_not_followed(settings: Settings) -> None:
    async with Canary() as canary:
        settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.1/32"]
        for code in (301, 302, 303, 307, 308):
            async with receiving(status(code, Location=f"http://127.0.0.1:{canary.port}/")) as receiver:
                target = check_url(receiver.url)
                async with (
                    guarded_session(plain=True, timeout=5) as session,
                    session.post(target.url, headers={"webhook-id": "1"}, allow_redirects=False) as response,
                ):
                    assert response.status == code
        assert canary.connections == 0


def test_without_tls_only_private_networks_are_reached(settings: Settings) -> None:
    with pytest.raises(Refused) as refused:
        check_url("http://crm.example.com/hooks")
    assert refused.value.code == "webhook_url_invalid"
    settings.WEBHOOK_PRIVATE_NETWORKS = ["10.0.5.0/24"]
    check_url("http://crm.example.com:8069/hooks")  # its addresses decide, when they are known
    check_address("10.0.5.7", 8069, plain=True)
    for address, port, plain in (("93.184.216.34", 80, True), ("93.184.216.34", 8069, False), ("10.0.6.1", 443, False)):
        with pytest.raises(AddressRefused):
            check_address(address, port, plain=plain)


def test_not_even_operators_open_metadata(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["0.0.0.0/0", "::/0"]
    for address in ("169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::ffff:169.254.169.254"):
        with pytest.raises(AddressRefused):
            check_address(address, 80, plain=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))
    check_address(address, 443, plain=False)


@pytest.mark.parametrize(
    "url", [WELL, "https://crm.example.com:8443/a?b=c", "https://xn--mller-kva.example/", "https://8.8.8.8/hook"]
)
def test_good_urls_are_taken(url: str) -> None:
    assert check_url(url).url == url


def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []
    real = socket.socket

    class Watched(real):
        def connect(self, address: Any) -> None:
            made.append(address)
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Watched)
    return made
