"""What the buttons of the back office have in common: a service does it, and the page tells how it went."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from forexpro.core.refusals import Refused


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """Tell on the next page why a service called inside has refused; what comes after the call is left out then."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, refusal.message)


def led_to(address: str) -> HttpResponse:
    """Answer a dialog: the browser opens `address` in its place."""
    return HttpResponse(headers={"HX-Redirect": address})
