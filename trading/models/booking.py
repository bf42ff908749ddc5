from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trading.models.account import TradingAccount
from trading.models.fields import MoneyField


class Booking(models.Model):
    """Money that one member of staff wants moved by hand, and that a colleague lets move or not: four eyes.

    A positive amount comes to the account, a negative one leaves it, in its currency. What was asked never changes,
    and nothing does once it is decided, whoever writes.
    """

    class Kind(models.TextChoices):
        """A value is the engine's reason of the movement."""

        DEPOSIT = "deposit", _("Deposit")
        WITHDRAWAL = "withdrawal", _("Withdrawal")
        CREDIT = "credit", _("Credit")
        ADJUSTMENT = "adjustment", _("Adjustment")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        BOOKED = "booked", _("Booked")
        DECLINED = "declined", _("Declined")

    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, verbose_name=_("account"), db_index=False)
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind)
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=100)
    # The dialog that is sent twice asks once.
    submission = models.CharField(max_length=64, editable=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"), db_index=False
    )
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    answer = models.CharField(_("why not"), max_length=300, blank=True)
    # The event of the account that moved the money: there is one ledger transaction for it.
    booked_seq = models.BigIntegerField(_("booked by event"), null=True)

    class Meta:
        verbose_name = _("booking by hand")
        verbose_name_plural = _("bookings by hand")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "submission"], name="booking_asked_once"),
            models.UniqueConstraint(fields=["account", "booked_seq"], name="booking_booked_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="booking_amount"),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_by=None, booked_seq=None)
                | Q(status="booked", decided_by__isnull=False, booked_seq__isnull=False)
                | Q(status="declined", decided_by__isnull=False, booked_seq=None),
                name="booking_status",
            ),
            models.CheckConstraint(
                condition=~Q(status="booked") | ~Q(decided_by=F("asked_by")), name="booking_four_eyes"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="booking_account"),
            models.Index(fields=["id"], condition=Q(status="waiting"), name="booking_waiting"),
        ]

    def __str__(self) -> str:
        return f"{_('Booking')} {self.pk}"

    @property
    def stream(self) -> str:
        """The event stream of this booking: apart from the account's, which its owner reads."""
        return f"booking:{self.pk}"
