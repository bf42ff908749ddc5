from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models.account import TradingAccount


class IdempotencyRecord(models.Model):
    """A mutating request that was answered, kept in the transaction of its effect.

    The answer is not stored: it follows from the account's events `first_seq` to `last_seq`, which never change
    (none where the request changed nothing).
    """

    account = models.ForeignKey(TradingAccount, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=128)
    request_hash = models.CharField(max_length=64)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answered request")
        verbose_name_plural = _("answered requests")
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="idempotency_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created_at")]

    def __str__(self) -> str:
        return self.key
