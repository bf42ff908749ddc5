from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketdata.sessions import validate_sessions
from marketdata.symbols import CODE_PATTERN


class Symbol(models.Model):
    """A tradable instrument of the catalogue: what its prices mean and how it trades by default."""

    class AssetClass(models.TextChoices):
        FOREX = "forex", _("Forex")
        METAL = "metal", _("Metals")
        ENERGY = "energy", _("Energies")
        INDEX = "index", _("Indices")
        CRYPTO = "crypto", _("Crypto")

    class MarginMode(models.TextChoices):
        FOREX = "forex", _("Forex")
        FOREX_NO_LEVERAGE = "forex_no_leverage", _("Forex without leverage")
        CFD = "cfd", _("CFD")
        CFD_LEVERAGE = "cfd_leverage", _("CFD with leverage")
        CFD_INDEX = "cfd_index", _("CFD index")
        FUTURES = "futures", _("Futures")

    class SwapMode(models.TextChoices):
        POINTS = "points", _("Points")
        MONEY = "money", _("Money")
        PERCENT = "percent", _("Percent per year")

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
    margin_mode = models.CharField(_("margin mode"), max_length=20, choices=MarginMode)
    margin_rate = models.DecimalField(_("margin rate"), max_digits=8, decimal_places=4, default=1)
    leverage_cap = models.DecimalField(_("highest leverage"), max_digits=8, decimal_places=2, null=True, blank=True)
    stops_level_points = models.PositiveIntegerField(_("stops level in points"), default=0)
    typical_spread_points = models.PositiveIntegerField(_("typical spread in points"))
    swap_mode = models.CharField(_("swap mode"), max_length=8, choices=SwapMode, default=SwapMode.POINTS)
    swap_long = models.DecimalField(_("swap of a long"), max_digits=12, decimal_places=4, default=0)
    swap_short = models.DecimalField(_("swap of a short"), max_digits=12, decimal_places=4, default=0)
    # Weekly trading hours: {"timezone": "America/New_York", "hours": [["sun 17:00", "fri 17:00"], …]}; empty is always.
    sessions = models.JSONField(_("sessions"), default=dict, blank=True, validators=[validate_sessions])
    is_active = models.BooleanField(_("active"), default=True)
    # The catalogue's values when it was last loaded: a field that differs from them was changed by staff.
    shipped = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("symbol")
        verbose_name_plural = _("symbols")
        ordering = ["asset_class", "code"]
        constraints = [
            models.CheckConstraint(
                name="symbol_volumes_make_sense",
                condition=Q(volume_step__gt=0, volume_min__gt=0, volume_max__gte=F("volume_min")),
                violation_error_message=_("Volume step and smallest volume are above zero, the largest not below it."),
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
