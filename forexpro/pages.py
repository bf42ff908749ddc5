"""Pages of no app: errors, the choice of appearance, and the page that shows the design system."""

import sys
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from forexpro.core.http.appearance import Appearance, appearance_of, remember_appearance
from forexpro.core.http.errors import DATABASE_AWAY, RETRY_LATER, database_away_body, error_body

# Below these everything is an answer to a program, whatever it says that it accepts.
CALLED_BY_PROGRAMS = ("/api/", "/crm/", "/market/")


@require_POST
def appearance_change(request: HttpRequest) -> HttpResponse:
    """Keep the theme or the price colours that the reader has chosen."""
    current = appearance_of(request)
    chosen = Appearance.chosen(
        request.POST.get("theme", current.theme),
        request.POST.get("colours", current.colours),
    )
    response: HttpResponse
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        trigger_client_event(response, "appearance", asdict(chosen))
    else:
        response = HttpResponseRedirect(_address_to_return_to(request))
    remember_appearance(response, chosen)
    return response


def _address_to_return_to(request: HttpRequest) -> str:
    address = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return "/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(
        request,
        400,
        code="bad_request",
        title=_("This request cannot be understood"),
        advice=_("Go back and try again. If you followed a link, it may have been cut short."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request,
        403,
        code="permission_denied",
        title=_("This page is not for this sign-in"),
        advice=_("If you have another account, sign out and sign in with that one. Otherwise ask your administrator."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request,
        404,
        code="not_found",
        title=_("There is nothing at this address"),
        advice=_("It may have been moved or closed. Check the address, or start from the overview."),
        message=_("There is nothing at this address: /api/docs/ shows every call."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exception(), DATABASE_AWAY):
        return _database_away(request)
    return _error(
        request,
        500,
        code="server_error",
        title=_("Something went wrong on our side"),
        advice=_(
            "Your orders and positions are not affected. Try again in a moment; if it stays, tell support the "
            "number below."
        ),
    )


def _database_away(request: HttpRequest) -> HttpResponse:
    error = database_away_body()["error"]
    response = _error(
        request,
        503,
        code=error["code"],
        title=_("The database does not answer right now"),
        advice=_("Try again in a moment. If you were changing something, look first whether it was carried out."),
        message=error["message"],
    )
    response["Retry-After"] = RETRY_LATER["Retry-After"]
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(
        request,
        403,
        code="csrf_failed",
        title=_("This form is out of date"),
        advice=_(
            "Nothing was changed. Go back, reload the page and send the form again. It happens when a page stays open "
            "over a sign-in or when cookies are switched off."
        ),
    )


def _error(request: HttpRequest, status: int, *, code: str, title: str, advice: str, message: str = "") -> HttpResponse:
    if request.path.startswith(CALLED_BY_PROGRAMS) or not request.accepts("text/html"):
        return JsonResponse(error_body(code, message or title), status=status)
    # Whoever works there goes on there; who it is may not be known when the database is away.
    context = {"status": status, "title": title, "advice": advice, "of_back_office": request.path.startswith("/admin/")}
    return render(request, "errors/error.html", context, status=status)


class SpecimenForm(forms.Form):
    """Each kind of field once, for the design page."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), help_text=gettext_lazy("We send the confirmation there.")
    )
    volume = forms.DecimalField(label=gettext_lazy("Volume in lots"), min_value=0, max_digits=8, decimal_places=2)
    order_type = forms.ChoiceField(
        label=gettext_lazy("Order type"),
        choices=[("limit", gettext_lazy("Limit")), ("stop", gettext_lazy("Stop"))],
    )
    comment = forms.CharField(label=gettext_lazy("Comment"), widget=forms.Textarea, required=False)
    accepted = forms.BooleanField(label=gettext_lazy("I have read the risk disclosure"))


SPECIMEN_COLOURS = "page panel raised hover line line-strong text text-secondary text-faint accent up down warning info"
SPECIMEN_PRICES = [
    ("EURUSD", Decimal("1.08012"), 5, "up"),
    ("USDJPY", Decimal("151.234"), 3, "down"),
    ("XAUUSD", Decimal("2345.67"), 2, "up"),
    ("US500", Decimal("5210.4"), 1, ""),
]


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show every component in all its states: to staff, and to everybody in a demo or on a developer's machine."""
    if not (settings.DEBUG or settings.DEMO or (request.user.is_authenticated and request.user.is_staff)):
        raise Http404
    kinds = {tag: level for level, tag in messages.DEFAULT_TAGS.items() if tag != "debug"}
    if level := kinds.get(request.GET.get("toast", "")):
        messages.add_message(request, level, _("Bought 0.10 EURUSD at 1.08015\nMargin 108.02 USD, order 184 467"))
        return HttpResponse(status=204) if getattr(request, "htmx", False) else HttpResponseRedirect(reverse("design"))
    specimens: list[dict[str, Any]] = [
        {
            "theme": theme,
            "form": SpecimenForm(auto_id=f"{theme}-%s"),
            "refused": SpecimenForm({"email": "ada@", "volume": "-1"}, auto_id=f"{theme}-refused-%s"),
        }
        for theme in ("dark", "light")
    ]
    context = {
        "specimens": specimens,
        "toast_kinds": kinds,
        "prices": SPECIMEN_PRICES,
        "swatches": SPECIMEN_COLOURS.split(),
    }
    return render(request, "design.html", context)
