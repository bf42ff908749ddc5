"""How numbers, ids and text travel through the API: decimals and ids as text, so that nobody loses digits."""

import math
import re
from decimal import Decimal
from operator import attrgetter
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from forexpro.core.money import quantize, trimmed
from forexpro.core.networks import NOT_A_NETWORK, network
from forexpro.core.refusals import Refused

ID = re.compile(r"[0-9]{1,18}")
ID_MAX = 10**18 - 1
# OpenAPI has no type for it.
DECIMAL = {"type": "string", "format": "decimal"}


class TextInput(serializers.CharField):
    """Text in one line and nothing else: a number in its place is somebody's mistake, a control character no text."""

    default_error_messages = {"control_character": gettext_lazy("Send text without control characters.")}
    # One character of it, as regular expressions of JSON Schema have it.
    character = r"[^\u0000-\u001f\u007f-\u009f]"

    def run_validation(self, data: Any = empty) -> Any:
        # Before white space at its ends is cut off, of which some is made of control characters.
        if isinstance(data, str) and not re.fullmatch(f"{self.character}*", data):
            self.fail("control_character")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class LinesInput(TextInput):
    """Text that may have several lines."""

    character = r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]"


class PatternInput(TextInput):
    """Text of a form that `pattern`, a regular expression of JSON Schema, describes."""

    default_error_messages = {"form": gettext_lazy("Send text that matches {pattern}.")}

    def __init__(self, pattern: str, **options: Any):
        super().__init__(**options)
        self.pattern = pattern

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not re.fullmatch(self.pattern, data):
            self.fail("form", pattern=self.pattern)
        return text


class TimeZoneInput(TextInput):
    """A name of the time zone database such as `Europe/Berlin`. Refuses `time_zone_unknown`."""

    def __init__(self, **options: Any):
        super().__init__(max_length=64, **options)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in available_timezones():
            raise Refused("time_zone_unknown", _("Send a name such as Europe/Berlin."), {"time_zone": name})
        return name


class NetworkInput(TextInput):
    """An IP address or a network, which comes out in canonical form. Refuses `network_invalid`."""

    def __init__(self, **options: Any):
        super().__init__(max_length=43, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return network(text)
        except ValueError:
            raise Refused("network_invalid", NOT_A_NETWORK % {"text": text}, {"text": text}) from None


class IdInput(serializers.Field[int, Any, str, int]):
    """An id as it was answered, in text; a number of JSON will do."""

    default_error_messages = {"invalid": gettext_lazy("Send an id as you were answered it.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer():  # 17.0 is an integer, says JSON Schema
            data = int(data)
        text = str(data) if isinstance(data, int) and not isinstance(data, bool) else data
        if not isinstance(text, str) or not ID.fullmatch(text):
            self.fail("invalid")
        return int(text)


class WholeNumberInput(serializers.IntegerField):
    """A number of JSON without a fraction, in bounds that every program's integers have."""

    def __init__(self, *, min_value: int, max_value: int, **options: Any):
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagInput(serializers.BooleanField):
    """True or false, in an address `true` or `false`, and nothing that could be taken for them."""

    def to_internal_value(self, data: Any) -> bool:
        if data is True or data == "true":
            return True
        if data is False or data == "false":
            return False
        self.fail("invalid", input=data)


class IdInputSchema(OpenApiSerializerFieldExtension):
    target_class = IdInput

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": ["string", "integer"], "pattern": f"^{ID.pattern}$", "minimum": 0, "maximum": ID_MAX}


class TextInputSchema(OpenApiSerializerFieldExtension):
    target_class = TextInput
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        field = self.target
        schema: dict[str, Any] = auto_schema._map_serializer_field(field, direction, bypass_extensions=True)
        if "oneOf" in schema:  # with an empty text, which the pattern allows where the field does
            schema |= schema.pop("oneOf")[0]
        if isinstance(schema["type"], list):  # null, which is added once more to what is answered here
            schema["type"] = schema["type"][0]
        return schema | {"pattern": getattr(field, "pattern", None) or text_pattern(field)}


def text_pattern(field: TextInput) -> str:
    """Return the regular expression of JSON Schema that says what a field of text takes."""
    if field.allow_blank:
        return f"^{field.character}*$"
    # One that is neither white space nor excluded.
    visible = field.character.replace("[^", r"[^\s")
    return f"^{field.character}*{visible}{field.character}*$"


class NumberInput(serializers.DecimalField):
    """A number that is not negative, with `above_zero` greater than zero, with `at_least_one` no less than one.

    It is text, or a number of JSON, which is a binary fraction and therefore rounded to the last place that counts.
    Trailing zeros mean nothing: `0.1` and `0.10` ask for the same.
    """

    default_error_messages = {"above_zero": "Send a number greater than zero, or leave this out."}

    def __init__(
        self,
        *,
        max_digits: int,
        decimal_places: int,
        above_zero: bool = False,
        at_least_one: bool = False,
        **options: Any,
    ):
        least = Decimal(1 if at_least_one else 0)
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, min_value=least, **options)
        self.above_zero = above_zero
        large_enough = "(?=0*[1-9])" if at_least_one else "(?=.*[1-9])" if above_zero else ""
        digits = f"[0-9]{{1,{max_digits - decimal_places}}}(\\.[0-9]{{1,{decimal_places}}})?"
        self.pattern = f"^{large_enough}{digits}$"
        self.least = Decimal(1).scaleb(-decimal_places) if above_zero else least
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
        # What is too small is told so by the validator.
        if isinstance(data, str) and number >= self.least and not re.fullmatch(self.pattern, data):
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
