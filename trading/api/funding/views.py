"""Deposits, withdrawals, transfers: list, look at what one comes to, ask for it, take it back."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope, User
from accounts.signed_in import signed_in_person
from accounts.step_up import refuse_unconfirmed
from forexpro.core.http.origin import request_origin
from forexpro.core.http.pagination import NewestFirst
from forexpro.core.http.schema import worked
from kyc.throttles import UploadThrottle
from trading.api.funding.examples import (
    ARRIVES,
    DECIDED,
    DECIDED_DEPOSIT,
    DEPOSIT,
    DEPOSIT_BACK,
    MOVE,
    MOVED,
    MOVED_BEFORE,
    NOT_CONFIRMED,
    PAID_IN,
    PAID_OUT,
    PAY_IN,
    PAY_OUT,
    PAY_OUT_QUOTE,
    PROOF,
    PROOF_KEPT,
    QUOTED,
    TERMS,
    TOO_MUCH,
    WITHDRAWAL,
    WITHDRAWAL_BACK,
)
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


class FundingView(MutatingView):
    """A view of what the caller asks for with their own money."""

    changing_scope = Scope.FUNDING

    @property
    def owner(self) -> User:
        """Who asks."""
        return signed_in_person(self.request)

    def acting(self) -> dict[str, Any]:
        """Return what every service that changes something is told."""
        key = self.idempotency_key()
        return {"owner": self.owner, "origin": request_origin(self.request), "idempotency_key": key}


@extend_schema_view(get=extend_schema(operation_id="deposits_list", summary="Your deposits", examples=[DEPOSIT]))
class DepositListView(FundingView, ListAPIView[Deposit]):
    serializer_class = DepositOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return deposits_of_user(self.request.user)

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
    @extend_schema(operation_id="deposits_get", summary="A deposit", responses=DepositOutput, examples=[DEPOSIT])
    def get(self, request: Request, deposit_id: int, **kwargs: Any) -> Response:
        return Response(DepositOutput(own_deposit(request.user, deposit_id)).data)

    @extend_schema(
        operation_id="deposits_cancel",
        summary="Take a deposit back that is not decided",
        parameters=[IDEMPOTENCY_KEY],
        responses={200: DepositOutput},
        examples=[DEPOSIT_BACK, DECIDED],
    )
    def delete(self, request: Request, deposit_id: int, **kwargs: Any) -> Response:
        return Response(DepositOutput(deposit_cancel(**self.acting(), deposit_id=deposit_id)).data)


class DepositProofView(FundingView):
    parser_classes = [MultiPartParser]

    def get_throttles(self) -> list[Any]:
        throttles = super().get_throttles()
        return [*throttles, UploadThrottle()] if self.request.method == "POST" else throttles

    @extend_schema(
        operation_id="deposits_proofs",
        summary="The files that you have sent to show a payment",
        description="Of each what it is; what is in it you have, and `sha256` is that of what was made of it.",
        responses=ProofOutput(many=True),
        examples=[worked("A picture", PROOF)],
    )
    def get(self, request: Request, deposit_id: int, **kwargs: Any) -> Response:
        return Response(ProofOutput(own_deposit(request.user, deposit_id).proofs.order_by("id"), many=True).data)

    @extend_schema(
        operation_id="deposits_send_proof",
        summary="Send a file that shows the payment",
        description="JPEG, PNG, HEIC or PDF. The same file sent again is the same proof.",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": ProofInput},
        responses={201: ProofOutput},
        examples=[PROOF_KEPT, DECIDED_DEPOSIT],
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


@extend_schema_view(
    get=extend_schema(operation_id="withdrawals_list", summary="Your withdrawals", examples=[WITHDRAWAL])
)
class WithdrawalListView(FundingView, ListAPIView[Withdrawal]):
    serializer_class = WithdrawalOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return withdrawals_of_user(self.request.user)

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
        examples=[PAY_OUT_QUOTE, QUOTED, TOO_MUCH],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return _quoted(*withdrawal_quote(owner=self.owner, **self.validated(WithdrawalQuoteInput)))


class WithdrawalView(FundingView):
    @extend_schema(
        operation_id="withdrawals_get", summary="A withdrawal", responses=WithdrawalOutput, examples=[WITHDRAWAL]
    )
    def get(self, request: Request, withdrawal_id: int, **kwargs: Any) -> Response:
        return Response(WithdrawalOutput(own_withdrawal(request.user, withdrawal_id)).data)

    @extend_schema(
        operation_id="withdrawals_cancel",
        summary="Take a withdrawal back that is not decided, and free its money",
        parameters=[IDEMPOTENCY_KEY],
        responses={200: WithdrawalOutput},
        examples=[WITHDRAWAL_BACK, DECIDED],
    )
    def delete(self, request: Request, withdrawal_id: int, **kwargs: Any) -> Response:
        return Response(WithdrawalOutput(withdrawal_cancel(**self.acting(), withdrawal_id=withdrawal_id)).data)


@extend_schema_view(
    get=extend_schema(operation_id="transfers_list", summary="Transfers between your accounts", examples=[MOVED_BEFORE])
)
class TransferListView(FundingView, ListAPIView[Transfer]):
    serializer_class = TransferOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        return transfers_of_user(self.request.user)

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
        examples=[MOVE, ARRIVES, TOO_MUCH],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rate, received, asked = transfer_quote(owner=self.owner, **self.validated(TransferQuoteInput))
        return Response(
            {"received": f"{received:f}", "rate": f"{rate.normalize():f}", "quote": signed_quote(asked, rate)}
        )


@extend_schema_view(
    get=extend_schema(
        operation_id="payment_methods_list",
        summary="How money can come and go, and what it costs",
        examples=[TERMS],
    )
)
class PaymentMethodsView(ListAPIView[Any]):
    serializer_class = TermsOutput
    pagination_class = None

    def get_queryset(self) -> Any:
        return [terms for direction in Direction for terms in offered_terms(direction)]


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
