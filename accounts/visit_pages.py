"""The pages by which a visit begins and ends."""

from math import ceil

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.pages import with_retry_after
from accounts.services.visits import visit_begin as begin
from accounts.services.visits import visit_leave
from accounts.visits import visit_of
from forexpro.core.http.errors import error_body
from forexpro.core.http.throttles import address_limit, take
from forexpro.core.refusals import Refused

# More than the longest token of ours.
_TOKEN_LENGTH = 1000


@sensitive_variables("token")
@never_cache
@require_GET
def visit_begin(request: HttpRequest) -> HttpResponse:
    """Begin a visit by the token in the address, and go on at once to an address without one."""
    token = request.GET.get("token", "")[:_TOKEN_LENGTH]
    try:
        begin(request=request, token=token)
    except Refused as refusal:
        response = _refused(request, _too_many(request) or refusal)
    else:
        response = redirect("overview")
    # The address is not told to whatever is opened from here.
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_POST
def visit_end(request: HttpRequest) -> HttpResponse:
    """Leave the visit: back to where one came from, or to a page that says that it is over."""
    back_to = visit_leave(request=request) if visit_of(request) is not None else ""
    return redirect(back_to or "accounts:visit_over")


@never_cache
@require_safe
def visit_over(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/visit_over.html")


def _too_many(request: HttpRequest) -> Refused | None:
    """Count one more token of this address that is no good; return a refusal where it is too many."""
    wait = take(address_limit("credentials", request))
    if wait is None:
        return None
    message = _("Many tokens from here were no good. Ask for a new one, and wait a few minutes before you open it.")
    return Refused("too_many_requests", message, {"retry_after": ceil(wait)}, http_status=429)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if not request.accepts("text/html"):
        body = error_body(refusal.code, refusal.message, refusal.details)
        return with_retry_after(JsonResponse(body, status=refusal.http_status), refusal)
    context = {
        "status": refusal.http_status,
        "title": _("This visit cannot begin"),
        "advice": refusal.message,
        "code": refusal.code,
    }
    return with_retry_after(render(request, "errors/error.html", context, status=refusal.http_status), refusal)
