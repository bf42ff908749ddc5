from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How well a client is known. Higher levels include what lower ones unlock."""

    UNVERIFIED = 0, _("Not verified")
    IDENTITY = 1, _("Identity verified")
    FULL = 2, _("Fully verified")


class VerificationCase(models.Model):
    """Everything that shows who a client is. Its row is the lock under which its documents change.

    `status` and `level` repeat what the documents say, for lists and filters; `kyc.selectors` reads the documents.
    """

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        INCOMPLETE = "incomplete", _("Documents missing")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Expired")

    client = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verification", verbose_name=_("client")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NOT_STARTED)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.UNVERIFIED)
    # Since when the oldest document waits for a decision.
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    # From then on the law counts the years for which documents are kept.
    ended_at = models.DateTimeField(_("relationship ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        indexes = [
            models.Index(
                fields=["waiting_since", "id"], condition=models.Q(waiting_since__isnull=False), name="kyc_queue"
            ),
            models.Index(fields=["status", "-id"], name="kyc_case_status"),
            models.Index(fields=["waiting_since", "-id"], name="kyc_case_list"),
        ]

    def __str__(self) -> str:
        return f"{self.client}"

    @property
    def stream(self) -> str:
        """The event stream of this case."""
        return f"kyc:{self.pk}"
