"""How numbers, ids and text travel through the API: decimals and ids as text, so that nobody loses digits."""

import math
import re
from decimal import Decimal
from operator import attrgetter
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forexpro.core.money import quantize, trimmed

# OpenAPI has no type for it.
DECIMAL = {"type": "string", "format": "decimal"}


class TextInput(serializers.CharField):
    """Text and nothing else: a number or a truth value in its place is somebody's mistake."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NumberInput(serializers.DecimalField):
    """A number that is not negative, or with `above_zero` is greater than zero; text, or a number of JSON.

    Trailing zeros mean nothing: `0.1` and `0.10` ask for the same. A number of JSON is a binary fraction, so that it is
    rounded to the last place that counts.
    """

    default_error_messages = {"above_zero": "Send a number greater than zero, or leave this out."}

    def __init__(self, *, max_digits: int, decimal_places: int, above_zero: bool = False, **options: Any):
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, min_value=Decimal(0), **options)
        self.above_zero = above_zero
        digits = f"[0-9]{{1,{max_digits - decimal_places}}}(\\.[0-9]{{1,{decimal_places}}})?"
        self.pattern = f"^(?=.*[1-9]){digits}$" if above_zero else f"^{digits}$"

        self.least = Decimal(1).scaleb(-decimal_places) if above_zero else Decimal(0)
        self.most = 10 ** (max_digits - decimal_places) - 1

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        if data == "":  # which the field of the library takes for null
            self.fail("invalid")
        return super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, float) and math.isfinite(data) and abs(data) <= self.most:
            data = f"{Decimal(repr(data)):.{self.decimal_places}f}"
        number = super().to_internal_value(data)
        if self.above_zero and not number:
            self.fail("above_zero")
        if isinstance(data, str) and not re.fullmatch(self.pattern, data):
            self.fail("invalid")
        return trimmed(number)


class NumberInputSchema(OpenApiSerializerFieldExtension):
    target_class = NumberInput
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        field = self.target
        numbers = {"minimum": float(field.least), "maximum": field.most}
        return {"type": ["string", "number"], "format": "decimal", "pattern": field.pattern, **numbers}


@extend_schema_field(OpenApiTypes.STR)
class IdOutput(serializers.Field[int, Any, str, int]):
    def to_representation(self, value: int) -> str:
        return str(value)


@extend_schema_field(DECIMAL)
class NumberOutput(serializers.Field[Decimal, Any, str, Decimal]):
    """A price, volume or rate without trailing zeros."""

    def to_representation(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


@extend_schema_field(DECIMAL | {"type": ["string", "null"]})
class AmountOutput(serializers.Field[Any, Any, Any, Any]):
    """An amount of a row with the decimal places of a currency that the row names."""

    def __init__(self, amount: str, currency: str, **options: Any):
        super().__init__(source="*", read_only=True, **options)
        self._amount, self._currency = attrgetter(amount), attrgetter(currency)

    def to_representation(self, row: Any) -> str | None:
        amount = self._amount(row)
        return None if amount is None else f"{quantize(amount, self._currency(row)):f}"


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$", "example": "17:00:00"})
class ClockTimeOutput(serializers.TimeField):
    """A time of day somewhere, which another field names; OpenAPI's own kind has an offset."""
