"""The end of trading days: swaps of the positions held over it, and commission that is due then."""

from trading.engine.commands import BalanceReason, RollOver
from trading.engine.decision import Decision
from trading.engine.events import CommissionSettled
from trading.engine.execution import book
from trading.engine.nights import charge_nights


def roll_over(decision: Decision, command: RollOver) -> None:
    """Charge every night that a position was held and is not charged yet; settle commission that has become due."""
    for position in decision.state.positions.values():
        charge_nights(decision, position, until=command.until)
    for blocked in decision.state.blocked_commission:
        if blocked.settles_at <= decision.market.now:
            decision.emit(CommissionSettled(blocked.amount, blocked.settles_at))
            book(decision, -blocked.amount, BalanceReason.COMMISSION, f"until:{blocked.settles_at.isoformat()}")
