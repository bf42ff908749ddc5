"""Before every view: is this session a visit, does it still hold, and may a visit do this?"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import Visit
from accounts.services.visits import visit_break_off, visit_step
from accounts.signed_in import signed_in_person
from accounts.visits import VISIT_KEY, holds, refuse_in_visit
from forexpro.core.http.both_ways import Middleware
from forexpro.core.http.errors import error_body
from forexpro.core.realtime.database import in_database
from forexpro.core.refusals import Refused

# What shows nothing of the client.
_NOT_WRITTEN_DOWN = ("/market/", "/udf/", "/texts.json", "/appearance", "/sso/", "/notices/bell", "/sign-out")


class VisitMiddleware(Middleware):
    """Refuse what visits may not do, in this one place; write down what they look at.

    The last of all: what it refuses is said in the reader's language and as the page can show it.
    """

    def answer(self, request: HttpRequest) -> Any:
        if not (request.user.is_authenticated and VISIT_KEY in request.session):
            return self.get_response(request)
        response = self._entered(request) or self.get_response(request)
        self._written_down(request, response)
        return response

    async def answer_async(self, request: HttpRequest) -> HttpResponseBase:
        # Whether somebody is signed in was found out by the middleware before, and the session read with it.
        user = await request.auser()
        if not (user.is_authenticated and VISIT_KEY in request.session):
            response: HttpResponseBase = await self.get_response(request)
            return response
        response = await in_database(self._entered)(request) or await self.get_response(request)
        await in_database(self._written_down)(request, response)
        return response

    @staticmethod
    def _entered(request: HttpRequest) -> HttpResponse | None:
        """Name the visit in the request; return the answer to what it may not do, None to go on."""
        visit = Visit.objects.get(pk=request.session[VISIT_KEY])
        request.acts_as = visit.actor  # type: ignore[attr-defined]  # read by forexpro.core.http.origin
        if not holds(visit, signed_in_person(request)):
            visit_break_off(request=request, visit=visit)
            return None
        request.visit = visit  # type: ignore[attr-defined]  # read by accounts.visits and templates
        try:
            refuse_in_visit(request, visit)
        except Refused as refusal:
            visit_step(visit=visit, method=request.method or "", path=request.path, refused=True)
            return _refusal(request, refusal)
        return None

    @staticmethod
    def _written_down(request: HttpRequest, response: HttpResponseBase) -> None:
        visit: Visit | None = getattr(request, "visit", None)
        is_news = (
            visit is not None
            and response.status_code < 400
            and not getattr(request.session, "unattended", False)
            # What a visit that may only look was let through with is a question, such as what an order would cost.
            and (request.method == "GET" or not visit.is_read_only)
            and not request.path.startswith(_NOT_WRITTEN_DOWN)
        )
        if visit is not None and is_news:
            visit_step(visit=visit, method=request.method or "", path=request.path, refused=False)


def _refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if request.path.startswith("/api/") or not request.accepts("text/html"):
        body = error_body(refusal.code, refusal.message, refusal.details)
        return JsonResponse(body, status=refusal.http_status)
    if getattr(request, "htmx", False):
        messages.error(request, refusal.message)  # a toast, by the middleware around
        return HttpResponse(status=refusal.http_status)
    context = {"status": refusal.http_status, "title": _("Not in a visit"), "advice": refusal.message}
    return render(request, "errors/error.html", context, status=refusal.http_status)
