"""Where a person is signed in, the devices they sign in from, and attempts to be somebody."""

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _


class SignedInSession(models.Model):
    """Whose a session is, and from where; it goes with the session, however that ends."""

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, related_name="signed_in", verbose_name=_("session")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="signed_in_sessions",
        verbose_name=_("user"),
    )
    signed_in_at = models.DateTimeField(_("signed in"))
    # Written every few minutes at most.
    last_seen_at = models.DateTimeField(_("last seen"))
    ip = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("program"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("signed-in session")
        verbose_name_plural = _("signed-in sessions")

    def __str__(self) -> str:
        return f"{self.user_id}, {self.ip}"


class KnownDevice(models.Model):
    """A browser from which a person has signed in before: it has a cookie of which this is the hash."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="known_devices",
        verbose_name=_("user"),
        db_index=False,
    )
    token_hash = models.CharField(_("hash of the cookie"), max_length=64)
    first_seen_at = models.DateTimeField(_("first sign-in"))
    last_seen_at = models.DateTimeField(_("last sign-in"))

    class Meta:
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")
        constraints = [models.UniqueConstraint(fields=["user", "token_hash"], name="known_device_once")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.first_seen_at:%Y-%m-%d}"


class SignInAttempt(models.Model):
    """An attempt to prove who one is, by a password or a code; one that succeeds is deleted."""

    # A hash of the typed address: people type passwords into that field.
    account = models.CharField(_("account"), max_length=64)
    address = models.GenericIPAddressField(_("address"), null=True)
    at = models.DateTimeField(_("time"))
    # Until then it is under way.
    failed = models.BooleanField(_("failed"), default=False)

    class Meta:
        verbose_name = _("sign-in attempt")
        verbose_name_plural = _("sign-in attempts")
        indexes = [models.Index(fields=["address", "at"], name="sign_in_attempt_address")]

    def __str__(self) -> str:
        return f"{self.address}, {self.at:%Y-%m-%d %H:%M}"
