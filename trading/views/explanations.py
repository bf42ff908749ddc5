"""Why something happened on an account: the decision behind an event."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from forexpro.core.http.renderers import dumps
from forexpro.core.refusals import Refused
from forexpro.core.signing import sign
from trading.models import TradingAccount
from trading.selectors.explanation_report import explanation_report
from trading.selectors.explanations import ExplainedDecision, explained_decision
from trading.views.access import own_account
from trading.views.facts import facts


@login_required
@require_safe
def why(request: HttpRequest, account_id: int, seq: int) -> HttpResponse:
    """Show what an event rests on, to the owner of the account."""
    account = own_account(request, account_id)
    return explanation_page(request, account, seq, document_url=reverse("trading:why_document", args=[account_id, seq]))


@login_required
@require_safe
def why_document(request: HttpRequest, account_id: int, seq: int) -> HttpResponse:
    """Answer the same as a signed document, to the owner of the account."""
    return signed_document(own_account(request, account_id), seq)


def explanation_page(request: HttpRequest, account: TradingAccount, seq: int, *, document_url: str) -> HttpResponse:
    """Return the page that explains an event of an account that the caller may see."""
    decision = _decision(account, seq)
    report = explanation_report(decision)
    context = {
        "account": account,
        "seq": seq,
        "report": report,
        "asked": facts(report["command"]),
        "details": facts(report["details"]),
        "policy": facts(report["policy"]),
        "instruments": [(entry["symbol"], _set(facts(entry))) for entry in report["instruments"]],
        "quotes": decision.explanation.market.quotes.values(),
        "document_url": document_url,
        "same": decision.explanation.first_difference() is None,
    }
    return render(request, "trading/why.html", context)


def signed_document(account: TradingAccount, seq: int) -> HttpResponse:
    """Return the signed document of an event of an account that the caller may see."""
    response = HttpResponse(dumps(sign(_decision(account, seq).to_document())), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="decision-{account.number}-{seq}.json"'
    return response


def _set(values: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a specification without what it does not use."""
    return [(name, value) for name, value in values if value not in ("0", "none")]


def _decision(account: TradingAccount, seq: int) -> ExplainedDecision:
    try:
        return explained_decision(account, seq)
    except Refused as refusal:
        raise Http404(refusal.message) from None
