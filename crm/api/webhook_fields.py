"""What the calls about webhooks take and give, and the endpoint that their examples tell of."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from forexpro.core.http.exact import ExactInput
from forexpro.core.http.fields import FlagInput, IdOutput, TextInput, WholeNumberInput
from forexpro.core.models import WebhookDelivery, WebhookEndpoint
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.catalogue import VERSIONS
from forexpro.core.webhooks.endpoints import ROTATION_OVERLAP
from forexpro.core.webhooks.guard import URL_LENGTH

HOURS = ROTATION_OVERLAP // timedelta(hours=1)
HOURS_MAX = 24 * 30
# More than there will ever be: which there are, the service says.
VERSION_MAX = 1000

ENDPOINT: dict[str, Any] = {
    "id": "3",
    "name": "Berlin",
    "url": "https://crm.example.com/hooks",
    "event_types": ["deposit.requested", "user.created"],
    "ordered": False,
    "payload_version": 1,
    "enabled": True,
    "disabled_reason": "",
    "failures": 0,
    "failing_since": None,
    "paused_until": None,
    "waiting": 0,
    "given_up": 0,
}
DELIVERY: dict[str, Any] = {
    "message_id": "msg_6f0a4c0e0c8f4f3e9d0f5b7a2f1c3d4e",
    "type": "deposit.requested",
    "occurred_at": "2026-03-02T09:30:00.123456Z",
    "status": "delivered",
    "attempts_made": 1,
    "next_attempt_at": "2026-03-02T09:30:15.654321Z",
    "delivered_at": "2026-03-02T09:30:00.654321Z",
}


class EndpointInput(ExactInput, serializers.ModelSerializer[WebhookEndpoint]):
    url = TextInput(max_length=URL_LENGTH, help_text="https, at a public address.")
    event_types = serializers.ListField(
        child=TextInput(max_length=64), min_length=1, max_length=200, help_text="Names, or `*` for all."
    )
    ordered = FlagInput(default=False, help_text="One after the other, in order.")
    payload_version = WholeNumberInput(min_value=1, max_value=VERSION_MAX, default=VERSIONS[-1])

    class Meta:
        model = WebhookEndpoint
        fields = ["name", "url", "event_types", "ordered", "payload_version"]
        # Whether a name is free is the service's to say.
        extra_kwargs: dict[str, Any] = {"name": {"validators": []}}


class EndpointChangeInput(EndpointInput):
    """A field that is left out stays as it is."""

    ordered = FlagInput(required=False)
    payload_version = WholeNumberInput(min_value=1, max_value=VERSION_MAX, required=False)


class EndpointOutput(serializers.ModelSerializer[WebhookEndpoint]):
    id = IdOutput()
    event_types = serializers.ListField(child=serializers.CharField())
    waiting = serializers.IntegerField(help_text="Deliveries that are still to be made.")
    given_up = serializers.IntegerField(help_text="Deliveries that have failed for good; they can be sent again.")

    class Meta:
        model = WebhookEndpoint
        fields = [
            "id", "name", "url", "event_types", "ordered", "payload_version", "enabled", "disabled_reason", "failures",
            "failing_since", "paused_until", "waiting", "given_up",
        ]  # fmt: skip


class EndpointSecretOutput(EndpointOutput):
    secret = serializers.CharField(
        allow_null=True, help_text="Shown once: null where an earlier answer has shown it. Rotate it if that got lost."
    )

    class Meta(EndpointOutput.Meta):
        fields = [*EndpointOutput.Meta.fields, "secret"]


class RotateInput(ExactInput):
    hours = WholeNumberInput(
        default=HOURS, min_value=0, max_value=HOURS_MAX, help_text="For how long older secrets sign, too."
    )


class EmptyInput(serializers.Serializer[Any]):
    pass


class DeliveryOutput(serializers.ModelSerializer[WebhookDelivery]):
    message_id = serializers.CharField(help_text="The `webhook-id`.")
    type = serializers.CharField(source="message.type")
    occurred_at = serializers.DateTimeField(source="message.occurred_at")
    status = serializers.ChoiceField(choices=WebhookDelivery.Status.choices, help_text="`failed` is given up.")

    class Meta:
        model = WebhookDelivery
        fields = [
            "message_id", "type", "occurred_at", "status", "attempts_made", "next_attempt_at", "delivered_at",
        ]  # fmt: skip


class WhichInput(serializers.Serializer[Any]):
    """Which deliveries: a field that is left out says nothing. Times are those of the events."""

    status = serializers.ChoiceField(choices=WebhookDelivery.Status.choices, required=False)
    type = TextInput(required=False, max_length=64)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class ReplayInput(ExactInput, WhichInput):
    message_ids = serializers.ListField(child=TextInput(max_length=40), required=False, min_length=1, max_length=1000)
    missed = FlagInput(
        default=False, help_text="What happened from `since` to `until` and was never queued, while it was off."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["missed"] and ("since" not in attrs or "until" not in attrs):
            raise Refused("replay_unclear", _("Send since and until with missed."))
        if attrs["missed"] and set(attrs) - {"missed", "since", "until"}:
            raise Refused("replay_unclear", _("What was missed is chosen by since and until alone."))
        if not set(attrs) - {"missed"}:
            raise Refused("replay_unclear", _("Say which deliveries are to be sent again."))
        return attrs


class ReplayOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="How many are sent.")
