from django.db import models
from django.utils.translation import gettext_lazy as _


class EngineCheckpoint(models.Model):
    """How far one shard of the engine has worked through the tick stream."""

    shard = models.PositiveIntegerField(primary_key=True)
    shards = models.PositiveIntegerField()
    tick_id = models.CharField(max_length=32)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("engine checkpoint")
        verbose_name_plural = _("engine checkpoints")

    def __str__(self) -> str:
        return f"{self.shard}/{self.shards}: {self.tick_id}"
