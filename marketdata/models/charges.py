"""The columns that say what a symbol costs besides its price: swap and commission, which a group may set otherwise."""

from collections.abc import Sequence
from datetime import time
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketdata.models.fields import StructureField

_WEEKDAYS = 7


def swap_week(text: str) -> tuple[Decimal, ...]:
    """Return the seven multipliers, Monday's first, that `"1 1 3 1 1 0 0"` names. Raises ValueError."""
    try:
        week = tuple(Decimal(word) for word in text.split())
    except InvalidOperation as error:
        raise ValueError(f"{text!r} are not numbers") from error
    if len(week) != _WEEKDAYS or not all(multiplier.is_finite() and 0 <= multiplier <= 10 for multiplier in week):
        raise ValueError(f"{text!r} are not seven numbers from 0 to 10")
    return week


def commission_tiers(value: Any) -> tuple[tuple[Decimal, Decimal | None, Decimal], ...]:
    """Return start, end (None for no end) and rate of each tier in `[["0", "10", "1.0"], …]`. Raises ValueError."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError("tiers are a list such as [[0, 10, 1.0], [10, null, 0.9]]")
    try:
        tiers = [(Decimal(str(start)), None if end is None else Decimal(str(end)), Decimal(str(rate)))
                 for start, end, rate in value]  # fmt: skip
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ValueError("each tier is a start, an end (or null) and a rate, such as [0, 10, 1.0]") from error
    for start, end, rate in tiers:
        if not all(number is None or (number.is_finite() and number >= 0) for number in (start, end, rate)):
            raise ValueError("starts, ends and rates are not below zero")
        if end is not None and end <= start:
            raise ValueError(f"the tier that starts at {start} ends at {end}, which is not above it")
    for (_start, end, _rate), (next_start, *_others) in pairwise(tiers):
        if end is None or next_start < end:
            raise ValueError(f"the tier that starts at {next_start} begins before the one before it ends")
    return tuple(tiers)


def validate_swap_week(value: str) -> None:
    """Refuse multipliers that `swap_week` cannot read."""
    try:
        swap_week(value)
    except ValueError as error:
        raise ValidationError(
            _("Give seven multipliers from 0 to 10, Monday's first, such as 1 1 3 1 1 0 0.")
        ) from error


def validate_commission_tiers(value: Any) -> None:
    """Refuse tiers that `commission_tiers` cannot read."""
    try:
        commission_tiers(value)
    except ValueError as error:
        raise ValidationError(_("Tiers cannot be read: %(reason)s"), params={"reason": str(error)}) from error


def validate_timezone(value: str) -> None:
    """Refuse the name of a time zone that is not known."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValidationError(
            _("%(value)s is not a time zone such as America/New_York."), params={"value": value}
        ) from error


class SwapMode(models.TextChoices):
    DISABLED = "disabled", _("Disabled")
    POINTS = "points", _("Points")
    MONEY_BASE = "money_base", _("Money in the base currency, per lot")
    MONEY_MARGIN = "money_margin", _("Money in the margin currency, per lot")
    MONEY_PROFIT = "money_profit", _("Money in the quote currency, per lot")
    MONEY_DEPOSIT = "money_deposit", _("Money in the account's currency, per lot")
    PERCENT = "percent", _("Percent per year of the present value")
    PERCENT_OPEN = "percent_open", _("Percent per year of the value at opening")


class SwapConversion(models.TextChoices):
    WORST = "worst", _("The worse side for the client")
    DIRECTION = "direction", _("By the position's direction")


class CommissionUnit(models.TextChoices):
    NONE = "none", _("No commission")
    MONEY = "money", _("Money")
    POINTS = "points", _("Points")
    PERCENT = "percent", _("Percent of the deal's value")


class CommissionPer(models.TextChoices):
    LOT = "lot", _("Lot")
    DEAL = "deal", _("Deal")


class CommissionEntry(models.TextChoices):
    IN = "in", _("Opening deals")
    OUT = "out", _("Closing deals")
    BOTH = "both", _("Opening and closing deals")


class CommissionSettlement(models.TextChoices):
    INSTANT = "instant", _("With the deal")
    DAILY = "daily", _("At the end of the day")
    MONTHLY = "monthly", _("At the end of the month")


class TierRange(models.TextChoices):
    VOLUME = "volume", _("Lots of the deal")
    NOTIONAL = "notional", _("Value of the deal")


CURRENCY = RegexValidator(
    r"^([A-Z]{3,5}|base|quote|margin)$",
    _("A currency is a code such as USD, or one of the words base, quote and margin for those of the symbol."),
)


class SwapFields(models.Model):
    """Swap rates, and when and how they are charged."""

    swap_mode = models.CharField(_("swap mode"), max_length=16, choices=SwapMode, default=SwapMode.POINTS)
    swap_long = models.DecimalField(_("swap of a long"), max_digits=12, decimal_places=4, default=0)
    swap_short = models.DecimalField(_("swap of a short"), max_digits=12, decimal_places=4, default=0)
    swap_week = models.CharField(
        _("swap multipliers"),
        max_length=64,
        default="1 1 3 1 1 0 0",
        validators=[validate_swap_week],
        help_text=_("How many times a night is charged, from Monday's to Sunday's: 3 for a triple swap, 0 for none."),
    )
    swap_considers_holidays = models.BooleanField(
        _("considers holidays"),
        default=True,
        help_text=_("A day on which the market stays shut is charged on the day before it."),
    )
    swap_days_in_year = models.PositiveSmallIntegerField(
        _("days in a year"),
        default=360,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("What rates in percent are divided by: 360, 365 or 366."),
    )
    swap_conversion = models.CharField(
        _("swap is converted at"), max_length=9, choices=SwapConversion, default=SwapConversion.WORST
    )
    swap_rounds_point_value = models.BooleanField(
        _("rounds the value of a point"),
        default=True,
        help_text=_("As in MetaTrader 5, where tiny positions have no swap. Counts for rates in points."),
    )
    rollover_time = models.TimeField(_("rollover time"), default=time(17), help_text=_("When the trading day ends."))
    rollover_timezone = models.CharField(
        _("rollover time zone"), max_length=40, default="America/New_York", validators=[validate_timezone]
    )

    class Meta:
        abstract = True


# How forms group the columns of `CommissionFields`.
COMMISSION_ROWS = (
    ("commission_unit", "commission_rate"),
    ("commission_per", "commission_entry"),
    ("commission_settlement", "commission_currency"),
    ("commission_minimum", "commission_maximum"),
    "commission_tiers",
    ("commission_tiered_by", "commission_range_currency"),
)


class CommissionFields(models.Model):
    """What deals cost; money is in `commission_currency`, or else in the account's."""

    commission_unit = models.CharField(
        _("commission in"), max_length=8, choices=CommissionUnit, default=CommissionUnit.NONE
    )
    commission_rate = models.DecimalField(
        _("commission"), max_digits=14, decimal_places=6, default=0, validators=[MinValueValidator(0)]
    )
    commission_per = models.CharField(
        _("commission per"), max_length=4, choices=CommissionPer, default=CommissionPer.LOT
    )
    commission_entry = models.CharField(
        _("commission of"), max_length=4, choices=CommissionEntry, default=CommissionEntry.BOTH
    )
    commission_settlement = models.CharField(
        _("commission is charged"), max_length=8, choices=CommissionSettlement, default=CommissionSettlement.INSTANT
    )
    commission_currency = models.CharField(
        _("commission currency"),
        max_length=6,
        blank=True,
        validators=[CURRENCY],
        help_text=_(
            "That of money, of the least and of the most: a code, or base, quote or margin for one of the symbol's. "
            "Empty for the account's."
        ),
    )
    commission_minimum = models.DecimalField(
        _("least commission of a deal"), max_digits=14, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    commission_maximum = models.DecimalField(
        _("most commission of a deal"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    commission_tiers = StructureField(
        _("commission tiers"),
        default=list,
        blank=True,
        validators=[validate_commission_tiers],
        help_text=_(
            "In place of one rate: start, end (null for none) and rate of each tier, such as "
            "[[0, 10, 3.5], [10, null, 3]]. Deals outside of every tier are free."
        ),
    )
    commission_tiered_by = models.CharField(_("tiers by"), max_length=8, choices=TierRange, default=TierRange.VOLUME)
    commission_range_currency = models.CharField(
        _("currency of tiers by value"),
        max_length=6,
        blank=True,
        validators=[CURRENCY],
        help_text=_("A code, or base, quote or margin. Empty for the account's."),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_maximum__isnull=True) | Q(commission_maximum__gte=F("commission_minimum")),
                name="%(class)s_commission_bounds",
                violation_error_message=_("The least commission is not above the most."),
            )
        ]

    def clean(self) -> None:
        """Refuse at the field what the constraint refuses too: a form inside another shows errors of fields only."""
        super().clean()
        least, most = self.commission_minimum, self.commission_maximum
        if least is not None and most is not None and least > most:
            raise ValidationError({"commission_maximum": _("The least commission is not above the most.")})
