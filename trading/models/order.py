from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trading.models.account import TradingAccount
from trading.models.fields import PriceField, VolumeField


class Side(models.TextChoices):
    BUY = "buy", _("Buy")
    SELL = "sell", _("Sell")


class Order(models.Model):
    """An order, working or done with; the id comes from the sequence that numbers orders and positions alike.

    `symbol` is a name and not a reference: history outlives the catalogue, and orders in one symbol do not
    contend for its row.
    """

    class Type(models.TextChoices):
        MARKET = "market", _("Market")
        LIMIT = "limit", _("Limit")
        STOP = "stop", _("Stop")
        STOP_LIMIT = "stop_limit", _("Stop limit")

    class TimeInForce(models.TextChoices):
        GTC = "gtc", _("Until cancelled")
        DAY = "day", _("Today")
        GTD = "gtd", _("Until a moment")
        IOC = "ioc", _("Immediate or cancel")
        FOK = "fok", _("Fill or kill")

    class Status(models.TextChoices):
        WORKING = "working", _("Working")
        FILLED = "filled", _("Filled")
        CANCELLED = "cancelled", _("Cancelled")
        REJECTED = "rejected", _("Rejected")

    id = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, verbose_name=_("account"), db_index=False)
    symbol = models.CharField(_("symbol"), max_length=16)
    side = models.CharField(_("side"), max_length=4, choices=Side)
    type = models.CharField(_("type"), max_length=10, choices=Type)
    volume = VolumeField(_("volume"))
    price = PriceField(_("price"))
    limit_price = PriceField(_("limit price"), null=True)
    stop_loss = PriceField(_("stop loss"), null=True)
    take_profit = PriceField(_("take profit"), null=True)
    comment = models.CharField(_("comment"), max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=Status)
    # A stop-limit whose stop was reached: it rests as a limit.
    armed = models.BooleanField(_("armed"), default=False)
    placed_at = models.DateTimeField(_("placed"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    fill_price = PriceField(_("fill price"), null=True)
    time_in_force = models.CharField(_("time in force"), max_length=3, choices=TimeInForce, default=TimeInForce.GTC)
    expires_at = models.DateTimeField(_("expires"), null=True)
    deviation_points = models.PositiveIntegerField(_("largest deviation in points"), null=True)
    # The fill of one order of a group cancels the others.
    oco_group = models.CharField(_("one-cancels-other group"), max_length=36, blank=True)
    # The order whose fill this one waits for; none once it works.
    parent_id = models.BigIntegerField(_("waits for order"), null=True)
    guards = models.JSONField(_("guards"), null=True)
    # Ticks received earlier do not reach it.
    levels_since = models.DateTimeField(_("levels set"), null=True)
    # Why it was cancelled or rejected: a stable code.
    reason = models.CharField(_("reason"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(volume__gt=0), name="order_volume"),
            models.CheckConstraint(condition=Q(price__gt=0), name="order_price"),
            models.CheckConstraint(
                condition=Q(limit_price__gt=0, type="stop_limit")
                | (Q(limit_price__isnull=True) & ~Q(type="stop_limit")),
                name="order_limit_price",
            ),
            models.CheckConstraint(condition=Q(stop_loss__isnull=True) | Q(stop_loss__gt=0), name="order_stop_loss"),
            models.CheckConstraint(
                condition=Q(take_profit__isnull=True) | Q(take_profit__gt=0), name="order_take_profit"
            ),
            models.CheckConstraint(condition=Q(side__in=["buy", "sell"]), name="order_side"),
            models.CheckConstraint(condition=Q(type__in=["market", "limit", "stop", "stop_limit"]), name="order_type"),
            models.CheckConstraint(
                condition=Q(status="working", finished_at__isnull=True)
                | Q(status__in=["filled", "cancelled", "rejected"], finished_at__isnull=False),
                name="order_status",
            ),
            models.CheckConstraint(
                condition=Q(status="filled", fill_price__gt=0) | (~Q(status="filled") & Q(fill_price__isnull=True)),
                name="order_fill_price",
            ),
            models.CheckConstraint(
                condition=Q(time_in_force__in=["day", "gtd"], expires_at__isnull=False)
                | Q(time_in_force__in=["gtc", "ioc", "fok"], expires_at__isnull=True),
                name="order_expiry",
            ),
            models.CheckConstraint(condition=Q(armed=False) | Q(type="stop_limit"), name="order_armed"),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="order_account"),
            models.Index(fields=["account"], condition=Q(status="working"), name="order_working"),
            models.Index(
                fields=["expires_at"], condition=Q(status="working", expires_at__isnull=False), name="order_expiring"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.id} {self.side} {self.volume.normalize():f} {self.symbol}"
