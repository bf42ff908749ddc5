"""Personal API keys: list, make, revoke."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.persons import PersonView
from accounts.api_key_forms import LIFETIMES_IN_DAYS
from accounts.models import ApiKey, Scope
from accounts.selectors import api_keys_of
from accounts.services.api_keys import api_key_create, api_key_revoke
from accounts.step_up import refuse_unconfirmed
from forexpro.core.http.fields import IdOutput, NetworkInput, TextInput, WholeNumberInput
from forexpro.core.http.origin import request_origin
from forexpro.core.http.schema import asked, error_example, worked
from forexpro.core.networks import NETWORKS_MAX

_KEY: dict[str, Any] = {
    "id": "4",
    "name": "Bot in Berlin",
    "prefix": "fpk_1f2e3d4c",
    "scopes": ["read", "trade"],
    "networks": ["203.0.113.0/24"],
    "created_at": "2026-03-02T09:30:00.123456Z",
    "expires_at": "2026-05-31T09:30:00.123456Z",
    "last_used_at": None,
    "last_used_from": None,
}


class ApiKeyInput(serializers.Serializer[Any]):
    name = TextInput(max_length=60, help_text="Which program will have it.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), min_length=1, max_length=len(Scope)
    )
    lifetime_days = WholeNumberInput(min_value=1, max_value=LIFETIMES_IN_DAYS[-1], default=LIFETIMES_IN_DAYS[1])
    networks = serializers.ListField(
        child=NetworkInput(),
        required=False,
        default=list,
        max_length=NETWORKS_MAX,
        help_text="From where it may be used, such as 203.0.113.7 or 203.0.113.0/24; from everywhere without.",
    )


class ApiKeyOutput(serializers.ModelSerializer[ApiKey]):
    id = IdOutput()
    prefix = serializers.CharField(help_text="How it begins.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    networks = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ApiKey
        fields = [
            "id", "name", "prefix", "scopes", "networks", "created_at", "expires_at", "last_used_at", "last_used_from",
        ]  # fmt: skip


class NewApiKeyOutput(ApiKeyOutput):
    key = serializers.CharField(help_text="Shown this once.")

    class Meta(ApiKeyOutput.Meta):
        fields = [*ApiKeyOutput.Meta.fields, "key"]


class ApiKeyListView(PersonView):
    @extend_schema(
        operation_id="api_keys_list",
        summary="Your API keys, newest first",
        responses=ApiKeyOutput(many=True),
        examples=[worked("A key", _KEY)],
    )
    def get(self, request: Request) -> Response:
        return Response(ApiKeyOutput(api_keys_of(self.person), many=True).data)

    @extend_schema(
        operation_id="api_keys_create",
        summary="Make an API key",
        description=(
            "Needs a session in which the password or a code was given within the last ten minutes: no program makes "
            "keys for itself. No `Idempotency-Key`, because a key is kept nowhere; of two with one name the second is "
            "refused."
        ),
        request=ApiKeyInput,
        responses={201: NewApiKeyOutput},
        examples=[
            asked(
                "A key that trades, from one network",
                {"name": "Bot in Berlin", "scopes": ["read", "trade"], "networks": ["203.0.113.0/24"]},
            ),
            worked("Made", _KEY | {"key": "fpk_1f2e3d4c_…"}, 201),
            error_example(
                "Not confirmed",
                403,
                "confirmation_required",
                "Confirm that it is you: give your password or a code again on the page of `details`, then repeat "
                "this.",
                {"page": "/confirm"},
            ),
            error_example(
                "The name is taken",
                422,
                "api_key_name_taken",
                "You have a key of this name. Choose another, or revoke that one first.",
            ),
            error_example(
                "Too many keys",
                422,
                "too_many_api_keys",
                "You have 20 keys. Revoke one that you do not need any more.",
                {"limit": 20},
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        refuse_unconfirmed(request)
        wanted = self.validated(ApiKeyInput)
        lifetime = timedelta(days=wanted.pop("lifetime_days"))
        wanted["scopes"] = {Scope(scope) for scope in wanted["scopes"]}
        key, text = api_key_create(owner_id=self.person.pk, **wanted, lifetime=lifetime, origin=request_origin(request))
        body = {**ApiKeyOutput(key).data, "key": text}
        return Response(body, status=201, headers={"Cache-Control": "no-store"})


class ApiKeyView(PersonView):
    @extend_schema(
        operation_id="api_keys_revoke",
        summary="Revoke an API key, for good",
        description="A second time changes nothing. API keys do not do this.",
        responses={204: None},
        examples=[error_example("No such key", 404, "api_key_not_found", "You have no such API key.")],
    )
    def delete(self, request: Request, api_key_id: int) -> Response:
        api_key_revoke(owner_id=self.person.pk, api_key_id=api_key_id, origin=request_origin(request))
        return Response(status=204)
