from copy import copy
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketdata.models import CommissionFields, CommissionUnit, SwapMode, Symbol
from marketdata.models.fields import StructureField
from marketdata.models.margin import (
    LEVERAGE_TIERS_HELP,
    MARGIN_RATES_HELP,
    validate_leverage_tiers,
    validate_margin_rates,
)
from trading.models.fields import MoneyField, VolumeField


class PositionMode(models.TextChoices):
    HEDGING = "hedging", _("Hedging")
    NETTING = "netting", _("Netting")


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


class ProfitConversion(models.TextChoices):
    BY_DEAL = "by_deal", _("By deal")
    BY_MARKET = "by_market", _("By market")


class HedgedMargin(models.TextChoices):
    LARGER_LEG = "larger_leg", _("The larger direction")
    BASIC = "basic", _("Uncovered lots, and covered ones by the symbol's hedged margin")


class LevelUnit(models.TextChoices):
    PERCENT = "percent", _("Percent of margin")
    MONEY = "money", _("Money: equity in the account's currency")


class StopOutSequence(models.TextChoices):
    MT5 = "mt5", _("The largest loss first, whole positions")
    SMART = "smart", _("As little as is enough of the largest margin")
    GRADUAL = "gradual", _("All orders, all losing positions, all others")


class CompensationCredit(models.TextChoices):
    BEARS_LOSS = "bears_loss", _("Bears the loss first")
    KEPT = "kept", _("Is kept")
    WITHDRAWN = "withdrawn", _("Is withdrawn")


class AccountGroup(models.Model):
    """The conditions that a set of trading accounts trades under."""

    name = models.CharField(_("name"), max_length=64, unique=True)
    is_default = models.BooleanField(_("default for new accounts"), default=False)
    currencies = models.CharField(
        _("currencies of accounts"),
        max_length=120,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[A-Z]{3,5}( [A-Z]{3,5})*$", _("Codes with spaces between, such as USD EUR."))],
        help_text=_("Codes with spaces between, such as USD EUR. Empty for every currency."),
    )
    position_mode = models.CharField(
        _("position mode of accounts"),
        max_length=8,
        choices=PositionMode,
        blank=True,
        default="",
        help_text=_("Empty for both."),
    )
    leverage_max = models.DecimalField(_("highest leverage"), max_digits=8, decimal_places=2, default=Decimal(500))
    margin_call_level = models.DecimalField(
        _("margin call level"), max_digits=14, decimal_places=2, default=Decimal(100)
    )
    stop_out_level = models.DecimalField(_("stop-out level"), max_digits=14, decimal_places=2, default=Decimal(50))
    level_unit = models.CharField(_("levels in"), max_length=7, choices=LevelUnit, default=LevelUnit.PERCENT)
    hedged_margin = models.CharField(
        _("margin of opposite positions"),
        max_length=10,
        choices=HedgedMargin,
        default=HedgedMargin.LARGER_LEG,
        help_text=_("For hedging accounts."),
    )
    stop_out_sequence = models.CharField(
        _("stop-out closes"),
        max_length=7,
        choices=StopOutSequence,
        default=StopOutSequence.MT5,
        help_text=_("Pending orders that reserve margin go first, the largest first; closed markets are skipped."),
    )
    stop_out_fully_hedged = models.BooleanField(
        _("stop out fully hedged accounts"),
        default=False,
        help_text=_("Also where covered positions need no margin, once equity is negative."),
    )
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
        help_text=_("A balance below zero is compensated to zero when the last position is gone."),
    )
    compensation_credit = models.CharField(
        _("credit, when a negative balance is compensated"),
        max_length=10,
        choices=CompensationCredit,
        default=CompensationCredit.BEARS_LOSS,
    )
    margin_refreshed_nightly = models.BooleanField(
        _("margin rate taken anew each night"),
        default=False,
        help_text=_("The rate that converts the margin of a position is otherwise that of its opening."),
    )
    profit_conversion = models.CharField(
        _("conversion of profit"),
        max_length=9,
        choices=ProfitConversion,
        default=ProfitConversion.BY_DEAL,
        help_text=_(
            "Of currency pairs. By deal: what a buy opened at ask, what a sell opened at bid. "
            "By market: a profit at bid, a loss at ask."
        ),
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
            models.CheckConstraint(
                condition=Q(position_mode__in=["", *PositionMode.values]), name="group_position_mode"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse to close the group to accounts that are in it."""
        super().clean()
        others = self.accounts.exclude(status="closed") if self.pk else None
        if others is not None and self.currencies:
            self._ensure_none(others.exclude(currency__in=self.currencies.split()), "currencies")
        if others is not None and self.position_mode:
            self._ensure_none(others.exclude(position_mode=self.position_mode), "position_mode")

    @staticmethod
    def _ensure_none(accounts: "models.QuerySet[Any]", field: str) -> None:
        account = accounts.order_by("id").first()
        if account is not None:
            raise ValidationError(
                {
                    field: _("Account %(account)s is in this group and would not fit. Move it to another group first.")
                    % {"account": account.number}
                }
            )


class GroupInstrument(CommissionFields):
    """How one group trades one symbol, or all of an asset class, where that differs from the group's defaults.

    What a rule for the symbol leaves empty is as the one for its asset class has it, or else the group or the symbol.
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
    margin_rate = models.DecimalField(
        _("margin rate"), max_digits=8, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    margin_rates = StructureField(
        _("margin rates by order"),
        null=True,
        blank=True,
        validators=[validate_margin_rates],
        help_text=MARGIN_RATES_HELP,
    )
    leverage_cap = models.DecimalField(
        _("highest leverage"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(1)]
    )
    leverage_tiers = StructureField(
        _("leverage tiers"),
        null=True,
        blank=True,
        validators=[validate_leverage_tiers],
        help_text=LEVERAGE_TIERS_HELP,
    )
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

    # Columns that mean something only together: they are a rule's own where the first of them is given.
    TOGETHER = (
        ("trade_mode",),
        ("volume_limit",),
        ("stops_level_points",),
        ("freeze_level_points",),
        ("gap_level_points",),
        ("margin_rate",),
        ("margin_rates",),
        ("leverage_cap",),
        ("leverage_tiers",),
        ("spread_mode", "spread_points"),
        ("slippage_mode", "slippage_minimum_points", "slippage_maximum_points"),
        ("swap_mode", "swap_long", "swap_short"),
        tuple(field.name for field in CommissionFields._meta.local_fields),
    )

    def clean(self) -> None:
        """Refuse at the field what the constraint refuses too: a form inside another shows errors of fields only."""
        super().clean()
        if bool(self.symbol_id) == bool(self.asset_class):
            raise ValidationError({"asset_class": _("Give either a symbol or an asset class.")})

    def completed_by(self, other: "GroupInstrument") -> "GroupInstrument":
        """Return this rule, not saved, with what it leaves empty as `other` has it."""
        completed = copy(self)
        for names in self.TOGETHER:
            if getattr(self, names[0]) in ("", None):
                for name in names:
                    setattr(completed, name, getattr(other, name))
        return completed

    def __str__(self) -> str:
        return f"{self.group}: {self.symbol_id or self.get_asset_class_display()}"
