"""Clients: follow who changes, read, create and update, change what the house sets, sign out, reset, note down."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services.clients import ClientRow, clients_upsert_apply
from accounts.services.force_logout import signed_out_apply
from accounts.services.passwords import password_reset_request_apply
from crm.api.examples import CLIENT, NOTE
from crm.api.schema import IF_MATCH, INVALID, NO_CLIENT, NO_TIME_ZONE, service_call
from crm.api.serializers import (
    ClientChangeInput,
    ClientInput,
    ClientOutput,
    ClientPageOutput,
    ClientsAsked,
    DoneOutput,
    ForceLogoutInput,
    NoteInput,
    NoteOutput,
    UpsertOutput,
    UserInput,
)
from crm.api.views import ServiceView
from crm.models import Scope
from crm.selectors.clients import Place, client_of, clients, clients_page, etag_of, notes_of
from crm.services.calls import Answer
from crm.services.clients import client_change_apply, client_change_prepare, locked_client
from crm.services.notes import note_add_apply
from forexpro.core.http.schema import asked, error_example, worked

TAKEN = error_example(
    "Two clients, or another external id",
    409,
    "external_id_taken",
    "Another external id or another client stands against this. Look the client up, and PATCH the external id.",
    {"external_id": "crm-1001"},
)
NOTES_SHOWN = 200


class ClientsView(ServiceView):
    @service_call(
        "users_list",
        "Clients in the order of their last change",
        scope=Scope.READ,
        description=(
            "Begin with `updated_since`, or without it for everybody; then send the `cursor` of each answer with the "
            "next call, for as long as `has_more`, and later for what has changed meanwhile. Whoever changes while you "
            "read comes again, and nobody is missed: also not whose change was written by a slow transaction."
        ),
        parameters=[ClientsAsked],
        answers={200: ClientPageOutput},
        examples=[
            worked("A page", {"results": [CLIENT], "cursor": "WzEyMzQsMTcsbnVsbF0", "has_more": False}),
            error_example(
                "No cursor of ours", 422, "cursor_invalid", "This is no cursor of ours. Begin again without one."
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        wanted = self.validated(ClientsAsked, data=request.query_params)
        if "email" in wanted or "external_id" in wanted:
            return Response(self._named(wanted))
        place = Place.of(wanted["cursor"]) if wanted.get("cursor") else Place(since=wanted.get("updated_since"))
        page = clients_page(place, limit=wanted["limit"])
        found = {"results": page.clients, "cursor": page.place.cursor(), "has_more": page.has_more}
        return Response(ClientPageOutput(found).data)

    @service_call(
        "users_upsert",
        "Create or update a client by external id or e-mail address",
        scope=Scope.CLIENTS,
        description=(
            "A client is found by `external_id`, else by `email`; who was found by address gets the external id. "
            "Whoever is new has no password: `invite` mails a link to choose one. 201 for a new client, else 200."
        ),
        request=ClientInput,
        answers={200: UpsertOutput, 201: UpsertOutput},
        examples=[
            asked(
                "A client of the CRM",
                {"external_id": "crm-1001", "email": "ada@example.com", "full_name": "Ada Lovelace", "invite": True},
            ),
            worked("Created", {"result": "created", "user": CLIENT}, 201),
            worked("There was nothing to change", {"result": "unchanged", "user": CLIENT}),
            INVALID,
            TAKEN,
            NO_TIME_ZONE,
            error_example("Nobody is named", 422, "client_unnamed", "Send external_id, email, or both."),
            error_example(
                "Another e-mail address",
                409,
                "email_differs",
                "This client has another e-mail address. Only they can change it, on their page of security.",
                {"external_id": "crm-1001"},
            ),
            error_example(
                "Not enough to create somebody",
                422,
                "client_incomplete",
                "There is no such client. To create one, send email and full_name.",
                {"missing": ["full_name"]},
            ),
        ],
        changes=True,
    )
    def post(self, request: Request) -> Response:
        row = ClientRow(**self.validated(ClientInput))

        def effect() -> Answer:
            (result,) = clients_upsert_apply([row], origin=self.origin)
            if result.refusal is not None:
                raise result.refusal
            assert result.user is not None
            user = client_of(result.user.pk)
            body = UpsertOutput({"result": result.status, "user": user}).data
            return Answer(201 if result.status == "created" else 200, body, etag_of(user))

        return self.carry_out(effect)

    def _named(self, wanted: dict[str, Any]) -> Any:
        found = clients()
        if "email" in wanted:
            found = found.filter(email=wanted["email"].strip().lower())
        if "external_id" in wanted:
            found = found.filter(external_id=wanted["external_id"])
        return ClientPageOutput({"results": list(found), "cursor": "", "has_more": False}).data


class ClientView(ServiceView):
    @service_call(
        "users_get",
        "A client",
        scope=Scope.READ,
        description="The header `ETag` is what `If-Match` of a PATCH compares.",
        answers={200: ClientOutput},
        examples=[worked("A client", CLIENT), NO_CLIENT],
    )
    def get(self, request: Request, user_id: int) -> Response:
        user = client_of(user_id)
        return Response(ClientOutput(user).data, headers={"ETag": etag_of(user)})

    @service_call(
        "users_change",
        "Change status, access, group, leverage, limits, flags",
        scope=Scope.CLIENTS,
        description=(
            "All of it or nothing. Lower access stops the client's accounts from opening anything at once, lower "
            "leverage applies to open positions at once, and suspending ends every session."
        ),
        request=ClientChangeInput,
        parameters=[IF_MATCH],
        answers={200: ClientOutput},
        examples=[
            asked(
                "Close only, at most 1:30",
                {"access_level": "close_only", "leverage_max": "30", "flags": ["vip"], "reason": "Case 4711"},
            ),
            worked("Changed", CLIENT | {"access_level": "close_only", "leverage_max": "30", "flags": ["vip"]}),
            INVALID,
            NO_CLIENT,
            TAKEN,
            error_example(
                "Changed by others since",
                412,
                "precondition_failed",
                "The client has been changed since. Read the client again, look at what is new, and repeat with that "
                "ETag.",
                {"version": "17-1240"},
            ),
            NO_TIME_ZONE,
            error_example(
                "Without a reason",
                422,
                "reason_required",
                "Say why the status or the access changes.",
                {"field": "reason"},
            ),
            error_example("Nothing is named", 422, "nothing_to_change", "Name at least one field to change."),
            error_example(
                "No such group",
                422,
                "group_not_found",
                "There is no group of this name, only Retail, VIP.",
                {"group": "vip", "groups": ["Retail", "VIP"]},
            ),
            error_example(
                "More leverage than the group has",
                422,
                "leverage_not_allowed",
                "Account 10000017: The group VIP allows a leverage from 1 to 50.",
                {"leverage": "100", "maximum": "50", "account": "10000017"},
            ),
            error_example(
                "An account in another currency than the group's",
                422,
                "currency_not_in_group",
                "Account 10000018: The group VIP takes accounts in USD only. Choose another group.",
                {"currency": "EUR", "currencies": ["USD"], "account": "10000018"},
            ),
            error_example(
                "An account of another position mode than the group's",
                422,
                "position_mode_not_in_group",
                "Account 10000018: The group VIP takes hedging accounts only. Choose another group.",
                {"position_mode": "netting", "accepted": "hedging", "account": "10000018"},
            ),
        ],
        changes=True,
    )
    def patch(self, request: Request, user_id: int) -> Response:
        wanted = self.validated(ClientChangeInput)
        reason = wanted.pop("reason", "").strip()
        wanted |= wanted.pop("limits", {})
        if "status" in wanted:
            wanted["active"] = wanted.pop("status") == "active"
        assert self.caller is not None
        program, if_match = self.caller.program(), request.headers.get("If-Match", "")
        self.idempotency_key()
        client_of(user_id)
        client_change_prepare(user_id=user_id, wanted=wanted, origin=self.origin)

        def effect() -> Answer:
            user = client_change_apply(
                user_id=user_id, wanted=wanted, reason=reason, if_match=if_match, actor=program, origin=self.origin
            )
            return Answer(200, ClientOutput(user).data, etag_of(user))

        return self.carry_out(effect)


class ForceLogoutView(ServiceView):
    changing_scope = Scope.SECURITY

    @service_call(
        "force_logout",
        "Sign a client out everywhere",
        scope=Scope.SECURITY,
        description="Every session and refresh token ends at once, and open sockets close within seconds.",
        request=ForceLogoutInput,
        answers={200: DoneOutput},
        examples=[
            asked("A client", {"user_id": "17", "reason": "Case 4711", "with_api_keys": True}),
            worked("Done", {"user_id": "17", "done": "signed_out"}),
            INVALID,
            NO_CLIENT,
        ],
        changes=True,
    )
    def post(self, request: Request) -> Response:
        wanted = self.validated(ForceLogoutInput)
        user_id: int = wanted["user_id"]

        def effect() -> Answer:
            signed_out_apply(
                locked_client(user_id),
                reason=wanted["reason"],
                with_api_keys=wanted["with_api_keys"],
                origin=self.origin,
            )
            return Answer(200, {"user_id": str(user_id), "done": "signed_out"})

        return self.carry_out(effect)


class PasswordResetView(ServiceView):
    changing_scope = Scope.SECURITY

    @service_call(
        "password_reset",
        "Mail a client a link to set another password",
        scope=Scope.SECURITY,
        description="The present password is good until the link is used. At most five such mails an hour are sent.",
        request=UserInput,
        answers={202: DoneOutput},
        examples=[
            asked("A client", {"user_id": "17"}),
            worked("On its way", {"user_id": "17", "done": "mail_requested"}, 202),
            INVALID,
            NO_CLIENT,
        ],
        changes=True,
    )
    def post(self, request: Request) -> Response:
        user_id: int = self.validated(UserInput)["user_id"]

        def effect() -> Answer:
            password_reset_request_apply(locked_client(user_id), origin=self.origin)
            return Answer(202, {"user_id": str(user_id), "done": "mail_requested"})

        return self.carry_out(effect)


class NotesView(ServiceView):
    @service_call(
        "notes_list",
        "What was noted about a client, newest first",
        scope=Scope.READ,
        answers={200: NoteOutput(many=True)},
        examples=[worked("A note", NOTE), NO_CLIENT],
        description=f"The newest {NOTES_SHOWN}.",
    )
    def get(self, request: Request, user_id: int) -> Response:
        return Response(NoteOutput(notes_of(client_of(user_id))[:NOTES_SHOWN], many=True).data)

    @service_call(
        "notes_add",
        "Note something about a client, who does not see it",
        scope=Scope.CLIENTS,
        request=NoteInput,
        answers={201: NoteOutput},
        examples=[
            asked("A note", {"text": "Called about the deposit."}),
            worked("Noted", NOTE, 201),
            INVALID,
            NO_CLIENT,
        ],
        changes=True,
    )
    def post(self, request: Request, user_id: int) -> Response:
        text = self.validated(NoteInput)["text"]

        def effect() -> Answer:
            note = note_add_apply(client=client_of(user_id), text=text, origin=self.origin)
            return Answer(201, NoteOutput(note).data)

        return self.carry_out(effect)
