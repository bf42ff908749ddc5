"""Base classes of every page in the back office.

`AuditedModelAdmin` records what is added, changed and deleted as events of the stream `staff:<id>`, in the transaction
of the change; `ReadOnlyModelAdmin` shows and never writes; `BackOfficeModelAdmin` is for pages whose writes are calls
of services, which record by themselves.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest

from forexpro.core.admin.pages import BackOfficeModelAdmin as BackOfficeModelAdmin
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


class AuditedModelAdmin(BackOfficeModelAdmin):
    """A `ModelAdmin` whose every write is an event with the values before and after.

    Values of `audit_hidden_fields` (credentials) and of encrypted fields are never recorded, only that they changed.
    Admin actions call services, which record their own events.
    """

    has_history = True
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


class ReadOnly:
    """What makes an admin, or an inline, show rows to those who may view them and let nobody write."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyModelAdmin(ReadOnly, BackOfficeModelAdmin):
    """A `ModelAdmin` of rows that nobody writes here."""
