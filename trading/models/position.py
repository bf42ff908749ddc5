from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trading.models.account import TradingAccount
from trading.models.fields import MoneyField, PriceField, VolumeField
from trading.models.order import Side


class Position(models.Model):
    """A position, open or closed; its id is that of the order that opened it.

    `volume` is what is still open. `profit` and `swap` are what closing deals have realised so far.
    """

    id = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, verbose_name=_("account"), db_index=False)
    symbol = models.CharField(_("symbol"), max_length=16)
    side = models.CharField(_("side"), max_length=4, choices=Side)
    initial_volume = VolumeField(_("opened volume"))
    volume = VolumeField(_("open volume"))
    # On a netting account an average over deals, finer than any price.
    open_price = PriceField(_("open price"), max_digits=27, decimal_places=15)
    opened_at = models.DateTimeField(_("opened"))
    margin_conversion = models.DecimalField(_("margin conversion rate"), max_digits=30, decimal_places=15)
    stop_loss = PriceField(_("stop loss"), null=True)
    take_profit = PriceField(_("take profit"), null=True)
    swap = MoneyField(_("swap"), default=0)
    swap_day = models.DateField(_("swap charged until"), null=True)
    commission = MoneyField(_("commission"), default=0)
    profit = MoneyField(_("realised profit"), default=0)
    comment = models.CharField(_("comment"), max_length=64, blank=True)
    guards = models.JSONField(_("guards"), null=True)
    # Ticks received earlier do not reach these levels; where nothing is said, since the position was opened.
    stop_loss_since = models.DateTimeField(_("stop loss set"), null=True)
    take_profit_since = models.DateTimeField(_("take profit set"), null=True)
    guards_since = models.DateTimeField(_("guards set"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    close_price = PriceField(_("close price"), null=True)
    close_reason = models.CharField(_("close reason"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, volume__gt=0)
                | Q(closed_at__isnull=False, volume=0, close_price__gt=0),
                name="position_open_volume",
            ),
            models.CheckConstraint(
                condition=Q(initial_volume__gt=0, initial_volume__gte=F("volume")), name="position_initial_volume"
            ),
            models.CheckConstraint(condition=Q(open_price__gt=0), name="position_open_price"),
            models.CheckConstraint(condition=Q(margin_conversion__gt=0), name="position_margin_conversion"),
            models.CheckConstraint(condition=Q(stop_loss__isnull=True) | Q(stop_loss__gt=0), name="position_stop_loss"),
            models.CheckConstraint(
                condition=Q(take_profit__isnull=True) | Q(take_profit__gt=0), name="position_take_profit"
            ),
            models.CheckConstraint(condition=Q(side__in=["buy", "sell"]), name="position_side"),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="position_account"),
            models.Index(fields=["account"], condition=Q(closed_at__isnull=True), name="position_open"),
            models.Index(fields=["symbol", "swap_day"], condition=Q(closed_at__isnull=True), name="position_swap_due"),
        ]

    def __str__(self) -> str:
        return f"#{self.id} {self.side} {self.volume.normalize():f} {self.symbol}"
