"""Accounts, and what happened on them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from forexpro.core.http.pagination import NewestFirst
from forexpro.core.refusals import Refused
from trading.api.representations import event_json
from trading.api.serializers import (
    AccountDetailOutput,
    AccountOutput,
    ChangesOutput,
    DealOutput,
    PostingOutput,
    SinceInput,
)
from trading.api.views import AccountView
from trading.models import Deal, Posting, TradingAccount
from trading.selectors import account_valuation, accounts_of_user, deals, events_since, ledger, newest_seq


class AccountListView(ListAPIView[TradingAccount]):
    serializer_class = AccountOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return accounts_of_user(self.request.user)

    @extend_schema(operation_id="accounts_list", summary="Your trading accounts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class AccountDetailView(AccountView):
    @extend_schema(operation_id="accounts_get", summary="An account with its valuation", responses=AccountDetailOutput)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            valuation = account_valuation(self.account_row)
        except Refused:
            valuation = None
        context = self.serializer_context() | {"valuation": valuation}
        return Response(AccountDetailOutput(self.account_row, context=context).data)


class DealListView(AccountView, ListAPIView[Deal]):
    serializer_class = DealOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return deals(self.account_row)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **self.serializer_context()}

    @extend_schema(operation_id="deals_list", summary="Executions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class LedgerView(AccountView, ListAPIView[Posting]):
    serializer_class = PostingOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return ledger(self.account_row)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **self.serializer_context()}

    @extend_schema(operation_id="ledger_list", summary="Postings to balance and credit")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ChangesView(AccountView):
    @extend_schema(
        operation_id="changes_list",
        summary="Every event after a number, at most 1,000 at a time",
        parameters=[SinceInput],
        responses=ChangesOutput,
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = SinceInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        # The newest number first: events that come in between are then in the list, never beyond `seq` unseen.
        seq = newest_seq(self.account.id)
        events = events_since(self.account.id, asked.validated_data["since"], limit=asked.validated_data["limit"])
        newest = max([seq, *(event.seq for event in events)])
        return Response({"seq": newest, "events": [event_json(event) for event in events]})
