"""Who sends a request, and from which network address."""

from ipaddress import AddressValueError, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from forexpro.core.events.chain import Origin
from forexpro.core.http.middleware import current_request_id

VISITOR = "visitor"
# Enough to tell devices apart; the header is as long as its sender likes.
USER_AGENT_LENGTH = 300


def client_ip(request: HttpRequest) -> str | None:
    """Return the caller's address in canonical form; None where there is none (a Unix socket) or it is malformed."""
    return address_behind_proxies(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def address_behind_proxies(peer: str, forwarded: str) -> str | None:
    """Return the address of whoever stands behind the proxies in front of this server, None where there is none.

    Each of `TRUSTED_PROXIES` proxies appends its peer to `X-Forwarded-For`, so the caller is that many entries from
    the right. Everything further left was written by the caller and proves nothing.
    """
    address = peer
    if settings.TRUSTED_PROXIES and forwarded:
        hops = forwarded.split(",")
        address = hops[-min(settings.TRUSTED_PROXIES, len(hops))]
    try:
        parsed = ip_address(address.strip())
    except (AddressValueError, ValueError):
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(parsed).partition("%")[0]


def request_origin(request: HttpRequest) -> Origin:
    """Return the origin of what `request` causes: by the person who is signed in, or by a visitor.

    A request whose sender sits in another's session names them itself, as `acts_as`.
    """
    user = getattr(request, "user", None)
    return Origin(
        actor=getattr(request, "acts_as", None) or actor_name(user),
        request_id=current_request_id.get(),
        ip=client_ip(request),
        # PostgreSQL takes no NUL in a text.
        user_agent=request.headers.get("User-Agent", "").replace("\0", "")[:USER_AGENT_LENGTH],
    )


def actor_name(user: Any) -> str:
    """Return what events call a person: `staff:<id>`, `user:<id>`, or `visitor` before signing in."""
    if user is None or not user.is_authenticated:
        return VISITOR
    return f"{'staff' if user.is_staff else 'user'}:{user.pk}"
