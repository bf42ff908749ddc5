from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models.group import AccountGroup


class Configuration(models.Model):
    """One row whose version changes with groups, their instruments and the catalogue.

    Triggers on those tables write it in the transaction of the change, so a process that reads the same version as
    when it loaded its instruments knows they are current.
    """

    version = models.UUIDField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("configuration version")
        verbose_name_plural = _("configuration versions")

    def __str__(self) -> str:
        return str(self.version)


class ConditionsVersion(models.Model):
    """The policy and the specifications that a group's accounts traded under from a moment on; never changed.

    It is written with the first decision that was taken under it, and explains decisions for good.
    """

    group = models.ForeignKey(AccountGroup, on_delete=models.PROTECT, verbose_name=_("group"), db_index=False)
    version = models.UUIDField(_("version"))
    effective_from = models.DateTimeField(_("effective from"))
    # {"policy": {…}, "instruments": [{…}, …]} in the engine's own JSON.
    document = models.JSONField(_("policy and specifications"))

    class Meta:
        verbose_name = _("version of conditions")
        verbose_name_plural = _("versions of conditions")
        ordering = ["-effective_from"]
        constraints = [models.UniqueConstraint(fields=["group", "version"], name="conditions_version")]
        indexes = [models.Index(fields=["group", "effective_from"], name="conditions_effective")]

    def __str__(self) -> str:
        return f"{self.group}, {self.effective_from:%Y-%m-%d %H:%M:%S}"
