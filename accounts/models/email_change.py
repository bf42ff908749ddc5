from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EmailChange(models.Model):
    """A new address that a person wants: it becomes theirs when both mailboxes have said yes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="email_change", verbose_name=_("user")
    )
    old_email = models.EmailField(_("present address"))
    new_email = models.EmailField(_("new address"))
    # What the mailed links name; a newer request has another one, so that older links are dead.
    key = models.CharField(_("key"), max_length=32)
    requested_at = models.DateTimeField(_("requested"))
    old_confirmed_at = models.DateTimeField(_("confirmed at the present address"), null=True)
    new_confirmed_at = models.DateTimeField(_("confirmed at the new address"), null=True)

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of addresses")

    def __str__(self) -> str:
        return f"{self.user_id}, {self.new_email}"
