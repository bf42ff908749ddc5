"""Money that moves for a reason other than trading."""

from decimal import Decimal

from forexpro.core.money import ZERO, amount_text, quantize
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason, BookDeposit, ChangeBalance
from trading.engine.decision import Decision
from trading.engine.execution import book
from trading.engine.market import Market
from trading.engine.state import AccountState
from trading.engine.valuation import value_account


def withdrawable(state: AccountState, market: Market) -> Decimal:
    """Return what can leave the account now: of the balance what is not set aside, and no more than is free of margin.

    Credit and floating profit cover margin and are nobody's to take out. Raises `Refused` when a quote is missing.
    """
    return max(min(state.balance - state.set_aside, value_account(state, market).free_margin), ZERO)


def change(decision: Decision, command: ChangeBalance) -> None:
    """Book a deposit, withdrawal, transfer, credit or adjustment; what leaves is no more than can be withdrawn."""
    state = decision.state
    amount = command.amount
    if not amount:
        raise _amount_invalid(state, amount)
    ensure_whole_coins(state, amount)
    wrong_sign = (command.reason is BalanceReason.DEPOSIT and amount < 0) or (
        command.reason is BalanceReason.WITHDRAWAL and amount > 0
    )
    if wrong_sign:
        raise Refused(
            "amount_invalid",
            "A deposit is a positive amount, a withdrawal a negative one.",
            {"amount": str(amount), "reason": str(command.reason)},
        )
    if command.reason in (BalanceReason.WITHDRAWAL, BalanceReason.TRANSFER) and amount < 0:
        ensure_withdrawable(state, decision.market, -amount)
    if command.reason is BalanceReason.CREDIT and state.credit + amount < 0:
        raise Refused(
            "credit_insufficient",
            f"The account has {amount_text(state.credit, state.currency)} of credit; no more can be taken back.",
            {"amount": str(-amount), "available": str(state.credit), "currency": state.currency},
        )
    book(decision, quantize(amount, state.currency), command.reason, command.reference)


def book_deposit(decision: Decision, command: BookDeposit) -> None:
    """Book a payment and its fee; a fee takes no more than the payment brings."""
    state = decision.state
    if command.amount <= 0:
        raise _amount_invalid(state, command.amount)
    ensure_whole_coins(state, command.amount)
    ensure_fee(state, command.fee, command.amount)
    book(decision, quantize(command.amount, state.currency), BalanceReason.DEPOSIT, command.reference)
    book_fee(decision, command.fee, command.reference)


def book_fee(decision: Decision, fee: Decimal, reference: str) -> None:
    """Take a fee from the balance, if there is one."""
    if fee:
        book(decision, -quantize(fee, decision.state.currency), BalanceReason.FEE, reference)


def ensure_withdrawable(state: AccountState, market: Market, amount: Decimal) -> None:
    """Refuse to take out more than can be withdrawn."""
    available = withdrawable(state, market)
    if amount > available:
        raise Refused(
            "funds_insufficient",
            f"At most {amount_text(available, state.currency)} can be withdrawn now.",
            {"field": "amount", "amount": str(amount), "available": str(available), "currency": state.currency},
        )


def ensure_whole_coins(state: AccountState, amount: Decimal) -> None:
    """Refuse an amount that the currency has no coins for."""
    if amount != quantize(amount, state.currency):
        raise _amount_invalid(state, amount)


def ensure_fee(state: AccountState, fee: Decimal, amount: Decimal) -> None:
    """Refuse a fee that leaves nothing of `amount`."""
    ensure_whole_coins(state, fee)
    if not 0 <= fee < amount:
        raise Refused(
            "fee_exceeds_amount",
            f"The fee of {amount_text(fee, state.currency)} would leave nothing of "
            f"{amount_text(amount, state.currency)}.",
            {"fee": str(fee), "amount": str(amount), "currency": state.currency},
        )


def _amount_invalid(state: AccountState, amount: Decimal) -> Refused:
    return Refused(
        "amount_invalid",
        f"The amount must not be zero and must be in whole units of {state.currency}'s smallest coin.",
        {"amount": str(amount), "currency": state.currency},
    )
