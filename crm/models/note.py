from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

TEXT_LENGTH = 4000


class Note(models.Model):
    """What the house has written down about a client, who never sees it."""

    client = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes", verbose_name=_("client")
    )
    # As events name whoever wrote it: `crm:<key name>`.
    author = models.CharField(_("author"), max_length=64)
    text = models.TextField(_("text"), max_length=TEXT_LENGTH)
    created_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.client_id}, {self.created_at:%Y-%m-%d}"
