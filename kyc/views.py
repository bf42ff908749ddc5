"""The client's own verification."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused
from kyc.forms import DocumentForm
from kyc.requirements import REQUIREMENTS, Requirement
from kyc.selectors import LevelOverview, verification_of
from kyc.services.documents import document_submit
from kyc.throttles import refuse_flood


@login_required
@never_cache
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    """Show what is needed for which level, what has been sent, and what became of it."""
    return _page(request)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, requirement: str) -> HttpResponse:
    """Take a document for a requirement."""
    asked = _requirement(requirement)
    if request.method != "POST":
        return redirect("kyc:verification")
    person = _person(request)
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
    own = verification_of(_person(request).pk)
    open_needs = (need.requirement for overview in own.levels for need in overview.needs if need.is_open)
    context = {
        "verification": own,
        "levels": [_level(overview, sent) for overview in own.levels],
        "next": next(open_needs, None),
    }
    return render(request, "kyc/verification.html", context, status=status)


def _level(overview: LevelOverview, sent: tuple[Requirement, DocumentForm] | None) -> dict[str, object]:
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


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
