"""The columns that money, prices and volumes live in."""

from typing import Any

from django.db import models


class MoneyField(models.DecimalField):
    """An amount in an account's currency; crypto currencies have eight decimal places."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_digits": 24, "decimal_places": 8} | options)


class PriceField(models.DecimalField):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_digits": 20, "decimal_places": 8} | options)


class VolumeField(models.DecimalField):
    """A volume in lots."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 4} | options)
