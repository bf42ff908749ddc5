"""How symbols, prices, volumes and amounts of an account travel."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forexpro.core.http.fields import DECIMAL, NumberInput, PatternInput
from forexpro.core.money import quantize
from marketdata.symbols import WRITTEN_PATTERN, normalise_symbol


class SymbolField(PatternInput):
    """A symbol, accepted as `EURUSD` and `EUR/USD`."""

    default_error_messages = {"form": _("This is not a symbol. Write it as EURUSD or EUR/USD.")}

    def __init__(self, **options: Any):
        super().__init__(WRITTEN_PATTERN, max_length=31, **options)

    def to_internal_value(self, data: Any) -> str:
        return normalise_symbol(super().to_internal_value(data))


class EnumField(serializers.ChoiceField):
    """One of the members of `kind`, by its value."""

    def __init__(self, kind: type[StrEnum], **options: Any):
        super().__init__(**options)
        self._kind = kind

    def to_internal_value(self, data: Any) -> StrEnum:
        return self._kind(super().to_internal_value(data))


class PriceInput(NumberInput):
    def __init__(self, **options: Any):
        super().__init__(max_digits=20, decimal_places=8, above_zero=True, **options)


class VolumeInput(NumberInput):
    """A volume in lots."""

    def __init__(self, **options: Any):
        super().__init__(max_digits=12, decimal_places=4, above_zero=True, **options)


@extend_schema_field(DECIMAL)
class LevelOutput(serializers.Field):
    """A margin level in percent; null while no margin is in use."""

    def to_representation(self, value: Decimal) -> str:
        return f"{value:f}"


@extend_schema_field(DECIMAL)
class MoneyOutput(serializers.Field):
    """An amount with the decimal places of the account's currency, which is in the context."""

    def to_representation(self, value: Decimal) -> str:
        return f"{quantize(value, self.context['currency']):f}"
