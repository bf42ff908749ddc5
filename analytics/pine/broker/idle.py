"""The broker of a strategy's expressions on other bars, where nothing is traded."""

from typing import Any

from analytics.pine.broker.broker import Broker


class IdleBroker(Broker):
    """A broker that orders nothing, whatever it is told: its values are those before the first trade."""

    __slots__ = ()

    def place(self, *arguments: Any, **options: Any) -> None:
        """Place nothing."""

    def exit(self, *arguments: Any, **terms: Any) -> None:
        """Place nothing."""

    def close(self, *arguments: Any, **options: Any) -> None:
        """Close nothing."""

    def cancel(self, order_id: str) -> None:
        """Cancel nothing."""

    def cancel_all(self) -> None:
        """Cancel nothing."""
