"""Deposits, withdrawals, transfers: list, look at what one comes to, ask for it, take it back."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope, User
from accounts.step_up import refuse_unconfirmed
from forexpro.core.http.origin import request_origin
from forexpro.core.http.pagination import NewestFirst
from forexpro.core.http.schema import error_example
from kyc.throttles import UploadThrottle
from trading.api.funding.serializers import (
    DepositInput,
    DepositOutput,
    DepositQuoteInput,
    FundingQuoteOutput,
    ProofInput,
    ProofOutput,
    TermsOutput,
    TransferInput,
    TransferOutput,
    TransferQuoteInput,
    TransferQuoteOutput,
    WithdrawalInput,
    WithdrawalOutput,
    WithdrawalQuoteInput,
)
from trading.api.views import IDEMPOTENCY_KEY, MutatingView
from trading.models import Deposit, Transfer, Withdrawal
from trading.models.funding import Direction
from trading.selectors.funding import (
    deposits_of_user,
    offered_terms,
    own_deposit,
    own_withdrawal,
    transfers_of_user,
    withdrawals_of_user,
)
from trading.services.funding.proofs import deposit_proof_add
from trading.services.funding.requests import (
    deposit_cancel,
    deposit_quote,
    deposit_request,
    withdrawal_cancel,
    withdrawal_quote,
    withdrawal_request,
)
from trading.services.funding.terms import Terms, signed_quote
from trading.services.funding.transfers import account_transfer, transfer_quote

_ROW: dict[str, Any] = {
    "id": "7",
    "account_id": "42",
    "method": {"id": "1", "name": "Bank transfer", "kind": "bank_transfer"},
    "status": "requested",
    "currency": "USD",
    "amount": "275.00",
    "fee": "0.00",
    "payment_amount": "250.00",
    "payment_currency": "EUR",
    "rate": "1.1",
    "reference": "E2E-7",
    "reason": "",
    "requested_at": "2026-03-02T09:30:00.123456Z",
    "decided_at": None,
}
PAY_IN = OpenApiExample(
    "Pay 250 euros into an account",
    {"account_id": 42, "method_id": 1, "currency": "EUR", "amount": "250.00", "reference": "E2E-7"},
    request_only=True,
)
PAID_IN = OpenApiExample(
    "Requested",
    _ROW | {"instructions": "IBAN DE02 1203 0000 0000 2020 51"},
    response_only=True,
    status_codes=["201"],
)
PAY_OUT = OpenApiExample(
    "Pay 400 dollars out",
    {"account_id": 42, "method_id": 1, "currency": "USD", "amount": "400.00", "details": "DE89 3704 0044 0532 0130 00"},
    request_only=True,
)
PAID_OUT = OpenApiExample(
    "Requested, the money is reserved",
    _ROW | {"amount": "400.00", "payment_amount": "400.00", "payment_currency": "USD", "rate": "1", "reference": ""},
    response_only=True,
    status_codes=["201"],
)
QUOTED = OpenApiExample(
    "What it comes to",
    {
        "amount": "275.00",
        "fee": "0.00",
        "payment_amount": "250.00",
        "payment_currency": "EUR",
        "rate": "1.1",
        "quote": "eyJhbW91bnQiOiIyNTAifQ:1tX",
    },
    response_only=True,
)
MOVE = OpenApiExample(
    "Move 1,100.10 dollars to an account in euros",
    {"source_id": 42, "target_id": 43, "amount": "1100.10"},
    request_only=True,
)
MOVED = OpenApiExample(
    "Moved",
    {
        "id": "3",
        "source_id": "42",
        "target_id": "43",
        "currency": "USD",
        "amount": "1100.10",
        "received_currency": "EUR",
        "received": "1000.00",
        "rate": "0.90900827197527",
        "created_at": "2026-03-02T09:30:00.123456Z",
    },
    response_only=True,
    status_codes=["201"],
)
TOO_MUCH = error_example(
    "More than can be withdrawn",
    422,
    "funds_insufficient",
    "At most 812.30 USD can be withdrawn now.",
    {"amount": "900.00", "available": "812.30", "currency": "USD"},
)
NOT_CONFIRMED = error_example(
    "Not confirmed",
    403,
    "confirmation_required",
    "Confirm that it is you: give your password or a code again on the page of `details`, then repeat this.",
    {"page": "/confirm"},
)
DECIDED = error_example(
    "Decided already",
    409,
    "transition_not_allowed",
    "This is approved and cannot become cancelled. Look again: somebody may have been faster.",
    {"id": 7, "status": "approved", "wanted": "cancelled"},
)


DECIDED_DEPOSIT = error_example(
    "Decided already", 409, "deposit_decided", "This deposit is decided; it needs no proof any more.", {}
)


class FundingView(MutatingView):
    """A view of what the caller asks for with their own money."""

    changing_scope = Scope.FUNDING

    @property
    def owner(self) -> User:
        """Who asks."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def acting(self) -> dict[str, Any]:
        """Return what every service that changes something is told."""
        key = self.idempotency_key()
        return {"owner": self.owner, "origin": request_origin(self.request), "idempotency_key": key}


class DepositListView(FundingView, ListAPIView[Deposit]):
    serializer_class = DepositOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return deposits_of_user(self.request.user)

    @extend_schema(operation_id="deposits_list", summary="Your deposits")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="deposits_create",
        summary="Say that you pay money in",
        description="It is credited when the desk has received it.",
        parameters=[IDEMPOTENCY_KEY],
        request=DepositInput,
        responses={201: DepositOutput},
        examples=[PAY_IN, PAID_IN],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        deposit = deposit_request(**self.acting(), **self.validated(DepositInput))
        return Response(DepositOutput(deposit).data, status=201)


class DepositQuoteView(FundingView):
    required_scope = Scope.READ

    @extend_schema(
        operation_id="deposits_quote",
        summary="What a deposit would come to",
        request=DepositQuoteInput,
        responses=FundingQuoteOutput,
        examples=[PAY_IN, QUOTED],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return _quoted(*deposit_quote(owner=self.owner, **self.validated(DepositQuoteInput)))


class DepositView(FundingView):
    @extend_schema(operation_id="deposits_get", summary="A deposit", responses=DepositOutput)
    def get(self, request: Request, deposit_id: int, **kwargs: Any) -> Response:
        return Response(DepositOutput(own_deposit(request.user, deposit_id)).data)

    @extend_schema(
        operation_id="deposits_cancel",
        summary="Take a deposit back that is not decided",
        parameters=[IDEMPOTENCY_KEY],
        responses={200: DepositOutput},
        examples=[DECIDED],
    )
    def delete(self, request: Request, deposit_id: int, **kwargs: Any) -> Response:
        return Response(DepositOutput(deposit_cancel(**self.acting(), deposit_id=deposit_id)).data)


class DepositProofView(FundingView):
    parser_classes = [MultiPartParser]

    def get_throttles(self) -> list[Any]:
        return [*super().get_throttles(), UploadThrottle()]

    @extend_schema(
        operation_id="deposits_send_proof",
        summary="Send a file that shows the payment",
        description="JPEG, PNG, HEIC or PDF. The same file sent again is the same proof.",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": ProofInput},
        responses={201: ProofOutput},
        examples=[DECIDED_DEPOSIT],
    )
    def post(self, request: Request, deposit_id: int, **kwargs: Any) -> Response:
        self.idempotency_key()
        asked = ProofInput(data=request.data)
        asked.is_valid(raise_exception=True)
        proof = deposit_proof_add(
            owner=self.owner,
            deposit_id=deposit_id,
            upload=asked.validated_data["proof"],
            origin=request_origin(request),
        )
        return Response(ProofOutput(proof).data, status=201)


class WithdrawalListView(FundingView, ListAPIView[Withdrawal]):
    serializer_class = WithdrawalOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return withdrawals_of_user(self.request.user)

    @extend_schema(operation_id="withdrawals_list", summary="Your withdrawals")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="withdrawals_create",
        summary="Ask for money to be paid out",
        description=(
            "It is reserved at once, no more than is free of margin. Needs a session in which the password or a code "
            "was given within the last ten minutes; access tokens and API keys pay nothing out."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=WithdrawalInput,
        responses={201: WithdrawalOutput},
        examples=[PAY_OUT, PAID_OUT, TOO_MUCH, NOT_CONFIRMED],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_unconfirmed(request)
        withdrawal = withdrawal_request(**self.acting(), **self.validated(WithdrawalInput))
        return Response(WithdrawalOutput(withdrawal).data, status=201)


class WithdrawalQuoteView(FundingView):
    required_scope = Scope.READ

    @extend_schema(
        operation_id="withdrawals_quote",
        summary="What a withdrawal would come to",
        request=WithdrawalQuoteInput,
        responses=FundingQuoteOutput,
        examples=[QUOTED],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return _quoted(*withdrawal_quote(owner=self.owner, **self.validated(WithdrawalQuoteInput)))


class WithdrawalView(FundingView):
    @extend_schema(operation_id="withdrawals_get", summary="A withdrawal", responses=WithdrawalOutput)
    def get(self, request: Request, withdrawal_id: int, **kwargs: Any) -> Response:
        return Response(WithdrawalOutput(own_withdrawal(request.user, withdrawal_id)).data)

    @extend_schema(
        operation_id="withdrawals_cancel",
        summary="Take a withdrawal back that is not decided, and free its money",
        parameters=[IDEMPOTENCY_KEY],
        responses={200: WithdrawalOutput},
        examples=[DECIDED],
    )
    def delete(self, request: Request, withdrawal_id: int, **kwargs: Any) -> Response:
        return Response(WithdrawalOutput(withdrawal_cancel(**self.acting(), withdrawal_id=withdrawal_id)).data)


class TransferListView(FundingView, ListAPIView[Transfer]):
    serializer_class = TransferOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return transfers_of_user(self.request.user)

    @extend_schema(operation_id="transfers_list", summary="Transfers between your accounts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="transfers_create",
        summary="Move money to another account of yours, at once",
        parameters=[IDEMPOTENCY_KEY],
        request=TransferInput,
        responses={201: TransferOutput},
        examples=[MOVE, MOVED, TOO_MUCH],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        transfer = account_transfer(**self.acting(), **self.validated(TransferInput))
        return Response(TransferOutput(transfer).data, status=201)


class TransferQuoteView(FundingView):
    required_scope = Scope.READ

    @extend_schema(
        operation_id="transfers_quote",
        summary="What would arrive",
        request=TransferQuoteInput,
        responses=TransferQuoteOutput,
        examples=[MOVE],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rate, received, asked = transfer_quote(owner=self.owner, **self.validated(TransferQuoteInput))
        return Response(
            {"received": f"{received:f}", "rate": f"{rate.normalize():f}", "quote": signed_quote(asked, rate)}
        )


class PaymentMethodsView(ListAPIView[Any]):
    serializer_class = TermsOutput
    pagination_class = None

    def get_queryset(self) -> Any:
        return [terms for direction in Direction for terms in offered_terms(direction)]

    @extend_schema(operation_id="payment_methods_list", summary="How money can come and go, and what it costs")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


def _quoted(terms: Terms, asked: dict[str, Any]) -> Response:
    return Response(
        {
            "amount": f"{terms.amount:f}",
            "fee": f"{terms.fee:f}",
            "payment_amount": f"{terms.payment_amount:f}",
            "payment_currency": terms.payment_currency,
            "rate": f"{terms.rate.normalize():f}",
            "quote": signed_quote(asked, terms.rate),
        }
    )
