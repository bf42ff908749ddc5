"""The log of webhook deliveries: what was sent, what was answered, and sending it again."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from forexpro.core.admin.audited import ReadOnlyModelAdmin
from forexpro.core.admin.filters import ExactFilter, MomentFilter, choice_filter
from forexpro.core.admin.pages import LongList
from forexpro.core.admin.webhook_dialogs import Managing
from forexpro.core.models import WebhookAttempt, WebhookDelivery
from forexpro.core.webhooks.replay import deliveries_replay_chosen
from forexpro.core.webhooks.selectors import endpoint_choices

Status = WebhookDelivery.Status
ATTEMPTS_SHOWN = 50


class MessageTypeFilter(ExactFilter):
    title, parameter_name, field = _("event"), "message__type", "message__type"


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(Managing, LongList, ReadOnlyModelAdmin):
    list_display = ("message_id", "message_type", "endpoint", "status_label", "attempts_made", "answer", "created_at")
    list_display_links = ("message_id",)
    list_filter = (
        choice_filter("status", _("status"), Status.choices),
        choice_filter("endpoint", _("endpoint"), endpoint_choices),
        MessageTypeFilter,
        ("created_at", MomentFilter),
    )
    list_filter_submit = True
    list_select_related = ("endpoint", "message")
    search_fields = ("=message__id",)
    search_help_text = _("Id of the message")
    sortable_by = ()
    ordering = ("-id",)
    actions = ("replay_chosen",)
    actions_detail = ("replay",)
    fieldsets = (
        (None, {"fields": ("message_id", ("message_type", "endpoint"), ("status_text", "attempts_made"))}),
        (_("When"), {"fields": (("next_attempt_at", "delivered_at"),)}),
        (_("What is sent"), {"fields": ("body",)}),
        (_("Attempts"), {"fields": ("attempts_log",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        newest = WebhookAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-id")
        rows: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return rows.annotate(
            last_status=Subquery(newest.values("response_status")[:1]), last_error=Subquery(newest.values("error")[:1])
        )

    @display(description=_("message"))
    def message_id(self, delivery: WebhookDelivery) -> str:
        return delivery.message_id

    @display(description=_("event"))
    def message_type(self, delivery: WebhookDelivery) -> str:
        return delivery.message.type

    @display(description=_("status"), label={"waiting": "info", "delivered": "success", "failed": "danger"})
    def status_label(self, delivery: WebhookDelivery) -> tuple[str, Any]:
        return delivery.status, delivery.get_status_display()

    @display(description=_("status"))
    def status_text(self, delivery: WebhookDelivery) -> str:
        return delivery.get_status_display()

    @display(description=_("last answer"))
    def answer(self, delivery: Any) -> Any:
        return delivery.last_error or delivery.last_status or "–"

    @display(description=_("body"))
    def body(self, delivery: WebhookDelivery) -> SafeString:
        """What is sent, in lines; what is signed are the bytes without them."""
        return format_html(
            "<pre class='payload'>{}</pre>", json.dumps(json.loads(delivery.message.body), indent=2, ensure_ascii=False)
        )

    @display(description=_("attempts"))
    def attempts_log(self, delivery: WebhookDelivery) -> str:
        rows = [
            (
                f"{attempt.started_at:%Y-%m-%d %H:%M:%S} UTC",
                attempt.duration_ms,
                attempt.url,
                attempt.request_headers.get("webhook-timestamp", ""),
                attempt.error or attempt.response_status,
                attempt.response_body,
            )
            for attempt in delivery.attempts.order_by("-id")[:ATTEMPTS_SHOWN]
        ]
        row = "<div><p>{}, {} ms, {} (webhook-timestamp {}): <b>{}</b></p><p>{}</p></div>"
        return format_html_join("", row, rows)

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("core.change_webhookdelivery")

    @action(
        description=_("Send again"),
        permissions=["replay"],
        icon="replay",
        dialog={
            "title": _("Send this again?"),
            "description": _("It goes out under the same id, word for word."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Send again"),
        },
    )
    def replay(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        address = reverse("admin:core_webhookdelivery_change", args=[object_id])
        return self.serve(
            request, address, _("It is sent again."), deliveries_replay_chosen, delivery_ids=[int(object_id)]
        )

    @admin.action(description=_("Send again"), permissions=["replay"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        self.serve(request, "", _("%(count)s are sent again."), deliveries_replay_chosen, delivery_ids=ids)
