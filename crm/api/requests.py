"""Deposits and withdrawals of all clients: what waits for a decision, and what has become of it."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.examples import DEPOSIT
from crm.api.history import ClientFundingOutput
from crm.api.schema import service_call
from crm.api.views import ServiceView
from crm.models import Scope
from crm.selectors.clients import Place
from crm.selectors.requests import PENDING, RequestPage, deposits_page, withdrawals_page
from forexpro.core.http.fields import IdOutput, TextInput
from forexpro.core.http.schema import error_example, worked
from trading.models.funding import Status

FOLLOWING = (
    "In the order of the last change. Begin with `updated_since`, or without it for all; then send the `cursor` of "
    "each answer with the next call, for as long as `has_more`, and later for what has changed meanwhile. With a "
    "`status` you see what stands so now: what no longer does is not told of, so follow without one to see what "
    "became of a request."
)
EXAMPLES = [
    worked(
        "One waits",
        {
            "results": [DEPOSIT | {"user_id": "17", "updated_at": "2026-03-02T09:30:00.123456Z"}],
            "cursor": "WzEyMzQsNyxudWxsXQ",
            "has_more": False,
        },
    ),
    error_example("No cursor of ours", 422, "cursor_invalid", "This is no cursor of ours. Begin again without one."),
]


class RequestsAsked(serializers.Serializer[Any]):
    status = serializers.ChoiceField(
        choices=[(PENDING, "Pending"), *Status.choices],
        required=False,
        help_text="`pending`: whatever waits for you. All without one.",
    )
    updated_since = serializers.DateTimeField(required=False, help_text="Begin with what has changed since.")
    cursor = TextInput(required=False, max_length=200, help_text="`cursor` of the page before.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)


class FundingRequestOutput(ClientFundingOutput):
    """A deposit or a withdrawal, and whose it is."""

    user_id = IdOutput(source="account.owner_id")
    updated_at = serializers.DateTimeField(source="change.updated_at")

    class Meta(ClientFundingOutput.Meta):
        fields = [*ClientFundingOutput.Meta.fields, "user_id", "updated_at"]


class FundingRequestPageOutput(serializers.Serializer[Any]):
    results = FundingRequestOutput(many=True)
    cursor = serializers.CharField(help_text="Where to go on: for the next page, and for what changes later.")
    has_more = serializers.BooleanField(help_text="Whether the next page has something already.")


class RequestsView(ServiceView):
    """A list of what all clients have asked for."""

    def follow(self, request: Request, page_of: Callable[..., RequestPage]) -> Response:
        """Return the page that the request asks for."""
        wanted = self.validated(RequestsAsked, data=request.query_params)
        place = Place.of(wanted["cursor"]) if wanted.get("cursor") else Place(since=wanted.get("updated_since"))
        page = page_of(place, status=wanted.get("status", ""), limit=wanted["limit"])
        found = {"results": page.requests, "cursor": page.place.cursor(), "has_more": page.has_more}
        return Response(FundingRequestPageOutput(found).data)


def all_of_clients(operation: str, summary: str) -> Callable[..., Any]:
    """Describe a list of all clients' requests."""
    return service_call(
        operation,
        summary,
        scope=Scope.READ,
        description=FOLLOWING,
        parameters=[RequestsAsked],
        answers={200: FundingRequestPageOutput},
        examples=EXAMPLES,
    )


class AllDepositsView(RequestsView):
    @all_of_clients("all_deposits_list", "Deposits of all clients")
    def get(self, request: Request) -> Response:
        return self.follow(request, deposits_page)


class AllWithdrawalsView(RequestsView):
    @all_of_clients("all_withdrawals_list", "Withdrawals of all clients")
    def get(self, request: Request) -> Response:
        return self.follow(request, withdrawals_page)
