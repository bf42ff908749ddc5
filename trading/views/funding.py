"""The pages on which clients pay in, are paid out, and move money between their accounts."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import form_page
from accounts.signed_in import signed_in_person
from accounts.step_up import confirmation_required
from forexpro.core.http.origin import request_origin
from forexpro.core.http.sessions import unattended
from forexpro.core.refusals import Refused
from forexpro.core.uploads.storage import private_file
from kyc.throttles import refuse_flood
from trading.funding_forms import ConfirmedForm, DepositForm, PaymentForm, ProofForm, TransferForm, WithdrawalForm
from trading.models import Deposit, Withdrawal
from trading.models.funding import Direction, Status
from trading.selectors.funding import (
    FundingEntry,
    funded_accounts,
    funding_history,
    offered_terms,
    own_deposit,
    own_withdrawal,
    proof_name,
    proofs_of,
)
from trading.services.funding.proofs import deposit_proof_add
from trading.services.funding.requests import (
    deposit_cancel,
    deposit_quote,
    deposit_request,
    withdrawal_cancel,
    withdrawal_quote,
    withdrawal_request,
)
from trading.services.funding.terms import signed_quote
from trading.services.funding.transfers import account_transfer, transfer_quote
from trading.views.desk import new_submission_key

PAGE_SIZE = 30
# The tone of the badge of a status.
TONES = {
    Status.REQUESTED: "info",
    Status.IN_REVIEW: "info",
    Status.APPROVED: "info",
    Status.PAID: "up",
    Status.DECLINED: "down",
    Status.FAILED: "down",
    Status.CANCELLED: "",
}


@login_required
@require_safe
def funding(request: HttpRequest) -> HttpResponse:
    """Show a person's live accounts and what was paid in, out and between them; htmx asks without the frame."""
    before = _moment(request.GET.get("before", ""))
    entries = funding_history(request.user, before=before, limit=PAGE_SIZE)
    context = {
        "accounts": funded_accounts(request.user),
        "entries": [(entry, entry_tone(entry)) for entry in entries],
        "older": entries[-1].at.isoformat() if len(entries) == PAGE_SIZE else None,
        "is_newest": before is None,
    }
    fragment = _asks_by_itself(request)
    return render(request, "trading/partials/funding.html" if fragment else "trading/funding.html", context)


@login_required
@never_cache
@form_page
def deposit_new(request: HttpRequest) -> HttpResponse:
    """Ask for a deposit: the form, then what it comes to, then the request itself."""
    return _payment_page(request, DepositForm, partial(_quote_payment, deposit_quote), _request_deposit)


@login_required
@confirmation_required
@never_cache
@form_page
def withdrawal_new(request: HttpRequest) -> HttpResponse:
    """Ask for a withdrawal, in the same steps."""
    return _payment_page(request, WithdrawalForm, partial(_quote_payment, withdrawal_quote), _request_withdrawal)


@login_required
@never_cache
@form_page
def transfer_new(request: HttpRequest) -> HttpResponse:
    """Move money between two accounts, in the same steps."""
    form = TransferForm(_posted(request), user=request.user)
    return _confirmed(request, form, _quote_transfer, _make_transfer, {"what": "transfer"})


@login_required
@require_safe
def deposit(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """Show a deposit, and where to pay to while it is not decided."""
    return _request_page(request, _own(own_deposit, request, deposit_id))


@login_required
@require_safe
def withdrawal(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """Show a withdrawal."""
    return _request_page(request, _own(own_withdrawal, request, withdrawal_id))


@login_required
@require_POST
def deposit_proof(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """Keep a file that shows the payment."""
    shown = _own(own_deposit, request, deposit_id)
    form = ProofForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            refuse_flood(shown.account.owner_id)
            deposit_proof_add(
                owner=signed_in_person(request),
                deposit_id=deposit_id,
                upload=form.cleaned_data["proof"],
                origin=request_origin(request),
            )
        except Refused as refusal:
            form.add_error("proof", refusal.message)
            status = refusal.http_status
        else:
            messages.success(request, _("Thank you, we have the file."))
            return redirect("trading:deposit", deposit_id)
    return _request_page(request, shown, proof_form=form, status=status)


@login_required
@require_safe
def deposit_proof_file(request: HttpRequest, deposit_id: int, proof_id: int) -> HttpResponseBase:
    """Show a file that the client has sent."""
    proof = proofs_of(_own(own_deposit, request, deposit_id)).filter(pk=proof_id).first()
    if proof is None:
        raise Http404
    return private_file(request, proof.file, media_type=proof.media_type, filename=proof_name(proof))


@login_required
@require_POST
def deposit_cancel_view(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """Take a deposit back."""
    _own(own_deposit, request, deposit_id)
    done = _("The deposit is cancelled.")
    return _cancelled(request, done, deposit_cancel, deposit_id=deposit_id)


@login_required
@require_POST
def withdrawal_cancel_view(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """Take a withdrawal back; its money is free again."""
    _own(own_withdrawal, request, withdrawal_id)
    done = _("The withdrawal is cancelled, its money is free again.")
    return _cancelled(request, done, withdrawal_cancel, withdrawal_id=withdrawal_id)


def entry_tone(entry: FundingEntry) -> str:
    """Return the tone of an entry's badge; a transfer has no status, for it is done at once."""
    return "up" if entry.status is None else _tone(entry.kind, entry.status)


def _tone(kind: str, status: str) -> str:
    """A deposit is good news once it is credited."""
    if kind == Direction.DEPOSIT and status == Status.APPROVED:
        return "up"
    return TONES[Status(status)]


# --- The steps of a form -----------------------------------------------------------------------------
Quote = Callable[[HttpRequest, Any], dict[str, Any]]
CarryOut = Callable[[HttpRequest, Any], str]


def _payment_page(
    request: HttpRequest, form_class: type[PaymentForm], quote: Quote, carry_out: CarryOut
) -> HttpResponse:
    initial = {"account": request.GET.get("account")}
    form = form_class(_posted(request), user=request.user, initial=initial)
    context = {"what": form_class.direction.value, "terms": list(offered_terms(form_class.direction))}
    return _confirmed(request, form, quote, carry_out, context)


def _confirmed(
    request: HttpRequest, form: ConfirmedForm, quote: Quote, carry_out: CarryOut, context: dict[str, Any]
) -> HttpResponse:
    """Show a form, then what it comes to, then do it; a rate that was shown too long ago is shown anew."""
    summary: dict[str, Any] | None = None
    if form.is_bound and "change" not in request.POST and form.is_valid():
        try:
            if "confirm" in request.POST:
                return HttpResponseRedirect(carry_out(request, form))
            summary = quote(request, form)
        except Refused as refusal:
            form.add_refusal(refusal)
            if refusal.code == "quote_expired":
                summary = _quoted_again(request, form, quote)
    context |= {"form": form, "summary": summary, "submission_key": new_submission_key()}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "trading/funding_form.html", context, status=status)


def _quoted_again(request: HttpRequest, form: ConfirmedForm, quote: Quote) -> dict[str, Any] | None:
    try:
        return quote(request, form)
    except Refused as refusal:
        form.add_refusal(refusal)
        return None


def _quote_payment(service: Callable[..., Any], request: HttpRequest, form: PaymentForm) -> dict[str, Any]:
    terms, asked = service(owner=signed_in_person(request), **form.asked())
    return {"terms": terms, "account": form.cleaned_data["account"], "quote": signed_quote(asked, terms.rate)}


def _quote_transfer(request: HttpRequest, form: TransferForm) -> dict[str, Any]:
    rate, received, asked = transfer_quote(owner=signed_in_person(request), **form.asked())
    return {"rate": rate, "received": received, **form.cleaned_data, "quote": signed_quote(asked, rate)}


def _request_deposit(request: HttpRequest, form: DepositForm) -> str:
    requested = deposit_request(
        owner=signed_in_person(request),
        **form.asked(),
        reference=form.cleaned_data["reference"],
        quote=form.cleaned_data["quote"],
        origin=request_origin(request),
        idempotency_key=form.cleaned_data["idempotency_key"] or None,
    )
    messages.success(request, _("Your deposit is requested. Pay it as described below."))
    return reverse("trading:deposit", args=[requested.pk])


def _request_withdrawal(request: HttpRequest, form: WithdrawalForm) -> str:
    requested = withdrawal_request(
        owner=signed_in_person(request),
        **form.asked(),
        details=form.cleaned_data["details"],
        reference=form.cleaned_data["reference"],
        quote=form.cleaned_data["quote"],
        origin=request_origin(request),
        idempotency_key=form.cleaned_data["idempotency_key"] or None,
    )
    messages.success(request, _("Your withdrawal is requested, its money is reserved."))
    return reverse("trading:withdrawal", args=[requested.pk])


def _make_transfer(request: HttpRequest, form: TransferForm) -> str:
    account_transfer(
        owner=signed_in_person(request),
        **form.asked(),
        quote=form.cleaned_data["quote"],
        origin=request_origin(request),
        idempotency_key=form.cleaned_data["idempotency_key"] or None,
    )
    messages.success(request, _("The money is transferred."))
    return reverse("trading:funding")


# --- Requests ----------------------------------------------------------------------------------------
def _request_page(
    request: HttpRequest, shown: Deposit | Withdrawal, *, proof_form: ProofForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "shown": shown,
        "account": shown.account,
        "tone": _tone(shown.direction, shown.status),
        "what": shown.direction.value,
    }
    fragment = _asks_by_itself(request)
    if isinstance(shown, Deposit):
        context |= {"proofs": list(proofs_of(shown)), "proof_form": proof_form or ProofForm()}
    template = "trading/partials/funding_request.html" if fragment else "trading/funding_request.html"
    return render(request, template, context, status=status)


def _cancelled(request: HttpRequest, done: str, service: Callable[..., Any], **arguments: int) -> HttpResponse:
    try:
        service(owner=signed_in_person(request), **arguments, origin=request_origin(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("trading:funding")


def _own(find: Callable[[Any, int], Any], request: HttpRequest, request_id: int) -> Any:
    try:
        return find(request.user, request_id)
    except Refused as refusal:
        raise Http404(refusal.message) from None


def _asks_by_itself(request: HttpRequest) -> bool:
    """Return whether an open page asks for what is new, for which nobody has to be there."""
    if getattr(request, "htmx", False):
        unattended(request)
        return True
    return False


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
