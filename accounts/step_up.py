"""Asking again who it is: what matters most takes a person who proved it minutes ago, not merely an open session.

A page is guarded by `confirmation_required`, an API view by `refuse_unconfirmed`. Only sessions are ever confirmed:
whoever holds an access token or an API key has not shown that anybody sits there.
"""

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication

from accounts.models import Scope
from accounts.visits import visit_of
from forexpro.core.http.errors import error_body
from forexpro.core.refusals import Refused

RECENT_SECONDS = 600
_CONFIRMED_AT = "confirmed_at"


def recently_confirmed(request: Any) -> bool:
    """Return whether the person of this session gave the password or a code within the last ten minutes.

    `request` is Django's or REST framework's. A token or an API key is never confirmed, whatever cookie comes with it.
    A visit is nobody who could be asked: it counts as confirmed where it may move money.
    """
    if (visit := visit_of(request)) is not None:
        return Scope.FUNDING.value in visit.scopes
    authenticator = getattr(request, "successful_authenticator", None)
    if authenticator is not None and not isinstance(authenticator, SessionAuthentication):
        return False
    user = request.user
    if not user.is_authenticated or request.session.get(SESSION_KEY) != str(user.pk):
        return False
    return 0 <= time() - float(request.session.get(_CONFIRMED_AT, 0)) < RECENT_SECONDS


def remember_confirmation(request: HttpRequest) -> None:
    """Note that the person of this session has just given the password or a code."""
    request.session[_CONFIRMED_AT] = time()


def refuse_unconfirmed(request: Any) -> None:
    """Refuse `confirmation_required` (403) unless the person of this session has been confirmed recently."""
    if not recently_confirmed(request):
        raise Refused(
            "confirmation_required",
            _("Confirm that it is you: give your password or a code again on the page of `details`, then repeat this."),
            {"page": reverse("accounts:confirm")},
            http_status=403,
        )


def confirmation_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a function view be reached by recently confirmed people only.

    Others are led to the page that asks for the password or a code, and from there back; below `/api/` they are
    refused `confirmation_required`. Belongs under `login_required`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        if recently_confirmed(request):
            return view(request, *arguments, **options)
        if request.path.startswith("/api/"):
            try:
                refuse_unconfirmed(request)
            except Refused as refusal:
                body = error_body(refusal.code, refusal.message, refusal.details)
                return JsonResponse(body, status=refusal.http_status)
        # What was posted is lost: the page is shown again, and its button pressed again.
        back = request.get_full_path()
        return HttpResponseRedirect(f"{reverse('accounts:confirm')}?{urlencode({'next': back})}")

    return guarded
