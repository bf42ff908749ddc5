"""Who sends a request, and from which network address."""

from ipaddress import AddressValueError, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

from forexpro.core.events.chain import Origin
from forexpro.core.http.middleware import current_request_id

VISITOR = "visitor"
# Enough to tell devices apart; the header is as long as its sender likes.
USER_AGENT_LENGTH = 300


def client_ip(request: HttpRequest) -> str | None:
    """Return the caller's address in canonical form; None where there is none (a Unix socket) or it is malformed.

    Behind `TRUSTED_PROXIES` proxies, each of which appends its peer to `X-Forwarded-For`, the caller is that many
    entries from the right. Everything further left was written by the caller and proves nothing.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "")
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
    """Return the origin of what `request` causes: `staff:<id>`, `user:<id>` or `visitor` before signing in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        actor = VISITOR
    else:
        actor = f"{'staff' if user.is_staff else 'user'}:{user.pk}"
    return Origin(
        actor=actor,
        request_id=current_request_id.get(),
        ip=client_ip(request),
        # PostgreSQL takes no NUL in a text.
        user_agent=request.headers.get("User-Agent", "").replace("\0", "")[:USER_AGENT_LENGTH],
    )
