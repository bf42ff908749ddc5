"""The CRM's way to have one of its people look at the pages of a client."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services.visits import visit_grant
from crm.api.schema import INVALID, NO_CLIENT, service_call
from crm.api.views import ServiceView
from crm.models import Scope
from crm.sso.issuers import issuer_of
from crm.sso.serializers import ImpersonateInput, ImpersonateOutput
from forexpro.core.http.schema import asked, error_example, worked
from forexpro.core.refusals import Refused

_TOKEN = "token-of-two-minutes"  # noqa: S105  # a word in its place


class ImpersonateView(ServiceView):
    """Each call makes a token of its own. Answers are kept nowhere, so that nobody finds a token there."""

    changing_scope = Scope.VISITS

    @service_call(
        "impersonate",
        "Let one of your people visit a client",
        description=(
            "Open `url` in that person's browser within two minutes; it works once. The visit lasts 30 minutes at "
            "most, is shown on every page, and is listed for the client and for compliance. Nothing can be changed in "
            "it, unless `scopes` allow it: these take a key with the scope `visits_changing`, too. No "
            "`Idempotency-Key`: every call answers a token of its own, because none is kept."
        ),
        scope=Scope.VISITS,
        request=ImpersonateInput,
        answers={201: ImpersonateOutput},
        examples=[
            asked(
                "Look at what a client sees",
                {"admin_id": "17", "admin_name": "Maria Keller", "client_id": "42", "reason": "Ticket 8841: no chart"},
            ),
            asked(
                "With the right to trade",
                {"admin_id": "17", "client_id": "42", "reason": "Closes by phone, call 311", "scopes": ["trade"]},
            ),
            worked(
                "Allowed",
                {
                    "visit_id": "9",
                    "token": _TOKEN,
                    "url": f"https://trade.example.com/sso/consume?token={_TOKEN}",
                    "expires_at": "2026-03-02T09:32:00Z",
                },
                201,
            ),
            error_example(
                "No reason",
                422,
                "reason_required",
                "Say why you have to see the pages of this client; the client reads it.",
            ),
            error_example(
                "A suspended client",
                403,
                "client_suspended",
                "This client is suspended and cannot be visited. Activate the client first.",
            ),
            error_example("A member of staff", 403, "client_is_staff", "Nobody looks at pages as a member of staff."),
            NO_CLIENT,
            INVALID,
        ],
    )
    def post(self, request: Request) -> Response:
        given = self.validated(ImpersonateInput)
        self._refuse_scopes(given["scopes"])
        assert self.caller is not None
        visit, token = visit_grant(
            issuer=issuer_of(self.caller.id),
            admin_id=given["admin_id"],
            admin_name=given["admin_name"],
            client_id=given["client_id"],
            reason=given["reason"],
            scopes=given["scopes"],
            origin=self.origin,
        )
        answer: dict[str, Any] = {
            "visit_id": visit.pk,
            "token": token.text,
            "url": f"{settings.SITE_URL}{reverse('accounts:visit_begin')}?{urlencode({'token': token.text})}",
            "expires_at": token.expires_at,
        }
        return Response(ImpersonateOutput(answer).data, status=201)

    def _refuse_scopes(self, scopes: list[str]) -> None:
        assert self.caller is not None
        if scopes and Scope.VISITS_CHANGING.value not in self.caller.scopes:
            raise Refused(
                "scope_missing",
                _("This service key lets people look only. Have one created with the scope %(scope)s.")
                % {"scope": Scope.VISITS_CHANGING.value},
                {"scope": Scope.VISITS_CHANGING.value},
                http_status=403,
            )
