"""Which addresses requests may go to: the public internet and the networks that the operator names, nothing else.

A URL is looked at when it is entered. What decides is the address that its name has at the moment of the connection:
that very address is checked and connected to, so a name that changes its mind in between gains nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL_LENGTH = 500
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# As some resolvers read a host whose last label looks like this, it is an IPv4 address in disguise.
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*")
_DOTTED = re.compile(r"\d{1,3}(\.\d{1,3}){3}")

# Not even for operators who name them: addresses of this very host's link, where clouds answer with credentials.
_NEVER = tuple(
    map(ip_network, ("169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8", "0.0.0.0/8", "::/128", "240.0.0.0/4"))
)
# What Python calls global, and is not: translations of IPv4 addresses, relays, and a cloud's own services.
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "::/96", "::ffff:0:0:0/96", "64:ff9b::/32", "100::/64", "2001::/23", "2002::/16", "2001:db8::/32",
            "3fff::/20", "5f00::/16", "fc00::/7", "fec0::/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
            "100.64.0.0/10", "168.63.129.16/32",
        ),
    )
)  # fmt: skip


class AddressRefused(OSError):
    """A connection that the guard does not let happen."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Where connections may go: to `ports` of public addresses, and to any port in `private_networks`."""

    private_networks: tuple[Network, ...]
    ports: frozenset[int]

    def allows(self, address: Address, port: int, *, plain: bool) -> bool:
        """Tell whether a connection may be made; one that is `plain`, without TLS, only to a private network."""
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if _within(address, _NEVER):
            return False
        if _within(address, self.private_networks):
            return True
        return not plain and port in self.ports and is_public(address)


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL that was looked at leads to."""

    url: str
    host: str
    port: int
    plain: bool


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet's hosts."""
    return address.is_global and not address.is_multicast and not _within(address, _NOT_PUBLIC)


@cache
def _policy(private_networks: tuple[str, ...], ports: tuple[int, ...]) -> Policy:
    return Policy(tuple(map(ip_network, private_networks)), frozenset(ports))


def policy() -> Policy:
    """Return what the settings allow."""
    return _policy(tuple(settings.WEBHOOK_PRIVATE_NETWORKS), tuple(settings.WEBHOOK_PORTS))


def check_address(text: str, port: int, *, plain: bool) -> None:
    """Raise AddressRefused unless a connection may be made to this address."""
    try:
        allowed = "%" not in text and policy().allows(ip_address(text), port, plain=plain)
    except ValueError:
        allowed = False
    if not allowed:
        raise AddressRefused(f"connections to {text} port {port} are not allowed")


def check_url(url: str) -> Target:
    """Return what a URL leads to, as far as the URL says; its name's addresses are checked at each connection.

    Refuses `webhook_url_invalid` with a sentence that says what is wrong with it.
    """
    return _checked(url, policy())


# What is sent all the time is looked at once; what is refused is not kept, and is told in the reader's language.
@lru_cache(maxsize=1_000)
def _checked(url: str, allowed: Policy) -> Target:
    if len(url) > URL_LENGTH:
        raise _refusal(_("The URL is too long; at most %(most)s characters are kept.") % {"most": URL_LENGTH})
    if not url.isascii() or not url.isprintable() or any(character in url for character in ' \\"<>^`{|}'):
        raise _refusal(
            _("Write the URL in plain letters, without spaces: other alphabets as xn--…, in paths as percent codes.")
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refusal(_("This is no URL. Write one such as https://crm.example.com/hooks.")) from None
    if parts.scheme not in {"https", "http"} or not url.startswith(f"{parts.scheme}://"):
        raise _refusal(_("The URL must begin with https://."))
    if "@" in parts.netloc:
        raise _refusal(_("Leave user name and password out of the URL: the signature shows who calls."))
    if "#" in url:
        raise _refusal(_("Leave out what follows the # in the URL: it is never sent."))
    plain = parts.scheme == "http"
    if port is None and parts.netloc.endswith(":"):
        raise _refusal(_("Name a port after the colon, or leave it out."))
    port = port if port is not None else 80 if plain else 443
    if plain and not allowed.private_networks:
        raise _refusal(_("The URL must begin with https://."))
    if port not in allowed.ports and not allowed.private_networks:
        ports = ", ".join(map(str, sorted(allowed.ports)))
        raise _refusal(_("Use one of the ports %(ports)s.") % {"ports": ports})
    host = _checked_host(parts.netloc, parts.hostname or "", port, plain, allowed)
    return Target(url, host, port, plain)


def _checked_host(netloc: str, host: str, port: int, plain: bool, allowed: Policy) -> str:
    if netloc.startswith("[") or _DOTTED.fullmatch(host):
        try:
            address: Address | None = None if "%" in host else ip_address(host)
        except ValueError:
            address = None
        if address is None:
            raise _refusal(_("The host of the URL is no address. Write a name or a plain IP address."))
        if not allowed.allows(address, port, plain=plain):
            raise _refusal(_("Nothing is sent to this address: it is not a public one, or not on an allowed port."))
        return host
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)) or _NUMERIC_LABEL.fullmatch(labels[-1]):
        raise _refusal(
            _("The host of the URL is no name. Write one such as crm.example.com, without a dot at its end.")
        )
    if (len(labels) == 1 or host.endswith(".localhost")) and not allowed.private_networks:
        raise _refusal(_("The host of the URL is not public. Write its full name, such as crm.example.com."))
    return host


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _refusal(message: str) -> Refused:
    return Refused("webhook_url_invalid", message)
