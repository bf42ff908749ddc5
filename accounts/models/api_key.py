from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class Scope(models.TextChoices):
    """What a key allows. Sessions and tokens allow whatever their owner may."""

    READ = "read", _("Read: accounts, orders, history, prices")
    TRADE = "trade", _("Trade: place, change and cancel orders, close positions")
    FUNDING = "funding", _("Money: ask for deposits, cancel requests, move money between your own accounts")


class ApiKey(models.Model):
    """A key with which its owner's programs use the API. Only its SHA-256 is stored, and what recognises it by eye."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("key"), max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=32), verbose_name=_("scopes"))
    networks = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("allowed addresses"),
        default=list,
        help_text=_("Networks such as 203.0.113.0/24; from anywhere without one."),
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(revoked_at=None),
                name="api_key_name_is_its_owners_only_one",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        """What the key allows, in words."""
        return [str(scope.label).partition(":")[0] for scope in Scope if scope.value in self.scopes]
