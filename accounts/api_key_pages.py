"""The pages on which people make and revoke their API keys."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.api_key_forms import ApiKeyForm
from accounts.pages import form_page, render_form, render_refused
from accounts.selectors import api_key_of, api_keys_of
from accounts.services.api_keys import api_key_create, api_key_revoke
from accounts.signed_in import signed_in_person
from accounts.step_up import confirmation_required
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused


@login_required
@require_safe
def api_keys(request: HttpRequest) -> HttpResponse:
    context = {"keys": api_keys_of(signed_in_person(request)), "now": timezone.now()}
    return render(request, "accounts/api_keys.html", context)


@never_cache
@login_required
@confirmation_required
@form_page
def api_key_new(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    form = ApiKeyForm(request.POST or None)
    if not form.is_valid():
        return render_form(request, "accounts/api_key_new.html", form)
    try:
        key, text = api_key_create(
            owner_id=signed_in_person(request).pk, **form.cleaned_data, origin=request_origin(request)
        )
    except Refused as refusal:
        field = "name" if refusal.code == "api_key_name_taken" else None
        return render_refused(request, "accounts/api_key_new.html", form, refusal, field)
    # Not by a redirect: what would have to be kept until the next page must be kept nowhere.
    return render(request, "accounts/api_key_created.html", {"key": key, "text": text}, status=201)


@login_required
@form_page
def api_key_end(request: HttpRequest, api_key_id: int) -> HttpResponse:
    """Ask once, then revoke."""
    person = signed_in_person(request)
    key = api_key_of(person, api_key_id)
    if key is None:
        raise Http404("You have no such API key.")
    if request.method != "POST":
        return render(request, "accounts/api_key_end.html", {"key": key})
    api_key_revoke(owner_id=person.pk, api_key_id=key.pk, origin=request_origin(request))
    messages.success(request, _("%(name)s is revoked.") % {"name": key.name})
    return redirect("accounts:api_keys")
