"""What a broker is after a bar, as plain values, without the curve of its equity."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

_PLAIN = (
    "bar_index",
    "time",
    "moment",
    "mark_ticks",
    "close_ticks",
    "last_close",
    "is_rounded",
    "first_close",
)


def state_of(broker: "Broker") -> Any:
    """Return the state, no part of which lives on."""
    broker.settle()
    return (
        broker.account.save(),
        broker.book.save(),
        broker.risk.save(),
        tuple(getattr(broker, name) for name in _PLAIN),
        broker.fills.copy(),
    )


def return_to(broker: "Broker", state: Any) -> None:
    """Go back to a state that `state_of` returned."""
    account, book, risk, plain, fills = state
    broker.account.restore(account)
    broker.book.restore(book)
    broker.risk.restore(risk)
    for name, value in zip(_PLAIN, plain, strict=True):
        setattr(broker, name, value)
    broker.fills = list(fills)
    broker.begin_anew()
