"""How ids and numbers travel: as strings."""

from decimal import Decimal
from operator import attrgetter
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forexpro.core.money import quantize, trimmed


@extend_schema_field(OpenApiTypes.STR)
class IdOutput(serializers.Field):
    def to_representation(self, value: int) -> str:
        return str(value)


@extend_schema_field(OpenApiTypes.DECIMAL)
class NumberOutput(serializers.Field):
    """A price, volume, rate or limit without trailing zeros."""

    def to_representation(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


@extend_schema_field(OpenApiTypes.DECIMAL)
class AmountOutput(serializers.Field):
    """An amount of a row with the decimal places of a currency that the row names."""

    def __init__(self, amount: str, currency: str, **options: Any):
        super().__init__(source="*", read_only=True, **options)
        self._amount, self._currency = attrgetter(amount), attrgetter(currency)

    def to_representation(self, row: Any) -> str | None:
        amount = self._amount(row)
        return None if amount is None else f"{quantize(amount, self._currency(row)):f}"


class NumberInput(serializers.DecimalField):
    """A number whose trailing zeros mean nothing: `0.1` and `0.10` ask for the same."""

    def to_internal_value(self, data: Any) -> Decimal:
        return trimmed(super().to_internal_value(data))
