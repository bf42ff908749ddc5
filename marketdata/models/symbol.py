from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketdata.models.charges import CommissionFields, SwapFields
from marketdata.models.fields import StructureField
from marketdata.models.margin import MarginFields
from marketdata.sessions import TradingHours
from marketdata.symbols import CODE_PATTERN


def validate_sessions(value: Any) -> None:
    """Refuse sessions that `TradingHours` cannot read."""
    try:
        TradingHours.from_json(value)
    except ValueError as error:
        raise ValidationError(_("Trading hours cannot be read: %(reason)s"), params={"reason": str(error)}) from error


class Symbol(MarginFields, SwapFields, CommissionFields):
    """A tradable instrument of the catalogue: what its prices mean and how it trades by default."""

    class AssetClass(models.TextChoices):
        FOREX = "forex", _("Forex")
        METAL = "metal", _("Metals")
        ENERGY = "energy", _("Energies")
        INDEX = "index", _("Indices")
        CRYPTO = "crypto", _("Crypto")

    class TradeMode(models.TextChoices):
        FULL = "full", _("Full access")
        LONG_ONLY = "long_only", _("Long only")
        SHORT_ONLY = "short_only", _("Short only")
        CLOSE_ONLY = "close_only", _("Close only")
        DISABLED = "disabled", _("Disabled")

    code = models.CharField(
        _("symbol"),
        max_length=16,
        primary_key=True,
        validators=[RegexValidator(rf"^{CODE_PATTERN.pattern}$", _("Use capital letters, digits and dots."))],
    )
    name = models.CharField(_("name"), max_length=80)
    asset_class = models.CharField(_("asset class"), max_length=16, choices=AssetClass)
    base_currency = models.CharField(_("base currency"), max_length=8)
    quote_currency = models.CharField(_("quote currency"), max_length=8)
    margin_currency = models.CharField(_("margin currency"), max_length=8)
    digits = models.PositiveSmallIntegerField(_("digits"))
    contract_size = models.DecimalField(_("contract size"), max_digits=18, decimal_places=4)
    volume_min = models.DecimalField(_("smallest volume"), max_digits=12, decimal_places=4)
    volume_max = models.DecimalField(_("largest volume"), max_digits=12, decimal_places=4)
    volume_step = models.DecimalField(_("volume step"), max_digits=12, decimal_places=4)
    volume_limit = models.DecimalField(
        _("volume limit"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("The most lots that positions and orders of one direction may have together. Empty for no limit."),
    )
    trade_mode = models.CharField(_("trade mode"), max_length=10, choices=TradeMode, default=TradeMode.FULL)
    stops_level_points = models.PositiveIntegerField(_("stops level in points"), default=0)
    freeze_level_points = models.PositiveIntegerField(
        _("freeze level in points"),
        default=0,
        help_text=_("What is this near to the market can be neither changed nor withdrawn."),
    )
    gap_level_points = models.PositiveIntegerField(
        _("gap level in points"),
        default=0,
        help_text=_("Where the group's gap policy says so, stops fill at their own price in gaps no wider than this."),
    )
    typical_spread_points = models.PositiveIntegerField(_("typical spread in points"))
    sessions = StructureField(
        _("sessions"),
        default=dict,
        blank=True,
        validators=[validate_sessions],
        help_text=_(
            'Trading hours such as {"timezone": "America/New_York", "hours": [["sun 17:00", "fri 17:00"]], "holidays": '
            '{"2026-12-25": [], "2026-12-31": [["00:00", "13:00"]]}}; empty for always.'
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)
    # The catalogue's values when it was last loaded: a field that differs from them was changed by staff.
    shipped = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("symbol")
        verbose_name_plural = _("symbols")
        ordering = ["asset_class", "code"]
        constraints = [
            *MarginFields.Meta.constraints,
            *CommissionFields.Meta.constraints,
            models.CheckConstraint(
                name="symbol_volumes_make_sense",
                condition=Q(volume_step__gt=0, volume_min__gt=0, volume_max__gte=F("volume_min")),
                violation_error_message=_("Volume step and smallest volume are above zero, the largest not below it."),
            ),
            models.CheckConstraint(
                name="symbol_volume_limit",
                condition=Q(volume_limit__isnull=True) | Q(volume_limit__gt=0),
                violation_error_message=_("The volume limit is above zero, or empty."),
            ),
            models.CheckConstraint(
                name="symbol_contract_size_positive",
                condition=Q(contract_size__gt=0),
                violation_error_message=_("The contract size is above zero."),
            ),
            models.CheckConstraint(
                name="symbol_digits_fit_ticks",
                condition=Q(digits__lte=8),
                violation_error_message=_("Prices have at most 8 decimal places."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
