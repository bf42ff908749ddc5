"""The dialogs in which a person decides something about a position or an order.

Under htmx the form arrives in a dialog and an accepted one closes it; without scripts the same form is a page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from forexpro.core.refusals import Refused
from trading.forms import SubmissionForm
from trading.models import TradingAccount
from trading.views.desk import new_submission_key, page_urls


@dataclass(frozen=True, slots=True)
class Decision:
    """The words of a dialog. `submit` is what its button says that it does."""

    title: str
    submit: str
    explanation: str = ""
    destructive: bool = False


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, None for a request that only looks."""
    return request.POST if request.method == "POST" else None


def decide(
    request: HttpRequest,
    account: TradingAccount,
    form: SubmissionForm,
    decision: Decision,
    carry_out: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Show the dialog, or do what its valid form asks for; a refusal is told in the form, with nothing lost."""
    if form.is_bound and form.is_valid():
        try:
            carry_out(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return accepted(request, account)
    context = {
        "account": account,
        "urls": page_urls(account),
        "form": form,
        "decision": decision,
        "submission_key": new_submission_key(),
    }
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        template = "trading/decision_page.html"
    else:
        template = "trading/partials/decision.html" if form.is_bound else "trading/partials/dialog.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def accepted(request: HttpRequest, account: TradingAccount) -> HttpResponse:
    """Answer a change that was made: the page fetches what is new, which also tells of it."""
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return HttpResponseRedirect(page_urls(account)["terminal"])
    response = HttpResponse(status=204)
    trigger_client_event(response, "dialog-done")
    return trigger_client_event(response, "account-changed")
