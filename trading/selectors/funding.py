"""Deposits, withdrawals and transfers, and what can be asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Min, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.core.money import ZERO
from forexpro.core.refusals import Refused
from trading.engine.balance import withdrawable
from trading.engine.market import Market
from trading.engine.state import AccountState
from trading.models import Deposit, DepositProof, PaymentTerms, TradingAccount, Transfer, Withdrawal
from trading.models.funding import Direction, Status
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts

Person = User | AnonymousUser
# What a desk has to do something about.
DEPOSIT_PENDING = (Status.REQUESTED, Status.IN_REVIEW)
WITHDRAWAL_PENDING = (Status.REQUESTED, Status.IN_REVIEW, Status.APPROVED)


def deposits_of_user(user: Person) -> QuerySet[Deposit]:
    """Return a person's deposits with account and method, newest first."""
    return Deposit.objects.filter(account__owner_id=user.pk).select_related("account", "method").order_by("-id")


def withdrawals_of_user(user: Person) -> QuerySet[Withdrawal]:
    """Return a person's withdrawals with account and method, newest first."""
    return Withdrawal.objects.filter(account__owner_id=user.pk).select_related("account", "method").order_by("-id")


def transfers_of_user(user: Person) -> QuerySet[Transfer]:
    """Return the transfers between a person's accounts, newest first."""
    return Transfer.objects.filter(source__owner_id=user.pk).select_related("source", "target").order_by("-id")


def own_deposit(user: Person, deposit_id: int) -> Deposit:
    """Return a person's own deposit; refuse any other as if it did not exist."""
    return deposits_of_user(user).filter(pk=deposit_id).first() or _missing(deposit_id)


def own_withdrawal(user: Person, withdrawal_id: int) -> Withdrawal:
    """Return a person's own withdrawal; refuse any other as if it did not exist."""
    return withdrawals_of_user(user).filter(pk=withdrawal_id).first() or _missing(withdrawal_id)


def proofs_of(deposit: Deposit) -> QuerySet[DepositProof]:
    """Return the files with a deposit that are still kept, oldest first."""
    return deposit.proofs.filter(erased_at=None)


def proof_name(proof: DepositProof) -> str:
    """Return the name under which a proof is shown and kept."""
    return f"deposit-{proof.deposit_id}-{proof.pk}{'.pdf' if proof.media_type == 'application/pdf' else '.jpg'}"


def _missing(request_id: int) -> NoReturn:
    raise Refused("request_not_found", _("You have made no such request."), {"id": request_id}, http_status=404)


def offered_terms(direction: Direction) -> QuerySet[PaymentTerms]:
    """Return what active methods take in a direction, in the order of lists."""
    terms = PaymentTerms.objects.filter(direction=direction, method__active=True).select_related("method")
    return terms.order_by("method__position", "method__name", "currency")


def pending_deposit_count(user: Person) -> int:
    """Return how many deposits of a person are not decided."""
    return Deposit.objects.filter(account__owner_id=user.pk, status__in=DEPOSIT_PENDING).count()


def deposits_total(user: Person) -> Decimal:
    """Return what a person has paid in, and is about to, in the currency in which limits are set."""
    counted = Deposit.objects.filter(account__owner_id=user.pk, status__in=(*DEPOSIT_PENDING, Status.APPROVED))
    total: Decimal = counted.aggregate(total=Sum("base_amount", default=ZERO))["total"]
    return total


@dataclass(frozen=True, slots=True)
class FundedAccount:
    """An account with what can leave it now, None while a price for that is missing."""

    account: TradingAccount
    available: Decimal | None


def funded_accounts(user: Person) -> list[FundedAccount]:
    """Return a person's open live accounts, oldest first."""
    accounts = TradingAccount.objects.filter(
        owner_id=user.pk, kind=TradingAccount.Kind.LIVE, status=TradingAccount.Status.ACTIVE
    ).order_by("id")
    by_id = {account.pk: account for account in accounts}
    ticks, now = newest_ticks(), datetime.now(UTC)
    found = []
    for loaded in load_accounts(list(by_id)) if by_id else []:
        try:
            available = withdrawable(loaded.state, group_market(loaded.conditions, ticks, now))
        except Refused:
            available = None
        found.append(FundedAccount(by_id[loaded.state.id], available))
    return found


def account_now(account_id: int) -> tuple[AccountState, Market]:
    """Return an account as it stands with the present market as it sees it; a decision takes the lock before."""
    (loaded,) = load_accounts([account_id])
    return loaded.state, group_market(loaded.conditions, newest_ticks(), datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Pending:
    """How many requests wait for the desk, and since when the oldest of them does."""

    count: int
    oldest: datetime | None


def pending_withdrawals() -> Pending:
    """Return the withdrawals that wait for a decision or for their payment."""
    return _pending(Withdrawal.objects.filter(status__in=WITHDRAWAL_PENDING))


def pending_deposits() -> Pending:
    """Return the deposits that wait for a decision."""
    return _pending(Deposit.objects.filter(status__in=DEPOSIT_PENDING))


def _pending(requests: QuerySet[Any]) -> Pending:
    found = requests.aggregate(count=Count("id"), oldest=Min("requested_at"))
    return Pending(found["count"], found["oldest"])


@dataclass(frozen=True, slots=True)
class FundingEntry:
    """A line of a person's history: a request with its status, or a transfer, which has none.

    `amount` is in the currency of `account`; `other` is the account that a transfer went to.
    """

    kind: str
    id: int
    at: datetime
    account: TradingAccount
    amount: Decimal
    status: Status | None = None
    method: str = ""
    reason: str = ""
    can_be_cancelled: bool = False
    other: TradingAccount | None = None
    received: Decimal | None = None

    @property
    def status_label(self) -> str:
        """What people call the status."""
        return "" if self.status is None else str(self.status.label)


def funding_history(user: Person, *, before: datetime | None, limit: int) -> list[FundingEntry]:
    """Return what was paid in, out and between a person's accounts before a moment, newest first."""
    requests: list[QuerySet[Any]] = [deposits_of_user(user), withdrawals_of_user(user)]
    transfers = transfers_of_user(user)
    if before is not None:
        requests = [found.filter(requested_at__lt=before) for found in requests]
        transfers = transfers.filter(created_at__lt=before)
    entries = [_request_entry(request) for found in requests for request in found[:limit]]
    entries += [_transfer_entry(transfer) for transfer in transfers[:limit]]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _request_entry(request: Deposit | Withdrawal) -> FundingEntry:
    return FundingEntry(
        kind=request.direction.value,
        id=request.pk,
        at=request.requested_at,
        account=request.account,
        amount=request.amount,
        status=Status(request.status),
        method=request.method.name,
        reason=request.reason,
        can_be_cancelled=request.can_be_cancelled,
    )


def _transfer_entry(transfer: Transfer) -> FundingEntry:
    return FundingEntry(
        kind="transfer",
        id=transfer.pk,
        at=transfer.created_at,
        account=transfer.source,
        amount=transfer.amount,
        other=transfer.target,
        received=transfer.received,
    )
