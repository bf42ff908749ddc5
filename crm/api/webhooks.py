"""Endpoints of webhooks: list, create, change, rotate, turn on and off, try, look what was sent, send again.

The answer that is kept under an Idempotency-Key has no secret in it: that is added to the first answer alone.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.history import PageAsked, PagedView, page_of
from crm.api.schema import INVALID, service_call
from crm.api.views import ServiceView
from crm.api.webhook_fields import (
    DELIVERY,
    ENDPOINT,
    HOURS,
    DeliveryOutput,
    EmptyInput,
    EndpointChangeInput,
    EndpointInput,
    EndpointOutput,
    EndpointSecretOutput,
    ReplayInput,
    ReplayOutput,
    RotateInput,
    WhichInput,
)
from crm.models import Scope
from crm.services.calls import Answer
from forexpro.core.deadlines import postpone_deadline
from forexpro.core.http.schema import asked, error_example, worked
from forexpro.core.locks import locked_endpoint
from forexpro.core.models import WebhookEndpoint
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.endpoints import (
    endpoint_change_apply,
    endpoint_create_apply,
    endpoint_enable_apply,
    endpoint_try_apply,
    endpoint_turn_off_apply,
    secret_rotate_apply,
    secret_show,
    tries_take,
)
from forexpro.core.webhooks.replay import Which, deliveries_matching, deliveries_replay, missed_send
from forexpro.core.webhooks.selectors import endpoint_of, endpoints_with_counts

# Going through the event log for what was missed takes longer than other calls.
REPLAY_SECONDS = 20
SHOWN_SECRET = "whsec_…"  # noqa: S105  # it is none
NO_ENDPOINT = error_example("No such endpoint", 404, "webhook_not_found", "There is no such endpoint.", {"id": "3"})
NOT_FITTING = (
    INVALID,
    error_example(
        "A name that is taken",
        422,
        "webhook_name_taken",
        "There is an endpoint named Berlin. Choose another name.",
    ),
    error_example(
        "Events that there are not",
        422,
        "webhook_events_invalid",
        "There are no such events: user.flown. Name events of the catalogue, or * for all.",
        {"unknown": ["user.flown"]},
    ),
    error_example(
        "A version that there is not",
        422,
        "webhook_version_unknown",
        "There is no such version of the payload. The newest is 1.",
        {"versions": [1]},
    ),
    error_example(
        "An address that nothing is sent to",
        422,
        "webhook_url_invalid",
        "Nothing is sent to this address: it is not a public one, or not on an allowed port.",
    ),
)
OFF = error_example("It is off", 422, "webhook_disabled", "The endpoint is off already.")
NOTHING = error_example(
    "Nothing like that",
    422,
    "webhook_nothing_to_replay",
    "There is nothing like that to send. Choose another time or filter.",
)


class WebhookView(ServiceView):
    scope = changing_scope = Scope.WEBHOOKS

    def change_endpoint(
        self, effect: Callable[[], WebhookEndpoint], *, status: int = 200, with_secret: bool = False
    ) -> Response:
        """Have an effect once and answer the endpoint; `with_secret`, whose newest secret is added if nobody saw it."""

        def answer() -> Answer:
            return Answer(status, EndpointOutput(endpoint_of(effect().pk)).data)

        response = self.carry_out(answer)
        if with_secret:
            response.data["secret"] = self._secret_of(int(response.data["id"]))
        return response

    def _secret_of(self, endpoint_id: int) -> str | None:
        try:
            return secret_show(endpoint_id=endpoint_id, origin=self.origin)
        except Refused as refusal:
            if refusal.code != "webhook_secret_shown":
                raise
            return None


class EndpointsView(WebhookView):
    @service_call(
        "webhooks_list",
        "The endpoints that are told of events, and how they are doing",
        scope=Scope.WEBHOOKS,
        answers={200: EndpointOutput(many=True)},
        examples=[worked("An endpoint", ENDPOINT)],
    )
    def get(self, request: Request) -> Response:
        return Response(EndpointOutput(endpoints_with_counts().order_by("name"), many=True).data)

    @service_call(
        "webhooks_create",
        "Have an endpoint told of events",
        scope=Scope.WEBHOOKS,
        description="`secret` is in the first answer alone: with it the signatures are verified.",
        request=EndpointInput,
        answers={201: EndpointSecretOutput},
        examples=[
            asked("Two events", {name: ENDPOINT[name] for name in ("name", "url", "event_types")}),
            worked("Created", ENDPOINT | {"secret": SHOWN_SECRET}, 201),
            *NOT_FITTING,
        ],
        changes=True,
    )
    def post(self, request: Request) -> Response:
        wanted = self.validated(EndpointInput)
        return self.change_endpoint(
            lambda: endpoint_create_apply(**wanted, origin=self.origin), status=201, with_secret=True
        )


class EndpointView(WebhookView):
    @service_call(
        "webhooks_get",
        "An endpoint, and how it is doing",
        scope=Scope.WEBHOOKS,
        answers={200: EndpointOutput},
        examples=[worked("An endpoint", ENDPOINT), NO_ENDPOINT],
    )
    def get(self, request: Request, endpoint_id: int) -> Response:
        return Response(EndpointOutput(endpoint_of(endpoint_id)).data)

    @service_call(
        "webhooks_change",
        "Change an endpoint",
        scope=Scope.WEBHOOKS,
        description="What waits for it goes to the new address.",
        request=EndpointChangeInput(partial=True),
        answers={200: EndpointOutput},
        examples=[
            asked("Everything, in order", {"event_types": ["*"], "ordered": True}),
            worked("Changed", ENDPOINT | {"event_types": ["*"], "ordered": True}),
            NO_ENDPOINT,
            *NOT_FITTING,
        ],
        changes=True,
    )
    def patch(self, request: Request, endpoint_id: int) -> Response:
        given = EndpointChangeInput(data=request.data, partial=True)
        given.is_valid(raise_exception=True)

        def effect() -> WebhookEndpoint:
            endpoint_of(endpoint_id)
            present = locked_endpoint(endpoint_id)
            wanted = {name: getattr(present, name) for name in EndpointInput.Meta.fields} | given.validated_data
            return endpoint_change_apply(endpoint_id=endpoint_id, **wanted, origin=self.origin)

        return self.change_endpoint(effect)


class RotateView(WebhookView):
    @service_call(
        "webhooks_rotate",
        "Give an endpoint another secret",
        scope=Scope.WEBHOOKS,
        description="Older ones sign along for `hours`. `secret` is in the first answer alone.",
        request=RotateInput,
        answers={200: EndpointSecretOutput},
        examples=[
            asked("With a day to change over", {"hours": HOURS}),
            worked("Rotated", ENDPOINT | {"secret": SHOWN_SECRET}),
            INVALID,
            NO_ENDPOINT,
            error_example(
                "Rotated too often",
                422,
                "webhook_secrets_too_many",
                "So many secrets are in use already. Wait until the older ones have expired.",
                {"most": 5},
            ),
        ],
        changes=True,
    )
    def post(self, request: Request, endpoint_id: int) -> Response:
        overlap = timedelta(hours=self.validated(RotateInput)["hours"])
        endpoint_of(endpoint_id)
        return self.change_endpoint(
            lambda: secret_rotate_apply(endpoint_id=endpoint_id, overlap=overlap, origin=self.origin), with_secret=True
        )


class EnableView(WebhookView):
    @service_call(
        "webhooks_enable",
        "Turn an endpoint on",
        scope=Scope.WEBHOOKS,
        description="What waits for it is sent; what happened while it was off is not, see the call to send again.",
        request=EmptyInput,
        answers={200: EndpointOutput},
        examples=[
            worked("On", ENDPOINT),
            NO_ENDPOINT,
            error_example("It is on", 422, "webhook_enabled", "The endpoint is on already."),
        ],
        changes=True,
    )
    def post(self, request: Request, endpoint_id: int) -> Response:
        endpoint_of(endpoint_id)
        return self.change_endpoint(lambda: endpoint_enable_apply(endpoint_id=endpoint_id, origin=self.origin))


class DisableView(WebhookView):
    @service_call(
        "webhooks_disable",
        "Turn an endpoint off",
        scope=Scope.WEBHOOKS,
        request=EmptyInput,
        answers={200: EndpointOutput},
        examples=[worked("Off", ENDPOINT | {"enabled": False, "disabled_reason": "staff"}), NO_ENDPOINT, OFF],
        changes=True,
    )
    def post(self, request: Request, endpoint_id: int) -> Response:
        endpoint_of(endpoint_id)
        return self.change_endpoint(lambda: endpoint_turn_off_apply(endpoint_id=endpoint_id, origin=self.origin))


class TestEventView(WebhookView):
    __test__ = False  # no test, whatever its name says

    @service_call(
        "webhooks_test",
        "Send an endpoint a test event",
        scope=Scope.WEBHOOKS,
        description="A `webhook.test`, whatever the endpoint asks for; five a minute.",
        request=EmptyInput,
        answers={202: DeliveryOutput},
        examples=[
            worked("On its way", DELIVERY | {"type": "webhook.test", "status": "waiting", "delivered_at": None}, 202),
            NO_ENDPOINT,
            OFF,
            error_example(
                "Too many test events",
                429,
                "too_many_requests",
                "You have sent several test events just now. Wait a moment and try again.",
                {"retry_after_seconds": 12},
            ),
        ],
        changes=True,
    )
    def post(self, request: Request, endpoint_id: int) -> Response:
        endpoint_of(endpoint_id)

        def effect() -> Answer:
            tries_take(self.origin)
            return Answer(202, DeliveryOutput(endpoint_try_apply(endpoint_id=endpoint_id, origin=self.origin)).data)

        return self.carry_out(effect)


class DeliveriesView(PagedView):
    scope = Scope.WEBHOOKS

    @service_call(
        "webhooks_deliveries",
        "What an endpoint was sent, or is to be",
        scope=Scope.WEBHOOKS,
        parameters=[WhichInput, PageAsked],
        answers={200: page_of(DeliveryOutput, "Deliveries")},
        examples=[worked("A page", {"next": None, "previous": None, "results": [DELIVERY]}), NO_ENDPOINT, INVALID],
    )
    def get(self, request: Request, endpoint_id: int) -> Response:
        which = Which(**self.validated(WhichInput, data=request.query_params))
        rows = deliveries_matching(endpoint_of(endpoint_id).pk, which).select_related("message")
        return self.page(rows, DeliveryOutput)


class ReplayView(WebhookView):
    @service_call(
        "webhooks_replay",
        "Send an endpoint again what it was sent, or what it has missed",
        scope=Scope.WEBHOOKS,
        description="Word for word and with the same `webhook-id`. What is under way is left alone.",
        request=ReplayInput,
        answers={202: ReplayOutput},
        examples=[
            asked("What was given up", {"status": "failed", "since": "2026-03-01T00:00:00Z"}),
            asked(
                "What was missed while it was off",
                {"missed": True, "since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"},
            ),
            worked("On their way", {"count": 12}, 202),
            INVALID,
            NO_ENDPOINT,
            NOTHING,
            error_example("Nothing is chosen", 422, "replay_unclear", "Say which deliveries are to be sent again."),
        ],
        changes=True,
    )
    def post(self, request: Request, endpoint_id: int) -> Response:
        wanted: dict[str, Any] = self.validated(ReplayInput)
        is_missed = wanted.pop("missed")
        endpoint_of(endpoint_id)
        postpone_deadline(REPLAY_SECONDS)

        def effect() -> Answer:
            locked_endpoint(endpoint_id)  # before its deliveries, as everywhere
            if is_missed:
                count = missed_send(endpoint_id=endpoint_id, **wanted, origin=self.origin)
            else:
                count = deliveries_replay(endpoint_id=endpoint_id, which=Which(**wanted), origin=self.origin)
            return Answer(202, {"count": count})

        return self.carry_out(effect)
