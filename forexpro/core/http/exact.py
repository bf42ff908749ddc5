"""Bodies that say nothing unknown: a misspelt stop loss must not be an order without one."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers


class ExactInput(serializers.Serializer[Any]):
    """An object that is refused when it has a field that is not declared here."""

    default_error_messages = {"unknown": gettext_lazy("There is no such field. Look at its spelling, or leave it out.")}

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name: [self.error_messages["unknown"]] for name in unknown}, "unknown")
        return super().to_internal_value(data)


class ExactInputSchema(OpenApiSerializerExtension):
    target_class = ExactInput
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}
