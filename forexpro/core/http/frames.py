"""Which sites may show a page in a frame of theirs: none, but for the pages that are made for it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_exempt


def embeddable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the sites of `WIDGET_SITES` frame a page, which therefore has nothing that changes anything."""

    @wraps(view)
    def framed(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
        # X-Frame-Options cannot name sites; browsers that know frame-ancestors leave it aside anyway.
        allowed = csp_replace({"frame-ancestors": ["'self'", *settings.WIDGET_SITES]})(xframe_options_exempt(view))
        return allowed(request, *arguments, **options)

    return framed
