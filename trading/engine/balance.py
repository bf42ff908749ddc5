"""Money that moves for a reason other than trading."""

from forexpro.core.money import ZERO, amount_text, quantize
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason, ChangeBalance
from trading.engine.decision import Decision
from trading.engine.execution import book
from trading.engine.valuation import value_account


def change(decision: Decision, command: ChangeBalance) -> None:
    """Book a deposit, withdrawal, credit or adjustment; a withdrawal takes no more than is free of margin."""
    state = decision.state
    amount = command.amount
    if not amount or amount != quantize(amount, state.currency):
        raise Refused(
            "amount_invalid",
            f"The amount must not be zero and must be in whole units of {state.currency}'s smallest coin.",
            {"amount": str(amount), "currency": state.currency},
        )
    wrong_sign = (command.reason is BalanceReason.DEPOSIT and amount < 0) or (
        command.reason is BalanceReason.WITHDRAWAL and amount > 0
    )
    if wrong_sign:
        raise Refused(
            "amount_invalid",
            "A deposit is a positive amount, a withdrawal a negative one.",
            {"amount": str(amount), "reason": str(command.reason)},
        )
    if command.reason is BalanceReason.WITHDRAWAL:
        available = max(min(state.balance, value_account(state, decision.market).free_margin), ZERO)
        if -amount > available:
            raise Refused(
                "funds_insufficient",
                f"At most {amount_text(available, state.currency)} can be withdrawn now.",
                {"amount": str(-amount), "available": str(available), "currency": state.currency},
            )
    if command.reason is BalanceReason.CREDIT and state.credit + amount < 0:
        raise Refused(
            "credit_insufficient",
            f"The account has {amount_text(state.credit, state.currency)} of credit; no more can be taken back.",
            {"amount": str(-amount), "available": str(state.credit), "currency": state.currency},
        )
    book(decision, quantize(amount, state.currency), command.reason, command.reference)
