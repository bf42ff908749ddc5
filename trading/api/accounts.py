"""Accounts, and what happened on them."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from forexpro.core.refusals import Refused
from trading.api.examples import ACCOUNT_WORTH, CHANGES, DEAL, POSTING
from trading.api.representations import event_json
from trading.api.serializers import (
    AccountDetailOutput,
    ChangesOutput,
    DealOutput,
    PostingOutput,
    SinceInput,
)
from trading.api.views import AccountRowsView, AccountView
from trading.selectors import account_worth, deals, events_since, ledger, newest_seq


class AccountDetailView(AccountView):
    @extend_schema(
        operation_id="accounts_get",
        summary="An account with its valuation",
        responses=AccountDetailOutput,
        examples=[ACCOUNT_WORTH],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            valuation, available = account_worth(self.account_row)
        except Refused:
            valuation, available = None, None
        context = self.serializer_context() | {"valuation": valuation, "withdrawable": available}
        return Response(AccountDetailOutput(self.account_row, context=context).data)


@extend_schema_view(get=extend_schema(operation_id="deals_list", summary="Executions", examples=[DEAL]))
class DealListView(AccountRowsView):
    serializer_class = DealOutput

    def get_queryset(self) -> Any:
        return deals(self.account_row)


@extend_schema_view(
    get=extend_schema(operation_id="ledger_list", summary="Postings to balance and credit", examples=[POSTING])
)
class LedgerView(AccountRowsView):
    serializer_class = PostingOutput

    def get_queryset(self) -> Any:
        return ledger(self.account_row)


class ChangesView(AccountView):
    @extend_schema(
        operation_id="changes_list",
        summary="Every event after a number, at most 1,000 at a time",
        parameters=[SinceInput],
        responses=ChangesOutput,
        examples=[CHANGES],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self.asked(SinceInput)
        # The newest number first: events that come in between are then in the list, never beyond `seq` unseen.
        seq = newest_seq(self.account.id)
        events = events_since(self.account.id, asked["since"], limit=asked["limit"])
        newest = max([seq, *(event.seq for event in events)])
        return Response({"seq": newest, "events": [event_json(event) for event in events]})
