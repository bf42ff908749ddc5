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


class Configuration(models.Model):
    """One row whose version changes with groups, their instruments and the catalogue.

    Triggers on those tables write it in the transaction of the change, so a process that reads the same version as
    when it loaded its instruments knows they are current.
    """

    version = models.UUIDField()

    class Meta:
        verbose_name = _("configuration version")
        verbose_name_plural = _("configuration versions")

    def __str__(self) -> str:
        return str(self.version)
