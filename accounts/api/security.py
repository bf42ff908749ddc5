"""How safe a person's sign-in is: where they are signed in, what happened, who has looked at their pages."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.persons import PersonView
from accounts.devices import device_name
from accounts.models import RefreshFamily, SignedInSession, User, Visit
from accounts.selectors import (
    email_change_of,
    programs_signed_in,
    second_factor_of,
    security_events,
    signed_in_sessions,
    visits_at,
)
from accounts.services.sessions import other_sessions_end, session_end
from accounts.services.tokens import family_end
from forexpro.core.events.sentences import sentence
from forexpro.core.http.fields import IdOutput
from forexpro.core.http.origin import request_origin
from forexpro.core.http.schema import error_example, worked
from forexpro.core.models import Event

EVENTS_SHOWN = 50
VISITS_SHOWN = 20

_SESSION = {
    "id": "12",
    "device": "Firefox on Linux",
    "ip": "203.0.113.7",
    "signed_in_at": "2026-03-02T09:30:00.123456Z",
    "last_seen_at": "2026-03-02T10:00:00.123456Z",
    "is_this": False,
}
_PROGRAM = {
    "id": "5f0c9c1e-8b7d-4c0f-9a3b-2d1e0f9a8b7c",
    "device": "python-httpx",
    "ip": "203.0.113.8",
    "started_at": "2026-03-02T09:30:00.123456Z",
    "refreshed_at": "2026-03-02T10:00:00.123456Z",
    "expires_at": "2026-03-16T10:00:00.123456Z",
}
_SECURITY = {
    "two_step": True,
    "two_step_since": "2026-03-02T09:30:00.123456Z",
    "two_step_required": False,
    "backup_codes_left": 9,
    "new_email": None,
    "sessions": [_SESSION],
    "programs": [_PROGRAM],
    "events": [
        {
            "type": "user.signed_in",
            "sentence": "Signed in with Firefox on Linux.",
            "ip": "203.0.113.7",
            "occurred_at": "2026-03-02T09:30:00.123456Z",
        }
    ],
    "visits": [
        {
            "id": "9",
            "visitor": "Maria Keller",
            "reason": "Ticket 8841: no chart",
            "may": [],
            "begun_at": "2026-03-02T09:30:00.123456Z",
            "ended_at": "2026-03-02T09:36:00.123456Z",
        }
    ],
}


class SessionOutput(serializers.ModelSerializer[SignedInSession]):
    id = IdOutput()
    device = serializers.SerializerMethodField()
    is_this = serializers.SerializerMethodField(help_text="Whether this call came with it.")

    class Meta:
        model = SignedInSession
        fields = ["id", "device", "ip", "signed_in_at", "last_seen_at", "is_this"]

    def get_device(self, signed_in: SignedInSession) -> str:
        return device_name(signed_in.user_agent)

    def get_is_this(self, signed_in: SignedInSession) -> bool:
        return bool(signed_in.session_id == self.context["session_key"])


class SignedInProgramOutput(serializers.ModelSerializer[RefreshFamily]):
    """A program that signed in with a password, and its tokens."""

    device = serializers.SerializerMethodField()

    class Meta:
        model = RefreshFamily
        fields = ["id", "device", "ip", "started_at", "refreshed_at", "expires_at"]

    def get_device(self, family: RefreshFamily) -> str:
        return device_name(family.user_agent)


class SecurityEventOutput(serializers.ModelSerializer[Event]):
    type = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    ip = serializers.CharField(allow_null=True)

    class Meta:
        model = Event
        fields = ["type", "sentence", "ip", "occurred_at"]

    def get_sentence(self, event: Event) -> str:
        return sentence(event)


class VisitOutput(serializers.ModelSerializer[Visit]):
    """Somebody of the house who has looked at your pages."""

    id = IdOutput()
    visitor = serializers.CharField(source="admin_name")
    may = serializers.ListField(child=serializers.CharField(), source="scopes", help_text="Beyond looking.")

    class Meta:
        model = Visit
        fields = ["id", "visitor", "reason", "may", "begun_at", "ended_at"]


class SecurityOutput(serializers.Serializer[Any]):
    two_step = serializers.BooleanField()
    two_step_since = serializers.DateTimeField(allow_null=True)
    two_step_required = serializers.BooleanField()
    backup_codes_left = serializers.IntegerField()
    new_email = serializers.EmailField(
        allow_null=True, help_text="The address that waits for both mailboxes to confirm it."
    )
    sessions = SessionOutput(many=True)
    programs = SignedInProgramOutput(many=True)
    events = SecurityEventOutput(many=True, help_text=f"The newest {EVENTS_SHOWN}.")
    visits = VisitOutput(many=True, help_text=f"The newest {VISITS_SHOWN}.")


class EndedOutput(serializers.Serializer[Any]):
    ended = serializers.IntegerField(help_text="How many have ended.")


class SecurityView(PersonView):
    @extend_schema(
        operation_id="security_get",
        summary="Two-step sign-in, sessions, programs, and what happened with your sign-in",
        description="What changes a password, an address or the second step is done on the page `/security` alone.",
        responses=SecurityOutput,
        examples=[worked("Everything", _SECURITY)],
    )
    def get(self, request: Request) -> Response:
        return Response(SecurityOutput(self._security(self.person), context=self._context()).data)

    def _context(self) -> dict[str, Any]:
        return {"session_key": self.request.session.session_key if self.request.auth is None else None}

    def _security(self, user: User) -> dict[str, Any]:
        second_factor, change = second_factor_of(user), email_change_of(user)
        return {
            "two_step": second_factor is not None,
            "two_step_since": second_factor and second_factor.since,
            "two_step_required": user.is_staff and settings.STAFF_TOTP_REQUIRED,
            "backup_codes_left": second_factor.codes_left if second_factor else 0,
            "new_email": change and change.new_email,
            "sessions": signed_in_sessions(user),
            "programs": programs_signed_in(user),
            "events": security_events(user, EVENTS_SHOWN),
            "visits": visits_at(user, VISITS_SHOWN),
        }


class SessionView(PersonView):
    @extend_schema(
        operation_id="sessions_end",
        summary="End a session of yours",
        description="API keys do not do this.",
        responses={204: None},
        examples=[error_example("It has ended", 404, "session_unknown", "This session has ended already.")],
    )
    def delete(self, request: Request, signed_in_id: int) -> Response:
        session_end(user_id=self.person.pk, signed_in_id=signed_in_id, origin=request_origin(request))
        return Response(status=204)


class OtherSessionsView(PersonView):
    @extend_schema(
        operation_id="sessions_end_all",
        summary="End every session and program of yours",
        description=(
            "A session from which this is called goes on; tokens all end, those of this call too. API keys stay, and "
            "do not do this."
        ),
        request=None,
        responses=EndedOutput,
        examples=[worked("Three have ended", {"ended": 3})],
    )
    def post(self, request: Request) -> Response:
        return Response({"ended": other_sessions_end(request=request._request, user_id=self.person.pk)})


class ProgramView(PersonView):
    @extend_schema(
        operation_id="programs_end",
        summary="Sign a program of yours out: end its tokens",
        description="API keys do not do this.",
        responses={204: None},
        examples=[error_example("It has ended", 404, "session_unknown", "This session has ended already.")],
    )
    def delete(self, request: Request, family_id: Any) -> Response:
        family_end(user=self.person, family_id=family_id, origin=request_origin(request))
        return Response(status=204)
