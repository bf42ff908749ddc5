from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trading.models.account import TradingAccount
from trading.models.fields import MoneyField


class LedgerAccount(models.Model):
    """One account of the double-entry ledger: a client's balance or credit, or one of the house's per currency.

    A positive sum of postings is money that the house owes; the house's own accounts carry the other side.
    """

    class Kind(models.TextChoices):
        CLIENT_BALANCE = "client_balance", _("Client balance")
        CLIENT_CREDIT = "client_credit", _("Client credit")
        HOUSE_CASH = "house_cash", _("Cash from and to clients")
        HOUSE_CREDIT = "house_credit", _("Credit granted")
        HOUSE_ADJUSTMENT = "house_adjustment", _("Adjustments")
        HOUSE_TRADING = "house_trading", _("Trading result")
        HOUSE_COMMISSION = "house_commission", _("Commission")
        HOUSE_SWAP = "house_swap", _("Swap")
        HOUSE_FEES = "house_fees", _("Fees of payments")
        HOUSE_TRANSFERS = "house_transfers", _("Transfers and currency exchange")
        HOUSE_COMPENSATION = "house_compensation", _("Negative balance compensation")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    currency = models.CharField(_("currency"), max_length=8)
    trading_account = models.ForeignKey(
        TradingAccount,
        on_delete=models.PROTECT,
        null=True,
        related_name="ledger_accounts",
        verbose_name=_("trading account"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["trading_account", "kind"],
                condition=Q(trading_account__isnull=False),
                name="ledger_account_client",
            ),
            models.UniqueConstraint(
                fields=["currency", "kind"], condition=Q(trading_account__isnull=True), name="ledger_account_house"
            ),
            models.CheckConstraint(
                condition=Q(trading_account__isnull=False, kind__startswith="client_")
                | Q(trading_account__isnull=True, kind__startswith="house_"),
                name="ledger_account_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.currency}"


class LedgerTransaction(models.Model):
    """A movement of money; its postings sum to zero, which the database checks at commit."""

    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, verbose_name=_("account"), db_index=False)
    event_seq = models.BigIntegerField(_("event number"))
    reason = models.CharField(_("reason"), max_length=32)
    reference = models.CharField(_("reference"), max_length=128, blank=True)
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "event_seq"], name="ledger_transaction_event")]
        indexes = [
            models.Index(fields=["account", "id"], name="ledger_transaction_account"),
            # Movements are written in the order of their times, like deals.
            BrinIndex(fields=["created_at"], name="ledger_transaction_time", autosummarize=True, pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.reference}".strip()


class Posting(models.Model):
    """One side of a movement; never changed or deleted.

    `balance_after` is the sum of a client's ledger account up to here; the house's accounts carry none, because
    all clients would wait for each other to extend it.
    """

    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="postings", verbose_name=_("transaction")
    )
    ledger_account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="postings", verbose_name=_("account"), db_index=False
    )
    amount = MoneyField(_("amount"))
    balance_after = MoneyField(_("balance after"), null=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_amount")]
        indexes = [models.Index(fields=["ledger_account", "id"], name="posting_ledger_account")]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f}"
