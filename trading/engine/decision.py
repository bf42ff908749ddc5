"""A decision in the making: each event is applied as soon as it is decided, so the next one sees its effect."""

from trading.engine.events import EngineEvent
from trading.engine.evolve import evolve
from trading.engine.linked_orders import OrderEnd, consequences
from trading.engine.market import Market
from trading.engine.state import AccountState


class Decision:
    """Collects the events of one command; `state` is the account after those decided so far."""

    def __init__(self, state: AccountState, market: Market):
        self.state = state
        self.market = market
        self.events: list[EngineEvent] = []

    def emit(self, event: EngineEvent) -> None:
        """Add `event` to the decision, and what it means for orders that are linked to the one it ends."""
        before = self.state
        self.events.append(event)
        self.state = evolve(before, event)
        if isinstance(event, OrderEnd):
            for consequence in consequences(before, event, self.market.now):
                if consequence.order_id in self.state.orders:
                    self.emit(consequence)

    def attempt(self) -> "Decision":
        """Return a decision that goes on from this one and changes nothing of it until it is taken over."""
        return Decision(self.state, self.market)

    def take_over(self, attempt: "Decision") -> None:
        """Make the events of an attempt part of this decision."""
        self.events += attempt.events
        self.state = attempt.state
