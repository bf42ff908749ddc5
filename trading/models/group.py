from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketdata.models import CommissionFields, CommissionUnit, SwapMode, Symbol
from trading.models.fields import MoneyField, VolumeField


class SpreadMode(models.TextChoices):
    NONE = "none", _("As received")
    MARKUP = "markup", _("Markup on the received spread")
    FIXED = "fixed", _("Fixed around the middle price")


class SlippageMode(models.TextChoices):
    NONE = "none", _("None")
    FIXED = "fixed", _("Fixed")
    RANDOM = "random", _("Random within bounds")


class TriggerSide(models.TextChoices):
    DEFAULT = "default", _("The price that fills")
    INVERSE = "inverse", _("The other price")
    BID = "bid", _("Bid")
    ASK = "ask", _("Ask")
    MID = "mid", _("Middle")


class GapPolicy(models.TextChoices):
    MARKET = "market", _("The market's price")
    GAP_LEVEL = "gap_level", _("Their own price, within the symbol's gap level")


class AccountGroup(models.Model):
    """The conditions that a set of trading accounts trades under."""

    name = models.CharField(_("name"), max_length=64, unique=True)
    is_default = models.BooleanField(_("default for new accounts"), default=False)
    leverage_max = models.DecimalField(_("highest leverage"), max_digits=8, decimal_places=2, default=Decimal(500))
    margin_call_level = models.DecimalField(
        _("margin call level, %"), max_digits=8, decimal_places=2, default=Decimal(100)
    )
    stop_out_level = models.DecimalField(_("stop-out level, %"), max_digits=8, decimal_places=2, default=Decimal(50))
    limit_price_improvement = models.BooleanField(
        _("price improvement of limits"),
        default=True,
        help_text=_("Limit and take-profit orders fill at the market's price where it is better than their own."),
    )
    trigger_side = models.CharField(
        _("levels watch"),
        max_length=8,
        choices=TriggerSide,
        default=TriggerSide.DEFAULT,
        help_text=_("What it takes to reach a level. Fills are at the bid or ask as ever."),
    )
    gap_policy = models.CharField(_("stops fill at"), max_length=9, choices=GapPolicy, default=GapPolicy.MARKET)
    marketable_stops_accepted = models.BooleanField(
        _("accept stops inside the market"),
        default=False,
        help_text=_("A stop order that the market is beyond already fills at once; otherwise it is refused."),
    )
    trading_hours_enforced = models.BooleanField(
        _("enforce trading hours"),
        default=True,
        help_text=_("Outside the hours of a symbol nothing is placed, filled or closed."),
    )
    positions_max = models.PositiveIntegerField(
        _("most positions"), null=True, blank=True, help_text=_("Open at a time on one account. Empty for no limit.")
    )
    orders_max = models.PositiveIntegerField(
        _("most orders"), null=True, blank=True, help_text=_("Working at a time on one account. Empty for no limit.")
    )
    exposure_max = MoneyField(
        _("largest exposure"),
        null=True,
        blank=True,
        help_text=_("The value of all positions together, in the account's currency. Empty for no limit."),
    )
    negative_balance_protection = models.BooleanField(
        _("negative balance protection"),
        default=True,
        help_text=_("A balance that a stop-out left below zero is compensated to zero."),
    )
    spread_mode = models.CharField(_("spread"), max_length=8, choices=SpreadMode, default=SpreadMode.NONE)
    spread_points = models.PositiveIntegerField(_("spread in points"), default=0)
    slippage_mode = models.CharField(_("slippage"), max_length=8, choices=SlippageMode, default=SlippageMode.NONE)
    slippage_minimum_points = models.PositiveIntegerField(_("least slippage in points"), default=0)
    slippage_maximum_points = models.PositiveIntegerField(_("most slippage in points"), default=0)
    slippage_seed = models.PositiveIntegerField(
        _("slippage seed"), default=0, help_text=_("The same seed gives an order the same random slippage again.")
    )
    swap_free = models.BooleanField(
        _("swap-free"), default=False, help_text=_("Positions are held overnight without swap.")
    )
    orders_per_minute = models.PositiveIntegerField(
        _("orders per minute"), default=10, null=True, blank=True, help_text=_("Empty for no limit.")
    )

    class Meta:
        verbose_name = _("account group")
        verbose_name_plural = _("account groups")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="group_one_default"),
            models.CheckConstraint(
                condition=Q(leverage_max__gte=1),
                name="group_leverage_max",
                violation_error_message=_("The highest leverage is 1 or more."),
            ),
            models.CheckConstraint(
                condition=Q(stop_out_level__gte=0, margin_call_level__gte=F("stop_out_level")),
                name="group_margin_levels",
                violation_error_message=_("The margin call level is not below the stop-out level."),
            ),
            models.CheckConstraint(
                condition=Q(slippage_minimum_points__lte=F("slippage_maximum_points")),
                name="group_slippage_bounds",
                violation_error_message=_("The least slippage is not above the most."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupInstrument(CommissionFields):
    """How one group trades one symbol, or all of an asset class, where that differs from the group's defaults.

    A rule for the symbol goes before one for its asset class. What is empty stays as the group or the symbol has it.
    """

    group = models.ForeignKey(
        AccountGroup, on_delete=models.CASCADE, related_name="instruments", verbose_name=_("group")
    )
    symbol = models.ForeignKey(Symbol, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("symbol"))
    asset_class = models.CharField(_("asset class"), max_length=16, choices=Symbol.AssetClass, blank=True)
    trade_mode = models.CharField(_("trade mode"), max_length=10, choices=Symbol.TradeMode, blank=True)
    volume_limit = VolumeField(_("volume limit"), null=True, blank=True)
    stops_level_points = models.PositiveIntegerField(_("stops level in points"), null=True, blank=True)
    freeze_level_points = models.PositiveIntegerField(_("freeze level in points"), null=True, blank=True)
    gap_level_points = models.PositiveIntegerField(_("gap level in points"), null=True, blank=True)
    spread_mode = models.CharField(_("spread"), max_length=8, choices=SpreadMode, blank=True)
    spread_points = models.PositiveIntegerField(_("spread in points"), default=0)
    slippage_mode = models.CharField(_("slippage"), max_length=8, choices=SlippageMode, blank=True)
    slippage_minimum_points = models.PositiveIntegerField(_("least slippage in points"), default=0)
    slippage_maximum_points = models.PositiveIntegerField(_("most slippage in points"), default=0)
    swap_mode = models.CharField(_("swap mode"), max_length=16, choices=SwapMode, blank=True)
    swap_long = models.DecimalField(_("swap of a long"), max_digits=12, decimal_places=4, default=0)
    swap_short = models.DecimalField(_("swap of a short"), max_digits=12, decimal_places=4, default=0)
    commission_unit = models.CharField(_("commission in"), max_length=8, choices=CommissionUnit, blank=True)

    class Meta:
        verbose_name = _("group instrument")
        verbose_name_plural = _("group instruments")
        ordering = ["group", "asset_class", "symbol"]
        constraints = [
            *CommissionFields.Meta.constraints,
            models.UniqueConstraint(
                fields=["group", "symbol"], condition=Q(symbol__isnull=False), name="group_instrument_symbol"
            ),
            models.UniqueConstraint(
                fields=["group", "asset_class"], condition=~Q(asset_class=""), name="group_instrument_asset_class"
            ),
            models.CheckConstraint(
                condition=Q(symbol__isnull=False, asset_class="") | (Q(symbol__isnull=True) & ~Q(asset_class="")),
                name="group_instrument_symbol_or_class",
                violation_error_message=_("Give either a symbol or an asset class."),
            ),
            models.CheckConstraint(
                condition=Q(slippage_minimum_points__lte=F("slippage_maximum_points")),
                name="group_instrument_slippage_bounds",
                violation_error_message=_("The least slippage is not above the most."),
            ),
        ]

    def clean(self) -> None:
        """Refuse at the field what the constraint refuses too: a form inside another shows errors of fields only."""
        super().clean()
        if bool(self.symbol_id) == bool(self.asset_class):
            raise ValidationError({"asset_class": _("Give either a symbol or an asset class.")})

    def __str__(self) -> str:
        return f"{self.group}: {self.symbol_id or self.get_asset_class_display()}"
