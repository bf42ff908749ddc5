from django.db import models
from django.utils.translation import gettext_lazy as _


class Candle(models.Model):
    """One bar of bid prices; `time` is when it opened.

    Written by the upsert of `services.candles` only. Prices are binary floats and the symbol is no foreign key: charts
    read thousands of rows at a time, no money is computed from them, and every column more costs each of those rows.
    """

    pk = models.CompositePrimaryKey("symbol", "interval", "time")
    symbol = models.CharField(_("symbol"), max_length=16)
    interval = models.PositiveSmallIntegerField(_("interval in minutes"))
    time = models.DateTimeField(_("time"))
    open = models.FloatField(_("open"))
    high = models.FloatField(_("high"))
    low = models.FloatField(_("low"))
    close = models.FloatField(_("close"))
    volume = models.PositiveIntegerField(_("ticks"))

    class Meta:
        verbose_name = _("candle")
        verbose_name_plural = _("candles")

    def __str__(self) -> str:
        return f"{self.symbol} {self.interval}m {self.time:%Y-%m-%d %H:%M}"
