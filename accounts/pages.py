"""What every page of a person's own account needs."""

from math import ceil

from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forexpro.core.http.throttles import address_limit, take
from forexpro.core.refusals import Refused

form_page = require_http_methods(["GET", "POST"])


def render_form(request: HttpRequest, template: str, form: BaseForm, **context: object) -> HttpResponse:
    """Render a form; with errors in it the answer is 422, which tells programs that nothing was done."""
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def render_refused(
    request: HttpRequest, template: str, form: Form, refusal: Refused, field: str | None = None, **context: object
) -> HttpResponse:
    """Render a form with a refusal beside one of its fields, or above all; too many attempts answer 429."""
    form.add_error(field, refusal.message)
    response = render_form(request, template, form, refusal=refusal, **context)
    return with_retry_after(response, refusal)


def with_retry_after(response: HttpResponse, refusal: Refused) -> HttpResponse:
    """Say in the headers, too, when it is worth trying again."""
    if refusal.http_status == 429:
        response.status_code = 429
        response["Retry-After"] = str(refusal.details["retry_after"])
    return response


def refused_flood(request: HttpRequest, template: str, form: Form, **context: object) -> HttpResponse | None:
    """Count a form by which a visitor has something hashed, written and mailed; return a refusal where it is too many.

    It is counted by address, whatever was typed.
    """
    wait = take(address_limit("mails", request))
    if wait is None:
        return None
    message = _("That was asked for very often from here. Look into the spam folder, or try again in an hour.")
    refusal = Refused("too_many_requests", message, {"retry_after": ceil(wait)}, http_status=429)
    return render_refused(request, template, form, refusal, None, **context)


def wanted_page(request: HttpRequest) -> str:
    """Return the `next` that came with the request, empty where it leads to another site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else ""
