"""What a client has: accounts, positions, deals, deposits, withdrawals, verification."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.examples import ACCOUNT, DEAL, DEPOSIT, POSITION, VERIFICATION
from crm.api.schema import NO_CLIENT, service_call
from crm.api.views import ServiceView
from crm.models import Scope
from crm.selectors.clients import client_of
from crm.selectors.history import accounts_of_client, deals_of_client, documents_of_client, positions_of_client
from forexpro.core.http.fields import AmountOutput, IdOutput, NumberOutput, TextInput
from forexpro.core.http.pagination import NewestFirst
from forexpro.core.http.schema import worked
from kyc.checklist import checklist
from kyc.models import Document, VerificationCase
from kyc.selectors import standing
from trading.models import Deal, Deposit, Position, TradingAccount
from trading.models.funding import Status
from trading.selectors.funding import deposits_of_user, withdrawals_of_user


class Pages(NewestFirst):
    page_size = 100


class ClientAccountOutput(serializers.ModelSerializer[TradingAccount]):
    id = IdOutput()
    number = IdOutput()
    group = serializers.CharField(source="group.name")
    leverage = NumberOutput()
    balance = AmountOutput("balance", "currency")
    credit = AmountOutput("credit", "currency")
    reserved = AmountOutput("reserved", "currency", help_text="What withdrawals that are under way keep.")

    class Meta:
        model = TradingAccount
        fields = [
            "id", "number", "kind", "status", "currency", "leverage", "group", "position_mode", "balance", "credit",
            "reserved", "margin_call", "trading_enabled", "opened_at",
        ]  # fmt: skip


class ClientPositionOutput(serializers.ModelSerializer[Position]):
    id = IdOutput()
    account_id = IdOutput()
    initial_volume = NumberOutput()
    volume = NumberOutput()
    open_price = NumberOutput()
    stop_loss = NumberOutput(allow_null=True)
    take_profit = NumberOutput(allow_null=True)
    close_price = NumberOutput(allow_null=True)
    swap = AmountOutput("swap", "account.currency")
    commission = AmountOutput("commission", "account.currency")
    profit = AmountOutput("profit", "account.currency", help_text="What closing deals have realised so far.")

    class Meta:
        model = Position
        fields = [
            "id", "account_id", "symbol", "side", "initial_volume", "volume", "open_price", "opened_at", "stop_loss",
            "take_profit", "swap", "commission", "profit", "closed_at", "close_price", "close_reason",
        ]  # fmt: skip


class ClientDealOutput(serializers.ModelSerializer[Deal]):
    id = IdOutput()
    account_id = IdOutput()
    position_id = IdOutput()
    order_id = IdOutput(allow_null=True)
    volume = NumberOutput()
    price = NumberOutput()
    profit = AmountOutput("profit", "account.currency")
    swap = AmountOutput("swap", "account.currency")
    commission = AmountOutput("commission", "account.currency")

    class Meta:
        model = Deal
        fields = [
            "id", "account_id", "position_id", "order_id", "symbol", "side", "entry", "volume", "price", "profit",
            "swap", "commission", "reason", "executed_at",
        ]  # fmt: skip


class ClientFundingOutput(serializers.ModelSerializer[Any]):
    """A deposit or a withdrawal. Where a withdrawal is paid to stays with the desk."""

    id = IdOutput()
    account_id = IdOutput()
    method = serializers.CharField(source="method.name")
    status = serializers.ChoiceField(choices=Status.choices)
    currency = serializers.CharField(source="account.currency", help_text="Of `amount` and `fee`: the account's.")
    amount = AmountOutput("amount", "account.currency")
    fee = AmountOutput("fee", "account.currency", help_text="A part of the amount.")
    payment_amount = AmountOutput("payment_amount", "payment_currency", help_text="What the client pays or gets.")
    rate = NumberOutput()

    class Meta:
        model = Deposit
        fields = [
            "id", "account_id", "method", "status", "currency", "amount", "fee", "payment_amount", "payment_currency",
            "rate", "reference", "reason", "requested_at", "decided_at",
        ]  # fmt: skip


class ClientDocumentOutput(serializers.ModelSerializer[Document]):
    id = IdOutput()
    reason = serializers.CharField(source="rejection_text")
    pages = serializers.SerializerMethodField()
    checklist = serializers.SerializerMethodField(
        help_text="What an approval has to have looked at: all of them, as `checked`."
    )

    class Meta:
        model = Document
        fields = [
            "id", "kind", "status", "reason", "submitted_at", "decided_at", "expires_on", "pages", "checklist",
        ]  # fmt: skip

    def get_pages(self, document: Document) -> int:
        return len(document.pages.all())

    def get_checklist(self, document: Document) -> list[str]:
        return sorted(checklist(document.kind))


class ClientVerificationOutput(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=VerificationCase.Status.choices)
    level = serializers.IntegerField()
    documents = ClientDocumentOutput(many=True)


class PositionsAsked(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["open", "closed", "all"], default="open")


class PageAsked(serializers.Serializer[Any]):
    cursor = TextInput(required=False, max_length=1000, help_text="In `next` and `previous` of a page.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)


def page_of(items: Any, name: str) -> Any:
    """Return the serializer of a page of a list."""
    fields = {
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": items(many=True),
    }
    return type(f"Crm{name}Page", (serializers.Serializer,), fields)


class PagedView(ServiceView):
    """A list of what belongs to a client, newest first."""

    def page(self, rows: Any, output: type[serializers.BaseSerializer[Any]]) -> Response:
        """Return the page of `rows` that the request asks for."""
        pages = Pages()
        found: Any = pages.paginate_queryset(rows, self.request, view=self)
        return pages.get_paginated_response(output(found, many=True).data)


def _page(example: dict[str, Any]) -> Any:
    return worked("A page", {"next": None, "previous": None, "results": [example]})


class AccountsView(ServiceView):
    @service_call(
        "accounts_list",
        "A client's trading accounts",
        scope=Scope.READ,
        answers={200: ClientAccountOutput(many=True)},
        examples=[worked("An account", ACCOUNT), NO_CLIENT],
    )
    def get(self, request: Request, user_id: int) -> Response:
        return Response(ClientAccountOutput(accounts_of_client(client_of(user_id)), many=True).data)


class PositionsView(PagedView):
    @service_call(
        "positions_list",
        "A client's positions on all accounts",
        scope=Scope.READ,
        parameters=[PositionsAsked, PageAsked],
        answers={200: page_of(ClientPositionOutput, "Positions")},
        examples=[_page(POSITION), NO_CLIENT],
    )
    def get(self, request: Request, user_id: int) -> Response:
        wanted = self.validated(PositionsAsked, data=request.query_params)
        return self.page(positions_of_client(client_of(user_id), status=wanted["status"]), ClientPositionOutput)


class DealsView(PagedView):
    @service_call(
        "deals_list",
        "A client's executions on all accounts",
        scope=Scope.READ,
        parameters=[PageAsked],
        answers={200: page_of(ClientDealOutput, "Deals")},
        examples=[_page(DEAL), NO_CLIENT],
    )
    def get(self, request: Request, user_id: int) -> Response:
        return self.page(deals_of_client(client_of(user_id)), ClientDealOutput)


class DepositsView(PagedView):
    @service_call(
        "deposits_list",
        "A client's deposits",
        scope=Scope.READ,
        parameters=[PageAsked],
        answers={200: page_of(ClientFundingOutput, "Deposits")},
        examples=[_page(DEPOSIT), NO_CLIENT],
    )
    def get(self, request: Request, user_id: int) -> Response:
        return self.page(deposits_of_user(client_of(user_id)), ClientFundingOutput)


class WithdrawalsView(PagedView):
    @service_call(
        "withdrawals_list",
        "A client's withdrawals",
        scope=Scope.READ,
        parameters=[PageAsked],
        answers={200: page_of(ClientFundingOutput, "Withdrawals")},
        examples=[_page(DEPOSIT), NO_CLIENT],
    )
    def get(self, request: Request, user_id: int) -> Response:
        return self.page(withdrawals_of_user(client_of(user_id)), ClientFundingOutput)


class VerificationView(ServiceView):
    @service_call(
        "kyc_get",
        "A client's verification with its documents, newest first",
        scope=Scope.READ,
        answers={200: ClientVerificationOutput},
        examples=[worked("A passport waits", VERIFICATION), NO_CLIENT],
    )
    def get(self, request: Request, user_id: int) -> Response:
        documents = documents_of_client(client_of(user_id))
        status, level = standing(documents)
        return Response(ClientVerificationOutput({"status": status, "level": level, "documents": documents}).data)
