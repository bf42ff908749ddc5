import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class RefreshFamily(models.Model):
    """One sign-in of a program, and all tokens that descend from it. Of the tokens themselves nothing is stored.

    Every refresh replaces `current`, the SHA-256 of the id of the one refresh token that is still good. Whoever shows
    an earlier one has a copy, and the family ends.
    """

    class EndReason(models.TextChoices):
        REVOKED = "revoked", _("ended by its owner")
        REUSED = "reused", _("a refresh token was used twice")
        SIGNED_OUT = "signed_out", _("signed out everywhere")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_families")
    user_agent = models.CharField(_("program"), max_length=300, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True)
    current = models.CharField(max_length=64)
    started_at = models.DateTimeField(_("began"))
    refreshed_at = models.DateTimeField(_("last refreshed"))
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(max_length=16, choices=EndReason.choices, blank=True)

    class Meta:
        verbose_name = _("sign-in of a program")
        verbose_name_plural = _("sign-ins of programs")
        indexes = [
            models.Index(fields=["user"], condition=models.Q(ended_at=None), name="refresh_family_open"),
            models.Index(fields=["expires_at"], name="refresh_family_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="")
                | models.Q(ended_at__isnull=False) & ~models.Q(end_reason=""),
                name="refresh_family_end_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
