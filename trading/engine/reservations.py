"""Money that a client has asked for and has not been paid: out of reach of trading, not gone yet."""

from decimal import Decimal

from forexpro.core.money import amount_text, quantize
from forexpro.core.refusals import Refused
from trading.engine.balance import book_fee, ensure_fee, ensure_whole_coins, ensure_withdrawable
from trading.engine.commands import BalanceReason, PayReservation, ReleaseMoney, ReserveMoney
from trading.engine.decision import Decision
from trading.engine.events import MoneyReleased, MoneyReserved
from trading.engine.execution import book
from trading.engine.valuation import value_account


def reserve(decision: Decision, command: ReserveMoney) -> None:
    """Set money aside for a withdrawal, no more than can be withdrawn."""
    state = decision.state
    if any(entry.id == command.reservation_id for entry in state.reservations):
        raise Refused(
            "reservation_exists",
            "The money for this withdrawal is reserved already.",
            {"reservation_id": command.reservation_id},
        )
    if command.amount <= 0:
        raise Refused(
            "amount_invalid",
            "A withdrawal is an amount above zero.",
            {"amount": str(command.amount), "currency": state.currency},
        )
    ensure_whole_coins(state, command.amount)
    ensure_withdrawable(state, decision.market, command.amount)
    decision.emit(MoneyReserved(command.reservation_id, quantize(command.amount, state.currency)))


def release(decision: Decision, command: ReleaseMoney) -> None:
    """Let reserved money count again."""
    amount = _reserved(decision, command.reservation_id)
    decision.emit(MoneyReleased(command.reservation_id, amount))


def pay(decision: Decision, command: PayReservation) -> None:
    """Book a withdrawal of reserved money, and the fee that is a part of it.

    Refuses where losses have gone beyond all other money of the account into what was reserved: nobody is paid what
    is lost. Equity, and with it the margin level, is the same afterwards.
    """
    state = decision.state
    amount = _reserved(decision, command.reservation_id)
    ensure_fee(state, command.fee, amount)
    value = value_account(state, decision.market)
    covered = min(state.balance - state.blocked, value.equity + state.reserved)
    if amount > covered:
        raise Refused(
            "funds_insufficient",
            f"Losses have reached the reserved money: {amount_text(covered, state.currency)} of it is left.",
            {"amount": str(amount), "available": str(covered), "currency": state.currency},
        )
    decision.emit(MoneyReleased(command.reservation_id, amount))
    book(
        decision,
        -quantize(amount - command.fee, state.currency),
        BalanceReason.WITHDRAWAL,
        command.reference,
    )
    book_fee(decision, command.fee, command.reference)


def _reserved(decision: Decision, reservation_id: int) -> Decimal:
    for entry in decision.state.reservations:
        if entry.id == reservation_id:
            return entry.amount
    raise Refused(
        "reservation_not_found",
        "No money is reserved for this withdrawal.",
        {"reservation_id": reservation_id},
        http_status=409,
    )
