"""Name, time zone and language of whoever calls, and how they stand here."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.persons import PersonView
from accounts.models import User
from accounts.selectors import has_second_factor
from accounts.services.profile import profile_update
from forexpro.core.http.fields import IdOutput, NumberOutput, TextInput, TimeZoneInput
from forexpro.core.http.origin import request_origin
from forexpro.core.http.schema import asked, error_example, worked

_PROFILE = {
    "id": "17",
    "email": "ada@example.com",
    "email_verified": True,
    "full_name": "Ada Lovelace",
    "time_zone": "Europe/London",
    "language": "",
    "access_level": "full",
    "withdrawals_allowed": True,
    "leverage_max": None,
    "two_step": True,
    "joined_at": "2026-03-02T09:30:00.123456Z",
}


class ProfileInput(serializers.Serializer[Any]):
    """A field that is left out stays as it is."""

    full_name = TextInput(required=False, max_length=150)
    time_zone = TimeZoneInput(required=False)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, allow_blank=True, help_text="Empty: as the browser asks."
    )


class ProfileOutput(serializers.ModelSerializer[User]):
    id = IdOutput()
    email_verified = serializers.BooleanField(source="is_email_verified")
    leverage_max = NumberOutput(allow_null=True, help_text="The highest of your accounts; null for the group's.")
    two_step = serializers.SerializerMethodField(help_text="Whether you sign in with two steps.")
    joined_at = serializers.DateTimeField(source="date_joined")

    class Meta:
        model = User
        fields = [
            "id", "email", "email_verified", "full_name", "time_zone", "language", "access_level",
            "withdrawals_allowed", "leverage_max", "two_step", "joined_at",
        ]  # fmt: skip

    def get_two_step(self, user: User) -> bool:
        return has_second_factor(user)


class ProfileView(PersonView):
    @extend_schema(
        operation_id="profile_get",
        summary="Who you are here",
        responses=ProfileOutput,
        examples=[worked("A client", _PROFILE)],
    )
    def get(self, request: Request) -> Response:
        return Response(ProfileOutput(self.person).data)

    @extend_schema(
        operation_id="profile_change",
        summary="Change name, time zone or language",
        description="Sent twice it changes nothing more. API keys do not do this.",
        request=ProfileInput,
        responses=ProfileOutput,
        examples=[
            asked("Another time zone", {"time_zone": "Europe/Berlin"}),
            worked("Changed", _PROFILE | {"time_zone": "Europe/Berlin"}),
            error_example(
                "No such time zone",
                422,
                "time_zone_unknown",
                "Send a name such as Europe/Berlin.",
                {"time_zone": "Europe/Nowhere"},
            ),
        ],
    )
    def patch(self, request: Request) -> Response:
        present = {name: getattr(self.person, name) for name in ("full_name", "time_zone")}
        wanted = present | self.validated(ProfileInput)
        user = profile_update(user_id=self.person.pk, **wanted, origin=request_origin(request))
        return Response(ProfileOutput(user).data)
