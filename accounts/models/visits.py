"""Visits: somebody of the house, or of the CRM, looks at the pages of a client as the client sees them."""

import math

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.api_key import Scope
from accounts.models.user import User


class Visit(models.Model):
    """One visit from its permission on. The token that begins it is good once: `begun_at` says whether it was used."""

    class EndReason(models.TextChoices):
        LEFT = "left", _("Left")
        TIME = "time", _("Its time was over")
        WITHDRAWN = "withdrawn", _("The permission was withdrawn")
        SIGNED_OUT = "signed_out", _("The client was signed out everywhere")

    # What the token names; nobody can make a token of it.
    token_id = models.UUIDField(unique=True, editable=False)
    client = models.ForeignKey(User, on_delete=models.CASCADE, related_name="visits", verbose_name=_("client"))
    # Who answers for the visitor, such as `staff:7`; while they may no longer, the visit ends.
    issuer = models.CharField(_("let in by"), max_length=100)
    admin_id = models.CharField(_("number of the visitor"), max_length=100)
    admin_name = models.CharField(_("visitor"), max_length=150)
    reason = models.CharField(_("reason"), max_length=300)
    # What may be done beyond looking; as for API keys.
    scopes = ArrayField(models.CharField(max_length=32), verbose_name=_("may"), default=list, blank=True)
    granted_at = models.DateTimeField(_("allowed"))
    token_expires_at = models.DateTimeField(_("token good until"))
    begun_at = models.DateTimeField(_("begun"), null=True)
    ends_at = models.DateTimeField(_("ends at the latest"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("ended because"), max_length=16, blank=True, choices=EndReason.choices)
    ip = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("program"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes = [
            models.Index(fields=["client", "-begun_at"], name="visit_of_client"),
            models.Index(
                fields=["ends_at"],
                condition=models.Q(begun_at__isnull=False, ended_at__isnull=True),
                name="visit_under_way",
            ),
        ]
        permissions = [("view_as_client", _("Can look at the pages of clients as they see them"))]

    def __str__(self) -> str:
        return f"{self.admin_name}, {self.granted_at:%Y-%m-%d %H:%M}"

    @property
    def actor(self) -> str:
        """What events call whoever acts in this visit."""
        return f"visit:{self.pk}"

    @property
    def seconds_left(self) -> int:
        """For how long it may go on."""
        return 0 if self.ends_at is None else max(math.ceil((self.ends_at - timezone.now()).total_seconds()), 1)

    @property
    def minutes_left(self) -> int:
        """The same in minutes, begun ones counted."""
        return math.ceil(self.seconds_left / 60)

    @property
    def minutes_spent(self) -> int:
        """How long it lasted, begun minutes counted."""
        if self.begun_at is None or self.ended_at is None:
            return 0
        return max(math.ceil((self.ended_at - self.begun_at).total_seconds() / 60), 1)

    @property
    def standing(self) -> str:
        """Where it stands: `allowed`, `unused` (the token has expired), `under_way` or `ended`."""
        if self.begun_at is None or self.ends_at is None:
            return "allowed" if self.token_expires_at > timezone.now() else "unused"
        return "under_way" if self.ended_at is None and self.ends_at > timezone.now() else "ended"

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be changed in it."""
        return not self.scopes

    @property
    def scope_labels(self) -> list[str]:
        """What may be done in it beyond looking, in words."""
        return [str(scope.label).partition(":")[0] for scope in Scope if scope.value in self.scopes]


class VisitStep(models.Model):
    """A page that was looked at in a visit, or something that was tried in it; once, however often it happened."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="steps", verbose_name=_("visit"))
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("page"), max_length=300)
    refused = models.BooleanField(_("refused"))
    times = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("step of a visit")
        verbose_name_plural = _("steps of a visit")
        ordering = ["first_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "method", "path", "refused"], name="visit_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
