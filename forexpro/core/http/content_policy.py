"""What a browser may do with an answer: what it may load, and which sites may show it in a frame of theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import HEADER
from csp.decorators import csp_replace
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_exempt

_POLICY_OF_DATA = "default-src 'none'; frame-ancestors 'none'"


class ContentPolicyMiddleware(CSPMiddleware):
    """Say with every answer what it may load and who may frame it: of data nothing and nobody."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type") == "application/json":
            response.headers[HEADER] = _POLICY_OF_DATA
            return response
        return super().process_response(request, response)


def embeddable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the sites of `WIDGET_SITES` frame a page, which therefore has nothing that changes anything."""

    @wraps(view)
    def framed(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
        # X-Frame-Options cannot name sites; browsers that know frame-ancestors leave it aside anyway.
        allowed = csp_replace({"frame-ancestors": ["'self'", *settings.WIDGET_SITES]})(xframe_options_exempt(view))
        return allowed(request, *arguments, **options)

    return framed
