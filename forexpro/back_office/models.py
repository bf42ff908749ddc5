from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

TITLE_LENGTH_MAX = 60
QUERY_LENGTH_MAX = 1000


class SavedFilter(models.Model):
    """The filters of a list under a name, for whoever saved them or, with `desk`, for all of that role.

    `page` names the list by its model, `query` is that of its address.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters", verbose_name=_("saved by")
    )
    page = models.CharField(_("list"), max_length=100)
    title = models.CharField(_("name"), max_length=TITLE_LENGTH_MAX)
    query = models.CharField(_("filters"), max_length=QUERY_LENGTH_MAX)
    desk = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("desk")
    )

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["title", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "page", "title"], name="saved_filter_title")]

    def __str__(self) -> str:
        return self.title
