from django.db import models
from django.utils.translation import gettext_lazy as _


class RejectionReason(models.Model):
    """A reason to reject a document that staff can choose instead of writing it again."""

    title = models.CharField(_("reason"), max_length=80, unique=True, help_text=_("What reviewers choose from."))
    text = models.TextField(
        _("what the client reads"), help_text=_("Say what is wrong and what to do; this is mailed and shown as it is.")
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("reason to reject")
        verbose_name_plural = _("reasons to reject")
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title
