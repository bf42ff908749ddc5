"""When the orders in memory expire."""

import heapq
from datetime import datetime

from trading.engine.state import AccountState


class Expiries:
    """The moments at which orders expire, the next one at the front; those of orders that are gone stay until then."""

    def __init__(self) -> None:
        self._moments: list[tuple[datetime, int]] = []

    def note(self, state: AccountState, order_id: int) -> None:
        """Remember when an order of an account expires, if it is there and does."""
        order = state.orders.get(order_id)
        if order is not None and order.expires_at is not None:
            heapq.heappush(self._moments, (order.expires_at, state.id))

    def due(self, now: datetime) -> list[int]:
        """Take out the moments that have come and return whose orders they were, each account once."""
        accounts: dict[int, None] = {}
        while self._moments and self._moments[0][0] <= now:
            accounts[heapq.heappop(self._moments)[1]] = None
        return list(accounts)
