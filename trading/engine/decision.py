"""A decision in the making: each event is applied as soon as it is decided, so the next one sees its effect."""

from trading.engine.events import EngineEvent
from trading.engine.evolve import evolve
from trading.engine.market import Market
from trading.engine.state import AccountState


class Decision:
    """Collects the events of one command; `state` is the account after those decided so far."""

    def __init__(self, state: AccountState, market: Market):
        self.state = state
        self.market = market
        self.events: list[EngineEvent] = []

    def emit(self, event: EngineEvent) -> None:
        """Add `event` to the decision."""
        self.events.append(event)
        self.state = evolve(self.state, event)
