"""Decisions on deposits, withdrawals and documents: what the desk decides, decided by the CRM."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.examples import DEPOSIT, DOCUMENT
from crm.api.history import ClientDocumentOutput, ClientFundingOutput
from crm.api.schema import INVALID, service_call
from crm.api.views import ServiceView
from crm.models import Scope
from crm.services.calls import Answer
from forexpro.core.http.fields import LinesInput, TextInput
from forexpro.core.http.schema import asked, error_example, worked
from kyc.services.reviews import document_approve_apply, document_reject_apply
from trading.models.funding import Status
from trading.selectors.market import newest_ticks
from trading.services.funding.decisions import deposit_decide_apply, withdrawal_decide_apply

DEPOSIT_DECISIONS = {
    "review": Status.IN_REVIEW,
    "approve": Status.APPROVED,
    "decline": Status.DECLINED,
    "fail": Status.FAILED,
}
WITHDRAWAL_DECISIONS = {**DEPOSIT_DECISIONS, "pay": Status.PAID}
REASON = "Why not: the client reads it. Needed to decline, and for a payment that has failed."


class DepositDecisionInput(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(
        choices=list(DEPOSIT_DECISIONS), help_text="`approve` credits it; `review` says that you are looking at it."
    )
    reason = LinesInput(required=False, allow_blank=True, max_length=300, default="", help_text=REASON)


class WithdrawalDecisionInput(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(
        choices=list(WITHDRAWAL_DECISIONS),
        help_text="`pay` and `fail` say what has become of the payment of one that is approved.",
    )
    reason = LinesInput(required=False, allow_blank=True, max_length=300, default="", help_text=REASON)


class KycDecisionInput(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["approve", "decline"])
    reason = LinesInput(
        required=False,
        allow_blank=True,
        max_length=1000,
        default="",
        help_text="Needed to decline: the client reads it.",
    )
    checked = serializers.ListField(
        child=TextInput(max_length=32),
        required=False,
        default=list,
        max_length=20,
        help_text="To approve: the names of the document's `checklist`, all of which you have looked at.",
    )
    number = TextInput(
        required=False, allow_blank=True, max_length=64, default="", help_text="Of the document. Stored encrypted."
    )
    expires_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="As printed on it.")


DECIDED = error_example(
    "Somebody was faster",
    409,
    "transition_not_allowed",
    "This is approved and cannot become declined. Look again: somebody may have been faster.",
    {"id": 7, "status": "approved", "wanted": "declined"},
)
NO_REQUEST = error_example("No such request", 404, "request_not_found", "There is no such request.", {"id": 7})
NO_REASON = error_example(
    "Declined without a reason", 422, "reason_required", "Say why: the client reads it.", {"field": "reason"}
)


class DepositDecisionView(ServiceView):
    changing_scope = Scope.FUNDING

    @service_call(
        "deposit_decide",
        "Approve or decline a deposit",
        scope=Scope.FUNDING,
        description="An approval credits the deposit, once. The client is told at once, as when the desk decides.",
        request=DepositDecisionInput,
        answers={200: ClientFundingOutput},
        examples=[
            asked("Approve", {"decision": "approve"}),
            asked("Decline", {"decision": "decline", "reason": "The payment came from somebody else."}),
            worked("Approved", DEPOSIT | {"status": "approved", "decided_at": "2026-03-02T10:00:00.123456Z"}),
            INVALID,
            NO_REQUEST,
            DECIDED,
            NO_REASON,
        ],
        changes=True,
    )
    def post(self, request: Request, deposit_id: int) -> Response:
        wanted = self.validated(DepositDecisionInput)
        assert self.caller is not None
        program = self.caller.program()

        def effect() -> Answer:
            deposit = deposit_decide_apply(
                actor=program,
                deposit_id=deposit_id,
                status=DEPOSIT_DECISIONS[wanted["decision"]],
                reason=wanted["reason"],
                origin=self.origin,
            )
            return Answer(200, ClientFundingOutput(deposit).data)

        return self.carry_out(effect)


class WithdrawalDecisionView(ServiceView):
    changing_scope = Scope.FUNDING

    @service_call(
        "withdrawal_decide",
        "Approve, decline or pay a withdrawal",
        scope=Scope.FUNDING,
        description=(
            "Declining gives the reserved money back; `pay` books an approved one, once. One that takes two approvals "
            "is approved by a member of staff first."
        ),
        request=WithdrawalDecisionInput,
        answers={200: ClientFundingOutput},
        examples=[
            asked("Approve", {"decision": "approve"}),
            worked("Approved", DEPOSIT | {"status": "approved", "decided_at": "2026-03-02T10:00:00.123456Z"}),
            INVALID,
            NO_REQUEST,
            DECIDED,
            error_example(
                "A large one, which nobody has approved yet",
                409,
                "staff_approval_required",
                "A withdrawal this large is approved by a member of staff first. Approve it again afterwards.",
                {"id": 7},
            ),
            NO_REASON,
            error_example(
                "Losses have reached the money",
                422,
                "funds_insufficient",
                "At most 812.30 USD can be withdrawn now.",
                {"amount": "900.00", "available": "812.30", "currency": "USD"},
            ),
        ],
        changes=True,
    )
    def post(self, request: Request, withdrawal_id: int) -> Response:
        wanted = self.validated(WithdrawalDecisionInput)
        assert self.caller is not None
        program, ticks = self.caller.program(), newest_ticks()

        def effect() -> Answer:
            withdrawal = withdrawal_decide_apply(
                actor=program,
                withdrawal_id=withdrawal_id,
                status=WITHDRAWAL_DECISIONS[wanted["decision"]],
                reason=wanted["reason"],
                ticks=ticks,
                origin=self.origin,
            )
            return Answer(200, ClientFundingOutput(withdrawal).data)

        return self.carry_out(effect)


class KycDecisionView(ServiceView):
    changing_scope = Scope.KYC

    @service_call(
        "kyc_decide",
        "Approve or decline a document of a client",
        scope=Scope.KYC,
        description=(
            "The id is that of the document in `GET /crm/users/{id}/kyc`. The client's level follows from the "
            "documents that are approved."
        ),
        request=KycDecisionInput,
        answers={200: ClientDocumentOutput},
        examples=[
            asked(
                "Approve",
                {
                    "decision": "approve",
                    "checked": DOCUMENT["checklist"],
                    "number": "C01X00T47",
                    "expires_on": "2031-05-01",
                },
            ),
            asked("Decline", {"decision": "decline", "reason": "A corner is cut off. Photograph all of it."}),
            worked("Approved", DOCUMENT | {"status": "approved", "decided_at": "2026-03-02T10:00:00.123456Z"}),
            INVALID,
            error_example("No such document", 404, "document_not_found", "There is no such document."),
            error_example(
                "Somebody was faster",
                409,
                "document_decided",
                "This document does not wait any more: it is approved.",
                {"status": "approved"},
            ),
            error_example(
                "Nobody has approved it yet, and two have to",
                409,
                "staff_approval_required",
                "A member of staff approves this document first. Approve it again afterwards.",
            ),
            error_example(
                "Not everything was looked at",
                422,
                "checklist_incomplete",
                "Answer every question of the checklist.",
                {"missing": ["genuine"]},
            ),
            error_example(
                "Declined without a reason",
                422,
                "reason_missing",
                "Choose a reason or write one: the client has to know what to do.",
            ),
        ],
        changes=True,
    )
    def post(self, request: Request, document_id: int) -> Response:
        wanted = self.validated(KycDecisionInput)
        assert self.caller is not None
        decider: dict[str, Any] = {
            "actor": self.caller.program(),
            "document_id": document_id,
            "origin": self.origin,
        }

        def effect() -> Answer:
            if wanted["decision"] == "approve":
                read = {name: wanted[name] for name in ("checked", "number", "expires_on")}
                document = document_approve_apply(**decider, **read)
            else:
                document = document_reject_apply(**decider, note=wanted["reason"])
            return Answer(200, ClientDocumentOutput(document).data)

        return self.carry_out(effect)
