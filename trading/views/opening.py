"""Pages on which people open a demo or a live account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.signed_in import signed_in_person
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused
from trading import names
from trading.engine.state import PositionMode
from trading.forms import NewAccountForm
from trading.models import TradingAccount
from trading.services.opening import (
    DEPOSITS,
    default_leverage,
    leverage_choices,
    own_account_open,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_demo(request: HttpRequest) -> HttpResponse:
    """Open a demo account as its form describes it."""
    form = _form(request)
    account = _opened(request, form, TradingAccount.Kind.DEMO)
    if account is None:
        return _page(
            request,
            form,
            title=_("Open a demo account"),
            explanation=_("It has play money, and the same prices, orders and margin rules as a live account."),
        )
    messages.success(request, _("Your demo account %(number)s is open.") % {"number": account.number})
    return HttpResponseRedirect(reverse("trading:terminal", args=[account.pk]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_live(request: HttpRequest) -> HttpResponse:
    """Open a live account as its form describes it, and lead to where money is paid into it."""
    form = _form(request)
    account = _opened(request, form, TradingAccount.Kind.LIVE)
    if account is None:
        return _page(
            request,
            form,
            title=_("Open a live account"),
            explanation=_("It is empty until you pay in. Losses are real money."),
        )
    messages.success(request, _("Your live account %(number)s is open.") % {"number": account.number})
    return HttpResponseRedirect(f"{reverse('trading:deposit_new')}?account={account.pk}")


def _page(request: HttpRequest, form: NewAccountForm, **texts: str) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "trading/open_account.html", {"form": form, **texts}, status=status)


def _form(request: HttpRequest) -> NewAccountForm:
    """Return the form of a new account, with what was sent in it."""
    owner = signed_in_person(request)
    return NewAccountForm(
        request.POST if request.method == "POST" else None,
        currencies=list(DEPOSITS),
        leverages=leverage_choices(owner),
        initial={"leverage": names.plain(default_leverage(owner)), "position_mode": PositionMode.HEDGING},
    )


def _opened(request: HttpRequest, form: NewAccountForm, kind: TradingAccount.Kind) -> TradingAccount | None:
    """Return the account that a valid form opens; a refusal is told in the form."""
    if not (form.is_bound and form.is_valid()):
        return None
    try:
        return own_account_open(
            owner=signed_in_person(request), kind=kind, origin=request_origin(request), **form.cleaned_data
        )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None
