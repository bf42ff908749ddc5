"""Base classes of every page in the back office.

`AuditedModelAdmin` records what is added, changed and deleted as events of the stream `staff:<id>`, in the transaction
of the change; `ReadOnlyModelAdmin` shows and never writes; `BackOfficeModelAdmin` is for pages whose writes are calls
of services, which record by themselves.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import wraps
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin

from forexpro.core.crypto.fields import EncryptedTextField
from forexpro.core.events.chain import NewEvent
from forexpro.core.events.record import record
from forexpro.core.http.origin import request_origin

HIDDEN = "(not recorded)"


def object_name(instance: Model) -> str:
    """Return the name under which the audit log finds an object: `trading.accountgroup:3`."""
    return f"{instance._meta.label_lower}:{instance.pk}"


def recordable(value: Any) -> Any:
    """Return `value` as JSON for an event: objects become their keys, times and numbers with decimals strings."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Model):
        return recordable(value.pk)
    if isinstance(value, QuerySet):
        return sorted(recordable(pk) for pk in value.values_list("pk", flat=True))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): recordable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [recordable(item) for item in value]
    return str(value)


def _found(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view of one object that answers 404 where a service or a button finds that there is no such object."""

    @wraps(view)
    def found(*arguments: Any, **options: Any) -> Any:
        try:
            return view(*arguments, **options)
        except ObjectDoesNotExist as error:
            raise Http404(str(error)) from error

    return found


class BackOfficeModelAdmin(ModelAdmin):
    """A `ModelAdmin` whose history is the audit log instead of Django's own log, which can be rewritten."""

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()
        for url in urls:
            if "object_id" in str(url.pattern):
                url.callback = _found(url.callback)
        return urls

    def audit_filter(self, object_id: str) -> dict[str, str]:
        """Return the filter of the audit log that shows one object's history."""
        return {"object": f"{self.opts.label_lower}:{object_id}"}

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404(f"There is no {self.opts.verbose_name} {object_id}.")
        query = urlencode(self.audit_filter(object_id))
        return HttpResponseRedirect(f"{reverse('admin:core_event_changelist')}?{query}")

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        pass

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        pass

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        pass


class AuditedModelAdmin(BackOfficeModelAdmin):
    """A `ModelAdmin` whose every write is an event with the values before and after.

    Values of `audit_hidden_fields` (credentials) and of encrypted fields are never recorded, only that they changed.
    Admin actions call services, which record their own events.
    """

    audit_hidden_fields: tuple[str, ...] = ("password",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self._record(
            request,
            "staff.object_changed" if change else "staff.object_added",
            form.instance,
            changes=self._form_changes(form, change=change),
            inlines=[description for formset in formsets for description in self._formset_changes(formset)],
        )

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with transaction.atomic():
            self._record_deletion(request, obj)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for instance in queryset:
                self._record_deletion(request, instance)
            super().delete_queryset(request, queryset)

    def _record(self, request: HttpRequest, type: str, instance: Model, **payload: Any) -> None:
        event = NewEvent(
            stream=f"staff:{request.user.pk}",
            type=type,
            payload={"object": object_name(instance), "name": str(instance)}
            | {key: value for key, value in payload.items() if value},
        )
        record([event], origin=request_origin(request))

    def _record_deletion(self, request: HttpRequest, instance: Model) -> None:
        before = {
            name: HIDDEN if self._is_hidden(instance, name) else recordable(value)
            for name, value in model_to_dict(instance).items()
        }
        self._record(request, "staff.object_deleted", instance, before=before)

    def _is_hidden(self, instance: Model, name: str) -> bool:
        try:
            field = instance._meta.get_field(name)
        except FieldDoesNotExist:  # a form has fields of its own
            return name in self.audit_hidden_fields
        return name in self.audit_hidden_fields or isinstance(field, EncryptedTextField)

    def _form_changes(self, form: "forms.BaseModelForm[Any]", *, change: bool) -> dict[str, dict[str, Any]]:
        changes = {}
        for name in form.changed_data:
            before = form.initial.get(name) if change else None
            after = form.cleaned_data.get(name)
            if self._is_hidden(form.instance, name):
                before = after = HIDDEN
            changes[name] = {"before": recordable(before), "after": recordable(after)}
        return changes

    def _formset_changes(self, formset: Any) -> Iterable[dict[str, Any]]:
        forms_by_object = {id(form.instance): form for form in formset.forms}
        for instance in formset.new_objects:
            changes = self._form_changes(forms_by_object[id(instance)], change=False)
            yield {"added": object_name(instance), "changes": changes}
        for instance, _fields in formset.changed_objects:
            changes = self._form_changes(forms_by_object[id(instance)], change=True)
            yield {"changed": object_name(instance), "changes": changes}
        for instance in formset.deleted_objects:
            yield {"deleted": object_name(instance), "name": str(instance)}


class ReadOnlyModelAdmin(BackOfficeModelAdmin):
    """A `ModelAdmin` that shows rows to those who may view them and lets nobody write."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
