"""The pages on which people read what they were told, and the bell that leads there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Notice
from accounts.selectors import notices_of_user, unread_notices
from accounts.services.notices import notices_mark_read
from accounts.signed_in import signed_in_person
from forexpro.core.http.parameters import whole_number
from forexpro.core.http.sessions import unattended

NOTICES_PAGE = 30
NOTICE_ICONS = {
    Notice.Kind.FUNDING: "wallet",
    Notice.Kind.VERIFICATION: "shield-check",
    Notice.Kind.SECURITY: "lock",
    Notice.Kind.OPERATIONS: "activity",
}


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Show what a person was told, newest first; htmx asks for older ones without the frame."""
    before = whole_number(request.GET.get("before", ""))
    told = notices_of_user(request.user)
    if before is not None:
        told = told.filter(pk__lt=before)
    page = list(told[:NOTICES_PAGE])
    context = {
        "notices": [(notice, NOTICE_ICONS[Notice.Kind(notice.kind)]) for notice in page],
        "unread": unread_notices(request.user).exists(),
        "older": page[-1].pk if len(page) == NOTICES_PAGE else None,
    }
    fragment = bool(getattr(request, "htmx", False))
    return render(request, "accounts/partials/notices.html" if fragment else "accounts/notices.html", context)


@never_cache
@require_GET
def notices_bell(request: HttpRequest) -> HttpResponse:
    """Answer the bell of the header as it is now; what has come after the notice `since` is announced."""
    if not request.user.is_authenticated:
        return HttpResponse(status=286)  # htmx asks no more
    unattended(request)
    unread = list(unread_notices(request.user)[:100])
    since = whole_number(request.GET.get("since", ""))
    if since is not None:
        for notice in reversed([notice for notice in unread[:3] if notice.pk > since]):
            messages.info(request, notice.text)
    newest = unread[0].pk if unread else since or 0
    return render(request, "components/bell.html", {"unread": len(unread), "newest": newest, "asked": True})


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark everything that a person was told as read."""
    notices_mark_read(user=signed_in_person(request))
    return redirect("accounts:notices")


@login_required
@require_POST
def notice_read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go where it leads; anybody else's does not exist."""
    notice = notices_of_user(request.user).filter(pk=notice_id).first()
    if notice is None:
        raise Http404
    notices_mark_read(user=signed_in_person(request), notice_id=notice_id)
    return redirect(notice.link or "accounts:notices")
