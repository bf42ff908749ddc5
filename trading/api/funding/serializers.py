"""What deposits, withdrawals and transfers take and give."""

from typing import Any

from rest_framework import serializers

from forexpro.core.http.fields import AmountOutput, IdInput, IdOutput, LinesInput, NumberInput, NumberOutput, TextInput
from trading.models import Deposit, DepositProof, PaymentMethod, PaymentTerms, Transfer, Withdrawal
from trading.models.funding import FundingRequest, Status
from trading.services.funding.requests import DETAILS_LENGTH_MAX


class AmountInput(NumberInput):
    def __init__(self, **options: Any):
        super().__init__(max_digits=20, decimal_places=8, above_zero=True, **options)


class PaymentInput(serializers.Serializer[Any]):
    account_id = IdInput()
    method_id = IdInput(help_text="One of `GET /payment-methods`.")
    currency = TextInput(max_length=5, help_text="Of the payment; one of the method's.")


class DepositQuoteInput(PaymentInput):
    amount = AmountInput(help_text="What you pay, in `currency`.")


class DepositInput(DepositQuoteInput):
    reference = TextInput(required=False, allow_blank=True, max_length=140)
    quote = TextInput(
        required=False, max_length=1000, help_text="Of `…/quote`: its rate counts. Without one the present rate does."
    )


class WithdrawalQuoteInput(PaymentInput):
    amount = AmountInput(help_text="What leaves the account, in its currency; the fee is a part of it.")


class WithdrawalInput(WithdrawalQuoteInput):
    details = LinesInput(
        max_length=DETAILS_LENGTH_MAX, help_text="Where to pay to, as the method asks for it. Stored encrypted."
    )
    reference = TextInput(required=False, allow_blank=True, max_length=140)
    quote = TextInput(
        required=False, max_length=1000, help_text="Of `…/quote`: its rate counts. Without one the present rate does."
    )


class TransferQuoteInput(serializers.Serializer[Any]):
    source_id = IdInput(help_text="The account that the money leaves.")
    target_id = IdInput(help_text="Another account of yours.")
    amount = AmountInput(help_text="In the currency of the source.")


class TransferInput(TransferQuoteInput):
    quote = TextInput(required=False, max_length=1000)


class FundingQuoteOutput(serializers.Serializer[Any]):
    """What a request would come to now; sent with it, `quote` holds the rate for two minutes."""

    amount = serializers.DecimalField(max_digits=24, decimal_places=8, help_text="In the account's currency.")
    fee = serializers.DecimalField(max_digits=24, decimal_places=8, help_text="A part of the amount.")
    payment_amount = serializers.DecimalField(
        max_digits=24, decimal_places=8, help_text="What you pay or get, in `payment_currency`."
    )
    payment_currency = serializers.CharField()
    rate = NumberOutput(help_text="How much of the other currency one unit of the one that comes in or leaves is.")
    quote = serializers.CharField()


class TransferQuoteOutput(serializers.Serializer[Any]):
    received = serializers.DecimalField(max_digits=24, decimal_places=8, help_text="In the currency of the target.")
    rate = NumberOutput()
    quote = serializers.CharField()


class MethodOutput(serializers.ModelSerializer[PaymentMethod]):
    id = IdOutput()

    class Meta:
        model = PaymentMethod
        fields = ["id", "name", "kind"]


class FundingRequestOutput(serializers.ModelSerializer[Any]):
    id = IdOutput()
    account_id = IdOutput()
    method = MethodOutput()
    status = serializers.ChoiceField(choices=Status.choices)
    currency = serializers.CharField(source="account.currency", help_text="Of `amount` and `fee`: the account's.")
    amount = AmountOutput("amount", "account.currency")
    fee = AmountOutput("fee", "account.currency", help_text="A part of the amount.")
    payment_amount = AmountOutput("payment_amount", "payment_currency", help_text="What you pay or get.")
    rate = NumberOutput()
    reason = serializers.CharField(help_text="Why it was declined or has failed.")

    class Meta:
        model: type[FundingRequest]
        fields = [
            "id", "account_id", "method", "status", "currency", "amount", "fee", "payment_amount", "payment_currency",
            "rate", "reference", "reason", "requested_at", "decided_at",
        ]  # fmt: skip


class DepositOutput(FundingRequestOutput):
    instructions = serializers.CharField(source="method.instructions", help_text="Where to pay to.")

    class Meta(FundingRequestOutput.Meta):
        model = Deposit
        fields = [*FundingRequestOutput.Meta.fields, "instructions"]


class ProofInput(serializers.Serializer[Any]):
    proof = serializers.FileField(allow_empty_file=True)  # refused where files are looked at, by a code


class ProofOutput(serializers.ModelSerializer[DepositProof]):
    id = IdOutput()

    class Meta:
        model = DepositProof
        fields = ["id", "media_type", "size", "sha256", "sent_at"]


class WithdrawalOutput(FundingRequestOutput):
    class Meta(FundingRequestOutput.Meta):
        model = Withdrawal


class TransferOutput(serializers.ModelSerializer[Transfer]):
    id = IdOutput()
    source_id = IdOutput()
    target_id = IdOutput()
    currency = serializers.CharField(source="source.currency")
    amount = AmountOutput("amount", "source.currency")
    received_currency = serializers.CharField(source="target.currency")
    received = AmountOutput("received", "target.currency")
    rate = NumberOutput()

    class Meta:
        model = Transfer
        fields = [
            "id", "source_id", "target_id", "currency", "amount", "received_currency", "received", "rate", "created_at",
        ]  # fmt: skip


class TermsOutput(serializers.ModelSerializer[PaymentTerms]):
    """What a method takes in one direction and currency."""

    method = MethodOutput()
    minimum = AmountOutput("minimum", "currency")
    maximum = AmountOutput("maximum", "currency", help_text="Null for no limit.")
    fee_fixed = AmountOutput("fee_fixed", "currency")
    fee_percent = NumberOutput()
    details_label = serializers.CharField(
        source="method.details_label", help_text="What `details` of a withdrawal are to say."
    )

    class Meta:
        model = PaymentTerms
        fields = [
            "method", "direction", "currency", "minimum", "maximum", "fee_fixed", "fee_percent", "details_label",
        ]  # fmt: skip
