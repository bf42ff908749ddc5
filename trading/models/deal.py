from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trading.models.account import TradingAccount
from trading.models.fields import MoneyField, PriceField, VolumeField
from trading.models.order import Side


class Deal(models.Model):
    """An execution; a database trigger refuses to change or delete it.

    `side` is what was done: a closing deal's is opposite to its position's. `event_seq` finds the event, and with it
    the evidence, in the account's stream. `market_time` is the time of the tick that the price came from.
    """

    class Entry(models.TextChoices):
        IN = "in", _("In")
        OUT = "out", _("Out")

    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, verbose_name=_("account"), db_index=False)
    event_seq = models.BigIntegerField(_("event number"))
    position_id = models.BigIntegerField(_("position"))
    order_id = models.BigIntegerField(_("order"), null=True)
    symbol = models.CharField(_("symbol"), max_length=16)
    side = models.CharField(_("side"), max_length=4, choices=Side)
    entry = models.CharField(_("entry"), max_length=3, choices=Entry)
    volume = VolumeField(_("volume"))
    price = PriceField(_("price"))
    profit = MoneyField(_("profit"), default=0)
    swap = MoneyField(_("swap"), default=0)
    commission = MoneyField(_("commission"), default=0)
    reason = models.CharField(_("reason"), max_length=16)
    executed_at = models.DateTimeField(_("time"))
    market_time = models.DateTimeField(_("market time"), null=True)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "event_seq"], name="deal_event"),
            models.CheckConstraint(condition=Q(volume__gt=0), name="deal_volume"),
            models.CheckConstraint(condition=Q(price__gt=0), name="deal_price"),
            models.CheckConstraint(condition=Q(side__in=["buy", "sell"]), name="deal_side"),
            models.CheckConstraint(
                condition=Q(entry="in", order_id__isnull=False, profit=0) | Q(entry="out"), name="deal_entry"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="deal_account"),
            models.Index(fields=["position_id"], name="deal_position"),
            # Deals are written in the order of their times: a few pages of this index stand for millions of rows.
            BrinIndex(fields=["executed_at"], name="deal_time", autosummarize=True, pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.volume.normalize():f} {self.symbol} at {self.price.normalize():f}"
