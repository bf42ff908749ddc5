"""What there is to be authorised: the routes of the URLconf and of the sockets, and the methods of the API."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from forexpro.asgi import account_sockets, market_sockets

_NAMED_GROUP = re.compile(r"\^?\(\?P<(\w+)>[^)]*\)/?\$?$")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
ASKED_OF_PAGES = ("GET", "POST")


def http_routes() -> dict[str, Any]:
    """Return every route with its view; groups of regular expressions are written `<name>`."""
    return dict(_walk(get_resolver(), ""))


def socket_routes() -> set[str]:
    """Return the routes of the sockets."""
    return {str(one.pattern) for one in (*account_sockets, *market_sockets)}


def methods_of(view: Any) -> set[str] | None:
    """Return the methods of an API view; None for other views, which do not say."""
    kind = getattr(view, "cls", None)
    if kind is None:
        return None
    return {name.upper() for name in kind.http_method_names if hasattr(kind, name)} - {"HEAD", "OPTIONS"}


def parameters_of(route: str) -> list[str]:
    """Return the names of the parameters in a route."""
    return _PARAMETER.findall(route)


def address(route: str, arguments: dict[str, str]) -> str:
    """Return the route with arguments in the places of its parameters."""
    return "/" + _PARAMETER.sub(lambda parameter: arguments[parameter[1]], route)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = prefix + _NAMED_GROUP.sub(r"<\1>", str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _walk(pattern, route)
