"""The client's own verification."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signed_in import signed_in_person
from forexpro.core.http.origin import request_origin
from forexpro.core.http.sessions import unattended
from forexpro.core.refusals import Refused
from kyc.forms import DocumentForm
from kyc.models import Document
from kyc.requirements import REQUIREMENTS, Requirement
from kyc.selectors import LevelOverview, Verification, verification_of
from kyc.services.documents import document_submit
from kyc.throttles import refuse_flood


@login_required
@never_cache
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    """Show what is needed for which level, what has been sent, and what became of it.

    An open page asks by itself, with what it shows in `seen`, and is answered what is decided since: what somebody is
    about to send beside it stays as it is.
    """
    if getattr(request, "htmx", False) and "seen" in request.GET:
        unattended(request)
        return _news(request, request.GET["seen"].split())
    return _page(request)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, requirement: str) -> HttpResponse:
    """Take a document for a requirement."""
    asked = _requirement(requirement)
    if request.method != "POST":
        return redirect("kyc:verification")
    person = signed_in_person(request)
    form = DocumentForm(request.POST, request.FILES, requirement=asked)
    status = 422
    if form.is_valid():
        try:
            refuse_flood(person.pk)
            document_submit(
                user_id=person.pk,
                kind=form.cleaned_data["kind"],
                uploads=form.cleaned_data["pages"],
                submission=form.cleaned_data["submission"],
                origin=request_origin(request),
            )
        except Refused as refusal:
            form.add_error("pages", refusal.message)
            status = refusal.http_status
        else:
            messages.success(request, _("Thank you. We look at it and tell you as soon as it is decided."))
            return redirect("kyc:verification")
    return _page(request, sent=(asked, form), status=status)


def _page(
    request: HttpRequest, *, sent: tuple[Requirement, DocumentForm] | None = None, status: int = 200
) -> HttpResponse:
    context = _context(verification_of(signed_in_person(request).pk), sent)
    return render(request, "kyc/verification.html", context, status=status)


def _news(request: HttpRequest, seen: list[str]) -> HttpResponse:
    context = _context(verification_of(signed_in_person(request).pk))
    if context["seen"] == seen:
        return HttpResponse(status=204)
    for level in context["levels"]:
        level["needs"] = [item for item in level["needs"] if item["need"].state not in seen]
    return render(request, "kyc/partials/news.html", context)


def _context(own: Verification, sent: tuple[Requirement, DocumentForm] | None = None) -> dict[str, Any]:
    needs = [need for overview in own.levels for need in overview.needs]
    return {
        "verification": own,
        "levels": [_level(overview, sent) for overview in own.levels],
        "next": next((need.requirement for need in needs if need.is_open), None),
        "seen": [need.state for need in needs],
        "waits": any(need.status == Document.Status.IN_REVIEW for need in needs),
    }


def _level(overview: LevelOverview, sent: tuple[Requirement, DocumentForm] | None) -> dict[str, Any]:
    """Return a level with a form for each of its needs, the one that was sent where one was."""
    needs = []
    for need in overview.needs:
        was_sent = sent is not None and sent[0] is need.requirement
        form = sent[1] if sent is not None and was_sent else DocumentForm(requirement=need.requirement)
        needs.append({"need": need, "form": form, "is_shown": was_sent or need.is_open})
    return {"overview": overview, "needs": needs}


def _requirement(slug: str) -> Requirement:
    for requirements in REQUIREMENTS.values():
        for requirement in requirements:
            if requirement.slug == slug:
                return requirement
    raise Http404
