from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from forexpro.core.crypto.fields import EarlyBigAutoField, EncryptedTextField
from forexpro.core.uploads.storage import private_files
from kyc.models import Level
from trading.models.account import TradingAccount
from trading.models.fields import MoneyField


class Direction(models.TextChoices):
    DEPOSIT = "deposit", _("Deposit")
    WITHDRAWAL = "withdrawal", _("Withdrawal")


class Status(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


Transitions = Mapping[Status, frozenset[Status]]

# A deposit ends with its approval, which credits it; a withdrawal that is approved is on its way until it is paid or
# has failed. What is not named leads nowhere. A trigger of the database holds the same.
DEPOSIT_TRANSITIONS: Transitions = {
    Status.REQUESTED: frozenset({Status.IN_REVIEW, Status.APPROVED, Status.DECLINED, Status.FAILED, Status.CANCELLED}),
    Status.IN_REVIEW: frozenset({Status.APPROVED, Status.DECLINED, Status.FAILED, Status.CANCELLED}),
}
WITHDRAWAL_TRANSITIONS: Transitions = {
    Status.REQUESTED: frozenset({Status.IN_REVIEW, Status.APPROVED, Status.DECLINED, Status.CANCELLED}),
    Status.IN_REVIEW: frozenset({Status.APPROVED, Status.DECLINED, Status.CANCELLED}),
    Status.APPROVED: frozenset({Status.PAID, Status.FAILED}),
}


class PaymentMethod(models.Model):
    """A way for money to come and go. What it costs and takes is in its terms, one for each direction and currency."""

    class Kind(models.TextChoices):
        BANK_TRANSFER = "bank_transfer", _("Bank transfer")
        CARD = "card", _("Card")
        CRYPTO = "crypto", _("Crypto")
        WALLET = "wallet", _("Electronic wallet")

    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    active = models.BooleanField(_("active"), default=True)
    instructions = models.TextField(
        _("instructions for deposits"),
        blank=True,
        help_text=_("Where to pay to. The client sees it after the request."),
    )
    details_label = models.CharField(
        _("payout details to ask for"),
        max_length=120,
        blank=True,
        help_text=_("What a client gives to be paid, such as: IBAN and account holder."),
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["bank_transfer", "card", "crypto", "wallet"]), name="payment_method_kind"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PaymentTerms(models.Model):
    """What a method takes in one direction and currency. Amounts are in that currency."""

    method = models.ForeignKey(
        PaymentMethod, on_delete=models.CASCADE, related_name="terms", verbose_name=_("method"), db_index=False
    )
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    currency = models.CharField(
        _("currency"),
        max_length=5,
        validators=[RegexValidator(r"^[A-Z]{3,5}$", _("A currency is a code such as USD."))],
    )
    minimum = MoneyField(_("least"), validators=[MinValueValidator(0)], default=0)
    maximum = MoneyField(_("most"), null=True, blank=True, help_text=_("Empty for no limit."))
    fee_fixed = MoneyField(_("fee for each"), validators=[MinValueValidator(0)], default=0)
    fee_percent = models.DecimalField(
        _("fee in percent"),
        max_digits=6,
        decimal_places=4,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )

    class Meta:
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")
        ordering = ["direction", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["method", "direction", "currency"], name="payment_terms_once"),
            models.CheckConstraint(
                condition=Q(direction__in=["deposit", "withdrawal"]), name="payment_terms_direction"
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=0, fee_fixed__gte=0, fee_percent__gte=0, fee_percent__lte=50),
                name="payment_terms_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(maximum=None) | Q(maximum__gte=F("minimum")),
                name="payment_terms_bounds",
                violation_error_message=_("The least is not above the most."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.currency}"


class FundingRequest(models.Model):
    """What deposits and withdrawals have in common.

    `amount` and `fee`, a part of it, are in the account's currency; `payment_amount` is what the client pays or gets,
    in `payment_currency`. `rate` is what one unit of the currency that the money comes from was worth in the other
    when it was requested. `base_amount` is its value in the currency in which limits are set.
    """

    id = EarlyBigAutoField(primary_key=True)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, verbose_name=_("account"), db_index=False)
    method = models.ForeignKey(PaymentMethod, on_delete=models.PROTECT, verbose_name=_("method"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.REQUESTED)
    amount = MoneyField(_("amount"))
    fee = MoneyField(_("fee"), default=0)
    payment_amount = MoneyField(_("payment"))
    payment_currency = models.CharField(_("currency of the payment"), max_length=5)
    rate = models.DecimalField(_("rate"), max_digits=28, decimal_places=14, default=1)
    base_amount = MoneyField(_("value"))
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    requested_at = models.DateTimeField(_("requested"))
    decided_at = models.DateTimeField(_("last change"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
        db_index=False,
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # The event of the account that moved the money: there is one ledger transaction for it.
    booked_seq = models.BigIntegerField(_("booked by event"), null=True)

    transitions: Transitions = {}
    direction: Direction

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "booked_seq"], name="%(class)s_booked_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, payment_amount__gt=0), name="%(class)s_amount"),
            models.CheckConstraint(condition=Q(fee__gte=0, fee__lt=F("amount")), name="%(class)s_fee"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="%(class)s_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.direction.label} {self.pk}"

    @property
    def net_amount(self) -> Decimal:
        """What is left of the amount after the fee, in the account's currency."""
        return self.amount - self.fee

    @property
    def cash_amount(self) -> Decimal:
        """What the house's cash gains by the payment, in its currency: below zero when it goes out."""
        return self.payment_amount if self.direction is Direction.DEPOSIT else -self.payment_amount

    @property
    def is_pending(self) -> bool:
        """Whether the desk has not finished with it."""
        return Status(self.status) in self.transitions

    @property
    def can_be_cancelled(self) -> bool:
        """Whether its owner may still take it back."""
        return self.allows(Status.CANCELLED)

    @property
    def is_converted(self) -> bool:
        """Whether money of one currency became money of another."""
        return self.payment_currency != self.account.currency

    def allows(self, status: Status) -> bool:
        """Return whether the request may become `status` next."""
        return status in self.transitions.get(Status(self.status), frozenset())


class Deposit(FundingRequest):
    """Money that a client says they pay in; it is credited when the desk approves it."""

    transitions = DEPOSIT_TRANSITIONS
    direction = Direction.DEPOSIT

    class Meta(FundingRequest.Meta):
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        permissions = [("decide_deposit", _("Can approve and decline deposits"))]
        constraints = [
            *FundingRequest.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status="approved", booked_seq__isnull=False)
                | (~Q(status__in=["approved", "paid"]) & Q(booked_seq=None)),
                name="deposit_booked",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="deposit_account"),
            models.Index(fields=["id"], condition=Q(status__in=["requested", "in_review"]), name="deposit_pending"),
        ]


class DepositProof(models.Model):
    """A file that shows a payment, as the platform has made it from what was sent: a JPEG, or a PDF."""

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="proofs", verbose_name=_("deposit"))
    file = models.FileField(_("file"), storage=private_files, max_length=200)
    media_type = models.CharField(max_length=32)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    sent_at = models.DateTimeField(_("sent"))
    # From then on nobody is shown it; the row goes when the file has gone, see `trading.services.funding.retention`.
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("proof of payment")
        verbose_name_plural = _("proofs of payment")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["deposit", "sha256"], name="deposit_proof_once")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Withdrawal(FundingRequest):
    """Money that a client wants paid out: reserved from the request on, booked when the desk has paid it.

    A large one needs two members of staff: `first_approved_by` and, with the approval itself, `decided_by`.
    """

    payout_details = EncryptedTextField(_("payout details"))
    first_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("first approved by"),
        db_index=False,
    )

    transitions = WITHDRAWAL_TRANSITIONS
    direction = Direction.WITHDRAWAL

    class Meta(FundingRequest.Meta):
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        permissions = [("decide_withdrawal", _("Can approve, decline and pay withdrawals"))]
        constraints = [
            *FundingRequest.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status="paid", booked_seq__isnull=False) | (~Q(status="paid") & Q(booked_seq=None)),
                name="withdrawal_booked",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="withdrawal_account"),
            models.Index(
                fields=["account"],
                condition=Q(status__in=["requested", "in_review", "approved"]),
                name="withdrawal_pending",
            ),
        ]


class FundingLimit(models.Model):
    """What clients of a level of verification may do; a level without a row may do nothing."""

    level = models.PositiveSmallIntegerField(_("verification"), choices=Level, unique=True)
    deposits_maximum = MoneyField(
        _("most deposits in all"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In the currency in which limits are set; empty for no limit."),
    )
    withdrawals_allowed = models.BooleanField(_("withdrawals allowed"), default=False)

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits by verification")
        ordering = ["level"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deposits_maximum=None) | Q(deposits_maximum__gte=0), name="funding_limit_not_negative"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_level_display())


class Transfer(models.Model):
    """Money moved between two accounts of one person; never changed or deleted.

    `amount` left `source`, `received` reached `target`, each in its account's currency, at `rate` of the target's
    currency for one unit of the source's.
    """

    id = EarlyBigAutoField(primary_key=True)
    source = models.ForeignKey(
        TradingAccount, on_delete=models.PROTECT, related_name="transfers_out", verbose_name=_("from"), db_index=False
    )
    target = models.ForeignKey(
        TradingAccount, on_delete=models.PROTECT, related_name="transfers_in", verbose_name=_("to"), db_index=False
    )
    amount = MoneyField(_("amount"))
    received = MoneyField(_("received"))
    rate = models.DecimalField(_("rate"), max_digits=28, decimal_places=14, default=1)
    created_at = models.DateTimeField(_("time"))
    source_seq = models.BigIntegerField(_("booked by event"))
    target_seq = models.BigIntegerField(_("booked by event of the target"))

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_seq"], name="transfer_sent_once"),
            models.UniqueConstraint(fields=["target", "target_seq"], name="transfer_received_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, received__gt=0, rate__gt=0), name="transfer_amounts"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_two_accounts"),
        ]
        indexes = [
            models.Index(fields=["source", "id"], name="transfer_source"),
            models.Index(fields=["target", "id"], name="transfer_target"),
        ]

    def __str__(self) -> str:
        return f"{_('Transfer')} {self.pk}"
