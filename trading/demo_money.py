"""Deposits, withdrawals and transfers on the desk of the demo's finance team: one in every state."""

from collections.abc import Mapping
from decimal import Decimal

from accounts.models import User
from forexpro.core.events.chain import Origin
from kyc.demo import specimen
from kyc.models import Document
from trading.models import Deposit, PaymentMethod, TradingAccount, Withdrawal
from trading.models.funding import Status
from trading.services.accounts import account_open
from trading.services.funding.decisions import deposit_decide, withdrawal_decide
from trading.services.funding.proofs import deposit_proof_add
from trading.services.funding.requests import (
    deposit_cancel,
    deposit_request,
    withdrawal_cancel,
    withdrawal_request,
)
from trading.services.funding.transfers import account_transfer

ORIGIN = Origin(actor="system:demo")
CURRENCY, LEVERAGE = "USD", Decimal(100)
BANK, CARD = "Bank transfer", "Card"
DETAILS = "IBAN DE89 3704 0044 0532 0130 00"
Step = Status
# For each client: deposits by a method and the steps they took, then withdrawals likewise. No step: it waits.
DEPOSITS: dict[str, tuple[tuple[str, str, tuple[Status, ...]], ...]] = {
    "anna": (("5000", BANK, (Step.APPROVED,)), ("250", CARD, (Step.IN_REVIEW,))),
    "ben": (("2000", BANK, (Step.APPROVED,)),),
    "diego": (("300", CARD, (Step.DECLINED,)),),
    "elif": (("1500", CARD, (Step.APPROVED,)), ("750", BANK, ())),
    "farid": (("100", CARD, (Step.FAILED,)),),
    "grace": (("900", BANK, (Step.CANCELLED,)),),
    "hugo": (("400", BANK, ()),),
    "ingrid": (("40000", BANK, (Step.IN_REVIEW, Step.APPROVED)),),
}
WITHDRAWALS: dict[str, tuple[tuple[str, tuple[Status, ...]], ...]] = {
    "anna": (("400", (Step.APPROVED, Step.PAID)), ("300", ())),
    "ben": (("250", (Step.APPROVED,)), ("150", (Step.DECLINED,))),
    "elif": (("200", (Step.IN_REVIEW,)), ("75", (Step.CANCELLED,))),
    # From `FUNDING_FOUR_EYES_FROM` on one approval leaves it in review.
    "ingrid": (("500", (Step.APPROVED, Step.FAILED)), ("15000", (Step.APPROVED,))),
}
REASONS = {
    Status.DECLINED: "The sender is not the owner of the account. Pay from an account in your own name.",
    Status.FAILED: "The bank has sent the payment back.",
}


def load_demo_money(clients: Mapping[str, User], clerk: User) -> None:
    """Open live accounts for clients who have none, and let them pay in and out."""
    methods = {method.name: method.pk for method in PaymentMethod.objects.all()}
    for name, deposits in DEPOSITS.items():
        client = clients[name]
        if TradingAccount.objects.filter(owner=client, kind=TradingAccount.Kind.LIVE).exists():
            continue
        account = _open(client)
        for amount, method, steps in deposits:
            _pay_in(account, Decimal(amount), methods[method], steps, clerk)
        for amount, steps in WITHDRAWALS.get(name, ()):
            _pay_out(account, Decimal(amount), methods[BANK], steps, clerk)
        if name == "anna":
            _transfer(account, _open(client), Decimal(500))


def _open(client: User) -> TradingAccount:
    return account_open(
        owner=client, kind=TradingAccount.Kind.LIVE, currency=CURRENCY, leverage=LEVERAGE, origin=ORIGIN
    )


def _pay_in(
    account: TradingAccount, amount: Decimal, method_id: int, steps: tuple[Status, ...], clerk: User
) -> Deposit:
    deposit = deposit_request(
        owner=account.owner,
        account_id=account.pk,
        method_id=method_id,
        currency=CURRENCY,
        amount=amount,
        reference=f"Deposit for {account.number}",
        origin=ORIGIN,
        idempotency_key=None,
    )
    if not steps:
        proof = specimen(Document.Kind.PROOF_OF_ADDRESS, account.owner.full_name)
        deposit_proof_add(owner=account.owner, deposit_id=deposit.pk, upload=proof, origin=ORIGIN)
    for status in steps:
        if status is Status.CANCELLED:
            deposit_cancel(owner=account.owner, deposit_id=deposit.pk, origin=ORIGIN)
        else:
            deposit_decide(
                actor=clerk, deposit_id=deposit.pk, status=status, reason=REASONS.get(status, ""), origin=ORIGIN
            )
    return deposit


def _pay_out(
    account: TradingAccount, amount: Decimal, method_id: int, steps: tuple[Status, ...], clerk: User
) -> Withdrawal:
    withdrawal = withdrawal_request(
        owner=account.owner,
        account_id=account.pk,
        method_id=method_id,
        currency=CURRENCY,
        amount=amount,
        details=f"{DETAILS}, {account.owner.full_name}",
        origin=ORIGIN,
        idempotency_key=None,
    )
    for status in steps:
        if status is Status.CANCELLED:
            withdrawal_cancel(owner=account.owner, withdrawal_id=withdrawal.pk, origin=ORIGIN)
        else:
            withdrawal_decide(
                actor=clerk, withdrawal_id=withdrawal.pk, status=status, reason=REASONS.get(status, ""), origin=ORIGIN
            )
    return withdrawal


def _transfer(source: TradingAccount, target: TradingAccount, amount: Decimal) -> None:
    account_transfer(
        owner=source.owner,
        source_id=source.pk,
        target_id=target.pk,
        amount=amount,
        origin=ORIGIN,
        idempotency_key=None,
    )
