"""What staff are asked about webhooks, and how they are told what became of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.http.origin import request_origin
from forexpro.core.models import WebhookDelivery, WebhookEndpoint
from forexpro.core.refusals import Refused
from forexpro.core.webhooks.catalogue import VERSIONS, named_events
from forexpro.core.webhooks.endpoints import endpoint_check

HOURS_MAX = 24 * 7


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    events = forms.CharField(
        label=_("Events"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Names separated by spaces or lines, or * for every event."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "payload_version", "ordered")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payload_version"].initial = VERSIONS[-1]
        self.initial.setdefault("events", "\n".join(self.instance.event_types))
        names = ", ".join(event.name for event in named_events())
        self.fields["events"].help_text = f"{EndpointForm.base_fields['events'].help_text} {names}"

    def clean_events(self) -> list[str]:
        return str(self.cleaned_data["events"]).replace(",", " ").split()

    def clean(self) -> None:
        super().clean()
        if self.errors:
            return
        try:
            endpoint_check(
                url=self.cleaned_data["url"],
                event_types=self.cleaned_data["events"],
                payload_version=self.cleaned_data["payload_version"],
            )
        except Refused as refusal:
            fields = {"webhook_url_invalid": "url", "webhook_events_invalid": "events"}
            self.add_error(fields.get(refusal.code, "payload_version"), refusal.message)


class RotateForm(BaseDialogForm):
    hours = forms.IntegerField(
        label=_("Hours for which older secrets sign, too"),
        min_value=0,
        max_value=HOURS_MAX,
        initial=24,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class TimesForm(BaseDialogForm):
    since = forms.SplitDateTimeField(label=_("From"), widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(label=_("Until"), widget=UnfoldAdminSplitDateTimeWidget)


class ReplayForm(BaseDialogForm):
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("Any")), *WebhookDelivery.Status.choices],
        widget=UnfoldAdminSelectWidget,
    )
    type = forms.CharField(label=_("Event"), required=False, max_length=64, widget=UnfoldAdminTextInputWidget)
    since = forms.SplitDateTimeField(label=_("From"), required=False, widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(label=_("Until"), required=False, widget=UnfoldAdminSplitDateTimeWidget)


class Managing:
    """What buttons have in common: one service is called, and the page tells how it went."""

    def has_manage_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("core.change_webhookendpoint")

    def serve(self, request: HttpRequest, address: str, done: Any, service: Any, **arguments: Any) -> HttpResponse:
        with refusals_told(request):
            result = service(**arguments, origin=request_origin(request))
            messages.success(request, done % {"count": result} if isinstance(result, int) else done)
        return led_to(address)
