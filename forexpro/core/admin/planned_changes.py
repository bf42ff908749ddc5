"""Changes that staff plan for a moment to come: a field on the pages of what can be planned, and the list of plans."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from forexpro.core.admin.actors import NamesActors
from forexpro.core.admin.audited import AuditedModelAdmin, ReadOnlyModelAdmin
from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.http.origin import request_origin
from forexpro.core.models import PlannedChange
from forexpro.core.planned_changes import change_plan_apply, planned_change_withdraw

FIELD = "takes_effect_at"


class PlannableForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    takes_effect_at = forms.SplitDateTimeField(
        label=_("Takes effect"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Leave it empty to change it now. Otherwise nothing changes before that moment."),
    )

    def clean_takes_effect_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data[FIELD]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(_("Choose a moment that is still to come, or leave it empty."))
        return moment


class PlannableInlineFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows of an object whose page is plannable: at a later moment they change, but none comes or goes."""

    def clean(self) -> None:
        super().clean()
        comes_or_goes = bool(self.deleted_forms) or any(form.has_changed() for form in self.extra_forms)
        if comes_or_goes and effect_of(self.instance) is not None:
            raise forms.ValidationError(
                _("Rows are added and removed at once only: leave the moment empty, or change rows that are there.")
            )


class PlannableModelAdmin(AuditedModelAdmin):
    """An `AuditedModelAdmin` whose changes may take effect at a moment to come.

    Its inlines have `PlannableInlineFormSet` as their `formset`.
    """

    form = PlannableForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return fieldsets
        return (*fieldsets, (_("When"), {"fields": (FIELD,)}))

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        instance = super().save_form(request, form, change)
        instance._takes_effect_at = form.cleaned_data.get(FIELD) if change else None
        return instance

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if effect_of(obj) is None:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        effective_at = effect_of(form.instance)
        if effective_at is None:
            super().save_related(request, form, formsets, change)
            return
        for changed in (form, *(row for formset in formsets for row in formset.initial_forms)):
            fields = [name for name in changed.changed_data if name != FIELD]
            if fields:
                change_plan_apply(
                    changed=changed.instance,
                    fields=fields,
                    effective_at=effective_at,
                    origin=request_origin(request),
                )

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        # Django describes rows that were saved; of a plan none was.
        planned = effect_of(form.instance) is not None
        return [] if planned else super().construct_change_message(request, form, formsets, add)

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        effective_at = effect_of(obj)
        if effective_at is None:
            return super().response_change(request, obj)
        messages.success(
            request,
            _("%(name)s changes on %(moment)s. Until then the plan can be withdrawn.")
            % {"name": obj, "moment": localize(timezone.localtime(effective_at))},
        )
        return self.response_post_save_change(request, obj)


@admin.register(PlannedChange)
class PlannedChangeAdmin(NamesActors, ReadOnlyModelAdmin):
    actor_field = "planned_by"
    list_display = ("name", "changed_fields", "effective_at", "status_label", "planner", "planned_at")
    list_filter = ("status",)
    search_fields = ("name", "object")
    date_hierarchy = "effective_at"
    live_streams = ("staff:",)
    fieldsets = (
        (None, {"fields": (("name", "object"), ("effective_at", "status_label"), "failure")}),
        (_("Changes"), {"fields": ("comparison",)}),
        (_("Planned"), {"fields": (("planner", "planned_at"), "finished_at")}),
    )
    actions_detail = ("withdraw",)

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"object": PlannedChange.objects.values_list("object", flat=True).get(pk=object_id)}

    @display(description=_("Fields"))
    def changed_fields(self, planned: PlannedChange) -> str:
        return ", ".join(planned.changes)

    @display(
        description=_("Status"),
        label={"planned": "info", "applied": "success", "failed": "danger", "withdrawn": "warning"},
    )
    def status_label(self, planned: PlannedChange) -> tuple[str, str]:
        return planned.status, str(planned.get_status_display())

    @display(description=_("planned by"), ordering="planned_by")
    def planner(self, planned: PlannedChange) -> str:
        who: str = self.who(planned)
        return who

    @display(description=_("Before and after"))
    def comparison(self, planned: PlannedChange) -> str:
        return format_html_join("", "<div><b>{}</b>: {} → {}</div>", _compared(planned))

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("core.change_plannedchange")

    @action(
        description=_("Withdraw"),
        permissions=["withdraw"],
        icon="undo",
        dialog={
            "title": _("Withdraw this plan?"),
            "description": _("What it would have changed stays as it is."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Withdraw the plan"),
        },
    )
    def withdraw(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        with refusals_told(request):
            planned_change_withdraw(planned_change_id=int(object_id), origin=request_origin(request))
            messages.success(request, _("The plan is withdrawn."))
        return led_to(reverse("admin:core_plannedchange_change", args=[object_id]))


def effect_of(instance: Any) -> datetime | None:
    """Return the moment for which the form of an object plans its changes; None where it changes it now."""
    moment: datetime | None = getattr(instance, "_takes_effect_at", None)
    return moment


def _compared(planned: PlannedChange) -> Iterator[tuple[str, Any, Any]]:
    for name, change in planned.changes.items():
        yield name, change["before"], change["after"]
