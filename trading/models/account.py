from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from trading.models.fields import MoneyField
from trading.models.group import AccountGroup
from trading.models.group import PositionMode as PositionMode


class NextAccountNumber(Func):
    """The next number of the sequence from which people's account numbers come."""

    template = "nextval('trading_account_number')"
    output_field = models.BigIntegerField()


class TradingAccount(models.Model):
    """A client's account; its row is the lock under which all its trading happens.

    `balance` and `credit` repeat what the ledger says; the database refuses a commit in which they differ.
    """

    class Kind(models.TextChoices):
        DEMO = "demo", _("Demo")
        LIVE = "live", _("Live")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        CLOSED = "closed", _("Closed")

    number = models.BigIntegerField(_("number"), unique=True, db_default=NextAccountNumber(), editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trading_accounts", verbose_name=_("owner")
    )
    group = models.ForeignKey(AccountGroup, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("group"))
    # Chosen when the account is opened: positions of the one mode make no sense in the other.
    position_mode = models.CharField(
        _("position mode"), max_length=8, choices=PositionMode, default=PositionMode.HEDGING, editable=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    currency = models.CharField(_("currency"), max_length=8)
    leverage = models.DecimalField(_("leverage"), max_digits=8, decimal_places=2)
    balance = MoneyField(_("balance"), default=0)
    credit = MoneyField(_("credit"), default=0)
    margin_call = models.BooleanField(_("margin call"), default=False)
    trading_enabled = models.BooleanField(_("trading enabled"), default=True)
    equity_floor = MoneyField(_("equity floor"), null=True, blank=True)
    # Commission that is settled later: JSON text of the engine's `BlockedCommission` entries, the first one first.
    blocked_commission = models.TextField(_("blocked commission"), default="[]", db_default="[]", editable=False)
    commission_settles_at = models.DateTimeField(_("commission settled at"), null=True, editable=False)
    # What withdrawals that are under way keep out of equity, and JSON text of the engine's `Reservation` entries.
    reserved = MoneyField(_("reserved for withdrawals"), default=0, db_default=0, editable=False)
    reservations = models.TextField(_("reservations"), default="[]", db_default="[]", editable=False)
    opened_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("trading account")
        verbose_name_plural = _("trading accounts")
        ordering = ["number"]
        permissions = [
            ("move_money", _("Can move money into and out of accounts")),
            ("manage_trading", _("Can enable and disable trading, set leverage, close positions and cancel orders")),
            ("change_account_group", _("Can move accounts to another group")),
        ]
        indexes = [
            models.Index(
                fields=["commission_settles_at"],
                condition=Q(commission_settles_at__isnull=False),
                name="account_commission_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(leverage__gte=1), name="account_leverage"),
            models.CheckConstraint(condition=Q(credit__gte=0), name="account_credit"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="account_reserved"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3,5}$"), name="account_currency"),
            models.CheckConstraint(condition=Q(position_mode__in=["hedging", "netting"]), name="account_position_mode"),
            models.CheckConstraint(condition=Q(kind__in=["demo", "live"]), name="account_kind"),
            models.CheckConstraint(condition=Q(status__in=["active", "closed"]), name="account_status"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.currency})"
