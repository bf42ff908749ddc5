from typing import Any

from django import forms
from django.db import models


class StructureFormField(forms.JSONField):
    """JSON whose absence shows as an empty field instead of `null`."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


class StructureField(models.JSONField):
    """JSON that staff fill in: cleared in a form, it is its default again."""

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": StructureFormField} | options)

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        super().save_form_data(instance, self.get_default() if data is None else data)

    def deconstruct(self) -> Any:
        # To the database it is plain JSON.
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, options
