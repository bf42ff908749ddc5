from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """Something that has happened to a person and that they should know of, written in the transaction of its effect.

    The first line of `text` says what has happened, further ones what follows from it. `link` is a path of this site.
    """

    class Kind(models.TextChoices):
        """What it is about."""

        FUNDING = "funding", _("Deposits and withdrawals")
        VERIFICATION = "verification", _("Verification")
        SECURITY = "security", _("Security")
        # For staff: what runs beside people and needs somebody.
        OPERATIONS = "operations", _("Operation")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notices",
        verbose_name=_("user"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    text = models.TextField(_("text"))
    link = models.CharField(_("link"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("time"))
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "id"], name="notice_user"),
            models.Index(fields=["user", "id"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        """What has happened, in one line."""
        return self.text.partition("\n")[0]

    @property
    def detail(self) -> str:
        """What follows from it; nothing where the headline says it all."""
        return self.text.partition("\n")[2]
