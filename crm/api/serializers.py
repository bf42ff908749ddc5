"""What the calls about clients take and give."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import AccessLevel, User
from crm.models import Note
from crm.models.note import TEXT_LENGTH
from crm.selectors.clients import verification_of_client, version_of
from crm.services.clients import FLAG_LENGTH, FLAG_PATTERN, FLAGS_MAX
from forexpro.core.http.exact import ExactInput
from forexpro.core.http.fields import (
    FlagInput,
    IdInput,
    IdOutput,
    LinesInput,
    NumberInput,
    NumberOutput,
    PatternInput,
    TextInput,
    TimeZoneInput,
)
from forexpro.core.refusals import Refused
from kyc.models import VerificationCase

BULK_MAX = 1000
REASON_LENGTH = 300


# --- In ----------------------------------------------------------------------------------------
class ProfileInput(serializers.Serializer[Any]):
    full_name = TextInput(required=False, max_length=150)
    time_zone = TimeZoneInput(required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, allow_blank=True)


class ClientInput(ProfileInput):
    """A client is found by `external_id`, else by `email`; one of them is needed, both and a name to create one."""

    external_id = TextInput(required=False, max_length=64)
    email = serializers.EmailField(required=False, max_length=254)
    invite = FlagInput(
        default=False, help_text="Whether a client who is created is mailed a link to choose a password."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("external_id") and not attrs.get("email"):
            raise Refused("client_unnamed", _("Send external_id, email, or both."))
        return attrs


class BulkInput(serializers.Serializer[Any]):
    users = serializers.ListField(
        child=serializers.JSONField(allow_null=True),  # each row is looked at for itself
        min_length=1,
        max_length=BULK_MAX,
        help_text="Up to 1,000 bodies of `POST /crm/users`.",
    )


class LimitsInput(ExactInput):
    deposits_maximum = NumberInput(
        max_digits=20,
        decimal_places=8,
        required=False,
        allow_null=True,
        help_text="In the currency in which limits are set. The level of verification limits, too. Null: no other.",
    )
    withdrawals_allowed = FlagInput(required=False)


class ClientChangeInput(ExactInput, ProfileInput):
    """A field that is left out stays as it is. What there is not is refused: a misspelt limit would limit nothing."""

    external_id = TextInput(required=False, allow_null=True, max_length=64)
    status = serializers.ChoiceField(
        choices=["active", "suspended"], required=False, help_text="Whoever is suspended is signed out at once."
    )
    access_level = serializers.ChoiceField(
        choices=AccessLevel.choices,
        required=False,
        help_text=(
            "full; close_only: opens no positions or accounts and pays nothing in; frozen: no money moves either. "
            "Positions can always be closed."
        ),
    )
    group = TextInput(
        required=False, max_length=60, help_text="The account group of all open accounts of the client, by its name."
    )
    leverage_max = NumberInput(
        max_digits=8,
        decimal_places=2,
        at_least_one=True,
        required=False,
        allow_null=True,
        help_text="Accounts with more are brought down to it at once. Null: the group's alone.",
    )
    limits = LimitsInput(required=False)
    flags = serializers.ListField(
        child=PatternInput(FLAG_PATTERN, max_length=FLAG_LENGTH),
        required=False,
        max_length=FLAGS_MAX,
        help_text="All flags that the client is to have: names of your own in small letters.",
    )
    reason = LinesInput(
        required=False, allow_blank=True, max_length=REASON_LENGTH, help_text="For the record; clients do not see it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("status" in attrs or "access_level" in attrs) and not attrs.get("reason", "").strip():
            raise Refused("reason_required", _("Say why the status or the access changes."), {"field": "reason"})
        if not set(attrs) - {"reason"}:
            raise Refused("nothing_to_change", _("Name at least one field to change."))
        return attrs


class UserInput(serializers.Serializer[Any]):
    user_id = IdInput(help_text="The client's id.")


class ForceLogoutInput(UserInput):
    reason = LinesInput(max_length=REASON_LENGTH, help_text="For the record.")
    with_api_keys = FlagInput(default=False, help_text="Whether the client's API keys end, too.")


class NoteInput(serializers.Serializer[Any]):
    text = LinesInput(max_length=TEXT_LENGTH)


class ClientsAsked(serializers.Serializer[Any]):
    updated_since = serializers.DateTimeField(
        required=False, help_text="Begin with who has changed since. Afterwards the cursor alone says how far you are."
    )
    cursor = TextInput(required=False, max_length=200, help_text="`cursor` of the page before.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)
    email = TextInput(required=False, max_length=254, help_text="Only whoever has this address.")
    external_id = TextInput(required=False, max_length=64, help_text="Only whoever has this external id.")


# --- Out ---------------------------------------------------------------------------------------
class LimitsOutput(serializers.Serializer[Any]):
    deposits_maximum = NumberOutput(allow_null=True)
    withdrawals_allowed = serializers.BooleanField()


class VerificationSummary(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=VerificationCase.Status.choices)
    level = serializers.IntegerField(min_value=0, max_value=2)


class ClientOutput(serializers.ModelSerializer[User]):
    id = IdOutput()
    status = serializers.SerializerMethodField()
    email_verified = serializers.BooleanField(source="is_email_verified")
    leverage_max = NumberOutput(allow_null=True)
    limits = LimitsOutput(source="*")
    kyc = serializers.SerializerMethodField()
    joined_at = serializers.DateTimeField(source="date_joined")
    last_sign_in_at = serializers.DateTimeField(source="last_login", allow_null=True)
    version = serializers.SerializerMethodField(help_text="For `If-Match`, in double quotes: as the header `ETag`.")

    class Meta:
        model = User
        fields = [
            "id", "external_id", "email", "email_verified", "full_name", "time_zone", "language", "status",
            "access_level", "flags", "leverage_max", "limits", "kyc", "joined_at", "last_sign_in_at", "updated_at",
            "version",
        ]  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=["active", "suspended"]))
    def get_status(self, user: User) -> str:
        return "active" if user.is_active else "suspended"

    @extend_schema_field(VerificationSummary)
    def get_kyc(self, user: User) -> dict[str, Any]:
        status, level = verification_of_client(user)
        return {"status": status, "level": level}

    def get_version(self, user: User) -> str:
        return version_of(user)


class ClientPageOutput(serializers.Serializer[Any]):
    results = ClientOutput(many=True)
    cursor = serializers.CharField(help_text="Where to go on: for the next page, and for what changes later.")
    has_more = serializers.BooleanField(help_text="Whether the next page has something already.")


class UpsertOutput(serializers.Serializer[Any]):
    result = serializers.ChoiceField(choices=["created", "updated", "unchanged"])
    user = ClientOutput()


class RowErrorOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField()


class RowOutput(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="The row's place in the request, from 0.")
    result = serializers.ChoiceField(choices=["created", "updated", "unchanged", "refused"])
    id = serializers.CharField(allow_null=True)
    external_id = serializers.CharField(allow_null=True)
    error = RowErrorOutput(allow_null=True)


class BulkOutput(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = RowOutput(many=True)


class NoteOutput(serializers.ModelSerializer[Note]):
    id = IdOutput()

    class Meta:
        model = Note
        fields = ["id", "author", "text", "created_at"]


class DoneOutput(serializers.Serializer[Any]):
    user_id = serializers.CharField()
    done = serializers.CharField()
