from django.db import models
from django.utils.translation import gettext_lazy as _


class EngineCheckpoint(models.Model):
    """How far one shard of the engine has worked through the tick stream and followed the event log."""

    shard = models.CharField(max_length=16, primary_key=True)
    tick_id = models.CharField(max_length=32)
    # The place in the log: transaction and event.
    log_xid = models.BigIntegerField()
    log_id = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("engine checkpoint")
        verbose_name_plural = _("engine checkpoints")

    def __str__(self) -> str:
        return f"{self.shard}: {self.tick_id}"
