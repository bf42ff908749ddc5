"""Many clients in one call: created or updated row by row, each answered for itself."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from accounts.services.clients import ClientRow, RowResult, clients_upsert_apply
from crm.api.examples import BULK
from crm.api.schema import INVALID, service_call
from crm.api.serializers import BulkInput, BulkOutput, ClientInput
from crm.api.views import ServiceView
from crm.models import Scope
from crm.services.calls import Answer
from forexpro.core.deadlines import postpone_deadline
from forexpro.core.http.schema import asked, worked
from forexpro.core.refusals import Refused

# What a row may take longer, on a busy machine, than a call that changes one thing.
SECONDS_PER_ROW = 0.02


class ClientsBulkView(ServiceView):
    @service_call(
        "users_bulk",
        "Create or update up to 1,000 clients",
        scope=Scope.CLIENTS,
        description=(
            "Each row is a body of `POST /crm/users` and is answered for itself, in the order of the request: one that "
            "is refused says why and takes no other with it."
        ),
        request=BulkInput,
        answers={200: BulkOutput},
        examples=[
            asked(
                "Two rows, of which one is wrong",
                {
                    "users": [
                        {"external_id": "crm-1001", "email": "ada@example.com", "full_name": "Ada Lovelace"},
                        {"external_id": "crm-1002", "email": "not an address"},
                    ]
                },
            ),
            worked("What became of each", BULK),
            INVALID,
        ],
        changes=True,
    )
    def post(self, request: Request) -> Response:
        given = self.validated(BulkInput)["users"]
        rows: dict[int, ClientRow] = {}
        refusals: dict[int, Refused] = {}
        fields = ClientInput()
        for index, row in enumerate(given):
            try:
                rows[index] = ClientRow(**fields.run_validation(row))
            except serializers.ValidationError as error:
                refusals[index] = _invalid(error)
            except Refused as refusal:
                refusals[index] = refusal
        postpone_deadline(SECONDS_PER_ROW * len(given))

        def effect() -> Answer:
            results = dict(zip(rows, clients_upsert_apply(list(rows.values()), origin=self.origin), strict=True))
            results |= {index: RowResult("refused", refusal=refusal) for index, refusal in refusals.items()}
            return Answer(200, _bulk_body([results[index] for index in range(len(given))]))

        return self.carry_out(effect)


def _invalid(error: serializers.ValidationError) -> Refused:
    # Of what is no object at all, there is but a list.
    fields = error.detail if isinstance(error.detail, dict) else {api_settings.NON_FIELD_ERRORS_KEY: error.detail}
    return Refused("invalid_input", _("Some fields need correction."), {"fields": fields}, http_status=400)


def _bulk_body(results: list[RowResult]) -> dict[str, Any]:
    counts = dict.fromkeys(("created", "updated", "unchanged", "refused"), 0)
    rows = []
    for index, result in enumerate(results):
        counts[result.status] += 1
        refusal, user = result.refusal, result.user
        rows.append(
            {
                "index": index,
                "result": result.status,
                "id": str(user.pk) if user else None,
                "external_id": user.external_id if user else None,
                "error": {"code": refusal.code, "message": refusal.message, "details": refusal.details}
                if refusal
                else None,
            }
        )
    return {**counts, "results": rows}
