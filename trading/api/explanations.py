"""Why something happened: the decision behind an event of an account."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forexpro.core.http.wire import as_answered
from forexpro.core.signing import sign
from trading.api.examples import EXPLANATION, EXPLANATION_DOCUMENT
from trading.api.views import AccountView
from trading.selectors.explanation_report import explanation_report
from trading.selectors.explanations import explained_decision


class VerdictOutput(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    type = serializers.CharField()
    sentence = serializers.CharField()


class FormulaOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    formula = serializers.CharField(help_text="With its numbers filled in.")


class FiguresOutput(serializers.Serializer[Any]):
    balance = serializers.CharField()
    credit = serializers.CharField()
    floating = serializers.CharField()
    equity = serializers.CharField()
    margin = serializers.CharField()
    free_margin = serializers.CharField()
    margin_level = serializers.CharField(allow_null=True)


class ExplanationOutput(serializers.Serializer[Any]):
    account_id = serializers.CharField()
    first_seq = serializers.IntegerField()
    last_seq = serializers.IntegerField()
    decided_at = serializers.DateTimeField()
    currency = serializers.CharField()
    command = serializers.DictField(help_text="What the engine was asked: a request, or a tick to work through.")
    refusal = serializers.CharField(allow_null=True, help_text="The code of the refusal, null where there was none.")
    verdict = VerdictOutput(many=True)
    formulas = FormulaOutput(many=True)
    details = serializers.DictField(help_text="The numbers behind a refusal.")
    quotes = serializers.ListField(child=serializers.DictField(), help_text="Every quote that was looked at.")
    conversions = serializers.ListField(child=serializers.DictField())
    before = FiguresOutput(allow_null=True)
    after = FiguresOutput(allow_null=True)
    positions = serializers.ListField(child=serializers.DictField(), help_text="As they were before, at those quotes.")
    margins = serializers.DictField(child=serializers.CharField(), help_text="By symbol, before.")
    policy = serializers.DictField(help_text="The rules in force then.")
    instruments = serializers.ListField(child=serializers.DictField(), help_text="The specifications in force then.")
    conditions_since = serializers.DateTimeField(help_text="Since when these rules and specifications were in force.")


class ExplanationView(AccountView):
    @extend_schema(
        operation_id="events_explanation",
        summary="Why: the decision behind an event, with the numbers it rests on",
        responses=ExplanationOutput,
        examples=[EXPLANATION],
    )
    def get(self, request: Request, seq: int, **kwargs: Any) -> Response:
        return Response(as_answered(explanation_report(explained_decision(self.account_row, seq))))


class ExplanationDocumentView(AccountView):
    @extend_schema(
        operation_id="events_explanation_document",
        summary="The same as a signed document, from which the decision can be taken again",
        responses=OpenApiTypes.OBJECT,
        examples=[EXPLANATION_DOCUMENT],
    )
    def get(self, request: Request, seq: int, **kwargs: Any) -> Response:
        decision = explained_decision(self.account_row, seq)
        headers = {"Content-Disposition": f'attachment; filename="decision-{self.account_row.number}-{seq}.json"'}
        return Response(sign(decision.to_document()), headers=headers)
