"""The second factor of a person: an authenticator app, and codes on paper for when it is lost."""

import re
from base64 import b32decode
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from forexpro.core.crypto.fields import EarlyBigAutoField, EncryptedTextField

ISSUER = "ForexPro"
CODE = re.compile(r"[0-9]{6}")
# Clocks may be one step of 30 seconds apart.
DRIFT_STEPS = 1
# The wait between guesses from elsewhere doubles from a second up to 2**9 seconds.
THROTTLE_DOUBLINGS = 10


class TotpDevice(ThrottlingMixin, Device):
    """An authenticator app (RFC 6238: SHA-1, six digits, 30 seconds) as a device of django-otp.

    It counts once its owner has shown a first code (`confirmed`). Lock the row to verify a code: then each is good
    once.
    """

    id = EarlyBigAutoField(primary_key=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="totp_device", verbose_name=_("user")
    )
    throttling_failure_count: Any  # of the mixin, which has no types
    secret = EncryptedTextField(_("secret"))
    # The time step of the newest code that was accepted; older ones and itself are not accepted any more.
    last_step = models.BigIntegerField(_("last step"), default=-1)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    @property
    def address(self) -> str:
        """What the QR code says to the app."""
        label = quote(f"{ISSUER}:{self.user.email}")
        return f"otpauth://totp/{label}?{urlencode({'secret': self.secret, 'issuer': ISSUER})}"

    def verify_token(self, token: Any) -> bool:
        """Return whether `token` is a code that was not used yet; while guesses are throttled, no code is."""
        allowed, _reason = self.verify_is_allowed()
        return allowed and self.verify_unthrottled(token)

    def verify_unthrottled(self, token: Any) -> bool:
        """Return whether `token` is a code that was not used yet, for those who are no strangers to the account."""
        if self._matches(str(token)):
            self.throttle_reset(commit=False)
            self.save()
            return True
        self.throttle_increment(commit=False)
        # Without an end to it, whoever knows the password could keep the owner waiting for years.
        self.throttling_failure_count = min(self.throttling_failure_count, THROTTLE_DOUBLINGS)
        self.save()
        return False

    def get_throttle_factor(self) -> int:
        return 1

    def _matches(self, code: str) -> bool:
        if not CODE.fullmatch(code):
            return False
        totp = TOTP(b32decode(self.secret))
        matches = bool(totp.verify(int(code), tolerance=DRIFT_STEPS, min_t=self.last_step + 1))
        if matches:
            self.last_step = totp.t()
        return matches


class BackupCode(models.Model):
    """A code that stands in for the app once. Its first digit, the `number`, says which of the ten it is."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="backup_codes",
        verbose_name=_("user"),
        db_index=False,
    )
    number = models.PositiveSmallIntegerField(_("number"))
    code_hash = models.CharField(_("hash"), max_length=128)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("backup code")
        verbose_name_plural = _("backup codes")
        constraints = [models.UniqueConstraint(fields=["user", "number"], name="backup_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.number}"
