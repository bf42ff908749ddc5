from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.service_key import ServiceKey


class CountedRead(models.Model):
    """How often a service key has read one thing within one minute, and what it was answered."""

    key = models.ForeignKey(ServiceKey, on_delete=models.PROTECT, verbose_name=_("service key"), db_index=False)
    minute = models.DateTimeField(_("minute"))
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("path"), max_length=200)
    status = models.PositiveSmallIntegerField(_("answer"))
    # Of a refusal.
    code = models.CharField(_("code"), max_length=64, blank=True)
    # Empty where it is not known: a unique constraint takes no two nulls for the same.
    address = models.CharField(_("address"), max_length=45, blank=True)
    count = models.PositiveIntegerField(_("times"))
    last_request_id = models.CharField(_("last request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("read by a service key")
        verbose_name_plural = _("reads by service keys")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["minute", "key", "method", "path", "status", "code", "address"], name="counted_read_once"
            )
        ]
        indexes = [models.Index(fields=["path", "minute"], name="counted_read_path")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}, {self.minute:%Y-%m-%d %H:%M}"
