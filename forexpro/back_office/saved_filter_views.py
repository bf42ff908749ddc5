"""Saving and removing filters, from above a list and back to it."""

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.signed_in import signed_in_person
from forexpro.back_office.saved_filters import filter_remove, filter_save
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused


@require_POST
def saved_filter_add(request: HttpRequest) -> HttpResponse:
    """Save the filters of a list, which the reader may see, and go back to it."""
    page, query = request.POST.get("page", ""), request.POST.get("query", "")
    address = _list_address(request, page)
    try:
        filter_save(
            actor=signed_in_person(request),
            page=page,
            title=request.POST.get("title", ""),
            query=query,
            for_desk="desk" in request.POST,
            origin=request_origin(request),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(f"{address}?{query}")


@require_POST
def saved_filter_remove(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Remove a saved filter and show its list without it."""
    try:
        removed = filter_remove(actor=signed_in_person(request), filter_id=filter_id, origin=request_origin(request))
    except Refused as refusal:
        raise Http404(refusal.message) from None
    return redirect(_list_address(request, removed.page))


def _list_address(request: HttpRequest, page: str) -> str:
    """Return the address of a list; there is none of what is no list, or not for this reader."""
    try:
        model = apps.get_model(page)
    except (LookupError, ValueError):
        raise Http404("There is no such list.") from None
    listed = admin.site._registry.get(model)
    if listed is None:
        raise Http404("There is no such list.")
    if not listed.has_view_permission(request):
        raise PermissionDenied
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
