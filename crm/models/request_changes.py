from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models import Deposit, Withdrawal


class RequestChange(models.Model):
    """When a request was changed last, for those who follow changes. A trigger writes it, whichever program does."""

    changed_xid = models.BigIntegerField()
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["changed_xid"], name="%(class)s_order")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class DepositChange(RequestChange):
    deposit = models.OneToOneField(Deposit, on_delete=models.CASCADE, primary_key=True, related_name="change")

    class Meta(RequestChange.Meta):
        verbose_name = _("change of a deposit")
        verbose_name_plural = _("changes of deposits")


class WithdrawalChange(RequestChange):
    withdrawal = models.OneToOneField(Withdrawal, on_delete=models.CASCADE, primary_key=True, related_name="change")

    class Meta(RequestChange.Meta):
        verbose_name = _("change of a withdrawal")
        verbose_name_plural = _("changes of withdrawals")
