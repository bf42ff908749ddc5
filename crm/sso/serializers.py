"""What the CRM sends to have one of its people visit a client, and what it gets."""

from typing import Any

from rest_framework import serializers

from accounts.models import Scope
from accounts.services.visits import REASON_LENGTH
from forexpro.core.http.fields import IdInput, LinesInput, TextInput


class ImpersonateInput(serializers.Serializer[Any]):
    admin_id = TextInput(max_length=100, help_text="Who visits, as the CRM numbers its people.")
    admin_name = TextInput(
        max_length=150,
        required=False,
        allow_blank=True,
        default="",
        help_text="What the client reads; the number where it is missing.",
    )
    client_id = IdInput(help_text="Whom they visit.")
    reason = LinesInput(
        max_length=REASON_LENGTH,
        required=False,
        allow_blank=True,
        default="",
        help_text="Required; the client reads it.",
    )
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[Scope.TRADE.value, Scope.FUNDING.value]),
        required=False,
        default=list,
        help_text="What may be changed. Nothing without one.",
    )


class ImpersonateOutput(serializers.Serializer[Any]):
    visit_id = serializers.CharField()
    token = serializers.CharField(help_text="Good once.")
    url = serializers.CharField(help_text="Open it in the browser of whoever visits.")
    expires_at = serializers.DateTimeField(help_text="Until when the token is good.")
