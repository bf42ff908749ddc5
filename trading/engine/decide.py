"""What a command causes: the one entrance to the engine's rules."""

from typing import assert_never

from trading.engine import balance, expiry, liquidation, matching, orders, positions, reservations, rollover
from trading.engine.commands import (
    BookDeposit,
    CancelOrder,
    ChangeBalance,
    CheckMargin,
    CloseAll,
    CloseBy,
    ClosePosition,
    Command,
    ExpireOrders,
    ModifyOrder,
    ModifyPosition,
    PayReservation,
    PlaceOrder,
    ProcessTick,
    ReleaseMoney,
    ReserveMoney,
    RollOver,
)
from trading.engine.decision import Decision
from trading.engine.events import EngineEvent
from trading.engine.market import Market
from trading.engine.state import AccountState


def decide(state: AccountState, command: Command, market: Market) -> list[EngineEvent]:
    """Return the events that `command` causes, in order; none when nothing happens. Raises `Refused`."""
    decision = Decision(state, market)
    match command:
        case PlaceOrder():
            orders.place(decision, command)
        case ModifyOrder():
            orders.modify(decision, command)
        case CancelOrder():
            orders.cancel(decision, command)
        case ModifyPosition():
            positions.modify(decision, command)
        case ClosePosition():
            positions.close(decision, command)
        case CloseBy():
            positions.close_by(decision, command)
        case CloseAll():
            positions.close_all(decision, command)
        case ProcessTick():
            matching.process_tick(decision, command)
        case ExpireOrders():
            expiry.expire(decision)
        case RollOver():
            rollover.roll_over(decision, command)
        case CheckMargin():
            liquidation.check_margin(decision)
        case ChangeBalance():
            balance.change(decision, command)
        case BookDeposit():
            balance.book_deposit(decision, command)
        case ReserveMoney():
            reservations.reserve(decision, command)
        case ReleaseMoney():
            reservations.release(decision, command)
        case PayReservation():
            reservations.pay(decision, command)
        case _:
            assert_never(command)
    return decision.events
