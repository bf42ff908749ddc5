"""Endpoints of webhooks: where they are, what they are told of, how they are doing, and their secrets."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from forexpro.core.admin.pages import BackOfficeModelAdmin
from forexpro.core.admin.webhook_dialogs import EndpointForm, Managing, ReplayForm, RotateForm, TimesForm
from forexpro.core.http.origin import request_origin
from forexpro.core.models import WebhookDelivery, WebhookEndpoint
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.disabling import endpoint_stream
from forexpro.core.webhooks.endpoints import (
    endpoint_change_apply,
    endpoint_create_apply,
    endpoint_disable,
    endpoint_enable,
    endpoint_try,
    secret_rotate_apply,
    secret_show,
)
from forexpro.core.webhooks.replay import Which, deliveries_replay, missed_send
from forexpro.core.webhooks.selectors import endpoints_with_counts


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(Managing, BackOfficeModelAdmin):
    form = EndpointForm
    list_display = ("name", "url", "told_of", "standing_label", "waiting", "given_up")
    list_filter = ("enabled", "ordered")
    search_fields = ("name", "url")
    search_help_text = _("Name or address of the endpoint")
    ordering = ("name",)
    sortable_by = ()
    live_streams = ("webhook:",)
    readonly_fields = (
        "standing", "waiting", "given_up", "failing_since", "paused_until", "disabled_at", "secrets_kept",
    )  # fmt: skip
    actions_detail = ("test", "enable", "disable", "rotate", "replay", "send_missed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        return endpoints_with_counts()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        wanted = (None, {"fields": (("name", "payload_version"), "url", "events", "ordered")})
        if obj is None:
            return (wanted,)
        state = (("standing", "disabled_at"), ("waiting", "given_up"), ("failing_since", "paused_until"))
        return (wanted, (_("How it is doing"), {"fields": (*state, "secrets_kept")}))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its log stays: it is turned off instead

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": endpoint_stream(int(object_id))}

    def streams(self, instance: Any) -> list[str]:
        return [endpoint_stream(instance.pk)]

    # --- Forms ---------------------------------------------------------------------------------
    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        wanted = {
            "name": form.cleaned_data["name"],
            "url": form.cleaned_data["url"],
            "event_types": form.cleaned_data["events"],
            "ordered": form.cleaned_data["ordered"],
            "payload_version": form.cleaned_data["payload_version"],
            "origin": request_origin(request),
        }
        if change:
            endpoint_change_apply(endpoint_id=obj.pk, **wanted)
        else:
            obj.pk = endpoint_create_apply(**wanted).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        pass  # the service has written everything

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return HttpResponseRedirect(self._secret_address(obj.pk))

    # --- The secret, once ----------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.secret_view)
        return [path("<int:endpoint_id>/secret/", view, name="core_webhookendpoint_secret"), *super().get_urls()]

    def secret_view(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Offer to show the newest secret, and show it once."""
        if not self.has_manage_permission(request):
            raise PermissionDenied
        endpoint = self.get_object(request, str(endpoint_id))
        if endpoint is None:
            raise Http404(f"There is no endpoint {endpoint_id}.")
        secret = ""
        if request.method == "POST":
            try:
                secret = secret_show(endpoint_id=endpoint_id, origin=request_origin(request))
            except Refused as refusal:
                messages.error(request, refusal.message)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secret of %(name)s") % {"name": endpoint.name},
            "endpoint": endpoint,
            "secret": secret,
            "opts": self.opts,
        }
        return TemplateResponse(request, "back_office/webhook_secret.html", context)

    def _secret_address(self, endpoint_id: Any) -> str:
        return reverse("admin:core_webhookendpoint_secret", args=[endpoint_id])

    # --- Columns -------------------------------------------------------------------------------
    @display(description=_("events"))
    def told_of(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.event_types)

    @display(description=_("standing"), label={"on": "success", "failing": "warning", "off": "danger"})
    def standing_label(self, endpoint: WebhookEndpoint) -> tuple[str, Any]:
        if not endpoint.enabled:
            return "off", endpoint.get_disabled_reason_display()
        if endpoint.is_failing:
            return "failing", _("Failing, %(count)s in a row") % {"count": endpoint.failures}
        return "on", _("On")

    @display(description=_("standing"))
    def standing(self, endpoint: WebhookEndpoint) -> Any:
        return self.standing_label(endpoint)[1]

    @display(description=_("waiting"))
    def waiting(self, endpoint: Any) -> int:
        return int(endpoint.waiting)

    @display(description=_("given up"))
    def given_up(self, endpoint: Any) -> int:
        return int(endpoint.given_up)

    @display(description=_("secrets"))
    def secrets_kept(self, endpoint: WebhookEndpoint) -> str:
        rows = [
            (str(secret.created_at)[:16], str(secret.expires_at or "…")[:16])
            for secret in endpoint.secrets.order_by("-pk").defer("secret")
        ]
        return format_html_join("", "<div>{} – {} UTC</div>", rows)

    # --- Buttons -------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer what changes something: an endpoint is turned on or off."""
        endpoint = self.get_object(request, str(object_id))
        pointless = {"disable", "test"} if endpoint is not None and not endpoint.enabled else {"enable"}
        return [entry for entry in super().get_actions_detail(request, object_id) if entry.path not in pointless]

    def _serve(self, request: HttpRequest, object_id: str, done: Any, service: Any, **arguments: Any) -> HttpResponse:
        address = reverse("admin:core_webhookendpoint_change", args=[object_id])
        return self.serve(request, address, done, service, endpoint_id=int(object_id), **arguments)

    @action(
        description=_("Send test event"),
        permissions=["manage"],
        icon="send",
        dialog={
            "title": _("Send a test event?"),
            "description": _("The receiver gets a webhook.test, signed like every other event."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Send"),
        },
    )
    def test(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._serve(request, object_id, _("The test event is on its way."), endpoint_try)

    @action(
        description=_("Turn on"),
        permissions=["manage"],
        icon="play_arrow",
        dialog={
            "title": _("Turn this endpoint on?"),
            "description": _("What waits for it is sent now."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Turn on"),
        },
    )
    def enable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._serve(request, object_id, _("The endpoint is on."), endpoint_enable)

    @action(
        description=_("Turn off"),
        permissions=["manage"],
        icon="stop",
        dialog={
            "title": _("Turn this endpoint off?"),
            "description": _("Nothing more is sent to it, and it is not told of what happens meanwhile."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Turn off"),
        },
    )
    def disable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._serve(request, object_id, _("The endpoint is off."), endpoint_disable)

    @action(
        description=_("Rotate secret"),
        permissions=["manage"],
        icon="key",
        dialog={
            "title": _("Give this endpoint a new secret?"),
            "description": _("Until the older ones expire every request carries a signature of each."),
            "form_class": RotateForm,
            "form_submit_text": _("Rotate"),
        },
    )
    def rotate(self, request: HttpRequest, form: RotateForm, object_id: str) -> HttpResponse:
        return self.serve(
            request,
            self._secret_address(object_id),
            _("The endpoint has a new secret."),
            secret_rotate_apply,
            endpoint_id=int(object_id),
            overlap=timedelta(hours=form.cleaned_data["hours"]),
        )

    @action(
        description=_("Send again"),
        permissions=["manage"],
        icon="replay",
        dialog={
            "title": _("Send again what was sent before?"),
            "description": _("Everything that fits, under the same ids. Leave out what does not matter."),
            "form_class": ReplayForm,
            "form_submit_text": _("Send again"),
        },
    )
    def replay(self, request: HttpRequest, form: ReplayForm, object_id: str) -> HttpResponse:
        chosen = {name: value or None for name, value in form.cleaned_data.items() if name in Which.__slots__}
        if chosen["status"]:
            chosen["status"] = WebhookDelivery.Status(chosen["status"])
        done = _("%(count)s are sent again.")
        return self._serve(request, object_id, done, deliveries_replay, which=Which(**chosen))

    @action(
        description=_("Send what was missed"),
        permissions=["manage"],
        icon="history",
        dialog={
            "title": _("Send what happened while it was off?"),
            "description": _("What it asks for now and was never told of."),
            "form_class": TimesForm,
            "form_submit_text": _("Send"),
        },
    )
    def send_missed(self, request: HttpRequest, form: TimesForm, object_id: str) -> HttpResponse:
        times = {name: form.cleaned_data[name] for name in ("since", "until")}
        return self._serve(request, object_id, _("%(count)s are sent."), missed_send, **times)
