"""When regular tasks run: staff change how often, at what time and whether; the tasks themselves are the code's."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTimeWidget, UnfoldBooleanSwitchWidget

from forexpro.core.admin.pages import BackOfficeModelAdmin
from forexpro.core.http.origin import request_origin
from forexpro.core.schedules.changes import SECONDS_MAX, description, schedule_change_apply

for model in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    enabled = forms.BooleanField(label=_("Runs"), required=False, widget=UnfoldBooleanSwitchWidget)
    seconds = forms.IntegerField(
        label=_("Every so many seconds"),
        min_value=1,
        max_value=SECONDS_MAX,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    time = forms.TimeField(label=_("Every day at (UTC)"), widget=UnfoldAdminTimeWidget)

    class Meta:
        model = PeriodicTask
        fields = ("enabled",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = description(self.instance)
        for name in ("seconds", "time"):
            if name in present:
                self.initial[name] = present[name]
            else:
                del self.fields[name]

    # The name and task of the row stay; Django's own checks are of fields that nobody changes here.
    def _post_clean(self) -> None:
        pass


@admin.register(PeriodicTask)
class ScheduleAdmin(BackOfficeModelAdmin):
    list_display = ("title", "program", "when", "runs", "last_run", "run_count")
    list_select_related = ("interval", "crontab")
    list_filter = ("enabled",)
    search_fields = ("name", "task")
    search_help_text = _("Name of the task or of its program")
    ordering = ("name",)
    sortable_by = ()
    # Columns of our own instead of the fields, whose help is meant for whoever writes tasks.
    readonly_fields = ("title", "program", "last_run", "run_count")
    live_streams = ("staff:",)
    has_history = True

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        changeable = tuple(name for name in ("enabled", "seconds", "time") if obj is None or name in description(obj))
        return (
            (None, {"fields": (("title", "program"), ("last_run", "run_count"))}),
            (_("When"), {"fields": (changeable,) if self.has_change_permission(request, obj) else ("when", "runs")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = () if self.has_change_permission(request, obj) else ("when", "runs")
        return (*self.readonly_fields, *shown)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        return (
            ScheduleForm
            if self.has_change_permission(request, obj)
            else super().get_form(request, obj, change, **options)
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        time = form.cleaned_data.get("time")
        schedule_change_apply(
            task_id=obj.pk,
            enabled=form.cleaned_data["enabled"],
            seconds=form.cleaned_data.get("seconds"),
            hour=None if time is None else time.hour,
            minute=None if time is None else time.minute,
            origin=request_origin(request),
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        pass  # the service has written everything

    @display(description=_("task"), ordering="name")
    def title(self, task: Any) -> str:
        return str(task.name)

    @display(description=_("program"))
    def program(self, task: Any) -> str:
        return str(task.task)

    @display(description=_("last run"))
    def last_run(self, task: Any) -> str:
        """As of when beat last wrote it down, minutes ago at most."""
        if task.last_run_at is None:
            return "–"
        return date_format(timezone.localtime(task.last_run_at), "SHORT_DATETIME_FORMAT")

    @display(description=_("runs so far"))
    def run_count(self, task: Any) -> int:
        return int(task.total_run_count)

    @display(description=_("when"))
    def when(self, task: Any) -> str:
        present = description(task)
        if "seconds" in present:
            return gettext("every %(seconds)s s") % present
        if "time" in present:
            return gettext("every day at %(time)s UTC") % present
        return str(task.crontab.human_readable)

    @display(description=_("runs"), boolean=True, ordering="enabled")
    def runs(self, task: Any) -> bool:
        return bool(task.enabled)
