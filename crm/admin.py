"""Service keys in the back office: super admins create, rotate and revoke them. What a key is, is shown once."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from crm import admin_clients as admin_clients
from crm import admin_panels as admin_panels
from crm.models import CountedRead, Scope, ServiceKey
from crm.services.keys import OVERLAP, OVERLAP_MAX, service_key_create, service_key_revoke, service_key_rotate
from forexpro.core.admin.audited import BackOfficeModelAdmin, ReadOnlyModelAdmin
from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.http.origin import request_origin
from forexpro.core.networks import NetworksField
from forexpro.core.refusals import Refused

HOUR = 3600


class ServiceKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=Scope.choices,
        initial=[Scope.READ.value],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    networks = NetworksField(
        label=_("Allowed addresses"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("IP addresses and networks such as 203.0.113.0/24; from everywhere without one."),
    )
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"), required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text=_("Empty for never.")
    )

    class Meta:
        model = ServiceKey
        fields = ("name", "scopes", "networks", "expires_at")
        widgets = {"name": UnfoldAdminTextInputWidget}

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= timezone.now():
            raise forms.ValidationError(_("This is past already."))
        return expires_at


class RotationForm(forms.Form):
    overlap_hours = forms.IntegerField(
        label=_("Hours for which the old one goes on"),
        min_value=0,
        max_value=int(OVERLAP_MAX.total_seconds() // HOUR),
        initial=int(OVERLAP.total_seconds() // HOUR),
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("0 ends it at once."),
    )


@admin.register(ServiceKey)
class ServiceKeyAdmin(BackOfficeModelAdmin):
    list_display = ("name", "may", "created_at", "last_used", "expires_at", "standing_label")
    search_fields = ("name",)
    search_help_text = _("Name of the key")
    ordering = ("name",)
    form = ServiceKeyForm
    fieldsets = ((None, {"fields": ("name", "scopes", "networks", "expires_at")}),)
    shown = ((None, {"fields": (("name", "standing"), "may", "addresses", ("created_at", "expires_at"), "last_used")}),)
    actions_detail = ("rotate", "revoke")

    def has_change_permission(self, request: HttpRequest, obj: ServiceKey | None = None) -> bool:
        return False  # what a key may do is what it was made for

    def has_delete_permission(self, request: HttpRequest, obj: ServiceKey | None = None) -> bool:
        return False  # events tell its name

    # A method, because unfold looks named permissions up in the database before that has its tables.
    def has_renew_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("crm.add_servicekey")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("secrets")

    def get_fieldsets(self, request: HttpRequest, obj: ServiceKey | None = None) -> Any:
        return self.fieldsets if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: ServiceKey | None = None) -> Any:
        return () if obj is None else ("standing", "may", "addresses", "created_at", "last_used")

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": f"service_key:{object_id}"}

    def streams(self, instance: Any) -> list[str]:
        return [instance.stream]

    # --- Columns -------------------------------------------------------------------------------
    @display(description=_("it may"))
    def may(self, key: ServiceKey) -> str:
        return ", ".join(key.scopes)

    @display(description=_("allowed addresses"))
    def addresses(self, key: ServiceKey) -> Any:
        return ", ".join(key.networks) or _("all")

    @display(description=_("last used"))
    def last_used(self, key: ServiceKey) -> Any:
        newest = max((used.last_used_at for used in key.secrets.all() if used.last_used_at), default=None)
        return None if newest is None else date_format(timezone.localtime(newest), "DATETIME_FORMAT")

    @display(description=_("standing"), label={"good": "success", "expired": "warning", "revoked": "danger"})
    def standing_label(self, key: ServiceKey) -> tuple[str, Any]:
        if key.revoked_at is not None:
            return "revoked", _("Revoked")
        if key.expires_at is not None and key.expires_at <= timezone.now():
            return "expired", _("Expired")
        return "good", _("Good")

    @display(description=_("standing"))
    def standing(self, key: ServiceKey) -> Any:
        return self.standing_label(key)[1]

    # --- Creating ------------------------------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: ServiceKey, form: Any, change: bool) -> None:
        given = form.cleaned_data
        key, obj.text = service_key_create(  # type: ignore[attr-defined]  # for the one page that shows it
            name=given["name"],
            scopes={Scope(scope) for scope in given["scopes"]},
            networks=given["networks"],
            expires_at=given["expires_at"],
            origin=request_origin(request),
        )
        obj.pk = key.pk

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._show(request, obj, obj.text)

    # --- Buttons -------------------------------------------------------------------------------
    @action(description=_("Rotate"), permissions=["renew"], icon="autorenew")
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for how long the old secret goes on; then show the new one, once."""
        key = self._key(request, object_id)
        form = RotationForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            overlap = timedelta(hours=form.cleaned_data["overlap_hours"])
            try:
                key, text = service_key_rotate(service_key_id=key.pk, overlap=overlap, origin=request_origin(request))
            except Refused as refusal:
                messages.error(request, refusal.message)
                return HttpResponse(status=302, headers={"Location": self._page(key)})
            return self._show(request, key, text)
        context = self._context(request, key) | {"title": _("Rotate %(name)s") % {"name": key.name}, "form": form}
        return TemplateResponse(request, "back_office/service_key_rotate.html", context)

    @action(
        description=_("Revoke"),
        permissions=["renew"],
        icon="block",
        dialog={
            "title": _("Revoke this key"),
            "description": _("Whoever calls with it is refused from now on, for good."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Revoke"),
        },
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        key = self._key(request, object_id)
        with refusals_told(request):
            service_key_revoke(service_key_id=key.pk, origin=request_origin(request))
            messages.success(request, _("Revoked."))
        return led_to(self._page(key))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer what can be done to a key that still is one."""
        key = ServiceKey.objects.filter(pk=object_id, revoked_at=None).first()
        return [] if key is None else super().get_actions_detail(request, object_id)

    def _key(self, request: HttpRequest, object_id: str) -> ServiceKey:
        if not self.has_renew_permission(request):
            raise PermissionDenied
        key = self.get_object(request, object_id)
        if key is None:
            raise Http404("There is no such service key.")
        return key

    def _page(self, key: ServiceKey) -> str:
        return reverse("admin:crm_servicekey_change", args=[key.pk])

    def _context(self, request: HttpRequest, key: ServiceKey) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "key": key, "page": self._page(key)}

    def _show(self, request: HttpRequest, key: ServiceKey, text: str) -> HttpResponse:
        context = self._context(request, key) | {"title": key.name, "text": text}
        return TemplateResponse(request, "back_office/service_key.html", context)


@admin.register(CountedRead)
class CountedReadAdmin(ReadOnlyModelAdmin):
    """Which program has read what: beside the audit log, and for those who see that."""

    list_display = ("minute", "key", "call", "answer", "address", "count", "last_request_id")
    list_filter = ("key", "status")
    list_select_related = ("key",)
    search_fields = ("path__startswith",)
    search_help_text = _("The beginning of a path, such as /crm/users/17")
    date_hierarchy = "minute"
    ordering = ("-id",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("core.view_event")

    @display(description=_("call"))
    def call(self, read: CountedRead) -> str:
        return f"{read.method} {read.path}"

    @display(description=_("answer"))
    def answer(self, read: CountedRead) -> str:
        return f"{read.status} {read.code}".strip()
