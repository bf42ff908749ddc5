from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class PlannedChange(models.Model):
    """What staff have decided to change about one object at a moment to come."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        APPLIED = "applied", _("Done")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    # As the audit log names it: `trading.accountgroup:3`.
    object = models.CharField(_("object"), max_length=120)
    name = models.CharField(_("name"), max_length=200)
    # {field: {"before": …, "after": …}} as the fields read it back.
    changes = models.JSONField(_("changes"), encoder=DjangoJSONEncoder)
    effective_at = models.DateTimeField(_("takes effect"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PLANNED)
    failure = models.TextField(_("why it failed"), blank=True)
    planned_by = models.CharField(_("planned by"), max_length=100)
    planned_at = models.DateTimeField(_("planned"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("planned change")
        verbose_name_plural = _("planned changes")
        ordering = ["-effective_at", "-id"]
        indexes = [
            models.Index(fields=["effective_at"], condition=models.Q(status="planned"), name="planned_change_due"),
            models.Index(fields=["object"], name="planned_change_object"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["planned", "applied", "failed", "withdrawn"]),
                name="planned_change_status",
            ),
            models.CheckConstraint(
                condition=models.Q(status="planned", finished_at=None)
                | (~models.Q(status="planned") & models.Q(finished_at__isnull=False)),
                name="planned_change_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.effective_at:%Y-%m-%d %H:%M}"
