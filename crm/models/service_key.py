from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 40


class Scope(models.TextChoices):
    """What a service key allows. Each part of the API takes exactly one."""

    READ = "read", _("Read: clients, their accounts, positions, deals, requests and verification")
    CLIENTS = "clients", _("Clients: create and change them, their limits, flags and notes")
    SECURITY = "security", _("Security: sign clients out everywhere, have passwords reset")
    FUNDING = "funding", _("Money: decide on deposits and withdrawals")
    KYC = "kyc", _("Verification: decide on documents")
    VISITS = "visits", _("Visits: let people look at the pages of clients, as clients see them")
    WEBHOOKS = "webhooks", _("Webhooks: which endpoints are told of what, their secrets, sending again")
    VISITS_CHANGING = "visits_changing", _("Visits in which people may trade or move money")


class ServiceKey(models.Model):
    """What a program of the house, such as its CRM, is to this platform. It belongs to nobody, and acts under its name.

    Its secrets come and go (`ServiceSecret`); the name is never given to another one, because events tell it.
    """

    name = models.CharField(
        _("name"),
        max_length=NAME_LENGTH,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*\Z", _("Small letters, digits and hyphens, such as berlin."))],
        help_text=_("Which program will have it. Events name what it does by crm: and this name."),
    )
    scopes = ArrayField(models.CharField(max_length=16), verbose_name=_("scopes"))
    networks = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("allowed addresses"),
        default=list,
        blank=True,
        help_text=_("IP addresses and networks such as 203.0.113.0/24; from everywhere without one."),
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("service key")
        verbose_name_plural = _("service keys")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> str:
        """What events call whoever acts with this key."""
        return f"crm:{self.name}"

    @property
    def stream(self) -> str:
        """The event stream of this key and of its calls."""
        return f"service_key:{self.pk}"


class ServiceSecret(models.Model):
    """One text that opens the API for a key. Only its SHA-256 is stored, and what recognises it by eye."""

    key = models.ForeignKey(ServiceKey, on_delete=models.PROTECT, related_name="secrets", verbose_name=_("service key"))
    prefix = models.CharField(_("secret"), max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"))
    # After a rotation the old one is good for a while.
    ends_at = models.DateTimeField(_("good until"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True)

    class Meta:
        verbose_name = _("secret of a service key")
        verbose_name_plural = _("secrets of service keys")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(ends_at=None), name="service_key_one_newest_secret")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class AnsweredCall(models.Model):
    """What a call that changed something was answered, kept in the transaction of its effect."""

    key = models.ForeignKey(ServiceKey, on_delete=models.CASCADE, db_index=False)
    idempotency_key = models.CharField(max_length=128)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    # JSON as it was sent.
    body = models.TextField()
    etag = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answered call")
        verbose_name_plural = _("answered calls")
        constraints = [models.UniqueConstraint(fields=["key", "idempotency_key"], name="answered_call_key")]
        indexes = [models.Index(fields=["created_at"], name="answered_call_created_at")]

    def __str__(self) -> str:
        return self.idempotency_key
